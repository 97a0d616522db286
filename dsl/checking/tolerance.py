"""What a contract's tolerance means, said once for the interpreter, the checks of every input and the provers.

Under a tolerance t two numbers of which one is real are equal, as `==` and `!=` of an `ensures` ask, where they differ
by t at most. Nothing else is loosened: no order, no `requires`, no equality of tokens, booleans or whole numbers.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ..graph import Constant, Elementwise, Fold, Quantified, SOp, topological
from ..types import Real, Selector, element_of

__all__ = ["within_tolerance"]


def within_tolerance(condition: SOp, tolerance: int | Fraction) -> SOp:
    """The condition, equality of reals loosened."""
    if not tolerance:
        return condition
    built: dict[SOp, SOp] = {}
    for node in topological([condition]):
        moved = replace(node, arguments=tuple(built[argument] for argument in node.arguments))
        match moved:
            case Fold(step=step):
                built[node] = replace(moved, step=within_tolerance(step, tolerance))
            case Quantified(body=body):
                built[node] = replace(moved, body=within_tolerance(body, tolerance))
            case Elementwise(operator="==" | "!=" as operator) if _is_of_reals(node):
                difference = Elementwise((Elementwise(moved.arguments, "-"),), "abs")
                built[node] = Elementwise((difference, Constant((), tolerance)), "<=" if operator == "==" else ">")
            case _:
                built[node] = moved
    return built[condition]


def _is_of_reals(comparison: SOp) -> bool:
    types = [element_of(argument.type) for argument in comparison.arguments if not isinstance(argument.type, Selector)]
    return any(isinstance(type_, Real) for type_ in types)

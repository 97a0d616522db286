"""Numbers that are weighted sums of other numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from ...dsl.graph import Elementwise, SOp
from .domains import Domain, common_unit, finite, grid, listed_on
from .facts import Facts, Linear
from .nodes import apply

__all__ = ["SUM_LIMIT", "TABLE_LIMIT", "grid_of", "linear_domain", "linear_form"]

TABLE_LIMIT = 1 << 15
"""More combinations of values than this are not tabulated."""
SUM_LIMIT = 1 << 18
"""The same for sums, which take no time."""


def linear_form(node: SOp, operands: Sequence[Facts]) -> Linear | None:
    """The node as a weighted sum, where its operator is linear in what varies."""
    forms = [facts.linear for facts in operands]
    if not isinstance(node, Elementwise) or None in forms:
        return None
    known = [form for form in forms if form is not None]
    constants = [facts.constant for facts in operands]
    match node.operator, constants:
        case "+", _:
            return _weighted((1, known[0]), (1, known[1]))
        case "-", _:
            return _weighted((1, known[0]), (-1, known[1]))
        case "negate", _:
            return _weighted((-1, known[0]))
        case "*", [bool() | int() | Fraction() as factor, _]:
            return _weighted((factor, known[1]))
        case "*", [_, bool() | int() | Fraction() as factor]:
            return _weighted((factor, known[0]))
        case "round", _ if operands[0].domain.is_whole:
            return _weighted((1, known[0]))
        case "/", [_, bool() | int() | Fraction() as divisor] if divisor:
            return _weighted((1 / Fraction(divisor), known[0]))
    return None


def _weighted(*terms: tuple[int | Fraction, Linear]) -> Linear:
    summed: dict[SOp | None, Fraction] = {}
    for factor, form in terms:
        for node, weight in form.items():
            summed[node] = summed.get(node, Fraction(0)) + factor * weight
    return {node: weight for node, weight in summed.items() if weight}


def linear_domain(node: SOp, linear: Linear, operands: Sequence[Facts], facts: Mapping[SOp, Facts]) -> Domain:
    """The numbers that a sum can be: those of all combinations of its operands, if they are few; else a grid."""
    whole = grid_of(linear, facts)
    sets = [operand.domain.values for operand in operands]
    listed = [values for values in sets if values is not None]
    if len(listed) == len(sets) and prod(map(len, listed)) <= TABLE_LIMIT:
        return listed_on(whole, (apply(node, given) for given in product(*listed)))
    return grid(whole.unit, whole.count, whole.low, whole.high)


def grid_of(linear: Linear, facts: Mapping[SOp, Facts]) -> Domain:
    """A grid that holds all values of a sum."""
    constant = linear.get(None, Fraction(0))
    parts = [_scaled(facts[term].domain, weight) for term, weight in linear.items() if term is not None]
    unit = common_unit(*parts, *([finite([constant])] if constant or not parts else ()))
    low, high = sum((part.low for part in parts), constant), sum((part.high for part in parts), constant)
    return Domain(None, True, unit, prod(part.count for part in parts), low, high)


def _scaled(domain: Domain, factor: Fraction) -> Domain:
    """The domain's grid, times a number."""
    low, high = sorted((factor * domain.low, factor * domain.high))
    return Domain(None, True, abs(factor) * domain.unit, domain.count, low, high)

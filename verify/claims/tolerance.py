"""Cells whose contracts have a tolerance: what they answer is what their contracts name, and an error that is any.

`result == f(a)` within t says that a call answers f(a) + e with |e| ≤ t. In a claim each such call becomes that sum,
with an input of its own for e: what is proved holds of every error. Equal calls have equal errors. Within a fold's step
or a quantifier's body an error would be another one each time, which one input is not.
"""

from __future__ import annotations

from dataclasses import replace

from ...dsl.graph import CellCall, Elementwise, Input, SOp, inputs_of, substitute, topological
from ...dsl.types import Real, Seq, element_of
from ...errors import VerificationError
from .claim import Claim

__all__ = ["is_inexact", "meaning_of", "with_errors"]


def is_inexact(call: CellCall) -> bool:
    """Whether the contract's tolerance leaves the answer of a call open."""
    types = (call.cell.output.type, call.meaning.type) if call.meaning else ()
    return bool(call.cell.tolerance) and any(isinstance(element_of(type_), Real) for type_ in types)


def meaning_of(call: CellCall) -> SOp:
    """What the contract of a cell says that it answers, over the inputs `port.0`, `port.1`, ….

    Raises:
        VerificationError: if the contract does not determine the answer.
    """
    if call.meaning is None:
        raise VerificationError(f"the contract of {call.cell.name!r} does not say `result == …`")
    if is_inexact(call):
        raise VerificationError(
            f"the contract of {call.cell.name!r} has a tolerance where it is called again and again"
        )
    return call.meaning


def with_errors(claim: Claim) -> Claim:
    """The claim about every error that the tolerances of cells allow."""
    nodes = topological([claim.condition, *claim.given])
    if not any(isinstance(node, CellCall) and is_inexact(node) for node in nodes):
        return claim
    given = tuple(map(_with_errors, claim.given))
    return replace(claim, condition=_with_errors(claim.condition), given=given)


def _with_errors(root: SOp) -> SOp:
    built: dict[SOp, SOp] = {}
    for node in topological([root]):
        moved = replace(node, arguments=tuple(built[argument] for argument in node.arguments))
        built[node] = _sum(moved) if isinstance(moved, CellCall) and is_inexact(moved) else moved
    return built[root]


def _sum(call: CellCall) -> SOp:
    assert call.meaning is not None, "a call without a meaning is not inexact"
    arguments = {f"port.{place}": argument for place, argument in enumerate(call.arguments)}
    nominal = substitute(call.meaning, {port: arguments[port.key] for port in inputs_of([call.meaning])})
    tolerance = call.cell.tolerance
    error = Real(-tolerance, tolerance)
    type_ = Seq(error) if isinstance(call.type, Seq) else error
    return Elementwise((nominal, Input((), f"error.{call.digest}", type_, f"the error of {call.cell.name}")), "+")

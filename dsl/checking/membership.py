"""`in`: of a list or a table, and in the original RASP of a sequence."""

from __future__ import annotations

from ...errors import Span
from ..graph import Constant, Elementwise, Reduce, SOp
from ..syntax import tree
from ..types import Seq
from .environment import Listed, Table, in_words, is_sop
from .operands import Operands
from .plain_values import is_among

__all__ = ["membership"]


def membership(operands: Operands, value: SOp | None, container: tree.Expr, span: Span) -> SOp | None:
    """`value in […]` is a disjunction of equalities; `value in sequence` asks all its positions."""
    meaning = operands.value(container)
    if isinstance(meaning, Table) and operands.is_strict:
        meaning = Listed(tuple(Constant((), key[0]) for key in meaning.entries))
    if isinstance(meaning, Listed):
        return _among(operands, value, meaning, container, span)
    if meaning is None or value is None:
        return None
    if not isinstance(meaning, SOp) or not (
        is_sop(meaning) if not operands.is_strict else isinstance(meaning.type, Seq)
    ):
        operands.record.fault(f"'in' expects a list or a sequence, found {in_words(meaning)}", container.span)
        return None
    if not operands.is_strict and not isinstance(value, Constant):
        hint = "an s-op can be in a list, a plain value in an s-op"
        operands.record.fault("'in' of an s-op expects a list, found an s-op", container.span, hint)
        return None
    equal = operands.elementwise("==", (value, meaning), span)
    return equal and Elementwise((Reduce((equal,), "count"), Constant((), 0)), ">")


def _among(operands: Operands, value: SOp | None, container: Listed, place: tree.Expr, span: Span) -> SOp | None:
    if not operands.is_strict and isinstance(value, Constant):
        return Constant((), is_among(operands, value, container, span))
    if not operands.is_strict and value is not None and not container.items:
        return operands.elementwise("!=", (value, value), span)
    found: SOp | None = Constant((), False)
    for item in container.items:
        equal = operands.elementwise("==", (value, operands.as_node(item, place)), span)
        found = equal if found == Constant((), False) else operands.elementwise("or", (found, equal), span)
    return found

"""`forall` and `exists`: over positions, over a range, over the elements of a sequence."""

from __future__ import annotations

from ..graph import At, Constant, Length, Quantified, Reduce, SOp, bind
from ..syntax import tree
from ..types import Bool, Int, Seq, Unknown, element_of
from .environment import Meaning
from .operands import Operands, in_words

__all__ = ["quantified"]


def quantified(operands: Operands, quantifier: tree.Quantifier) -> SOp | None:
    """`forall i, j in range(start, stop): body`; several names are several quantifiers, one within the other."""
    domain = _domain(operands, quantifier)
    return None if domain is None else _nested(operands, quantifier, quantifier.names, domain)


_Domain = tuple[SOp, SOp, SOp | None]


def _domain(operands: Operands, quantifier: tree.Quantifier) -> _Domain | None:
    """The start and the stop of the positions, and the sequence whose elements are meant, if any."""
    match quantifier.domain:
        case None:
            return Constant((), 0), Length(), None
        case tree.Call(tree.Name("range")) as call if not operands.environment.knows("range"):
            return _range(operands, call)
        case expression:
            sequence = operands.node(expression)
            if sequence is None:
                return None
            if not isinstance(sequence.type, Seq):
                hint = "write `in range(start, stop)`, or name a sequence"
                found = in_words(sequence)
                operands.record.fault(
                    f"{quantifier.operator!r} runs over a range or a sequence, found {found}", expression.span, hint
                )
                return None
            return Constant((), 0), Length(), sequence


def _range(operands: Operands, call: tree.Call) -> _Domain | None:
    if not 1 <= len(call.arguments) <= 2:
        operands.wrong_count(call, ("start", "stop"), n_optional=1)
        return None
    bounds = [operands.argument(argument, "bound") for argument in call.arguments]
    for bound, place in zip(bounds, call.arguments, strict=True):
        if bound is None:
            return None
        if not isinstance(bound.type, Int | Unknown):
            found = in_words(bound)
            operands.record.fault(f"the bounds of a range are whole numbers, found {found}", place.span)
            return None
    *start, stop = (bound for bound in bounds if bound is not None)
    return (start[0] if start else Constant((), 0)), stop, None


def _nested(operands: Operands, quantifier: tree.Quantifier, names: tuple[str, ...], domain: _Domain) -> SOp | None:
    name, *rest = names
    start, stop, sequence = domain
    variable = operands.record.variable(_between(start, stop), name)
    meaning: Meaning = At((sequence, variable)) if sequence is not None else variable
    within = operands.within({name: meaning})
    n_calls = len(operands.record.frame.calls)
    body = _nested(within, quantifier, tuple(rest), domain) if rest else _condition(within, quantifier)
    if body is None:
        return None
    (bound,), closed, moved = bind((variable,), body)
    operands.record.carry(moved, quantifier.span)
    node = Quantified((start, stop), quantifier.operator, bound, closed)
    operands.record.bind_calls(n_calls, (variable,), node)
    return node


def _between(start: SOp, stop: SOp) -> Int:
    """The type of the numbers from a start to before a stop."""
    low = start.type.low if isinstance(start.type, Int) else None
    high = stop.type.high if isinstance(stop.type, Int) else None
    return Int(low, None if high is None else high - 1)


def _condition(operands: Operands, quantifier: tree.Quantifier) -> SOp | None:
    body = operands.node(quantifier.body)
    if body is None:
        return None
    is_condition = isinstance(body.type, Bool | Unknown | Seq) and isinstance(element_of(body.type), Bool | Unknown)
    if not is_condition:
        found = in_words(body)
        message = f"{quantifier.operator!r} expects a condition, found {found}"
        operands.record.fault(message, quantifier.body.span, "compare with == or <=")
        return None
    return Reduce((body,), "all") if isinstance(body.type, Seq) else body

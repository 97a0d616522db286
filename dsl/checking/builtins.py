"""The functions and s-ops that every program sees, in tables: one for each dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..graph import Indices, Input, Length, Reduce, SOp
from ..syntax import tree
from ..types import Bool, Int, Real, Selector, Seq, Token, Unknown, element_of, is_numeric
from .attention import aggregate, aggregated, nearest, select, selector_width
from .environment import Meaning
from .lists import len_, range_, zip_lists
from .operands import Operands, in_words
from .recurrence import fold, map_, scan, zip_

__all__ = ["BUILTINS", "BUILTIN_DOCS", "SOPS", "Builtin"]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of every program: what builds it, how it is called and what it means."""

    build: Callable[[Operands, tree.Call], Meaning | None]
    signature: str
    meaning: str


def _pointwise(operands: Operands, call: tree.Call) -> SOp | None:
    names = ("first", "second") if call.name in ("min", "max") else ("value",)
    arguments = operands.arguments(call, names)
    return operands.elementwise(call.name, arguments, call.span) if arguments else None


def _overloaded(operands: Operands, call: tree.Call) -> SOp | None:
    """`min(selector, values)` of what is selected, `min(x)` of a sequence, and `min(x, y)` position by position."""
    if not call.arguments:
        forms = _CELL[call.name].signature
        operands.record.fault(f"{call.name!r} is called as {forms}, found no arguments", call.span)
        return None
    first = operands.argument(call.arguments[0], "values")
    if first is None:
        return None
    if isinstance(first.type, Selector):
        return aggregated(call.name, operands, first, call)
    if len(call.arguments) == 1 or call.name not in ("min", "max"):
        return _reduced(operands, call, first)
    written = operands.in_order(call, ("first", "second"))
    second = written and operands.argument(written[1], "second")
    return operands.elementwise(call.name, (first, second), call.span) if second else None


def _reduce(operands: Operands, call: tree.Call) -> SOp | None:
    names = ("sequence", "rearranged")[: 2 if call.name == "permutation" else 1]
    arguments = operands.arguments(call, names)
    return arguments and _reduction(operands, call, arguments)  # type: ignore[return-value]


def _reduced(operands: Operands, call: tree.Call, first: SOp) -> SOp | None:
    written = operands.in_order(call, ("sequence",))
    return written and _reduction(operands, call, [first])  # type: ignore[return-value]


def _reduction(operands: Operands, call: tree.Call, arguments: list[SOp]) -> SOp | None:
    for node, place in zip(arguments, call.arguments, strict=True):
        if not isinstance(node.type, Seq):
            found = in_words(node)
            hint = f"of what a selector selects: {call.name}(selector, values)" if call.name in _SELECTED else None
            operands.record.fault(f"{call.name!r} expects a sequence, found {found}", place.span, hint)
            return None
        if call.name in ("sum", "min", "max") and not is_numeric(node.type):
            hint = "count(sequence, True) counts where it holds" if element_of(node.type) == Bool() else None
            operands.record.fault(f"{call.name!r} expects numbers, found {node.type}", place.span, hint)
            return None
        if call.name in ("any", "all") and not isinstance(element_of(node.type), Bool | Unknown):
            hint = "compare them, as in x > 0"
            operands.record.fault(f"{call.name!r} expects booleans, found {node.type}", place.span, hint)
            return None
    return Reduce(tuple(arguments), call.name)


_SELECTED = ("sum", "min", "max", "any", "all")


def _selected(operands: Operands, call: tree.Call) -> SOp | None:
    """`first(selector, values, default)` and `last`."""
    if not call.arguments:
        operands.wrong_count(call, ("selector", "values", "default"), n_optional=1)
        return None
    selector = operands.selector(call.arguments[0])
    return selector and aggregated(call.name, operands, selector, call)


def _count(operands: Operands, call: tree.Call) -> SOp | None:
    arguments = operands.arguments(call, ("sequence", "value"))
    equal = operands.elementwise("==", arguments, call.span) if arguments else None
    if equal and not isinstance(equal.type, Seq):
        found = in_words(arguments[0]) if arguments else ""
        operands.record.fault(f"'count' expects a sequence, found {found}", call.arguments[0].span)
        return None
    return equal and Reduce((equal,), "count")


_BOTH = {
    "select": Builtin(
        select, "select(keys, queries, comparison)", "the selector of all pairs with key comparison query"
    ),
    "selector_width": Builtin(selector_width, "selector_width(selector)", "how many keys each query selects"),
    "aggregate": Builtin(
        aggregate, "aggregate(selector, values, default)", "the one selected value, or the mean of several numbers"
    ),
    "indicator": Builtin(_pointwise, "indicator(condition)", "1 where the condition holds, else 0"),
    "round": Builtin(_pointwise, "round(x)", "the nearest whole number, of two the even one"),
}
_CELL = {
    **_BOTH,
    "fold": Builtin(fold, "fold(f, xs, start)", "f(… f(f(start, x0), x1) …), along the sequence"),
    "scan": Builtin(scan, "scan(f, xs, start)", "the state of the fold after each element"),
    "map": Builtin(map_, "map(f, xs)", "f of each element; of several sequences: map(f, zip(xs, ys))"),
    "zip": Builtin(zip_, "zip(xs, ys, …)", "sequences side by side, for fold, scan and map"),
    "sum": Builtin(_overloaded, "sum(xs) or sum(selector, values)", "the sum of all, or of the selected, numbers"),
    "min": Builtin(_overloaded, "min(xs), min(selector, values) or min(x, y)", "the smallest"),
    "max": Builtin(_overloaded, "max(xs), max(selector, values) or max(x, y)", "the largest"),
    "any": Builtin(_overloaded, "any(xs) or any(selector, values)", "whether one of them holds"),
    "all": Builtin(_overloaded, "all(xs) or all(selector, values)", "whether each of them holds"),
    "first": Builtin(_selected, "first(selector, values, default)", "the leftmost selected value"),
    "last": Builtin(_selected, "last(selector, values, default)", "the rightmost selected value"),
    "nearest": Builtin(
        nearest,
        'nearest(selector, values, default, ties="left")',
        "the selected value nearest to the query, the left one of two equally near",
    ),
    "count": Builtin(_count, "count(xs, value)", "at how many positions the value stands"),
    "sorted": Builtin(_reduce, "sorted(xs)", "whether no element is smaller than the one before"),
    "distinct": Builtin(_reduce, "distinct(xs)", "whether no two elements are equal"),
    "permutation": Builtin(_reduce, "permutation(xs, ys)", "whether one is a rearrangement of the other"),
    "abs": Builtin(_pointwise, "abs(x)", "the magnitude"),
}
_RASP = {
    **_BOTH,
    "range": Builtin(range_, "range(start, stop, step)", "a list of whole numbers, as in Python"),
    "zip": Builtin(zip_lists, "zip(first, second, …)", "a list of the lists of elements side by side"),
    "len": Builtin(len_, "len(list)", "how many elements a list has"),
}
BUILTINS: Mapping[str, Mapping[str, Builtin]] = {"cell": _CELL, "rasp": _RASP}

_POSITIONS = {"indices": Indices(), "length": Length()}
_TOKENS = {
    "tokens": Input((), "tokens", Seq(Unknown()), "tokens"),
    "tokens_str": Input((), "tokens_str", Seq(Token()), "tokens_str"),
    "tokens_int": Input((), "tokens_int", Seq(Int()), "tokens_int"),
    "tokens_float": Input((), "tokens_float", Seq(Real()), "tokens_float"),
    "tokens_bool": Input((), "tokens_bool", Seq(Bool()), "tokens_bool"),
}
SOPS: Mapping[str, Mapping[str, SOp]] = {
    "cell": {**_POSITIONS, **_TOKENS},
    "rasp": {**_POSITIONS, **_TOKENS, "tokens_asis": Input((), "tokens_asis", Seq(Unknown()), "tokens_asis")},
}
_SOP_MEANINGS = {
    "indices": "the position of each element, from 0",
    "length": "how many elements the sequence has",
    "tokens": "the input, as it is given",
    "tokens_str": "the input as tokens",
    "tokens_int": "the input as whole numbers",
    "tokens_float": "the input as numbers",
    "tokens_bool": "the input as booleans",
    "tokens_asis": "the input, as it is given",
}
BUILTIN_DOCS: Mapping[str, Mapping[str, str]] = {
    dialect: {
        **{name: f"{builtin.signature}\n\n{builtin.meaning}" for name, builtin in functions.items()},
        **{name: f"{name}: {sop.type}\n\n{_SOP_MEANINGS[name]}" for name, sop in SOPS[dialect].items()},
    }
    for dialect, functions in BUILTINS.items()
}
"""What every program of a dialect can name: for each name a signature, a blank line and a meaning."""

"""What an unknown name was probably meant for: a word of another language, or a known name that is near."""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import did_you_mean

__all__ = ["hint_for_name", "hint_for_type"]

_NOTHING = 'every value is a number, a token or a boolean: "" and 0 may stand for none'
_MEAN = "aggregate(selector, values) is the mean of the selected values"
_SHOWN = "give the value a name, and it is shown"
_EVERYWHERE = {
    "true": "write True",
    "TRUE": "write True",
    "false": "write False",
    "FALSE": "write False",
    **dict.fromkeys(("None", "null", "nil", "NULL", "undefined", "none"), _NOTHING),
    **dict.fromkeys(("mean", "avg", "average"), _MEAN),
    **dict.fromkeys(("index", "idx", "position", "positions", "pos"), "indices holds the position of each element"),
    **dict.fromkeys(("size", "n", "N", "seq_len"), "length is how many elements there are"),
    **dict.fromkeys(("input", "inputs", "text"), "tokens is the input"),
    **dict.fromkeys(("print", "show", "display"), _SHOWN),
    **dict.fromkeys(
        ("sqrt", "log", "exp", "sin", "cos"), "arithmetic is exact: + - * / % ^ round, and no roots or logarithms"
    ),
    **dict.fromkeys(
        ("int", "float", "str", "bool"), "values keep their kind: round(x) is whole, indicator(b) is 0 or 1"
    ),
    "width": "write selector_width(selector)",
    "append": "join sequences of tokens with +",
}
_CELL = {
    "len": "length is how many elements there are",
    "range": "indices holds the positions from 0",
    "result": "'result' is known to 'ensures' only",
    "full_s": "write select(1, 1, ==)",
    "filter": "aggregate over a selector of what is to stay",
    "reduce": "write fold(f, xs, start)",
    "lambda": "write a function: def name(x) { return …; }",
}
_RASP = {
    "print": "an expression by itself is shown: tokens;",
    "sum": "the mean times length: aggregate(full_s, x) * length",
    "fold": "fold belongs to the strict dialect: name the file .cell",
    "scan": "scan belongs to the strict dialect: name the file .cell",
    "map": "an expression has a value at every position: x + 1",
    "abs": "write x if x > 0 else -x",
}
_TYPES = {
    **dict.fromkeys(("string", "str", "String", "char", "text", "symbol"), "write token"),
    **dict.fromkeys(("float", "double", "number", "Float", "Number", "decimal"), "write real"),
    **dict.fromkeys(
        ("list", "List", "array", "Array", "sequence", "Sequence", "tuple"), "write seq[int 0..9], for example"
    ),
    **dict.fromkeys(("nat", "natural", "uint", "unsigned"), "write int 0.."),
    "selector": "leave out the type: a function that takes selectors has none",
    "any": "leave out the type",
}


def hint_for_name(name: str, known: Iterable[str], dialect: str) -> str | None:
    """A way out where a name, or a function of that name, is unknown."""
    known = set(known)
    near = did_you_mean(name, known)
    if near and near.removeprefix("did you mean '").removesuffix("'?").lower() == name.lower():
        return near
    return {**_EVERYWHERE, **(_CELL if dialect == "cell" else _RASP)}.get(name) or near


def hint_for_type(name: str, known: Iterable[str]) -> str | None:
    """A way out where a type is unknown."""
    return _TYPES.get(name) or did_you_mean(name, known)

"""Types as written to types as meant."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import Source
from ..syntax import tree
from ..syntax.parser import parse_type
from ..types import Bool, Element, Int, Real, Selector, Seq, Token, Type, Vector
from .environment import Environment
from .record import Record
from .unknown_names import hint_for_type

__all__ = ["BUILTIN_TYPES", "read_type", "type_of"]


def read_type(text: str) -> Type:
    """The type that a text such as `seq[int 0..9]` names.

    Raises:
        LanguageError: if it names none.
    """
    source, record = Source(text, "<type>"), Record()
    type_ = type_of(parse_type(source), Environment(source, "cell"), record)
    record.raise_faults()
    assert type_ is not None, "a type expression without a fault has a type"
    return type_


_SCALARS: dict[str, Callable[..., Element]] = {"bool": Bool, "int": Int, "real": Real, "token": Token}
_EXAMPLES = {"seq": "seq[int 0..9]", "vector": "vector[8]"}
BUILTIN_TYPES = (*_SCALARS, *_EXAMPLES)


def type_of(expr: tree.TypeExpr, environment: Environment, record: Record) -> Type | None:
    """The type that a type expression names; None where a fault was noted."""
    alias = environment.alias(expr.head)
    if alias is not None and expr.element is None and expr.bounds is None:
        return alias
    if expr.head == "seq" and isinstance(expr.element, tree.TypeExpr):
        if expr.element.head == "seq":
            _misused_sequence(expr.element.span.text, expr.element, record)
            return None
        element = type_of(expr.element, environment, record)
        if isinstance(element, Seq | Selector):
            _misused_sequence(str(element), expr.element, record)
            return None
        return element and Seq(element)
    if expr.head == "vector" and isinstance(expr.element, int):
        if expr.element == 0:
            record.fault("a vector has at least 1 coordinate", expr.span)
        return Vector(expr.element)
    if expr.head not in _SCALARS or expr.element is not None:
        _misused(expr, environment, record)
        return None
    if expr.vocabulary is not None:
        twice = [word for place, word in enumerate(expr.vocabulary) if word in expr.vocabulary[:place]]
        if twice:
            record.fault(f"the token {twice[0]!r} is listed twice", expr.span)
        return Token(tuple(dict.fromkeys(expr.vocabulary)))
    return _ranged_type(expr, record)


def _misused_sequence(found: str, element: tree.TypeExpr, record: Record) -> None:
    hint = "an element is one number, token or boolean"
    record.fault(f"a sequence holds scalars, found {' '.join(found.split())[:80]}", element.span, hint)


def _misused(expr: tree.TypeExpr, environment: Environment, record: Record) -> None:
    """Note why a type expression names no type."""
    known = (*BUILTIN_TYPES, *environment.known_aliases())
    if expr.head in _EXAMPLES:
        record.fault(f"{expr.head!r} needs what it holds", expr.span, f"write {_EXAMPLES[expr.head]}")
    elif expr.head in known:
        has = "brackets" if expr.element is not None else "range"
        record.fault(f"{expr.head!r} has no {has}", expr.span, "only seq and vector do" if has == "brackets" else None)
    else:
        # What an item that does not parse may define is no type to be recommended.
        sure = [name for name in known if name not in environment.known()]
        hint = hint_for_type(expr.head, sure) or f"the types are {', '.join(sure)}"
        record.fault(f"unknown type {expr.head!r}", expr.span.first(len(expr.head)), hint)


def _ranged_type(expr: tree.TypeExpr, record: Record) -> Type | None:
    if expr.bounds is None:
        return _SCALARS[expr.head]()
    low, high = expr.bounds
    if expr.head not in ("int", "real"):
        record.fault(f"{expr.head!r} has no range", expr.span, "only int and real do")
    elif low is not None and high is not None and low > high:
        record.fault(f"the range {low}..{high} is empty", expr.span, f"write {high}..{low}")
    elif expr.head == "int" and not all(isinstance(bound, int | None) for bound in (low, high)):
        record.fault("the bounds of an int are whole numbers", expr.span, "use real for others")
    else:
        return _SCALARS[expr.head](low, high)
    return None

"""Which s-ops hold booleans: facts do not tell True from 1, and the mean of booleans alone is not defined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...dsl.graph import Aggregate, Ascribe, Constant, Elementwise, Input, Lookup, SOp, topological
from ...dsl.operators import COMPARISONS
from ...dsl.types import Bool, Selector, Unknown, Value, element_of

__all__ = ["holds_booleans"]

_CONDITIONS = {*COMPARISONS, "and", "or", "not"}


def holds_booleans(node: SOp, vocabulary: Mapping[SOp, Sequence[Value]]) -> bool | None:
    """Whether all values of an s-op are booleans (True), none is (False), or some may be (None).

    Args:
        node: an s-op that is no selector.
        vocabulary: the values of each input.
    """
    found: dict[SOp, bool | None] = {}
    for part in topological([node]):
        if isinstance(part.type, Selector):
            continue
        element = element_of(part.type)
        is_told = not isinstance(element, Unknown)
        found[part] = isinstance(element, Bool) if is_told else _by_parts(part, found, vocabulary)
    return found[node]


def _by_parts(node: SOp, found: Mapping[SOp, bool | None], vocabulary: Mapping[SOp, Sequence[Value]]) -> bool | None:
    match node:
        case Constant(value=value):
            return isinstance(value, bool)
        case Input():
            return _agreed(isinstance(value, bool) for value in vocabulary[node])
        case Lookup(entries=entries):
            return _agreed(isinstance(answer, bool) for _, answer in entries)
        case Ascribe(arguments=(value,)) | Elementwise(arguments=(value,), operator="abs"):
            return found[value]
        case Elementwise(arguments=(_, then, otherwise), operator="if"):
            return _agreed((found[then], found[otherwise]))
        case Elementwise(arguments=arguments, operator="min" | "max"):
            return _agreed((False, *(found[argument] for argument in arguments)))
        case Elementwise(operator=operator):
            return operator in _CONDITIONS
        case Aggregate(arguments=(_, *values)):
            return _agreed(found[value] for value in values)
    return None


def _agreed(answers: Iterable[bool | None]) -> bool | None:
    distinct = set(answers)
    return distinct.pop() if len(distinct) == 1 else None

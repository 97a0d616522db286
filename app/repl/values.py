"""Values on an example: computed, and in the original RASP's notation.

A sequence of one value is told as `[5]*5`, numbers that are not whole to three digits, booleans as T and F.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ...dsl.checking.environment import Listed, Meaning, Table
from ...dsl.graph import Constant, Elementwise, Input, SOp, topological
from ...dsl.session import Session
from ...dsl.types import Selector
from ...errors import Fault, RuntimeFault, Span
from ...runtime.reference import answer_of, run
from .settings import Example, quoted

__all__ = ["Values", "in_short", "is_constant", "kind_of", "nodes_in", "one_in_short", "rows_of"]

_DIGITS = 3
_MOST_KEPT = 256
_FLOATING = ("+", "-", "*", "/", "%", "^", "negate", "abs", "min", "max")


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a value cannot be computed."""

    message: str
    span: Span | None


class Values:
    """The values of a session's nodes on examples; each is computed once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[tuple[SOp, str], Any] = {}

    def of(self, node: SOp, example: Example) -> Any:
        """A sequence's value, a selector's rows of keys, one for each query, or in the strict dialect a scalar.

        Raises:
            RuntimeFault: if the node has no value on the example.
        """
        found = self._computed(node, example)
        if isinstance(found, _Failure):
            raise RuntimeFault(found.message)
        return found

    def fault(self, node: SOp, example: Example, place: Span, hint: str | None) -> Fault | None:
        """Why the node has no value on the example, with a way out; None where it has one."""
        found = self._computed(node, example)
        if not isinstance(found, _Failure):
            return None
        message = f"{found.message}, on the example {quoted(example)}"
        return Fault(message, found.span or place, hint)

    def _computed(self, node: SOp, example: Example) -> Any | _Failure:
        key = node, repr(example)
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._compute(node, example)
        return self._kept[key]

    def _compute(self, node: SOp, example: Example) -> Any | _Failure:
        program, function = self._session.as_program(node)
        # Nodes of earlier items are told by what is written now.
        recent = replace(program, spans=self._session.recent_places)
        try:
            value = run(recent, function, example)[node]
            return value if isinstance(node.type, Selector) else _as_told(node, answer_of(program, value, example))
        except RuntimeFault as error:
            places = (recent.spans[part] for part in topological([node]) if part in recent.spans)
            return _failure(str(error), places)


def _failure(message: str, places: Iterator[Span]) -> _Failure:
    """The message without the place that it begins with, if it begins with one."""
    place = next((place for place in places if message.startswith(f"{place.place}: ")), None)
    return _Failure(message.removeprefix(f"{place.place}: ") if place else message, place)


def _as_told(node: SOp, answer: Any) -> Any:
    """The original RASP tells the whole results of divisions and of real tokens as floats too."""
    if not isinstance(answer, list) or not _is_floating(node):
        return answer
    return [float(value) if type(value) is int else value for value in answer]


def _is_floating(root: SOp) -> bool:
    floating: dict[SOp, bool] = {}
    for node in topological([root]):
        match node:
            case Input(key="tokens_float") | Elementwise(operator="/") | Constant(value=Fraction()):
                floating[node] = True
            case Elementwise(operator="if", arguments=(_, then, otherwise)):
                floating[node] = floating[then] and floating[otherwise]
            case Elementwise(operator=operator, arguments=arguments):
                floating[node] = operator in _FLOATING and any(floating[argument] for argument in arguments)
            case _:
                floating[node] = False
    return floating[root]


def nodes_in(meaning: Meaning | None) -> Iterator[SOp]:
    """The s-ops and selectors that a meaning is, or holds."""
    match meaning:
        case SOp():
            yield meaning
        case Listed(items):
            for item in items:
                yield from nodes_in(item)
        case Table(entries):
            for answer in entries.values():
                yield from nodes_in(answer)


def kind_of(values: Sequence[Any]) -> str:
    """What a sequence holds: strings, bools, ints or floats."""
    if all(isinstance(value, str) for value in values):
        return "strings"
    if all(isinstance(value, bool) for value in values):
        return "bools"
    return "ints" if all(isinstance(value, int) for value in values) else "floats"


def one_in_short(value: Any) -> str:
    """An element: T or F, a number to three digits, a token as it is."""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, float | Fraction):
        return str(round(float(value), _DIGITS))
    return str(value)


def is_constant(values: Sequence[Any]) -> bool:
    """Whether all values are equal."""
    return all(value == values[0] for value in values)


def in_short(values: Sequence[Any]) -> str:
    """A sequence, with a count where all its values are one."""
    if len(values) > 1 and is_constant(values):
        return f"[{one_in_short(values[0])}]*{len(values)}"
    return f"[{', '.join(map(one_in_short, values))}]"


def rows_of(rows: Sequence[Sequence[Any]], example: Example) -> list[str]:
    """A selector as a matrix, the example along both sides: keys across, queries down."""
    tokens = [one_in_short(token) for token in example]
    width = max(map(len, tokens))
    head = " ".join(token.rjust(width) for token in tokens)
    lines = [f"{' ' * width}   {head}"]
    for token, row in zip(tokens, rows, strict=True):
        cells = " ".join(("1" if is_selected else "").rjust(width) for is_selected in row)
        lines.append(f"{token.rjust(width)} | {cells}")
    return [line.rstrip() for line in lines]

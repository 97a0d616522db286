"""Warnings where the original RASP reads a text otherwise than most readers would.

1. What stands between two parentheses, commas and so on is a row of operands and operators.
2. The tree says how RASP groups the row; a shunting yard with Python's precedence groups it once more.
3. Where both groupings part, outermost first, the text is warned of, with both readings in parentheses. A row that is
   grouped alike, or has parentheses of its own, never is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from ..syntax import tree
from .record import Record

__all__ = ["warn_of_quirks"]

_LONGEST = 80
_COMMENT = re.compile(r"#[^\n]*")
_BINARY = {
    **{"or": 1, "and": 2},
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
    "^": 8,
}
_PREFIX = {"not": 3, "-": 7, "+": 7}
_COMPARISON = _BINARY["=="]


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """An operator with its operands; `places` are those of its words in the row, `places[0]` of a chain's first."""

    words: list[str]
    places: list[int]
    parts: list[_Part]
    node: tree.Expr | None = None


_Part = _Group | tree.Expr


def warn_of_quirks(item: tree.Item, record: Record) -> None:
    """Note every quirk that bites in an item."""
    stack = list(_expressions(item))
    while stack:
        row = _Reader(stack.pop())
        for word in row.words:
            if not isinstance(word, str):
                stack.extend(_inner(word))
        if len(row.words) > 3:
            _compare(row.group, _regrouped(row.words), record)


def _expressions(item: tree.Item) -> Iterable[tree.Expr]:
    """The expressions of an item and of the statements within it."""
    stack: list[tree.Item] = [item]
    while stack:
        match stack.pop():
            case tree.Assignment(_, values):
                yield from values
            case tree.Evaluation(value):
                yield value
            case tree.Draw(value, example):
                yield from (value,) if example is None else (value, example)
            case tree.Loop(_, iterable, body):
                yield iterable
                stack.extend(body)
            case tree.Definition(body=body, results=results):
                yield from results
                stack.extend(body)


def _inner(operand: tree.Expr) -> Iterable[tree.Expr]:
    """The expressions within an operand, each between brackets or commas of its own."""
    match operand:
        case tree.Call(function, arguments):
            return [function, *(one for one in arguments if not isinstance(one, tree.Comparator | tree.Named))]
        case tree.Index(container, keys):
            return [container, *keys]
        case tree.ListOf(items):
            return items
        case tree.TableOf(entries):
            return [part for keys, answer in entries for part in (*keys, answer)]
        case tree.Comprehension(key, value, _, iterable):
            return [value, iterable] if key is None else [key, value, iterable]
        case tree.Unary() | tree.Binary() | tree.Chain() | tree.Conditional():
            return [operand]  # in parentheses
    return []


def _operators(node: tree.Expr) -> tuple[Sequence[str], Sequence[tree.Expr]]:
    """The words of an operator in the order of the text, and its operands; nothing of what is no operator."""
    match node:
        case tree.Unary(operator, operand):
            return (operator,), (operand,)
        case tree.Binary(operator, left, right):
            return (operator,), (left, right)
        case tree.Chain(operands, operators):
            return operators, operands
        case tree.Conditional(then, condition, otherwise):
            return ("if", "else"), (then, condition, otherwise)
    return (), ()


def _is_enclosed(node: tree.Expr, place: int, parts: Sequence[tree.Expr]) -> bool:
    """Whether an operand stands in parentheses of its own, which its span leaves out."""
    start = parts[place - 1].span.stop if place else node.span.start
    before = _COMMENT.sub("", node.span.source.text[start : parts[place].span.start])
    return "(" in before


class _Reader:
    """Writes the row of an expression, as deep as it goes, and RASP's grouping of it."""

    def __init__(self, expression: tree.Expr) -> None:
        self.words: list[str | tree.Expr] = []
        self._parts: list[_Part] = []
        self._steps: list[Callable[[], None]] = [partial(self._read, expression, False)]
        while self._steps:
            self._steps.pop()()
        (self.group,) = self._parts

    def _read(self, node: tree.Expr, is_enclosed: bool) -> None:
        words, operands = _operators(node)
        if not words or is_enclosed:
            self.words.append(node)
            self._parts.append(node)
            return
        places: list[int] = []
        steps: list[Callable[[], None]] = [
            partial(self._read, operand, _is_enclosed(node, place, operands)) for place, operand in enumerate(operands)
        ]
        first = len(steps) == 1
        for word, at in zip(words, range(0 if first else 1, 2 * len(words), 2), strict=False):
            steps.insert(at, partial(self._write, word, places))
        steps.append(partial(self._close, node, list(words), places, len(operands)))
        self._steps.extend(reversed(steps))

    def _write(self, word: str, places: list[int]) -> None:
        places.append(len(self.words))
        self.words.append(word)

    def _close(self, node: tree.Expr, words: list[str], places: list[int], n_parts: int) -> None:
        parts = self._parts[-n_parts:]
        del self._parts[-n_parts:]
        self._parts.append(_Group(words, places, parts, node))


def _regrouped(words: Sequence[str | tree.Expr]) -> _Part:
    """The same row by Python's precedence (a shunting yard)."""
    parts: list[_Part] = []
    waiting: list[tuple[str, int]] = []
    follows_operand = False

    def reduce() -> None:
        word, place = waiting.pop()
        if word.startswith("prefix "):
            parts.append(_Group([word.removeprefix("prefix ")], [place], [parts.pop()]))
        elif word == "else":
            _, start = waiting.pop()
            otherwise, condition, then = parts.pop(), parts.pop(), parts.pop()
            parts.append(_Group(["if", "else"], [start, place], [then, condition, otherwise]))
        else:
            right, left = parts.pop(), parts.pop()
            parts.append(_joined(left, word, place, right))

    for place, word in enumerate(words):
        if not isinstance(word, str):
            parts.append(word)
            follows_operand = True
            continue
        if not follows_operand:
            waiting.append((f"prefix {word}", place))
            continue
        while waiting and _binds_first(waiting[-1][0], word):
            reduce()
        waiting.append((word, place))
        follows_operand = False
    while waiting:
        reduce()
    return parts[0]


def _binds_first(waiting: str, word: str) -> bool:
    """Whether an operator on the left takes the operand between, rather than the one on the right."""
    if waiting == "if":
        return False
    if waiting == "else":
        return word == "else"
    if word in ("if", "else"):
        return True
    power = _PREFIX[waiting.removeprefix("prefix ")] if waiting.startswith("prefix ") else _BINARY[waiting]
    return power > _BINARY[word] or (power == _BINARY[word] and word != "^")


def _joined(left: _Part, word: str, place: int, right: _Part) -> _Group:
    """Two operands with their operator; comparisons in a row are one chain."""
    if isinstance(left, _Group) and len(left.parts) > 1 and _BINARY.get(left.words[0]) == _BINARY[word] == _COMPARISON:
        left.words.append(word)
        left.places.append(place)
        left.parts.append(right)
        return left
    return _Group([word], [place], [left, right])


def _compare(read: _Part, expected: _Part, record: Record) -> None:
    """Warn wherever two groupings of one row part."""
    stack = [(read, expected)]
    while stack:
        read, expected = stack.pop()
        if not isinstance(read, _Group) or not isinstance(expected, _Group):
            continue
        if read.places == expected.places:
            stack.extend(zip(read.parts, expected.parts, strict=True))
        elif read.node is not None:
            hint = f"write {_written(read)} for that, or {_written(expected)}"
            record.warn(_reading(read, expected), read.node.span, hint)


def _reading(read: _Group, expected: _Group) -> str:
    """How RASP reads what Python reads otherwise."""
    last, first = read.words[-1], expected.words[0]
    if len(expected.words) > 1 and first != "if" and "in" not in expected.words:
        return "comparisons in a row are read from left to right, each of what the one before gave"
    if {last, first} == {"and", "or"}:
        return "'and' and 'or' are read from left to right, neither before the other"
    if read.words[0] == "if" and first == "if":
        return "choices in a row are read from left to right: the first is what the second chooses"
    if last == first:
        return f"{last!r} in a row is read from left to right"
    inner = next((word for word in expected.words if word != read.words[0]), first)
    return f"{inner!r} is read before {read.words[0]!r}"


def _written(group: _Group) -> str:
    """A grouping with every parenthesis written; of a long one only the outermost."""
    texts = (_text(group, depth) for depth in (12, 2, 1))
    return next((text for text in texts if len(text) <= _LONGEST), _text(group, 1))


def _text(part: _Part, depth: int) -> str:
    if not isinstance(part, _Group):
        text = " ".join(part.span.text.split())
        text = f"({text})" if _operators(part)[0] else text
        closing = text[-1] if text[-1] in ")]}" else ""
        return text if len(text) <= _LONGEST // 4 else f"{text[: _LONGEST // 4]}…{closing}"
    if depth == 0:
        first: _Part = part
        prefix = ""
        while isinstance(first, _Group):
            prefix += f"{first.words[0]} " if len(first.parts) == 1 else ""
            first = first.parts[0]
        return f"{prefix}{_text(first, 0)} …"
    inner = [_text(one, depth - 1) for one in part.parts]
    inner = [f"({one})" if isinstance(two, _Group) else one for one, two in zip(inner, part.parts, strict=True)]
    if len(inner) == 1:
        return f"{part.words[0]} {inner[0]}" if part.words[0] == "not" else f"{part.words[0]}{inner[0]}"
    if len(part.words) > 1 and part.words[0] != "if":
        links = zip(inner, part.words, inner[1:], strict=False)
        return " and ".join(f"({left} {word} {right})" for left, word, right in links)
    return " ".join(piece for pair in zip(inner, (*part.words, ""), strict=True) for piece in pair if piece)

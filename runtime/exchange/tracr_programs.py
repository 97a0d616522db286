"""Programs written with Tracr, as programs of the strict dialect.

Tracr need not be installed: what is read are the attributes of its expressions, and the names of their classes.

1. Each expression becomes a node of our graph, those that it reads first. Python functions become tables
   (`tracr_values`), predicates become selectors over tables (`tracr_selectors`): that takes the vocabulary and the
   longest length, so the program is Tracr's up to that length, and has no answer behind it.
2. The graph is written as text, and parsed: what comes back can be shown, saved, verified and compiled.

Booleans are 0 and 1 here, which Python takes for equal. Where nothing is selected and Tracr says `None`, the program
has no answer, unless a value for it is named. Encodings do not matter: the compiler here chooses its own.

Source: Lindner et al. 2023, "Tracr: Compiled Transformers as a Laboratory for Interpretability".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...dsl import Program, parse
from ...dsl.conversion.writing import Writing
from ...dsl.graph import Aggregate, Constant, Indices, Input, Length, Select, SelectorLogic, SelectorWidth, SOp
from ...dsl.syntax.printer import print_item
from ...dsl.types import Element, Int, Seq, Token, Unknown, Value
from ...errors import RuntimeFault, Source
from .tracr_selectors import selector_of, selects
from .tracr_values import Column, averages, column_of, combined, table_of, to_value

__all__ = ["from_tracr"]

_UP_TO_HERE = Select((Indices(), Indices()), "<=")
_NO_NAME = re.compile(r"\W+")


def from_tracr(
    expression: Any,
    vocabulary: Sequence[Any],
    max_length: int,
    *,
    causal: bool = False,
    undefined: Value | None = None,
) -> Program:
    """Translate an s-op of Tracr.

    Args:
        expression: the `tracr.rasp.rasp.SOp` that gives the answer.
        vocabulary: the tokens that inputs consist of, strings or numbers.
        max_length: the length of the longest input.
        causal: whether a position sees only what stands before it, as Tracr's causal evaluator has it.
        undefined: what stands for Tracr's `None`, a token or number as the values beside it; None: no answer there.

    Returns:
        A program whose `main` answers as `expression(tokens)` does on inputs up to that length.

    Raises:
        RuntimeFault: if it holds an expression that is not known, or a function whose arguments have too many values.
    """
    if max_length < 1 or not vocabulary:
        raise RuntimeFault(
            f"expected a max_length of 1 or more and a vocabulary, found {max_length} and {len(vocabulary)} tokens"
        )
    element = _element(vocabulary)
    tokens = column_of(Input((), "tokens", Seq(element), "tokens"), vocabulary)
    translation = _Translation(tokens, max_length, causal, undefined)
    root = translation.column(expression).node
    text = _written(root, translation.names, element)
    return parse(Source(text, f"<{_identifier(_name(expression))} of Tracr>"))


@dataclass(slots=True)
class _Translation:
    """Columns and selectors of the expressions met so far, by identity: Tracr's expressions do not compare."""

    tokens: Column
    max_length: int
    causal: bool
    undefined: Value | None
    names: dict[SOp, str] = field(default_factory=dict)
    _columns: dict[int, Column] = field(default_factory=dict)
    _selectors: dict[int, SOp] = field(default_factory=dict)

    def column(self, root: Any) -> Column:
        """The node of an s-op, and its possible values."""
        for expression in _in_order(root):
            if id(expression) in self._columns or id(expression) in self._selectors:
                continue
            if _kind(expression) in _SELECTORS:
                node = self._selectors[id(expression)] = self._visible(self._selector(expression))
            else:
                made = self._columns[id(expression)] = self._column(expression)
                node = made.node
            if "name" in dict(getattr(expression, "annotations", {})):
                self.names.setdefault(node, _identifier(_name(expression)))
        return self._columns[id(root)]

    def _column(self, expression: Any) -> Column:
        positions = range(self.max_length)
        match _kind(expression):
            case "TokensType":
                return self.tokens
            case "IndicesType":
                return column_of(Indices(), positions)
            case "LengthType":
                return column_of(Length(), range(1, self.max_length + 1))
            case "Full":
                return column_of(Constant((), to_value(expression.fill)), [expression.fill])
            case "ConstantSOp":
                where = column_of(Indices(), range(min(self.max_length, len(expression.value))))
                return table_of(expression.value.__getitem__, [where], self.undefined, _name(expression))
            case "LinearSequenceMap":
                factors = (expression.fst_fac, expression.snd_fac)
                return combined([self._columns[id(expression.fst)], self._columns[id(expression.snd)]], factors)
            case "SequenceMap":
                arguments = [self._columns[id(expression.fst)], self._columns[id(expression.snd)]]
                return table_of(expression.f, arguments, self.undefined, _name(expression))
            case "Map":
                return table_of(expression.f, [self._columns[id(expression.inner)]], self.undefined, _name(expression))
            case "SelectorWidth":
                width = SelectorWidth((self._selectors[id(expression.selector)],))
                return column_of(width, range(self.max_length + 1))
            case "Aggregate":
                return self._aggregate(expression)
        raise RuntimeFault(f"no expression of Tracr that is known: {type(expression).__name__}; translate it by hand")

    def _aggregate(self, expression: Any) -> Column:
        selector, kept = self._selectors[id(expression.selector)], self._columns[id(expression.sop)]
        default = None
        if expression.default is not None:
            default = column_of(Constant((), to_value(expression.default)), [expression.default])
        elif self.undefined is not None:
            default = Column(Constant((), self.undefined), {self.undefined: None})
        node = Aggregate((selector, kept.node, *([default.node] if default else ())))
        return averages(node, kept, 1 if self._selects_one(expression.selector) else self.max_length, default)

    def _selects_one(self, selector: Any) -> bool:
        """Whether it is seen that no query selects two keys: of the positions each is there once."""
        if _kind(selector) != "Select" or _kind(selector.keys) != "IndicesType":
            return False
        queries = self._columns[id(selector.queries)].values
        return queries is not None and all(
            sum(selects(selector.predicate, key, query) for key in range(self.max_length)) <= 1
            for query in queries.values()
        )

    def _selector(self, expression: Any) -> SOp:
        match _kind(expression):
            case "ConstantSelector":
                places = column_of(Indices(), range(min(self.max_length, len(expression.value))))
                return selector_of(lambda k, q: expression.value[q][k], places, places, _name(expression))
            case "SelectorAnd" | "SelectorOr" as kind:
                parts = (self._selectors[id(expression.fst)], self._selectors[id(expression.snd)])
                return SelectorLogic(parts, "and" if kind == "SelectorAnd" else "or")
            case "SelectorNot":
                return SelectorLogic((self._selectors[id(expression.inner)],), "not")
        keys, queries = self._columns[id(expression.keys)], self._columns[id(expression.queries)]
        return selector_of(expression.predicate, keys, queries, _name(expression))

    def _visible(self, selector: SOp) -> SOp:
        return SelectorLogic((selector, _UP_TO_HERE), "and") if self.causal else selector


_SELECTORS = {"Select", "ConstantSelector", "SelectorAnd", "SelectorOr", "SelectorNot"}
_KINDS = _SELECTORS | {"TokensType", "IndicesType", "LengthType", "Full", "ConstantSOp", "SelectorWidth", "Aggregate"}
_KINDS |= {"Map", "SequenceMap", "LinearSequenceMap"}


def _kind(expression: Any) -> str:
    """The narrowest of Tracr's classes that the expression is an instance of."""
    return next((kind.__name__ for kind in type(expression).__mro__ if kind.__name__ in _KINDS), "")


def _in_order(root: Any) -> Iterator[Any]:
    """Every expression that the root reads, and the root, each after what it reads."""
    stack, seen = [(root, False)], set()
    while stack:
        expression, is_ready = stack.pop()
        if is_ready:
            yield expression
        elif id(expression) not in seen:
            seen.add(id(expression))
            stack.append((expression, True))
            stack.extend((child, False) for child in reversed(list(expression.children)))


def _name(expression: Any) -> str:
    return str(getattr(expression, "name", type(expression).__name__))


def _identifier(name: str) -> str:
    """A name as the language writes one."""
    word = _NO_NAME.sub("_", name).strip("_") or "value"
    return f"_{word}" if word[0].isdigit() else word


def _element(vocabulary: Sequence[Any]) -> Element:
    """The type of the tokens, where one has exactly these values."""
    values = [to_value(token) for token in vocabulary]
    if all(isinstance(value, str) for value in values):
        return Token(tuple(sorted(str(value) for value in values)))
    whole = sorted(value for value in values if isinstance(value, int))
    is_range = len(whole) == len(values) and whole == list(range(whole[0], whole[0] + len(whole)))
    return Int(whole[0], whole[-1]) if is_range else Unknown()


def _written(root: SOp, names: dict[SOp, str], element: Element) -> str:
    """The text of a program whose last assignment, or `main`, is the root."""
    lines = [
        print_item(line.item, "cell") for line in Writing({"answer": root}, names, set(names.values()), ()).lines()
    ]
    if isinstance(element, Unknown):
        return "\n".join(lines) + "\n"
    body = "\n".join(f"    {row}" for line in lines for row in line.split("\n"))
    port = f"tokens: seq[{element}]"
    return f"main({port}) {{\n{body}\n    return answer;\n}}\n"

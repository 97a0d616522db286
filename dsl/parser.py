"""Text to syntax tree, for both dialects.

1. The text is cut into top-level items at `;` and `}` outside braces, strings and comments.
2. Each item is parsed on its own (LALR), so that one call reports the syntax faults of every item.
3. Lark's exceptions become faults (`syntax_faults`), its trees become ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

from lark import Lark, Token, v_args
from lark.exceptions import UnexpectedInput
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from ..errors import Fault, LanguageError, Source, Span
from . import tree
from .syntax_faults import syntax_fault

__all__ = ["DIALECTS", "parse_expression", "parse_items", "parse_type"]

DIALECTS = ("cell", "rasp")

_LEXEME = re.compile(r"""\#[^\n]*|"[^"\n]*"|'[^'\n]*'|[{};]""")
_DEFINED = re.compile(r"^\s*(?:def\s+|type\s+)?([A-Za-z_]\w*)\s*[=(]", re.MULTILINE)
_CONTINUED = {
    "cell": re.compile(r"(?:\s|#[^\n]*)*(?:[{;=,)\]]|->|requires\b|ensures\b)"),
    "rasp": re.compile(r"(?:\s|#[^\n]*)*[;,)\]]"),
}
_USED = re.compile(r"\s*use\s")
_WORD = re.compile(r"[A-Za-z_]\w*")
_MOST_DIGITS = 1000
_MOST_FAULTS = 100


@cache
def _parser(dialect: str, start: str) -> Lark:
    return Lark.open_from_package(
        "stdcell.grammars",
        f"{dialect}.lark",
        start=start,
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=True,
    )


def parse_items(source: Source, dialect: str) -> tuple[list[tree.Item], list[Fault]]:
    """Parse a whole program; what does not parse gives a fault, and a `Broken` item for each name in its place.

    Raises:
        LanguageError: if so much does not parse that the text is hardly a program.
    """
    items: list[tree.Item] = []
    faults: list[Fault] = []
    for start, stop in _item_ranges(source.text, dialect):
        try:
            items.append(_parse(source, dialect, "item", start, stop))
        except LanguageError as error:
            faults.extend(error.faults)
            if len(faults) >= _MOST_FAULTS:
                raise LanguageError(faults) from None
            items.extend(map(tree.Broken, _seemingly_defined(source.text[start:stop])))
    return items, faults


def parse_expression(source: Source, dialect: str = "cell") -> tree.Expr:
    """Parse one expression, such as a contract's clause.

    Raises:
        LanguageError: if the text is no expression.
    """
    expression: tree.Expr = _parse(source, dialect, "expr", 0, len(source.text))
    return expression


def parse_type(source: Source) -> tree.TypeExpr:
    """Parse one type expression of the cell dialect.

    Raises:
        LanguageError: if the text is no type.
    """
    expression: tree.TypeExpr = _parse(source, "cell", "type", 0, len(source.text))
    return expression


def _seemingly_defined(text: str) -> Iterator[str]:
    """The names that a text which does not parse was probably to define."""
    return (match[0] for match in _WORD.finditer(text)) if _USED.match(text) else iter(_DEFINED.findall(text))


def _item_ranges(text: str, dialect: str) -> Iterator[tuple[int, int]]:
    """Cut at every `;` or `}` that stands at depth 0; what is left at the end is an item too, if it is not blank."""
    depth, start = 0, 0
    for match in _LEXEME.finditer(text):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if match[0] in ";}" and depth <= 0:
            if match[0] == "}" and _CONTINUED[dialect].match(text, match.end()):
                continue  # the brace closed a vocabulary, not a body
            yield start, match.end()
            depth, start = 0, match.end()
    if _LEXEME.sub(lambda match: "" if match[0][0] == "#" else match[0], text[start:]).strip():
        yield start, len(text)


def _parse(source: Source, dialect: str, start_rule: str, start: int, stop: int) -> Any:
    """Parse `text[start:stop]`; every place in the tree counts from the start of the whole text."""
    parser, to_tree = _parser(dialect, start_rule), _ToTree(source, start)
    try:
        parsed = parser.parse(source.text[start:stop])
    except UnexpectedInput as error:
        raise LanguageError([syntax_fault(error, parser, source, start, stop)]) from None
    item = to_tree.transform(parsed)
    if to_tree.faults:
        raise LanguageError(to_tree.faults)
    return item


@v_args(meta=True)
class _ToTree(Transformer_NonRecursive[Token, Any]):
    """Lark's tree to ours; each method is named after its rule."""

    def __init__(self, source: Source, offset: int) -> None:
        super().__init__()
        self._source = source
        self._offset = offset
        self.faults: list[Fault] = []

    def _span(self, place: Meta | Token) -> Span:
        start, stop = (place.start_pos, place.end_pos)
        return Span(self._source, self._offset + (start or 0), self._offset + (stop or 0))

    def _number(self, digits: Token) -> int | Fraction:
        if len(digits) > _MOST_DIGITS:
            message = f"a number has at most {_MOST_DIGITS} digits, found {len(digits)}"
            self.faults.append(Fault(message, self._span(digits).first(1)))
            return 0
        return Fraction(str(digits)) if "." in digits else int(digits)

    def use(self, meta: Meta, children: list[Any]) -> tree.Use:
        kind, (target, version, target_span), alias, *names = children
        given = [name for name in names if name is not None]
        taken, places = tuple(map(str, given)), tuple(map(self._span, given))
        whole, kind_span = self._span(meta), self._span(kind)
        local = None if alias is None else str(alias)
        return tree.Use(str(kind), target, version, local, taken, whole, target_span, kind_span, places)

    def target(self, meta: Meta, children: list[Any]) -> tuple[str, int | None, Span]:
        text = str(children[0])
        version = int(self._number(children[1])) if len(children) > 1 and children[1] is not None else None
        return text.strip("\"'"), version, self._span(meta)

    def alias(self, meta: Meta, children: list[Any]) -> tree.Alias:
        name, type_ = children
        return tree.Alias(str(name), type_, self._span(meta), self._span(name))

    def function(self, meta: Meta, children: list[Any]) -> tree.Definition:
        signature, (body, result) = children
        return self._definition(signature, body, result, False, meta)

    def entry(self, meta: Meta, children: list[Any]) -> tree.Definition:
        signature, result = children
        return self._definition(signature, (), result, True, meta)

    def entry_block(self, meta: Meta, children: list[Any]) -> tree.Definition:
        signature, (body, result) = children
        return self._definition(signature, body, result, True, meta)

    def _definition(
        self, signature: list[Any], body: tuple[tree.Statement, ...], result: tree.Expr, is_entry: bool, meta: Meta
    ) -> tree.Definition:
        name, *rest = signature
        parameters = tuple(part for part in rest if isinstance(part, tree.Parameter))
        returns = next((part for part in rest if isinstance(part, tree.TypeExpr)), None)
        clauses = tuple(part for part in rest if isinstance(part, tree.Clause))
        return tree.Definition(str(name), parameters, returns, clauses, body, result, is_entry, self._span(name))

    def signature(self, _meta: Meta, children: list[Any]) -> list[Any]:
        return children

    def parameter(self, meta: Meta, children: list[Any]) -> tree.Parameter:
        return tree.Parameter(str(children[0]), children[1] if len(children) > 1 else None, self._span(meta))

    def clause(self, meta: Meta, children: list[Any]) -> tree.Clause:
        keyword, condition = children
        span = Span(self._source, self._span(meta).start, self._offset + (meta.end_pos or 0))
        return tree.Clause(str(keyword), condition, span)

    def block(self, _meta: Meta, children: list[Any]) -> tuple[tuple[tree.Statement, ...], tree.Expr]:
        return tuple(children[:-1]), children[-1]

    def binding(self, meta: Meta, children: list[Any]) -> tree.Binding:
        return tree.Binding(str(children[0]), children[1], self._span(meta))

    def scalar_type(self, meta: Meta, children: list[Any]) -> tree.TypeExpr:
        head, low, high = children
        return tree.TypeExpr(str(head), self._span(meta), bounds=None if low is None else (low, high))

    def token_type(self, meta: Meta, children: list[Any]) -> tree.TypeExpr:
        words = tuple(str(word)[1:-1] for word in children if word is not None)
        return tree.TypeExpr("token", self._span(meta), vocabulary=words or None)

    def container_type(self, meta: Meta, children: list[Any]) -> tree.TypeExpr:
        head, inner = children
        element = inner if isinstance(inner, tree.TypeExpr) else int(self._number(inner))
        return tree.TypeExpr(str(head), self._span(meta), element=element)

    def bound(self, _meta: Meta, children: list[Any]) -> int | Fraction:
        sign, digits = children
        value = self._number(digits)
        return -value if sign == "-" else value

    def conditional(self, meta: Meta, children: list[Any]) -> tree.Conditional:
        return tree.Conditional(children[0], children[1], children[2], self._span(meta))

    def or_(self, meta: Meta, children: list[Any]) -> tree.Binary:
        return tree.Binary("or", children[0], children[1], self._span(meta))

    def and_(self, meta: Meta, children: list[Any]) -> tree.Binary:
        return tree.Binary("and", children[0], children[1], self._span(meta))

    def not_(self, meta: Meta, children: list[Any]) -> tree.Unary:
        return tree.Unary("not", children[-1], self._span(meta))

    def sign(self, meta: Meta, children: list[Any]) -> tree.Expr:
        sign, operand = children
        return tree.Unary(str(sign), operand, self._span(meta))

    def chain(self, meta: Meta, children: list[Any]) -> tree.Expr:
        operands, operators = tuple(children[::2]), tuple(children[1::2])
        return tree.Chain(operands, operators, self._span(meta))

    def comparator(self, _meta: Meta, children: list[Any]) -> str:
        return " ".join(str(child) for child in children)

    relation = comparator

    def relation_(self, meta: Meta, children: list[Any]) -> tree.Expr:
        return tree.Chain((children[0], children[2]), (children[1],), self._span(meta))

    def logical(self, meta: Meta, children: list[Any]) -> tree.Binary:
        return self.binary(meta, children)

    def binary(self, meta: Meta, children: list[Any]) -> tree.Binary:
        left, operator, right = children
        return tree.Binary(str(operator), left, right, self._span(meta))

    def integer(self, meta: Meta, children: list[Any]) -> tree.Number:
        return tree.Number(self._number(children[0]), self._span(meta))

    decimal = integer

    def string(self, meta: Meta, children: list[Any]) -> tree.Text:
        return tree.Text(str(children[0])[1:-1], self._span(meta))

    def true(self, meta: Meta, _children: list[Any]) -> tree.Boolean:
        return tree.Boolean(True, self._span(meta))

    def false(self, meta: Meta, _children: list[Any]) -> tree.Boolean:
        return tree.Boolean(False, self._span(meta))

    def name(self, meta: Meta, children: list[Any]) -> tree.Name:
        return tree.Name(str(children[0]), self._span(meta))

    def call(self, meta: Meta, children: list[Any]) -> tree.Call:
        function, *arguments = children
        taken = tuple(argument for argument in arguments if argument is not None)
        return tree.Call(str(function), taken, self._span(function), self._span(meta))

    def list_(self, meta: Meta, children: list[Any]) -> tree.ListOf:
        return tree.ListOf(tuple(child for child in children if child is not None), self._span(meta))

    def comparator_argument(self, meta: Meta, children: list[Any]) -> tree.Comparator:
        return tree.Comparator(str(children[0]), self._span(meta))

"""Text to syntax tree, for both dialects.

1. The text is cut into top-level items at `;` and `}` outside braces, strings and comments.
2. Each item is parsed on its own (LALR), so that one call reports the syntax faults of every item.
3. Lark's exceptions are translated into faults: what was found, what was expected, a hint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken
from lark.tree import Meta

from ..errors import Fault, LanguageError, Source, Span
from . import tree

__all__ = ["DIALECTS", "parse_expression", "parse_items", "parse_type"]

DIALECTS = ("cell", "rasp")

_LEXEME = re.compile(r"""\#[^\n]*|"[^"\n]*"|'[^'\n]*'|[{};]""")
_DEFINED = re.compile(r"(?:\s|#[^\n]*\n)*(?:def\s+)?([A-Za-z_]\w*)\s*[=(]")
_DESCRIPTIONS = {
    "NAME": "a name",
    "INTEGER": "a number",
    "DECIMAL": "a number",
    "STRING": "a quoted token",
    "COMPARATOR": "a comparison",
    "$END": "the end of the text",
}
_EXPRESSION_START = {"NAME", "INTEGER", "STRING", "LPAR"}
_OPERATORS = {"COMPARATOR", "SUM", "PRODUCT", "POWER", "MOD", "MODULO", "IN", "NOT", "AND", "OR", "IF"}


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
    """Parse a whole program; what does not parse gives a fault, and a `Broken` item in its place."""
    items: list[tree.Item] = []
    faults: list[Fault] = []
    for start, stop in _item_ranges(source.text):
        try:
            items.append(_parse(source, dialect, "item", start, stop))
        except LanguageError as error:
            faults.extend(error.faults)
            defined = _DEFINED.match(source.text, start, stop)
            items.append(tree.Broken(defined[1] if defined else None))
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


def _item_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Cut at every `;` or `}` that stands at depth 0; what is left at the end is an item too, if it is not blank."""
    depth, start = 0, 0
    for match in _LEXEME.finditer(text):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if match[0] in ";}" and depth <= 0:
            rest = text[match.end() :].lstrip()
            if match[0] == "}" and rest[:1] in ("{", ";", "=", ","):
                continue  # the brace closed a vocabulary, not a body
            yield start, match.end()
            depth, start = 0, match.end()
    if _LEXEME.sub(lambda match: "" if match[0][0] == "#" else match[0], text[start:]).strip():
        yield start, len(text)


def _parse(source: Source, dialect: str, start_rule: str, start: int, stop: int) -> Any:
    """Parse `text[start:stop]`; blanks stand in for what lies before it, so that every place is the file's own."""
    # Lark counts from the start of what it is given: the text before the item is passed as an offset instead.
    text = source.text[start:stop]
    try:
        parsed = _parser(dialect, start_rule).parse(text)
    except UnexpectedInput as error:
        raise LanguageError([_translate(error, source, start, stop)]) from None
    except RecursionError:
        fault = Fault("the expression is nested too deeply", Span(source, start, stop), "name its parts")
        raise LanguageError([fault]) from None
    return _ToTree(source, start).transform(parsed)


def _translate(error: UnexpectedInput, source: Source, start: int, stop: int) -> Fault:
    """Say what was found and what was expected, in the words of the language."""
    match error:
        case UnexpectedCharacters():
            at = start + (error.pos_in_stream or 0)
            return _unreadable(source, at)
        case UnexpectedToken(token=token) if token.type != "$END":
            span = Span(source, start + (token.start_pos or 0), start + (token.end_pos or 0))
            accepts = set(error.accepts or error.expected)
            return Fault(f"expected {_expected(accepts)}, found {str(token)!r}", span, _syntax_hint(token, accepts))
        case UnexpectedToken() | UnexpectedEOF():
            end = start + len(source.text[start:stop].rstrip())
            accepts = set(getattr(error, "accepts", None) or error.expected)
            hint = "end the statement with ';'" if "SEMICOLON" in accepts else None
            span = Span(source, max(start, end - 1), end)
            return Fault(f"expected {_expected(accepts)}, found the end of the text", span, hint)
    raise AssertionError(f"an unforeseen fault of the parser: {type(error).__name__}")


def _unreadable(source: Source, at: int) -> Fault:
    character = source.text[at]
    if character in "\"'":
        return Fault("a quoted token is not closed on its line", Span(source, at, at + 1), f"close it with {character}")
    hints = {"&": "write 'and'", "|": "write 'or'", "!": "write 'not' or '!='", "“": 'quote with "'}
    return Fault(f"unexpected character {character!r}", Span(source, at, at + 1), hints.get(character))


def _expected(terminals: set[str]) -> str:
    if terminals >= _EXPRESSION_START:
        return "an expression"
    operators = {"an operator"} if len(terminals & _OPERATORS) > 1 else set()
    named = terminals - _OPERATORS if operators else terminals
    words = sorted(operators | {_DESCRIPTIONS.get(terminal) or _literal(terminal) for terminal in named})
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


@cache
def _literal(terminal: str) -> str:
    """The text of a terminal that stands for itself, quoted."""
    patterns = {t.name: t.pattern for dialect in DIALECTS for t in _parser(dialect, "item").terminals}
    pattern = patterns[terminal]
    return repr(pattern.value) if pattern.type == "str" else terminal.lower()


def _syntax_hint(token: Token, expected: set[str]) -> str | None:
    if token.type == "EQUAL" and "COMPARATOR" in expected:
        return "compare with '=='"
    if "SEMICOLON" in expected:
        return "end the statement before this with ';'"
    if token == "return":
        return "a function ends with one return"
    return None


@v_args(meta=True)
class _ToTree(Transformer[Token, Any]):
    """Lark's tree to ours; each method is named after its rule."""

    def __init__(self, source: Source, offset: int) -> None:
        super().__init__()
        self._source = source
        self._offset = offset

    def _span(self, place: Meta | Token) -> Span:
        start, stop = (place.start_pos, place.end_pos)
        return Span(self._source, self._offset + (start or 0), self._offset + (stop or 0))

    def use(self, meta: Meta, children: list[Any]) -> tree.Use:
        kind, (target, version, target_span), alias, *names = children
        taken = tuple(str(name) for name in names if name is not None)
        return tree.Use(str(kind), target, version, alias and str(alias), taken, self._span(meta), target_span)

    def target(self, meta: Meta, children: list[Any]) -> tuple[str, int | None, Span]:
        text = str(children[0])
        version = int(children[1]) if len(children) > 1 and children[1] is not None else None
        return text.strip("\"'"), version, self._span(meta)

    def alias(self, meta: Meta, children: list[Any]) -> tree.Alias:
        return tree.Alias(str(children[0]), children[1], self._span(meta))

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
        element = inner if isinstance(inner, tree.TypeExpr) else int(inner)
        return tree.TypeExpr(str(head), self._span(meta), element=element)

    def bound(self, _meta: Meta, children: list[Any]) -> int | Fraction:
        sign, digits = children
        value = int(digits) if digits.type == "INTEGER" else Fraction(str(digits))
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
        return tree.Number(int(children[0]), self._span(meta))

    def decimal(self, meta: Meta, children: list[Any]) -> tree.Number:
        return tree.Number(Fraction(str(children[0])), self._span(meta))

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

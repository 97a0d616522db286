"""Lark's trees to ours; each method is named after its rule in the grammars."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from lark import Token, v_args
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from ...errors import Fault, Source, Span
from . import tree

__all__ = ["TreeBuilder"]

_MOST_DIGITS = 1000


def _given(children: list[Any]) -> tuple[Any, ...]:
    """The children that the text has."""
    return tuple(child for child in children if child is not None)


@v_args(meta=True)
class TreeBuilder(Transformer_NonRecursive[Token, Any]):
    """Builds the tree of one item, whose text begins at `offset` of the source; `faults` tells what it found."""

    def __init__(self, source: Source, offset: int) -> None:
        super().__init__()
        self._source = source
        self._offset = offset
        self.faults: list[Fault] = []

    def _span(self, place: Meta | Token) -> Span:
        start, stop = (getattr(place, "start_pos", 0), getattr(place, "end_pos", 0))
        return Span(self._source, self._offset + (start or 0), self._offset + (stop or 0))

    def _spans(self, tokens: tuple[Token, ...]) -> tuple[Span, ...]:
        return tuple(map(self._span, tokens))

    def _number(self, digits: Token) -> int | Fraction:
        if len(digits) > _MOST_DIGITS:
            message = f"a number has at most {_MOST_DIGITS} digits, found {len(digits)}"
            self.faults.append(Fault(message, self._span(digits).first(1)))
            return 0
        return Fraction(str(digits)) if "." in digits else int(digits)

    # Imports and types.

    def use(self, meta: Meta, children: list[Any]) -> tree.Use:
        kind, (target, version, target_span), alias, names = children
        return self._use(kind, target, version, (), alias, names, self._span(meta), target_span)

    def use_where(self, meta: Meta, children: list[Any]) -> tree.Use:
        kind, *rest, alias, names = children
        wanted = tuple(part for part in rest if isinstance(part, tree.Wanted))
        asked = Span(self._source, wanted[0].span.start, wanted[-1].span.stop)
        return self._use(kind, "", None, wanted, alias, names, self._span(meta), asked)

    def _use(
        self,
        kind: Token,
        target: str,
        version: int | None,
        wanted: Any,
        alias: Any,
        names: Any,
        span: Span,
        target_span: Span,
    ) -> tree.Use:
        taken: tuple[Token, ...] = names or ()
        local = None if alias is None else str(alias)
        alias_span = None if alias is None else self._span(alias)
        return tree.Use(
            str(kind),
            target,
            version,
            wanted,
            local,
            tuple(map(str, taken)),
            span,
            target_span,
            self._span(kind),
            alias_span,
            self._spans(taken),
        )

    def target(self, meta: Meta, children: list[Any]) -> tuple[str, int | None, Span]:
        text = str(children[0])
        version = int(self._number(children[1])) if len(children) > 1 and children[1] is not None else None
        return text[1:-1] if text[0] in "\"'" else text, version, self._span(meta)

    def wanted(self, meta: Meta, children: list[Any]) -> tree.Wanted:
        subject, comparison, literal = children
        value = literal if isinstance(literal, int | Fraction) else literal.value
        return tree.Wanted(str(subject), str(comparison or "=="), value, self._span(meta))

    def alias(self, meta: Meta, children: list[Any]) -> tree.Alias:
        name, type_ = children
        return tree.Alias(str(name), type_, self._span(meta), self._span(name))

    def scalar_type(self, meta: Meta, children: list[Any]) -> tree.TypeExpr:
        head, bounds = children
        return tree.TypeExpr(str(head), self._span(meta), bounds=bounds)

    def token_type(self, meta: Meta, children: list[Any]) -> tree.TypeExpr:
        words = tuple(str(word)[1:-1] for word in _given(children))
        return tree.TypeExpr("token", self._span(meta), vocabulary=words or None)

    def container_type(self, meta: Meta, children: list[Any]) -> tree.TypeExpr:
        head, inner = children
        element = inner if isinstance(inner, tree.TypeExpr) else int(self._number(inner))
        return tree.TypeExpr(str(head), self._span(meta), element=element)

    def range_from(self, _meta: Meta, children: list[Any]) -> tuple[Any, Any]:
        return children[0], children[1]

    def range_to(self, _meta: Meta, children: list[Any]) -> tuple[Any, Any]:
        return None, children[0]

    def signed(self, _meta: Meta, children: list[Any]) -> int | Fraction:
        sign, digits = children
        value = self._number(digits)
        return -value if sign == "-" else value

    # Definitions.

    def function(self, meta: Meta, children: list[Any]) -> tree.Definition:
        signature, (body, results) = children
        return self._definition(signature, body, results, False, meta)

    def entry(self, meta: Meta, children: list[Any]) -> tree.Definition:
        signature, result = children
        return self._definition(signature, (), (result,), True, meta)

    def entry_block(self, meta: Meta, children: list[Any]) -> tree.Definition:
        signature, (body, results) = children
        return self._definition(signature, body, results, True, meta)

    def token_function(self, meta: Meta, children: list[Any]) -> tree.Definition:
        return self._of_tokens(children, False, meta)

    def token_entry(self, meta: Meta, children: list[Any]) -> tree.Definition:
        return self._of_tokens(children, True, meta)

    def _of_tokens(self, children: list[Any], is_entry: bool, meta: Meta) -> tree.Definition:
        head, token, (body, results) = children
        return self._definition([*head, tree.TypeExpr("token", self._span(token))], body, results, is_entry, meta)

    def definition(self, meta: Meta, children: list[Any]) -> tree.Definition:
        name, names, (body, results) = children
        parameters = [
            tree.Parameter(str(given), None, None, self._span(given), self._span(given)) for given in names or ()
        ]
        return self._definition([name, *parameters], body, results, False, meta)

    def _definition(
        self,
        signature: list[Any],
        body: tuple[tree.Statement, ...],
        results: tuple[tree.Expr, ...],
        is_entry: bool,
        meta: Meta,
    ) -> tree.Definition:
        name, *rest = signature
        generic = tuple(part for part in rest if isinstance(part, tree.TypeParameter))
        parameters = tuple(part for part in rest if isinstance(part, tree.Parameter))
        returns = tuple(part for part in rest if isinstance(part, tree.TypeExpr))
        clauses = tuple(part for part in rest if isinstance(part, tree.Clause))
        return tree.Definition(
            str(name),
            generic,
            parameters,
            returns[0] if returns else None,
            clauses,
            body,
            results,
            is_entry,
            self._span(meta),
            self._span(name),
        )

    def signature(self, _meta: Meta, children: list[Any]) -> list[Any]:
        head, *rest = children
        return [*head, *rest]

    def head(self, _meta: Meta, children: list[Any]) -> list[Any]:
        return children

    def type_parameter(self, meta: Meta, children: list[Any]) -> tree.TypeParameter:
        return tree.TypeParameter(str(children[0]), children[1], self._span(meta))

    def parameter(self, meta: Meta, children: list[Any]) -> tree.Parameter:
        name, type_, default = children
        return tree.Parameter(str(name), type_, default, self._span(meta), self._span(name))

    def clause(self, meta: Meta, children: list[Any]) -> tree.Clause:
        keyword, condition = children
        return tree.Clause(str(keyword), condition, self._span(meta))

    # Statements.

    def block(self, _meta: Meta, children: list[Any]) -> tuple[tuple[tree.Statement, ...], tuple[tree.Expr, ...]]:
        *body, results = children
        return tuple(body), results if isinstance(results, tuple) else (results,)

    def assignment(self, meta: Meta, children: list[Any]) -> tree.Assignment:
        if isinstance(children[0], tuple):
            names, values = children
            return tree.Assignment(tuple(map(str, names)), values, None, self._span(meta), self._spans(names))
        name, type_, value = children
        return tree.Assignment((str(name),), (value,), type_, self._span(meta), (self._span(name),))

    def evaluation(self, meta: Meta, children: list[Any]) -> tree.Evaluation:
        return tree.Evaluation(children[0], self._span(meta))

    def loop(self, meta: Meta, children: list[Any]) -> tree.Loop:
        names, _in, iterable, *body = children
        return tree.Loop(tuple(map(str, names)), iterable, tuple(body), self._span(meta), self._spans(names))

    def load(self, meta: Meta, children: list[Any]) -> tree.Load:
        return tree.Load(str(children[0])[1:-1], self._span(meta), self._span(children[0]))

    def draw(self, meta: Meta, children: list[Any]) -> tree.Draw:
        return tree.Draw(children[0], children[1], self._span(meta))

    def names(self, _meta: Meta, children: list[Any]) -> tuple[Token, ...]:
        return tuple(children)

    def values(self, _meta: Meta, children: list[Any]) -> tuple[tree.Expr, ...]:
        return tuple(children)

    # Commands of RASP's interactive reader.

    def set_example(self, meta: Meta, children: list[Any]) -> tree.Command:
        words, example = children
        return tree.Command("set example", _subset(words), example, self._span(meta))

    def show_example(self, meta: Meta, children: list[Any]) -> tree.Command:
        return tree.Command("show example", _subset(children[0]), None, self._span(meta))

    def examples(self, meta: Meta, children: list[Any]) -> tree.Command:
        return tree.Command("examples", _subset(children[0]), children[0].split()[-1], self._span(meta))

    def display(self, meta: Meta, children: list[Any]) -> tree.Command:
        return tree.Command("full seq display", None, children[0].split()[-1], self._span(meta))

    def leave(self, meta: Meta, _children: list[Any]) -> tree.Command:
        return tree.Command("exit", None, None, self._span(meta))

    # Expressions.

    def conditional(self, meta: Meta, children: list[Any]) -> tree.Conditional:
        return tree.Conditional(children[0], children[1], children[2], self._span(meta))

    def not_(self, meta: Meta, children: list[Any]) -> tree.Unary:
        return tree.Unary("not", children[-1], self._span(meta))

    def sign(self, meta: Meta, children: list[Any]) -> tree.Unary:
        sign, operand = children
        return tree.Unary(str(sign), operand, self._span(meta))

    def chain(self, meta: Meta, children: list[Any]) -> tree.Chain:
        return tree.Chain(tuple(children[::2]), tuple(children[1::2]), self._span(meta))

    def comparator(self, _meta: Meta, children: list[Any]) -> str:
        return " ".join(map(str, children))

    def compared(self, meta: Meta, children: list[Any]) -> tree.Chain:
        return tree.Chain((children[0], children[2]), (str(children[1]),), self._span(meta))

    membership = compared

    def quantifier(self, meta: Meta, children: list[Any]) -> tree.Quantifier:
        operator, names, _in, domain, body = children
        return tree.Quantifier(
            str(operator), tuple(map(str, names)), domain, body, self._span(meta), self._spans(names)
        )

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
        return tree.Call(function, _given(arguments), self._span(meta))

    def index(self, meta: Meta, children: list[Any]) -> tree.Index:
        container, *keys = children
        return tree.Index(container, tuple(keys), self._span(meta))

    def list_(self, meta: Meta, children: list[Any]) -> tree.ListOf:
        return tree.ListOf(_given(children), self._span(meta))

    def table(self, meta: Meta, children: list[Any]) -> tree.TableOf:
        return tree.TableOf(_given(children), self._span(meta))

    def table_entry(self, _meta: Meta, children: list[Any]) -> tuple[tuple[tree.Expr, ...], tree.Expr]:
        *keys, value = children
        return tuple(keys), value

    def list_comprehension(self, meta: Meta, children: list[Any]) -> tree.Comprehension:
        value, names, _in, iterable = children
        return self._comprehension(meta, None, value, names, iterable)

    def table_comprehension(self, meta: Meta, children: list[Any]) -> tree.Comprehension:
        key, value, names, _in, iterable = children
        return self._comprehension(meta, key, value, names, iterable)

    def _comprehension(
        self, meta: Meta, key: tree.Expr | None, value: tree.Expr, names: tuple[Token, ...], iterable: tree.Expr
    ) -> tree.Comprehension:
        return tree.Comprehension(key, value, tuple(map(str, names)), iterable, self._span(meta), self._spans(names))

    def comparator_argument(self, meta: Meta, children: list[Any]) -> tree.Comparator:
        return tree.Comparator(str(children[0]), self._span(meta))

    def named(self, meta: Meta, children: list[Any]) -> tree.Named:
        name, value = children
        return tree.Named(str(name), value, self._span(meta), self._span(name))


def _subset(words: str) -> str | None:
    """The kind of values that a command speaks of; None for all."""
    return next((word for word in words.split() if word in ("s-op", "selector")), None)

"""Syntax tree to text in the canonical layout, with exactly the parentheses that the dialect's precedence needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from . import tree
from .layout import LINE, SOFT, SPACE, Bracket, Document, Group, Indent, Piece, Rows, lay_out

__all__ = ["TreePrinter", "print_expression", "print_item", "print_type"]


def print_item(item: tree.Item, dialect: str) -> str:
    """The text of one item, of several lines where it needs them."""
    return lay_out(TreePrinter(dialect).item(item))


def print_expression(expression: tree.Expr, dialect: str) -> str:
    """The text of an expression, of several lines where it is long."""
    return lay_out(TreePrinter(dialect).expression(expression))


def print_type(type_expr: tree.TypeExpr) -> str:
    """The text of a type."""
    return lay_out(_type(type_expr))


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = {"use", "as", "where", "type", "token", "def", "return", "requires", "ensures", "forall", "exists"}
_RESERVED |= {"if", "else", "implies", "and", "or", "in", "not", "True", "False", "mod"}
# How tightly each kind of expression binds; the operands of one are of its level or of a tighter one.
_LEVELS = {
    "cell": {"if": 0, ">>": 1, "implies": 2, "or": 3, "and": 4, "not": 5, "compare": 6, "+": 7, "-": 7}
    | {"*": 8, "/": 8, "%": 8, "mod": 8, "sign": 9, "^": 10, "postfix": 11, "atom": 12},
    "rasp": {"in": 0, "if": 1, "and": 2, "or": 2, "compare": 3, "+": 4, "-": 4, "%": 5, "*": 6, "/": 6}
    | {"^": 7, "not": 8, "sign": 8, "postfix": 9, "atom": 12},
}
_LOGIC = {">>", "implies", "and", "or"}
_Operators = tree.Binary | tree.Chain | tree.Conditional


def _number(value: int | Fraction) -> str:
    """A number as a program writes it: a fraction as a decimal, even where it is whole."""
    if isinstance(value, int):
        return str(value)
    n_decimals = 1
    while (value * 10**n_decimals).denominator != 1:
        n_decimals += 1
        assert n_decimals <= value.denominator.bit_length(), f"no decimal equals {value}"
    digits = f"{int(abs(value) * 10**n_decimals):0{n_decimals + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-n_decimals]}.{digits[-n_decimals:]}"


def _quoted(text: str) -> str:
    quote = "'" if '"' in text else '"'
    assert quote not in text and "\n" not in text, f"no quoted token holds {text!r}"
    return f"{quote}{text}{quote}"


def _literal(value: int | Fraction | str | bool) -> str:
    return _quoted(value) if isinstance(value, str) else str(value) if isinstance(value, bool) else _number(value)


def _bracket(opening: str, parts: list[tuple[Document, int, int]], closing: str, after: int) -> Bracket:
    """A list between brackets, with commas."""
    pieces = [Piece((contents, ","), start, stop) for contents, start, stop in parts]
    if pieces:
        pieces[-1].contents = parts[-1][0]
    return Bracket(opening, tuple(pieces), closing, after)


def _type(type_expr: tree.TypeExpr) -> Document:
    head, bounds = type_expr.head, type_expr.bounds
    if type_expr.element is not None:
        inner = type_expr.element
        return (f"{head}[", str(inner) if isinstance(inner, int) else _type(inner), "]")
    if type_expr.vocabulary is not None:
        words = [f"{_quoted(word)}," for word in type_expr.vocabulary]
        words[-1] = words[-1][:-1]
        lines = tuple(part for word in words for part in (SPACE, word))[1:]
        return Group((f"{head} {{", Indent((SOFT, lines)), SOFT, "}"))
    if bounds is None:
        return head
    low, high = ("" if bound is None else _number(bound) for bound in bounds)
    return f"{head} {low}..{high}"


@dataclass(frozen=True, slots=True)
class Operand:
    """An operand after its operator, the level that its place asks for, and whether nothing follows it."""

    operator: str
    expression: tree.Expr
    least: int
    is_last: bool = False


class TreePrinter:
    """Documents of the trees of one dialect."""

    def __init__(self, dialect: str) -> None:
        self._levels = _LEVELS[dialect]
        self._is_rasp = dialect == "rasp"

    def expression(self, expression: tree.Expr, least: int = 0, is_last: bool = True) -> Document:
        """An expression, in parentheses where its place asks for a tighter level.

        A quantifier reaches as far to the right as it can: it stands in parentheses unless nothing follows it.
        """
        reaches_too_far = isinstance(expression, tree.Quantifier) and not is_last
        if self._level(expression) >= least and not reaches_too_far:
            return self._bare(expression, is_last)
        return Group(("(", Indent((SOFT, self._bare(expression, True))), SOFT, ")"))

    def _level(self, expression: tree.Expr) -> int:
        match expression:
            case tree.Binary(operator):
                kind = operator
            case tree.Chain():
                kind = expression.operators[0] if expression.operators[0] in self._levels else "compare"
            case tree.Unary("not") | tree.Quantifier():
                kind = "not"
            case tree.Unary():
                kind = "sign"
            case tree.Conditional():
                kind = "if"
            case tree.Call() | tree.Index():
                kind = "postfix"
            case _:
                kind = "atom"
        return self._levels[kind]

    def _bare(self, expression: tree.Expr, is_last: bool) -> Document:
        match expression:
            case tree.Name(name):
                return name
            case tree.Number(value) | tree.Text(value) | tree.Boolean(value):
                return _literal(value)
            case tree.Unary(operator, operand):
                mark = "not " if operator == "not" else operator
                return (mark, self.expression(operand, self._level(expression), is_last))
            case tree.Binary() | tree.Chain() | tree.Conditional():
                return self._operation(expression, is_last)
            case tree.Quantifier(operator, names, domain, body):
                within = "" if domain is None else (" in ", self.expression(domain))
                lines = Indent((SPACE, self.expression(body)))
                return Group((f"{operator} {', '.join(names)}", within, ":", lines))
            case tree.Call(function, arguments):
                return self._postfix(function, "(", [self._argument(argument) for argument in arguments], ")")
            case tree.Index(container, keys):
                return self._postfix(container, "[", [self._piece(key) for key in keys], "]")
            case tree.ListOf(items, span):
                return _bracket("[", [self._piece(element) for element in items], "]", span.start)
            case tree.TableOf(entries, span):
                return _bracket("{", [self._entry(keys, value) for keys, value in entries], "}", span.start)
            case tree.Comprehension():
                return self._comprehension(expression)

    def _piece(self, expression: tree.Expr) -> tuple[Document, int, int]:
        return self.expression(expression), expression.span.start, expression.span.stop

    def _postfix(
        self, function: tree.Expr, opening: str, parts: list[tuple[Document, int, int]], closing: str
    ) -> Document:
        bracket = _bracket(opening, parts, closing, function.span.stop)
        return (self.expression(function, self._levels["postfix"], False), bracket)

    def _argument(self, argument: tree.Argument) -> tuple[Document, int, int]:
        match argument:
            case tree.Comparator(symbol, span):
                return symbol, span.start, span.stop
            case tree.Named(name, value, span):
                return (name, "=", self._within(value)), span.start, span.stop
        return self._piece(argument)

    def _entry(self, keys: tuple[tree.Expr, ...], value: tree.Expr) -> tuple[Document, int, int]:
        key: Document = self.expression(keys[0])
        if len(keys) > 1:
            key = ("(", key, tuple((", ", self.expression(other)) for other in keys[1:]), ")")
        return (key, ": ", self._within(value)), keys[0].span.start, value.span.stop

    def _comprehension(self, expression: tree.Comprehension) -> Bracket:
        value = expression.value
        head: tuple[Document, int, int] = (self.expression(value), value.span.start, value.span.stop)
        if expression.key is not None:
            head = self._entry((expression.key,), value)
        source = (f"for {', '.join(expression.names)} in ", self._within(expression.iterable))
        start, stop = expression.name_spans[0].start, expression.iterable.span.stop
        opening, closing = "[]" if expression.key is None else "{}"
        return Bracket(opening, (Piece(*head), Piece(source, start, stop)), closing, expression.span.start)

    def _operation(self, expression: _Operators, is_last: bool) -> Document:
        """Operands and operators: on one line, or each operand on a line, after its operator."""
        operands = self._operands(expression)
        lines: list[Document] = []
        pieces = []
        for n, operand in enumerate(operands):
            is_end = operand.is_last or (is_last and n == len(operands) - 1)
            mark = f"{operand.operator} " if operand.operator else ""
            line = (mark, self._within(operand.expression, operand.least, is_end))
            pieces.append(Piece(line, operand.expression.span.start, operand.expression.span.stop))
            lines += (SPACE, pieces[-1])
        contents = Group(tuple(lines[1:]))
        if isinstance(expression, tree.Conditional) or (
            isinstance(expression, tree.Binary) and expression.operator in _LOGIC
        ):
            return Rows(contents, tuple(pieces), expression.span.start, expression.span.stop)
        return contents

    def _operands(self, expression: _Operators) -> list[Operand]:
        match expression:
            case tree.Conditional():
                return self._alternatives(expression)
            case tree.Chain(operands, operators):
                level = self._level(expression)
                first, others = (level, level + 1) if self._is_rasp else (level + 1, level + 1)
                parts = zip(operators, operands[1:], strict=True)
                return [Operand("", operands[0], first), *(Operand(*part, others) for part in parts)]
            case tree.Binary("^", left, right) if not self._is_rasp:
                return [Operand("", left, self._levels["postfix"]), Operand("^", right, self._levels["sign"])]
            case tree.Binary("implies"):
                return self._to_the_right(expression)
        return self._to_the_left(expression)

    def _to_the_left(self, expression: tree.Expr) -> list[Operand]:
        level, operands = self._level(expression), list[Operand]()
        while isinstance(expression, tree.Binary) and self._level(expression) == level:
            operands.append(Operand(expression.operator, expression.right, level + 1))
            expression = expression.left
        return [Operand("", expression, level), *reversed(operands)]

    def _to_the_right(self, expression: tree.Expr) -> list[Operand]:
        level, operands, operator = self._level(expression), list[Operand](), ""
        while isinstance(expression, tree.Binary) and self._level(expression) == level:
            operands.append(Operand(operator, expression.left, level + 1))
            operator, expression = expression.operator, expression.right
        return [*operands, Operand(operator, expression, level)]

    def _alternatives(self, expression: tree.Expr) -> list[Operand]:
        """A choice and those within it: in RASP its first part is the choice before, else its last part the next."""
        level, operands = self._levels["if"], list[Operand]()
        if self._is_rasp:
            while isinstance(expression, tree.Conditional):
                operands += (Operand("else", expression.otherwise, level + 1), Operand("if", expression.condition, 0))
                expression = expression.then
            return [Operand("", expression, level), *reversed(operands)]
        word = ""
        while isinstance(expression, tree.Conditional):
            condition = Operand("if", expression.condition, level + 1, is_last=True)
            operands += (Operand(word, expression.then, level + 1), condition)
            word, expression = "else", expression.otherwise
        return [*operands, Operand(word, expression, level)]

    def _within(self, expression: tree.Expr, least: int = 0, is_last: bool = True) -> Document:
        """An expression behind something on its line, so that its further lines stand further to the right."""
        document = self.expression(expression, least, is_last)
        return Indent(document) if isinstance(expression, _Operators) and self._level(expression) >= least else document

    def _after(self, word: str, expressions: tuple[tree.Expr, ...]) -> Document:
        """A keyword or sign and the expressions after it; operations that do not fit begin on the next line."""
        if len(expressions) > 1:
            spans = expressions[0].span, expressions[-1].span
            pieces = _bracket("", [self._piece(expression) for expression in expressions], "", 0).pieces
            lines = tuple(part for piece in pieces for part in (SPACE, piece))
            return Group((word, Rows(Indent(lines), pieces, spans[0].start, spans[1].stop)))
        document = self.expression(expressions[0])
        if isinstance(expressions[0], _Operators):
            return Group((word, Indent((SPACE, document))))
        return (word, " ", document)

    def item(self, item: tree.Item) -> Document:
        """An item of a program, or a statement of a body."""
        match item:
            case tree.Use():
                return self._use(item)
            case tree.Alias(name, type_expr):
                return (f"type {name} = ", _type(type_expr), ";")
            case tree.Assignment(names, values, type_expr):
                type_ = "" if type_expr is None else (": ", _type(type_expr))
                return (", ".join(names), type_, self._after(" =", values), ";")
            case tree.Evaluation(value):
                return (self._within(value), ";")
            case tree.Definition():
                return self._definition(item)
            case tree.Loop(names, iterable, body):
                head = (f"for {', '.join(names)} in ", self._within(iterable), " ")
                return (*head, self._block(body, (), iterable.span.stop))
            case tree.Load(target):
                return f"load {_quoted(target)};"
            case tree.Draw(value, example, span):
                arguments = [self._piece(part) for part in (value, example) if part is not None]
                return (_bracket("draw(", arguments, ")", span.start), ";")
            case tree.Command():
                return self._command(item)
        raise AssertionError(f"no text of {type(item).__name__} is known")

    def _use(self, use: tree.Use) -> Document:
        parts: list[Document] = [f"use {use.kind}"]
        if use.wanted:
            wanted = [f"{part.subject} {part.comparison} {_literal(part.value)}" for part in use.wanted]
            lines = tuple(part for text in wanted[1:] for part in (SPACE, f"and {text}"))
            parts.append(Group((" where", Indent((SPACE, wanted[0], lines)))))
        elif _NAME.fullmatch(use.target) and use.target not in _RESERVED:
            parts.append(f" {use.target}" + (f"@{use.version}" if use.version is not None else ""))
        else:
            parts.append(f" {_quoted(use.target)}")
        if use.alias is not None:
            parts.append(f" as {use.alias}")
        if use.names:
            names = [(name, span.start, span.stop) for name, span in zip(use.names, use.name_spans, strict=True)]
            parts += (" ", _bracket("(", list(names), ")", (use.alias_span or use.target_span).stop))
        return (*parts, ";")

    def _command(self, command: tree.Command) -> Document:
        """A command, on one line, with which it ends."""
        match command:
            case tree.Command("set example" | "show example" as kind, subset, example):
                verb, noun = kind.split()
                value = "" if example is None or isinstance(example, str) else self.expression(example)
                words = [verb, subset, noun, lay_out(value, width=inf)]
            case tree.Command(kind, subset, switch):
                words = [subset, kind, switch if isinstance(switch, str) else None]
        return " ".join(word for word in words if word)

    def _definition(self, definition: tree.Definition) -> Document:
        head, after = self._head(definition)
        results, is_formula = definition.results, definition.is_entry and not definition.body
        body = (self._after("=", results), ";") if is_formula else self._block(definition.body, results, after)
        if not definition.clauses:
            return (head, " ", body)
        clauses = tuple(
            Piece(self._after(clause.kind, (clause.condition,)), clause.span.start, clause.span.stop)
            for clause in definition.clauses
        )
        span = definition.span
        last = Piece(body, results[0].span.start if is_formula else span.stop, span.stop)
        first = Piece(head, span.start, after)
        lines: Document = Indent(tuple(part for clause in clauses for part in (LINE, clause)))
        end: Document = Indent((LINE, last)) if is_formula else (LINE, last)
        return Rows((first, lines, end), (first, *clauses, last), span.start, span.stop)

    def _head(self, definition: tree.Definition) -> tuple[Document, int]:
        """What stands before the contract, and where its last named part ends in the source."""
        after = definition.name_span.stop
        generics: Document = ""
        if definition.type_parameters:
            kinds = [self._type_parameter(parameter) for parameter in definition.type_parameters]
            generics = _bracket("[", kinds, "]", after)
            after = definition.type_parameters[-1].span.stop
        parameters = _bracket("(", [self._parameter(part) for part in definition.parameters], ")", after)
        after = max([after, *(part.span.stop for part in definition.parameters)])
        returns: Document = ""
        if definition.returns is not None:
            returns, after = (" -> ", _type(definition.returns)), definition.returns.span.stop
        return (f"{'' if definition.is_entry else 'def '}{definition.name}", generics, parameters, returns), after

    def _type_parameter(self, parameter: tree.TypeParameter) -> tuple[Document, int, int]:
        bound = "" if parameter.bound is None else (": ", _type(parameter.bound))
        return (parameter.name, bound), parameter.span.start, parameter.span.stop

    def _parameter(self, parameter: tree.Parameter) -> tuple[Document, int, int]:
        typed = "" if parameter.type is None else (": ", _type(parameter.type))
        equals = "=" if parameter.type is None else " = "
        default = "" if parameter.default is None else (equals, self._within(parameter.default))
        return (parameter.name, typed, default), parameter.span.start, parameter.span.stop

    def _block(self, body: tuple[tree.Statement, ...], results: tuple[tree.Expr, ...], after: int) -> Bracket:
        pieces = [Piece(self.item(statement), statement.span.start, statement.span.stop) for statement in body]
        if results:
            answer = (self._after("return", results), ";")
            pieces.append(Piece(answer, results[0].span.start, results[-1].span.stop))
        return Bracket("{", tuple(pieces), "}", after, is_block=True)

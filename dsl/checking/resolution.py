"""Which definition every name of a text refers to, read off the tree alone: called or not, with faults or without.

A strict function sees the names before it. A RASP function sees the names of the texts around it whenever it is
called, so that its body is read after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...errors import Span
from ..syntax import tree

__all__ = ["Name", "Resolution", "resolve"]


@dataclass(slots=True)
class Name:
    """A name that a text defines, and where it is read or set again."""

    name: str
    kind: str
    span: Span
    uses: list[Span] = field(default_factory=list)
    is_local: bool = False
    definition: tree.Definition | tree.Use | tree.Alias | None = None


@dataclass(slots=True)
class Resolution:
    """The names of a text, and those that nothing in it defines, each with the definition that it stands in."""

    names: list[Name] = field(default_factory=list)
    unresolved: list[tuple[tree.Name, tree.Definition | None]] = field(default_factory=list)


def resolve(items: Iterable[tree.Item], dialect: str, imports: Mapping[Span, Iterable[str]]) -> Resolution:
    """Resolve the names of a text; `imports` are the names that each `use` and `load` brings, by its place."""
    resolution = Resolution()
    scope = _Scope(resolution, dialect == "cell", imports)
    scope.items(items)
    scope.close()
    return resolution


@dataclass(slots=True)
class _Scope:
    """The names of one text or body; what is put off is read when the body is closed."""

    resolution: Resolution
    is_strict: bool
    imports: Mapping[Span, Iterable[str]]
    parent: _Scope | None = None
    within: tree.Definition | None = None
    names: dict[str, Name] = field(default_factory=dict)
    types: dict[str, Name] = field(default_factory=dict)
    late: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        """Read the bodies that were put off."""
        for read in self.late:
            read()

    def inner(self, within: tree.Definition | None) -> _Scope:
        """The scope of a body."""
        return _Scope(self.resolution, self.is_strict, self.imports, self, within or self.within)

    def define(self, name: str, kind: str, span: Span, definition: tree.Definition | tree.Use | None = None) -> None:
        """A name from here on; setting it again is a use of it."""
        if name in self.names and not self.is_strict:
            self.names[name].uses.append(span)
            return
        self.names[name] = Name(name, kind, span, [], self.parent is not None, definition)
        self.resolution.names.append(self.names[name])

    def items(self, items: Iterable[tree.Item]) -> None:
        """Read items in order."""
        for item in items:
            match item:
                case tree.Broken(name, span):
                    self.define(name, "variable", span)
                case tree.Use():
                    self._use(item)
                case tree.Alias():
                    self.type(item.type)
                    self._define_type(item.name, item.name_span, item)
                case tree.Command(argument=argument):
                    if argument is not None and not isinstance(argument, str):
                        self.expression(argument)
                case _:
                    self.statement(item)

    def _define_type(self, name: str, span: Span, definition: tree.Alias | None = None) -> None:
        self.types[name] = Name(name, "type", span, [], self.parent is not None, definition)
        self.resolution.names.append(self.types[name])

    def _use(self, use: tree.Use) -> None:
        kind = "import" if use.kind == "program" else "cell"
        if use.alias:
            self.define(use.alias, kind, use.alias_span or use.target_span, use)
        elif use.names:
            for name, span in zip(use.names, use.name_spans, strict=True):
                self.define(name, kind, span, use)
        else:
            for name in self.imports.get(use.span, (use.target,) if kind == "cell" else ()):
                self.define(name, kind, use.target_span, use)

    def statement(self, statement: tree.Statement) -> None:
        """Read a statement."""
        match statement:
            case tree.Assignment(names, values, type_):
                self.expressions(values)
                if type_ is not None:
                    self.type(type_)
                for name, span in zip(names, statement.name_spans, strict=True):
                    self.define(name, "variable", span)
            case tree.Definition():
                self._definition(statement)
            case tree.Loop(names, iterable, body):
                self.expression(iterable)
                for name, span in zip(names, statement.name_spans, strict=True):
                    self.define(name, "variable", span)
                for inner in body:
                    self.statement(inner)
            case tree.Evaluation(value):
                self.expression(value)
            case tree.Draw(value, example):
                self.expressions([value] if example is None else [value, example])
            case tree.Load():
                for name in self.imports.get(statement.span, ()):
                    self.define(name, "import", statement.target_span)

    def _definition(self, definition: tree.Definition) -> None:
        kind = "entry" if definition.is_entry else "function"
        if self.is_strict:
            # A strict function does not see itself.
            self._body(definition)
            self.define(definition.name, kind, definition.name_span, definition)
            return
        self.define(definition.name, kind, definition.name_span, definition)
        self.late.append(lambda: self._body(definition))

    def _body(self, definition: tree.Definition) -> None:
        scope = self.inner(definition)
        for generic in definition.type_parameters:
            if generic.bound is not None:
                scope.type(generic.bound)
            scope._define_type(generic.name, generic.span)
        for parameter in definition.parameters:
            if parameter.type is not None:
                scope.type(parameter.type)
            if parameter.default is not None:
                self.expression(parameter.default)
            scope.define(parameter.name, "parameter", parameter.name_span)
        if definition.returns is not None:
            scope.type(definition.returns)
        promised = scope.inner(None)
        promised.names["result"] = Name("result", "variable", definition.name_span)
        for clause in definition.clauses:
            promised.expression(clause.condition)
        for statement in definition.body:
            scope.statement(statement)
        scope.expressions(definition.results)
        scope.close()

    def type(self, type_: tree.TypeExpr) -> None:
        """Read a type, and the one that it holds."""
        part: tree.TypeExpr | int | None = type_
        while isinstance(part, tree.TypeExpr):
            scope: _Scope | None = self
            while scope is not None and part.head not in scope.types:
                scope = scope.parent
            if scope is not None:
                scope.types[part.head].uses.append(part.span.first(len(part.head)))
            part = part.element

    def expressions(self, expressions: Iterable[tree.Expr]) -> None:
        """Read expressions."""
        for expression in expressions:
            self.expression(expression)

    def expression(self, expression: tree.Expr) -> None:
        """Read an expression, parts of it before those that they hold; as deep as the text goes."""
        stack: list[tuple[_Scope, tree.Expr]] = [(self, expression)]
        while stack:
            scope, node = stack.pop()
            match node:
                case tree.Name():
                    scope._read(node)
                case tree.Comprehension(key, value, names, iterable):
                    inner = scope._bound(names, node.name_spans)
                    stack.extend((inner, part) for part in (value, key) if part is not None)
                    stack.append((scope, iterable))
                case tree.Quantifier(_, names, domain, body):
                    stack.append((scope._bound(names, node.name_spans), body))
                    stack.extend((scope, part) for part in (domain,) if part is not None)
                case _:
                    stack.extend((scope, part) for part in _parts(node))

    def _bound(self, names: Sequence[str], spans: Sequence[Span]) -> _Scope:
        """The names within a comprehension or quantifier."""
        scope = self.inner(None)
        for name, span in zip(names, spans, strict=True):
            scope.define(name, "parameter", span)
        return scope

    def _read(self, name: tree.Name) -> None:
        scope: _Scope | None = self
        while scope is not None:
            if name.name in scope.names:
                scope.names[name.name].uses.append(name.span)
                return
            scope = scope.parent
        self.resolution.unresolved.append((name, self.within))


def _parts(node: tree.Expr) -> Iterable[tree.Expr]:
    """The expressions that an expression holds."""
    match node:
        case tree.Unary(_, operand):
            return (operand,)
        case tree.Binary(_, left, right):
            return (left, right)
        case tree.Chain(operands):
            return operands
        case tree.Conditional(then, condition, otherwise):
            return (then, condition, otherwise)
        case tree.Call(function, arguments):
            given = [one.value if isinstance(one, tree.Named) else one for one in arguments]
            return (function, *(one for one in given if not isinstance(one, tree.Comparator)))
        case tree.Index(container, keys):
            return (container, *keys)
        case tree.ListOf(items):
            return items
        case tree.TableOf(entries):
            return [part for keys, answer in entries for part in (*keys, answer)]
    return ()

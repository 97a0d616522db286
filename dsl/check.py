"""Syntax tree to checked program.

1. `use` declarations are looked up: library programs and files by their text, cells in the caller's scope.
2. Definitions with typed parameters are checked by themselves, once; untyped ones at each call.
3. Contracts are read as conditions over parameters and result.
4. Entry points and top-level variables become the outputs.

All faults of the program are reported together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import Fault, LanguageError, Source, Span, UnknownCell, did_you_mean
from . import tree
from .contracts import clause_of, read_contract
from .environment import CellName, EntryName, Environment, Frame, FunctionName, Meaning, Record, Variable
from .expressions import Expressions, body_of
from .graph import Input, SOp, inputs_of
from .parser import DIALECTS, parse_items
from .program import Clause, Function, Program, cells_called
from .scope import Scope, read_program
from .type_expressions import BUILTIN_TYPES, type_of
from .types import Selector, Seq, Type, Unknown

__all__ = ["parse"]

_NO_CATALOG = "no catalog is open to find the {kind} {name!r} in; pass one (scope=…, --catalog)"
_KINDS = ("circuit", "formula", "program")
_RENAME = "give one of them another name"


def parse(text: str | Source, *, dialect: str = "cell", scope: Scope | None = None) -> Program:
    """Parse and check a program.

    Args:
        text: the program, or a `Source` that also names the file it comes from.
        dialect: `cell` (strict, typed) or `rasp` (the original RASP).
        scope: where `use circuit`, `use formula` and `use program` find their cells, such as a `Catalog`.

    Raises:
        LanguageError: with all faults found, each with its line, column and a hint.
    """
    source = text if isinstance(text, Source) else Source(text)
    if dialect not in DIALECTS:
        fault = Fault(f"unknown dialect {dialect!r}", Span(source, 0, 0), f"the dialects are {' and '.join(DIALECTS)}")
        raise LanguageError([fault])
    record = Record()
    module = _Module(Environment(source, dialect, {}, {}), record, scope, (source.name,))
    module.add_all(source, dialect)
    record.raise_faults()
    functions = {**record.functions, **module.functions}
    outputs = tuple(module.outputs)
    cells = {cell.digest: cell for known in functions.values() for cell in cells_called(known.result)}
    return Program(source, dialect, functions, outputs, tuple(cells.values()), record.spans, record.names)


@dataclass(slots=True)
class _Module:
    """One file being checked; imported files are modules of their own that share the record."""

    environment: Environment
    record: Record
    scope: Scope | None
    importers: tuple[str, ...]
    functions: dict[str, Function] = field(default_factory=dict)
    outputs: dict[str, None] = field(default_factory=dict)
    prefix: str = ""

    def add_all(self, source: Source, dialect: str) -> None:
        """Check every item of a text, in order; each sees the names before it."""
        items, faults = parse_items(source, dialect)
        for fault in faults:
            self.record.fault(fault.message, fault.span, fault.hint)
        for item in items:
            self._add(item)

    def _add(self, item: tree.Item) -> None:
        match item:
            case tree.Broken(name):
                self.environment = self.environment.with_names({name: Variable(None)}).with_alias(name, Unknown())
            case tree.Use():
                self._add_use(item)
            case tree.Alias():
                self._add_alias(item)
            case tree.Definition():
                self._add_definition(item)
            case tree.Binding():
                self._add_binding(item)

    def _add_alias(self, alias: tree.Alias) -> None:
        type_ = type_of(alias.type, self.environment, self.record)
        if alias.name in BUILTIN_TYPES:
            self.record.fault(f"the type {alias.name!r} is built in", alias.name_span, "give yours another name")
            return
        if alias.name in self.environment.aliases:
            self.record.fault(f"the type {alias.name!r} is defined twice", alias.name_span, _RENAME)
        self.environment = self.environment.with_alias(alias.name, Unknown() if type_ is None else type_)

    def _define(self, name: str, meaning: Meaning, span: Span) -> None:
        if self.environment.dialect == "cell" and name in self.environment.names:
            self.record.fault(f"{name!r} is defined twice", span, _RENAME)
        self.environment = self.environment.with_names({name: meaning})

    def _add_definition(self, definition: tree.Definition) -> None:
        self._check_parameters(definition)
        is_typed = all(parameter.type for parameter in definition.parameters)
        checked = _check(definition, self.environment, self.record) if is_typed or definition.is_entry else None
        if checked is not None and definition.is_entry:
            self._check_inputs(checked)
        if checked is not None:
            self.functions[self.prefix + definition.name] = checked
        if definition.is_entry:
            self.outputs[definition.name] = None
            self._define(definition.name, EntryName(), definition.span)
        else:
            self._define(definition.name, FunctionName(definition, self.environment, checked), definition.span)

    def _check_parameters(self, definition: tree.Definition) -> None:
        names = [parameter.name for parameter in definition.parameters]
        for place, parameter in enumerate(definition.parameters):
            if parameter.name in names[:place]:
                self.record.fault(f"the parameter {parameter.name!r} is named twice", parameter.span, _RENAME)
        untyped = [parameter for parameter in definition.parameters if parameter.type is None]
        if not untyped:
            return
        hint = f"write {untyped[0].name}: seq[int 0..9], for example"
        if definition.is_entry or definition.clauses or definition.returns:
            what = "an entry point" if definition.is_entry else "a function with a contract"
            what = what if definition.is_entry or definition.clauses else "a function with a declared result"
            self.record.fault(f"{what} needs a type for its parameter {untyped[0].name!r}", untyped[0].span, hint)
        elif len(untyped) < len(names):
            message = f"the parameter {untyped[0].name!r} has no type, and others have one"
            self.record.fault(message, untyped[0].span, hint)

    def _check_inputs(self, entry: Function) -> None:
        for read in inputs_of([entry.result]):
            if read not in entry.parameters:
                message = f"the entry point {entry.name!r} reads {read.name!r}, which is not among its parameters"
                self.record.fault(message, entry.span, "what it reads comes in by a parameter")

    def _add_binding(self, binding: tree.Binding) -> None:
        self.record.frame = frame = Frame()
        node = Expressions(self.environment, self.record).node(binding.value)
        self._define(binding.name, Variable(node), binding.span.first(len(binding.name)))
        self.outputs.pop(binding.name, None)
        if node is None:
            return
        self.record.names.setdefault(node, binding.name)
        if not isinstance(node.type, Selector):
            self.outputs[binding.name] = None
            owed, calls = tuple(frame.obligations), tuple(frame.calls)
            function = Function(binding.name, (), node, (), (), owed, calls, binding.span)
            self.functions[self.prefix + binding.name] = function

    def _add_use(self, use: tree.Use) -> None:
        if use.kind not in _KINDS:
            self.record.fault(f"unknown kind of cell {use.kind!r}", use.kind_span, f"the kinds are {', '.join(_KINDS)}")
            self._poison(use)
            return
        try:
            if use.kind == "program":
                self._use_program(use)
            else:
                self._use_cell(use)
        except UnknownCell as error:
            self.record.fault(str(error), use.target_span)
            self._poison(use)

    def _poison(self, use: tree.Use) -> None:
        """Let what an import with a fault would have defined be passed over in silence."""
        if use.kind == "program" and not use.names:
            self.record.lacks_names = True
        taken = (use.alias,) if use.alias else use.names or (use.target,)
        self.environment = self.environment.with_names(dict.fromkeys(taken, Variable(None)))

    def _use_cell(self, use: tree.Use) -> None:
        if self.scope is None:
            raise UnknownCell(_NO_CATALOG.format(kind=use.kind, name=use.target))
        signature = self.scope.find_cell(use.kind, use.target, use.version)
        try:
            meaning = read_contract(signature).meaning
        except LanguageError as error:
            self.record.fault(f"the contract of {use.target!r} does not read: {error.message}", use.target_span)
            self._poison(use)
            return
        self._define(use.alias or use.target, CellName(signature, meaning), use.target_span)

    def _use_program(self, use: tree.Use) -> None:
        found = read_program(use.target, use.span.source)
        if found is None:
            if self.scope is None:
                raise UnknownCell(_NO_CATALOG.format(kind="program", name=use.target))
            found = self.scope.find_program(use.target, use.version)
        source, dialect = found
        if source.name in self.importers:
            chain = " → ".join((*self.importers, source.name))
            self.record.fault(f"the import runs in a circle: {chain}", use.target_span)
            self._poison(use)
            return
        inner = _Module(Environment(source, dialect, {}, {}), self.record, self.scope, (*self.importers, source.name))
        inner.prefix = f"{use.target}:"
        inner.add_all(source, dialect)
        self.record.functions.update(inner.functions)
        self._take_names(use, inner.environment.names)

    def _take_names(self, use: tree.Use, offered: Mapping[str, Meaning]) -> None:
        if use.alias and len(use.names) != 1:
            hint = f"name the one: ({next(iter(offered), 'name')})"
            self.record.fault("'as' renames one name of a program", use.target_span, hint)
            self._poison(use)
            return
        places = use.name_spans or (use.target_span,) * len(offered)
        for name, place in zip(use.names or tuple(offered), places, strict=True):
            if name not in offered:
                hint = did_you_mean(name, offered) or f"it has {', '.join(offered) or 'no names'}"
                self.record.fault(f"{use.target!r} has no {name!r}", place, hint)
            self._define(use.alias or name, offered.get(name, Variable(None)), place)


def _check(definition: tree.Definition, environment: Environment, record: Record) -> Function | None:
    """Check a definition by itself; None where a fault was noted. A parameter without a known type poisons its uses."""
    parameters = _parameters(definition, environment, record)
    returns = type_of(definition.returns, environment, record) if definition.returns else None
    outer, record.frame = record.frame, Frame()
    names = [parameter.name for parameter in definition.parameters]
    inner = environment.with_names({name: Variable(node) for name, node in zip(names, parameters, strict=True)})
    requires = _clauses("requires", definition, inner, record)
    body = body_of(definition, inner, record)
    result = _returned(body, returns, definition, record)
    frame, record.frame = record.frame, outer
    typed = tuple(parameter for parameter in parameters if parameter)
    if result is None or len(typed) < len(parameters) or (definition.returns and returns is None):
        return None
    named = inner.with_names({"result": Variable(Input((), "result", result.type, "result"))})
    ensures = _clauses("ensures", definition, named, record)
    owed, calls = tuple(frame.obligations), tuple(frame.calls)
    return Function(definition.name, typed, result, requires, ensures, owed, calls, definition.span)


def _parameters(definition: tree.Definition, environment: Environment, record: Record) -> list[Input | None]:
    """An input for each parameter; None where its type is missing or has a fault."""
    inputs: list[Input | None] = []
    for place, parameter in enumerate(definition.parameters):
        type_ = type_of(parameter.type, environment, record) if parameter.type else None
        # The function's name keeps the inputs of two functions apart: equal keys would be equal nodes.
        node = Input((), f"{definition.name}.{place}", type_, parameter.name) if type_ else None
        if node is not None:
            record.place(node, parameter.span)
        inputs.append(node)
    return inputs


def _returned(body: SOp | None, returns: Type | None, definition: tree.Definition, record: Record) -> SOp | None:
    if body is None:
        return None
    if isinstance(body.type, Selector):
        if definition.is_entry or returns:
            hint = "return selector_width(…) or aggregate(…)"
            record.fault("expected an s-op to return, found a selector", definition.result.span, hint)
            return None
        return body
    if returns is None:
        return body
    if isinstance(returns, Seq) and not isinstance(body.type, Seq):
        record.fault(f"expected {returns} to be returned, found {body.type}", definition.result.span)
        return None
    return record.fitted(body, returns, definition.result.span, f"{definition.name}: result")


def _clauses(kind: str, definition: tree.Definition, environment: Environment, record: Record) -> tuple[Clause, ...]:
    outer, record.frame = record.frame, Frame()
    read = [
        clause_of(kind, clause.condition, clause.span, environment, record)
        for clause in definition.clauses
        if clause.kind == kind
    ]
    record.frame = outer
    return tuple(clause for clause in read if clause)

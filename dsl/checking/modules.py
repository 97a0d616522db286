"""One file being checked, and what it imports: `use` of the strict dialect, `load` of the original RASP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ...errors import LanguageError, Source, Span, UnknownCell, did_you_mean
from ..graph import SOp
from ..program import Function
from ..scope import Condition, Scope, rasp_library, read_loaded, read_program
from ..syntax import tree
from ..syntax.parser import parse_items
from ..types import Selector, Unknown
from .builtins import SOPS
from .contracts import read_contract
from .definitions import check_definition, check_parameters, check_reads, is_typed
from .environment import CellName, Environment, FunctionName, Meaning
from .expressions import Expressions
from .quirks import warn_of_quirks
from .record import Frame, Record
from .statements import define, execute
from .type_expressions import BUILTIN_TYPES, type_of

__all__ = ["Module", "library_environment"]

_NO_CATALOG = "no catalog is open to find the {kind} {name} in; pass one (scope=…, --catalog)"
_KINDS = ("circuit", "formula", "program")
_RENAME = "give one of them another name"


@cache
def library_environment() -> Environment:
    """What every RASP program finds defined."""
    source = rasp_library()
    record = Record()
    module = Module(Environment(source, "rasp"), record, None)
    module.add_all()
    record.raise_faults()
    module.environment.is_library = True
    # `out` is what was computed last: to begin with, that the tokens are strings.
    module.environment.names["out"] = SOPS["rasp"]["tokens_str"]
    return module.environment


@dataclass(slots=True)
class Module:
    """One file being checked; imported files are modules of their own that share the record."""

    environment: Environment
    record: Record
    scope: Scope | None
    trail: tuple[Span, ...] = ()
    functions: dict[str, Function] = field(default_factory=dict)
    outputs: dict[str, None] = field(default_factory=dict)
    prefix: str = ""

    def add_all(self) -> Sequence[tree.Item]:
        """Check every item of the text, in order, and return them."""
        items, faults = parse_items(self.environment.source, self.environment.dialect)
        leaves = (item.span.start for item in items if isinstance(item, tree.Command) and item.kind == "exit")
        end = next(leaves, len(self.environment.source.text) + 1)
        for fault in faults:
            if fault.span.start < end:
                self.record.fault(fault.message, fault.span, fault.hint)
        read = [item for item in items if item.span.start < end]
        for item in read:
            for name, place in _defined(item):
                self.record.coming.setdefault((place.source.name, name), (place, item.span))
        for item in read:
            self.add(item)
        return items

    def add(self, item: tree.Item) -> None:
        """Check one item; it sees the names before it."""
        self.record.load = self._load
        match item:
            case tree.Broken(name):
                self.environment.names[name] = None
                self.environment.aliases[name] = Unknown()
            case tree.Use():
                self._use(item)
            case tree.Alias():
                self._alias(item)
            case tree.Definition() if self.environment.is_strict:
                self._definition(item)
            case tree.Command(argument=argument):
                if argument is not None and not isinstance(argument, str):
                    Expressions(self.environment, self.record).value(argument)
            case _:
                if not self.environment.is_strict:
                    warn_of_quirks(item, self.record)
                self._run(item)

    def _alias(self, alias: tree.Alias) -> None:
        type_ = type_of(alias.type, self.environment, self.record)
        if alias.name in BUILTIN_TYPES:
            self.record.fault(f"the type {alias.name!r} is built in", alias.name_span, "give yours another name")
            return
        if alias.name in self.environment.aliases:
            self.record.fault(f"the type {alias.name!r} is defined twice", alias.name_span, _RENAME)
        self.environment.aliases[alias.name] = Unknown() if type_ is None else type_

    def _define(self, name: str, meaning: Meaning | None, span: Span) -> None:
        self._refuse_twice(name, span)
        define(name, meaning, span, self.environment, self.record)

    def _refuse_twice(self, name: str, span: Span) -> None:
        """Note a name that the strict dialect would define a second time."""
        if self.environment.is_strict and name in self.environment.places:
            self.record.fault(f"{name!r} is defined twice", span, _RENAME)

    def _definition(self, definition: tree.Definition) -> None:
        check_parameters(definition, self.record)
        home = self.environment.snapshot()
        checked = check_definition(definition, home, self.record) if is_typed(definition) else None
        if checked is not None and definition.is_entry:
            check_reads(checked, self.record)
        if checked is not None:
            self.functions[self.prefix + definition.name] = checked
        if definition.is_entry:
            self.outputs[definition.name] = None
        self._define(definition.name, FunctionName(definition, home, checked), definition.name_span)

    def _run(self, item: tree.Statement) -> None:
        """Run a statement, and let the names that it gave a value be outputs."""
        self.record.frame = frame = Frame()
        environment = self.environment
        environment.changed.clear()
        if isinstance(item, tree.Assignment):
            self._refuse_twice(item.names[0], item.name_spans[0])
        execute([item], environment, self.record, Expressions)
        for name in environment.changed:
            self.outputs.pop(name, None)
            meaning = environment.names[name]
            if isinstance(meaning, SOp) and not isinstance(meaning.type, Selector):
                self.outputs[name] = None
                owed, calls = tuple(frame.obligations), tuple(frame.calls)
                function = Function(name, (), meaning, (), (), owed, calls, environment.places[name])
                self.functions[self.prefix + name] = function

    # What stands in other files, or in the catalog.

    def _load(self, statement: tree.Load, environment: Environment) -> None:
        """Run a RASP file from the library's names on, and take its public names."""
        try:
            source = read_loaded(statement.target, environment.source)
        except UnknownCell as error:
            self.record.fault(str(error), statement.target_span)
            self.record.lacks_names = True
            return
        inner = self._inside(source, "rasp", statement.span, statement.target_span)
        if inner is None:
            return
        inner.add_all()
        self.record.load = self._load
        offered = inner.environment.names.items()
        public = {name: meaning for name, meaning in offered if not name.startswith("_") and name != "out"}
        self.record.imports[statement.span] = public
        for name, meaning in public.items():
            define(name, meaning, statement.target_span, environment, self.record)

    def _inside(self, source: Source, dialect: str, statement: Span, place: Span) -> Module | None:
        """The module of an imported file; None, and a fault, where it imports itself."""
        trail = (*self.trail, statement)
        importers = [span.source.name for span in trail]
        if source.name in importers:
            chain = " → ".join((*importers, source.name))
            self.record.fault(f"the import runs in a circle: {chain}", place)
            return None
        self.record.trails[source.name] = trail
        parent = library_environment() if dialect == "rasp" else None
        return Module(Environment(source, dialect, parent), self.record, self.scope, trail)

    def _use(self, use: tree.Use) -> None:
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
        self.environment.names.update(dict.fromkeys(taken))

    def _open_scope(self, use: tree.Use) -> Scope:
        if self.scope is None:
            name = repr(use.target) if use.target else f"where {use.target_span.text}"
            raise UnknownCell(_NO_CATALOG.format(kind=use.kind, name=name))
        return self.scope

    def _use_cell(self, use: tree.Use) -> None:
        scope = self._open_scope(use)
        if use.wanted:
            if not use.alias:
                hint = f"end it with: as {use.kind[0]}"
                self.record.fault("a cell that is found by conditions needs a name here", use.target_span, hint)
                return
            signature = scope.find_matching(use.kind, _conditions(use))
        else:
            signature = scope.find_cell(use.kind, use.target, use.version)
        try:
            meaning = read_contract(signature).meaning
        except LanguageError as error:
            self.record.fault(f"the contract of {signature.name!r} does not read: {error.message}", use.target_span)
            self._poison(use)
            return
        self._define(use.alias or use.target, CellName(signature, meaning), use.alias_span or use.target_span)

    def _use_program(self, use: tree.Use) -> None:
        found = None if use.wanted else read_program(use.target, use.span.source)
        if found is None:
            scope = self._open_scope(use)
            target = use.target
            if use.wanted:
                target = scope.find_matching("program", _conditions(use)).digest
            found = scope.find_program(target, use.version)
        source, dialect = found
        inner = self._inside(source, dialect, use.span, use.target_span)
        if inner is None:
            self._poison(use)
            return
        inner.prefix = f"{use.target or source.name}:"
        inner.add_all()
        self.record.load = self._load
        self.record.functions.update(inner.functions)
        self._take_names(use, inner)

    def _take_names(self, use: tree.Use, inner: Module) -> None:
        offered: Mapping[str, Meaning | None] = inner.environment.names
        if use.alias and len(use.names) > 1:
            self.record.fault("'as' renames one name of a program", use.target_span, f"name the one: ({use.names[0]})")
            self._poison(use)
            return
        names = use.names or (_main_of(inner) if use.alias else tuple(offered))
        if use.alias and not names:
            hint = f"name the one that is meant: ({next(iter(offered), 'name')})"
            self.record.fault(f"{use.target!r} has no entry point to be called {use.alias!r}", use.target_span, hint)
            self._poison(use)
            return
        places = use.name_spans or (use.alias_span or use.target_span,) * len(names)
        self.record.imports[use.span] = {use.alias or name: offered.get(name) for name in names}
        for name, place in zip(names, places, strict=True):
            if name not in offered:
                hint = did_you_mean(name, offered) or f"it has {', '.join(offered) or 'no names'}"
                self.record.fault(f"{use.target!r} has no {name!r}", place, hint)
            self._define(use.alias or name, offered.get(name), place)


def _defined(item: tree.Item) -> Sequence[tuple[str, Span]]:
    """The names that an item defines, and where."""
    match item:
        case tree.Assignment(names):
            return list(zip(names, item.name_spans, strict=True))
        case tree.Definition(name):
            return [(name, item.name_span)]
    return []


def _conditions(use: tree.Use) -> tuple[Condition, ...]:
    """What `use … where` asks for."""
    return tuple(Condition(one.subject, one.comparison, one.value) for one in use.wanted)


def _main_of(module: Module) -> tuple[str, ...]:
    """What a program is called for: `main`, its last entry point, or its only definition."""
    entries = [name for name in module.outputs if isinstance(module.environment.names.get(name), FunctionName)]
    functions = [name for name, meaning in module.environment.names.items() if isinstance(meaning, FunctionName)]
    if "main" in entries:
        return ("main",)
    return tuple(entries[-1:] or (functions if len(functions) == 1 else ()))

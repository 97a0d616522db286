"""A program that is given piece by piece, as an interactive reader does.

1. A text is cut into its items; each is run by itself and sees the names before it.
2. What an item defines is kept if neither the checker nor the session's judge finds a fault; else every name means what
   it meant before, and the next item is run.
3. `load` runs the items of its file in the same way, with the library's names around them, and hands the public names
   on as they are defined.
4. In the strict dialect a name may be defined again; what was closed over its old meaning keeps that. An expression
   that ends with `;` is an item too.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import Fault, LanguageError, Source, Span, UnknownCell
from .checking.builtins import BUILTINS, SOPS
from .checking.check import undisturbed
from .checking.environment import Environment, Listed, Meaning
from .checking.expressions import Expressions
from .checking.modules import Module, library_environment
from .checking.record import Record
from .checking.statements import define
from .graph import Constant, SOp
from .program import Function, Program, cells_called
from .scope import Scope, read_loaded
from .syntax import tree
from .syntax.items import ItemRange, item_ranges
from .syntax.parser import parse_expression, parse_items

__all__ = ["Outcome", "Session"]

_BLANK = re.compile(r"\s|#[^\n]*")
_NO_BLANK = re.compile(r"[^\n]")
_NO_VALUE = "an s-op applied to an example shows a value, and has none to go on with"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one item.

    Attributes:
        item: the item; None of a text that does not parse.
        names: what it defined, or defined anew.
        meaning: of an expression, of `draw` and of `set example`, what is to be shown or set.
        example: what the expression is applied to, or drawn on; None where the running example is meant.
        faults: why nothing of it was kept.
        warnings: what is allowed, but probably not meant.
        loaded: of `load`, what came of the items of the file.
    """

    item: tree.Item | None
    names: Mapping[str, Meaning] = field(default_factory=dict)
    meaning: Meaning | None = None
    example: Meaning | None = None
    faults: Sequence[Fault] = ()
    warnings: Sequence[Fault] = ()
    loaded: Sequence[Outcome] = ()


Judge = Callable[[Outcome], Fault | None]


@dataclass(slots=True)
class _Text:
    """A text that is being run: the console's, or a loaded file's and the one that it is loaded into."""

    environment: Environment
    trail: tuple[Span, ...] = ()
    outer: _Text | None = None


class Session:
    """Keeps the names of a program that is given piece by piece."""

    def __init__(
        self,
        dialect: str = "rasp",
        scope: Scope | None = None,
        name: str = "<repl>",
        judge: Judge = lambda _outcome: None,
    ) -> None:
        """Start with the names that every program of the dialect finds defined.

        Args:
            dialect: `rasp` or `cell`.
            scope: where `use` finds cells, such as a `Catalog`.
            name: what the text is called in messages.
            judge: sees every outcome that the checker finds no fault with, those of loaded files too, before it is
                kept, and may refuse it by a fault of its own.
        """
        self.dialect = dialect
        self._scope = scope
        self.name = name
        self._judge = judge
        self._console = _Text(_environment(Source("", name), dialect))
        self._console.environment.is_console = True
        self._record = Record()
        self._spans: dict[SOp, Span] = {}
        self._names: dict[SOp, str] = {}

    @property
    def names(self) -> Mapping[str, Meaning]:
        """What the session's own names mean, the last defined last."""
        own = self._console.environment.names.items()
        return {name: meaning for name, meaning in own if meaning is not None and name in self._places}

    @property
    def known(self) -> set[str]:
        """All names that an expression may read or call."""
        return {*self._console.environment.known(), *SOPS[self.dialect], *BUILTINS[self.dialect]}

    @property
    def recent_places(self) -> Mapping[SOp, Span]:
        """Where the last item, and the functions that it calls, write the nodes that it is made of."""
        return self._record.spans

    @property
    def _places(self) -> Mapping[str, Span]:
        return self._console.environment.places

    def run(self, text: str) -> list[Outcome]:
        """Run a text's items in turn; `exit` ends it."""
        with undisturbed():
            return list(self._run(Source(text, self.name), self._console))

    def look(self, text: str) -> Outcome:
        """What an expression means here; nothing is kept of it."""
        source = Source(text.rstrip().removesuffix(";"), self.name)
        with undisturbed():
            try:
                expression = parse_expression(source, self.dialect)
            except LanguageError as error:
                return Outcome(None, faults=error.faults)
            return self._add(tree.Evaluation(expression, expression.span), self._console, is_kept=False)

    def needs_more(self, text: str) -> bool:
        """Whether the text ends within an item; what cannot become one, whatever follows, does not."""
        source = Source(text, self.name)
        *_, last = (None, *item_ranges(text, self.dialect))
        if last is None:
            return False
        with undisturbed():
            try:
                _items, faults = parse_items(source, self.dialect)
            except LanguageError:
                return False
            if any(_ends_early(fault) for fault in faults):
                return not last.is_command or any(bracket in text[last.start :] for bracket in "([{")
            if not faults or self.dialect == "rasp" or text[: last.stop].endswith(";"):
                return False
            expression = _expression(source, last)
        return isinstance(expression, tree.Evaluation) or _ends_early(expression)

    def as_program(self, node: SOp, name: str = "out") -> tuple[Program, Function]:
        """A node as a program of one output, with the places and names that the session has for its parts."""
        spans, names = ChainMap(self._record.spans, self._spans), ChainMap(self._record.names, self._names)
        source = self._console.environment.source
        function = Function(name, (), node, (), (), (), (), spans.get(node) or Span(source, 0, 0))
        return Program(source, self.dialect, {name: function}, (name,), cells_called([node]), spans, names), function

    def _run(self, source: Source, text: _Text) -> Iterator[Outcome]:
        text.environment.source = source
        for step in _steps(source, text.environment.dialect):
            match step:
                case Fault(message, span, hint):
                    yield Outcome(None, faults=(Fault(message, span, hint, text.trail),))
                case tree.Load():
                    yield self._load(step, text)
                case _:
                    yield self._add(step, text)
            if isinstance(step, tree.Command) and step.kind == "exit":
                return

    def _load(self, load: tree.Load, text: _Text) -> Outcome:
        """Run a RASP file's items; what they define is taken as they do."""
        trail = (*text.trail, load.span)
        importers = [span.source.name for span in trail]
        try:
            source = read_loaded(load.target, load.span.source)
        except UnknownCell as error:
            return Outcome(load, faults=(Fault(str(error), load.target_span, None, text.trail),))
        if source.name in importers:
            chain = " → ".join((*importers, source.name))
            fault = Fault(f"the import runs in a circle: {chain}", load.target_span, None, text.trail)
            return Outcome(load, faults=(fault,))
        inner = _Text(_environment(source, "rasp"), trail, text)
        return Outcome(load, loaded=list(self._run(source, inner)))

    def _add(self, item: tree.Item, text: _Text, *, is_kept: bool = True) -> Outcome:
        """Run one item, and keep what it defines if there is nothing against it."""
        environment = text.environment
        before = environment.names, environment.places, environment.aliases
        environment.names, environment.places = dict(before[0]), dict(before[1])
        environment.aliases = dict(before[2])
        self._record = Record(trails={environment.source.name: text.trail} if text.trail else {})
        try:
            outcome = self._ran(item, text)
            refusal = self._judge(outcome) if is_kept and not outcome.faults else None
            if refusal:
                outcome = replace(outcome, names={}, faults=(refusal,))
            is_kept = is_kept and not outcome.faults
        except BaseException:
            is_kept = False
            raise
        finally:
            if not is_kept:
                environment.names, environment.places, environment.aliases = before
        return self._kept(outcome, text) if is_kept else outcome

    def _kept(self, outcome: Outcome, text: _Text) -> Outcome:
        """The outcome, its places remembered and its public names handed to the texts around."""
        for node, span in self._record.spans.items():
            self._spans.setdefault(node, span)
        self._names.update(self._record.names)
        public = {name: meaning for name, meaning in outcome.names.items() if not name.startswith("_")}
        while text.outer is not None:
            for name, meaning in public.items():
                define(name, meaning, text.trail[-1], text.outer.environment, self._record)
            text = text.outer
        refused = tuple(self._record.faults.values())
        return replace(outcome, names={}, faults=refused) if refused else outcome

    def _ran(self, item: tree.Item, text: _Text) -> Outcome:
        """Run one item in an environment that may be thrown away."""
        environment, record = text.environment, self._record
        if environment.is_strict:
            # What is defined again hides what was defined before, and is no second definition beside it.
            environment = Environment(environment.source, "cell", environment.snapshot())
        known = dict(environment.places)
        meaning: Meaning | None = None
        example: Meaning | None = None
        try:
            match item:
                case tree.Evaluation() | tree.Draw():
                    meaning, example = self._valued(item, environment)
                case tree.Command(argument=argument) if argument is not None and not isinstance(argument, str):
                    meaning = Expressions(environment, record).value(argument)
                case _:
                    Module(environment, record, self._scope, text.trail).add(item)
        except LanguageError as error:
            return Outcome(item, faults=error.faults)
        defined = [name for name, place in environment.places.items() if known.get(name) is not place]
        names = {name: environment.names.get(name) for name in defined}
        found = {name: value for name, value in names.items() if value is not None}
        if not record.faults and (
            len(found) < len(names) or (meaning is None and isinstance(item, tree.Evaluation | tree.Draw))
        ):
            record.fault(_NO_VALUE, item.span)
        if environment is not text.environment:
            text.environment.names.update(environment.names)
            text.environment.places.update(environment.places)
            text.environment.aliases.update(environment.aliases)
        elif not record.faults:
            _set_out(item, meaning, found, environment)
        faults, warnings = tuple(record.faults.values()), tuple(record.warnings.values())
        return Outcome(item, {} if faults else found, meaning, example, faults, warnings)

    def _valued(
        self, item: tree.Evaluation | tree.Draw, environment: Environment
    ) -> tuple[Meaning | None, Meaning | None]:
        """What an expression means, and the example that it is applied to or drawn on, if any."""
        reader = Expressions(environment, self._record)
        if isinstance(item, tree.Draw):
            return reader.value(item.value), reader.value(item.example) if item.example else None
        expression = item.value
        if isinstance(expression, tree.Call):
            applied = (_called if environment.is_strict else _applied)(expression, reader)
            if applied:
                return applied
        return reader.value(expression), None


def _environment(source: Source, dialect: str) -> Environment:
    """What a text sees before its first item; in the original RASP the tokens are strings until it says otherwise."""
    if dialect == "cell":
        return Environment(source, "cell")
    return Environment(source, "rasp", library_environment(), {"tokens": SOPS["rasp"]["tokens_str"]})


def _steps(source: Source, dialect: str) -> list[tree.Item | Fault]:
    """The items of a text and what does not parse, in order."""
    try:
        items, faults = parse_items(source, dialect)
    except LanguageError as error:
        return list(error.faults)
    if faults and dialect == "cell":
        return [step for found in item_ranges(source.text, dialect) for step in _cell_steps(source, found)]
    steps = [*(item for item in items if not isinstance(item, tree.Broken)), *faults]
    return sorted(steps, key=lambda step: step.span.start)


def _cell_steps(source: Source, found: ItemRange) -> list[tree.Item | Fault]:
    """One item of the strict dialect, or the expression that it is; of two faults the one that comes later."""
    items, faults = parse_items(_only(source, found.start, found.stop), "cell")
    if not faults:
        return list(items)
    expression = _expression(source, found)
    if isinstance(expression, Fault) and expression.span.start <= faults[0].span.start:
        return [faults[0]]
    return [expression]


def _expression(source: Source, found: ItemRange) -> tree.Evaluation | Fault:
    """An item of the strict dialect read as an expression."""
    stop = found.stop - source.text[: found.stop].endswith(";")
    try:
        expression = parse_expression(_only(source, found.start, stop), "cell")
    except LanguageError as error:
        return error.faults[0]
    return tree.Evaluation(expression, expression.span)


def _only(source: Source, start: int, stop: int) -> Source:
    """A part of a text, with blanks before it, so that places count from the start of the whole."""
    return Source(_NO_BLANK.sub(" ", source.text[:start]) + source.text[start:stop], source.name)


def _ends_early(step: Fault | tree.Item) -> bool:
    """Whether a fault is that the text ends there."""
    span = step.span
    return isinstance(step, Fault) and span.start == span.stop and not _BLANK.sub("", span.source.text[span.start :])


def _applied(call: tree.Call, reader: Expressions) -> tuple[Meaning | None, Meaning | None] | None:
    """In RASP: an s-op and the example that it is applied to; None of any other call."""
    match call:
        case tree.Call(function=function, arguments=(argument,)):
            pass
        case _:
            return None
    if isinstance(argument, tree.Comparator | tree.Named):
        return None
    if isinstance(function, tree.Name) and not _is_plain_name(function.name, reader.environment):
        return None
    sop = reader.value(function)
    if not isinstance(sop, SOp) or isinstance(sop, Constant):
        return None
    return sop, reader.value(argument)


def _is_plain_name(name: str, environment: Environment) -> bool:
    """Whether a name means something, and is no word of the language that is written as a call."""
    return name not in BUILTINS["rasp"] and (environment.knows(name) or name in SOPS["rasp"])


def _called(call: tree.Call, reader: Expressions) -> tuple[Meaning | None, Meaning | None] | None:
    """In the strict dialect: a function and the one list that it is given, as an example; None of any other call."""
    lists = [argument for argument in call.arguments if isinstance(argument, tree.ListOf)]
    if len(lists) != 1:
        return None
    # The name with a blank cannot hide one of the program's own.
    name = tree.Name(" tokens", lists[0].span)
    arguments = tuple(name if argument is lists[0] else argument for argument in call.arguments)
    given = reader.within({name.name: SOPS["cell"]["tokens"]})
    return given.value(tree.Call(call.function, arguments, call.span)), reader.value(lists[0])


def _set_out(item: tree.Item, meaning: Meaning | None, names: Mapping[str, Meaning], environment: Environment) -> None:
    """In RASP `out` is what was last computed, whether or not it has another name."""
    match item:
        case tree.Assignment(values=values):
            defined = tuple(names.values())
            environment.names["out"] = Listed(defined) if len(values) < len(defined) else defined[-1]
        case tree.Evaluation() | tree.Draw() | tree.Command() if meaning is not None:
            environment.names["out"] = meaning

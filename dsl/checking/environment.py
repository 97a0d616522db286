"""What names mean while a program is checked.

A name means a node of the graph, or something that only the checker computes with: a list, a table, a function, a
cell, sequences side by side. None stands for what had a fault: what depends on it is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ...errors import Source, Span
from ..graph import Constant, SOp
from ..program import Function
from ..scope import CellSignature
from ..syntax import tree
from ..types import Selector, Type, Value, in_digits

__all__ = [
    "Callable",
    "CellName",
    "Composed",
    "Environment",
    "FunctionName",
    "Listed",
    "Meaning",
    "Table",
    "Zipped",
    "in_words",
    "is_sop",
    "kind_of",
]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, or what a function of several results returns."""

    items: tuple[Meaning | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A dictionary: what each key, of one value or several, stands for."""

    entries: Mapping[tuple[Value, ...], Meaning | None]

    @property
    def n_keys(self) -> int:
        """How many values make a key."""
        return len(next(iter(self.entries), ("",)))


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A definition, closed over the names that it sees; `checked` where its parameters are typed."""

    definition: tree.Definition
    home: Environment
    checked: Function | None


@dataclass(frozen=True, slots=True)
class CellName:
    """A catalogued cell and what its contract says it computes."""

    signature: CellSignature
    meaning: SOp | None


@dataclass(frozen=True, slots=True)
class Zipped:
    """Sequences side by side, for `fold`, `scan` and `map`."""

    sequences: tuple[SOp, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """Functions one after another, as in `sort >> checksum`: each is an expression that the next is applied to."""

    stages: tuple[tree.Expr, ...]
    home: Environment


Callable = FunctionName | CellName | Table | Composed
Meaning = SOp | Listed | Zipped | Callable

_KINDS: tuple[tuple[type, str], ...] = (
    (Listed, "a list"),
    (Table, "a table"),
    (FunctionName, "a function"),
    (CellName, "a cell"),
    (Zipped, "sequences side by side"),
    (Composed, "a function"),
)


_PRIMITIVES = ("length", "selector_width")


def kind_of(meaning: Meaning) -> str:
    """What a meaning is, in the words of a message."""
    return next((words for kind, words in _KINDS if isinstance(meaning, kind)), "an s-op")


def in_words(meaning: Meaning) -> str:
    """A meaning in the words of a message: a constant by its value, another s-op by its type, the rest by its kind."""
    match meaning:
        case Constant(value=bool() as value):
            return str(value)
        case Constant(value=str() as value):
            return f"the token {value!r}"
        case Constant(value=int() | Fraction() as value):
            return f"the number {in_digits(value)}"
        case SOp():
            return "a selector" if isinstance(meaning.type, Selector) else str(meaning.type)
    return kind_of(meaning)


def is_sop(meaning: Meaning | None) -> bool:
    """Whether it has a value at every position: in the original RASP all but constants and selectors do."""
    return isinstance(meaning, SOp) and not isinstance(meaning, Constant) and not isinstance(meaning.type, Selector)


@dataclass(slots=True, eq=False)
class Environment:
    """The names that a text sees: its own, and those of the environments around it.

    A RASP function sees what a name means when it is called; a strict one what it meant where it was defined, so
    that the strict dialect closes functions over `snapshot`s. `places` are where its own names were last defined,
    `changed` those that were since somebody cleared it, in order.
    """

    source: Source
    dialect: str
    parent: Environment | None = None
    names: dict[str, Meaning | None] = field(default_factory=dict)
    aliases: dict[str, Type] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    is_library: bool = False
    is_console: bool = False

    @property
    def is_strict(self) -> bool:
        """Whether the text is of the strict dialect."""
        return self.dialect == "cell"

    def find(self, name: str) -> Meaning | None:
        """What a name means; None where it had a fault, KeyError where nobody knows it."""
        environment: Environment | None = self
        while environment is not None:
            if name in environment.names:
                return environment.names[name]
            environment = environment.parent
        raise KeyError(name)

    @property
    def outermost(self) -> Environment:
        """The environment around all others: in RASP the library's."""
        *_, last = self._chain()
        return last

    def knows(self, name: str) -> bool:
        """Whether the name means anything here."""
        return any(name in environment.names for environment in self._chain())

    def hides_library(self, name: str) -> bool:
        """Whether the name, set here, hides one that every RASP program finds defined."""
        return self.parent is not None and self.parent.is_library and name in {*self.parent.names, *_PRIMITIVES}

    def known(self) -> dict[str, Meaning | None]:
        """All names and what they mean."""
        merged: dict[str, Meaning | None] = {}
        for environment in self._chain():
            merged = {**environment.names, **merged}
        return merged

    def alias(self, name: str) -> Type | None:
        """The type that a name stands for, if any."""
        return next((e.aliases[name] for e in self._chain() if name in e.aliases), None)

    def known_aliases(self) -> tuple[str, ...]:
        """The names of types that the text defines."""
        return tuple(name for environment in self._chain() for name in environment.aliases)

    def set(self, name: str, meaning: Meaning | None, place: Span) -> None:
        """Let a name mean something here; what is set last is the last of the names."""
        for ordered in (self.names, self.changed):
            ordered.pop(name, None)
        self.names[name], self.changed[name], self.places[name] = meaning, None, place

    def inner(self, names: Mapping[str, Meaning | None] | None = None) -> Environment:
        """An environment within this one, such as that of a call."""
        return Environment(self.source, self.dialect, self, dict(names or {}))

    def snapshot(self) -> Environment:
        """The same names, whatever is defined later."""
        return Environment(self.source, self.dialect, self.parent, dict(self.names), dict(self.aliases))

    def _chain(self) -> Iterator[Environment]:
        environment: Environment | None = self
        while environment is not None:
            yield environment
            environment = environment.parent

"""What names mean while a program is checked, and the record of what was found on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..errors import Fault, LanguageError, Source, Span, did_you_mean
from . import tree
from .graph import Ascribe, SOp
from .program import CallSite, Function, Obligation
from .scope import CellSignature
from .types import Fit, Type, fit

__all__ = ["CellName", "EntryName", "Environment", "Frame", "FunctionName", "Meaning", "Record", "Variable"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A name for a node; None where its definition had a fault."""

    node: SOp | None


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A name for a definition, closed over the names that it saw; `checked` where its parameters are typed."""

    definition: tree.Definition
    home: Environment
    checked: Function | None


@dataclass(frozen=True, slots=True)
class CellName:
    """A name for a catalogued cell and what its contract says it computes."""

    signature: CellSignature
    meaning: SOp | None


@dataclass(frozen=True, slots=True)
class EntryName:
    """A name for an entry point, which is run from outside and not called."""


Meaning = Variable | FunctionName | CellName | EntryName

# Where a program that doubles at every call is stopped; a long hand-written one builds some ten thousand nodes.
_MOST_NODES = 100_000
_MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Environment:
    """The names that an expression sees. Immutable: a binding makes a new one."""

    source: Source
    dialect: str
    names: Mapping[str, Meaning]
    aliases: Mapping[str, Type]

    def with_names(self, names: Mapping[str, Meaning]) -> Environment:
        """This environment with more names, which hide older ones."""
        return Environment(self.source, self.dialect, {**self.names, **names}, self.aliases)

    def with_alias(self, name: str, type_: Type) -> Environment:
        """This environment with a name for a type."""
        return Environment(self.source, self.dialect, self.names, {**self.aliases, name: type_})


@dataclass(slots=True)
class Frame:
    """What the text of one function owes: obligations at its wires, and the calls that it makes."""

    obligations: list[Obligation] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """What checking finds: faults, each once, places and names of nodes, and the frame being filled."""

    faults: dict[tuple[Span, str], Fault] = field(default_factory=dict)
    spans: dict[SOp, Span] = field(default_factory=dict)
    names: dict[SOp, str] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    frame: Frame = field(default_factory=Frame)
    fold_depth: int = 0
    depth: int = 0
    n_built: int = 0
    lacks_names: bool = False

    def fault(self, message: str, span: Span, hint: str | None = None) -> None:
        """Note a fault; what depends on it is passed over in silence."""
        self.faults.setdefault((span, message), Fault(message, span, hint))

    def unknown(self, what: str, name: str, known: Iterable[str], span: Span) -> None:
        """Note an unknown name, with the nearest known one; in silence where an import that may have held it failed."""
        if not self.lacks_names:
            self.fault(f"unknown {what} {name!r}", span, did_you_mean(name, known))

    def raise_faults(self) -> None:
        """Raise LanguageError if any fault was noted; of very many, those that come first in the text."""
        if self.faults:
            in_order = sorted(self.faults.values(), key=lambda fault: (fault.span.source.name, fault.span.start))
            raise LanguageError(in_order[:_MOST_FAULTS])

    def place(self, node: SOp, span: Span) -> SOp:
        """Remember where a node was first written."""
        self.count(1, span)
        self.spans.setdefault(node, span)
        return node

    def count(self, n_nodes: int, span: Span) -> None:
        """Count nodes that were built.

        Raises:
            LanguageError: if the calls of the program unfold into too many.
        """
        self.n_built += n_nodes
        if self.n_built > _MOST_NODES:
            hint = "a function that calls another one twice doubles it: name what they share"
            self.fault(f"the program unfolds into more than {_MOST_NODES} operations", span, hint)
            self.raise_faults()

    def fitted(self, node: SOp, wanted: Type, span: Span, wire: str) -> SOp | None:
        """The node where `wanted` is expected, with the obligation that its values belong there.

        A fault, and None, where none of its values can.
        """
        fits = fit(node.type, wanted)
        if fits is Fit.NEVER:
            self.fault(f"expected {wanted} for {wire}, found {node.type}", span)
            return None
        self.frame.obligations.append(Obligation(wire, node, wanted, span))
        return node if fits is Fit.ALWAYS else self.place(Ascribe((node,), wanted), span)

"""What checking finds on its way through a program: faults, warnings, places, names, and what is owed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ...errors import Fault, LanguageError, Source, Span
from ..graph import Ascribe, Input, SOp
from ..program import CallSite, Function, Obligation
from ..scope import CellSignature
from ..syntax import tree
from ..types import Element, Fit, Seq, Type, fit
from .environment import Environment, Meaning, in_words
from .unknown_names import hint_for_name

__all__ = ["Frame", "Record"]

# Where a program that doubles at every call is stopped; a long hand-written one builds some ten thousand nodes.
_MOST_NODES = 100_000
_MOST_STEPS = 400_000
_MOST_FAULTS = 100


@dataclass(slots=True)
class Frame:
    """What the text of one function owes: obligations at its wires, and the calls that it makes."""

    obligations: list[Obligation] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """Faults and warnings, each once, places and names of nodes, and the frame being filled.

    `coming` holds where each name of a file is defined, and the item that defines it; `trails` for each imported file
    the statements that led to it; `meanings` what each name was found to
    mean, by the place of its definition; `called` the definitions that were applied; `imports` the names that each
    `use` or `load` brings; `load` reads another RASP file;
    `shown` is the expression of the statement that shows one.
    """

    faults: dict[tuple[Span, str], Fault] = field(default_factory=dict)
    warnings: dict[tuple[Span, str], Fault] = field(default_factory=dict)
    spans: dict[SOp, Span] = field(default_factory=dict)
    names: dict[SOp, str] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    cells: dict[str, CellSignature] = field(default_factory=dict)
    coming: dict[tuple[str, str], tuple[Span, Span]] = field(default_factory=dict)
    trails: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    meanings: dict[Span, Meaning] = field(default_factory=dict)
    called: set[Span] = field(default_factory=set)
    imports: dict[Span, dict[str, Meaning | None]] = field(default_factory=dict)
    frame: Frame = field(default_factory=Frame)
    n_variables: int = 0
    depth: int = 0
    n_built: int = 0
    n_steps: int = 0
    lacks_names: bool = False
    shown: tree.Expr | None = None
    load: Callable[[tree.Load, Environment], None] = lambda _statement, _environment: None

    def fault(self, message: str, span: Span, hint: str | None = None) -> None:
        """Note a fault; what depends on it is passed over in silence."""
        self.faults.setdefault((span, message), Fault(message, span, hint, self._trail(span.source)))

    def warn(self, message: str, span: Span, hint: str | None = None) -> None:
        """Note what is allowed, but probably not meant."""
        self.warnings.setdefault((span, message), Fault(message, span, hint, self._trail(span.source)))

    def _trail(self, source: Source) -> tuple[Span, ...]:
        return self.trails.get(source.name, ())

    def unknown(self, what: str, name: str, known: Iterable[str], span: Span, dialect: str) -> None:
        """Note an unknown name and what was probably meant; in silence where an import that may have held it failed."""
        if not self.lacks_names:
            hint = self._hint_of_later(name, span) or hint_for_name(name, known, dialect)
            self.fault(f"unknown {what} {name!r}", span, hint)

    def _hint_of_later(self, name: str, span: Span) -> str | None:
        """What to do about a name that its own definition, or an item before it, reads."""
        definition, item = self.coming.get((span.source.name, name), (span, span))
        if item.start <= span.start < item.stop and definition != span:
            return "a definition does not read itself: fold and scan run along a sequence"
        is_later = definition.start > span.start
        return f"it is defined on line {definition.line}: put that before this" if is_later else None

    def faults_in_order(self) -> tuple[Fault, ...]:
        """The faults, file by file and in the order of the text; of very many the first."""
        return _in_order(self.faults.values())[:_MOST_FAULTS]

    def warnings_in_order(self) -> tuple[Fault, ...]:
        """The warnings, file by file and in the order of the text."""
        return _in_order(self.warnings.values())

    def raise_faults(self) -> None:
        """Raise LanguageError if any fault was noted."""
        if self.faults:
            raise LanguageError(self.faults_in_order())

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

    def variable(self, element: Element, name: str) -> Input:
        """A fresh input, for an inner graph to be bound over."""
        self.n_variables += 1
        return Input((), f"free{self.n_variables}", element, name)

    def carry(self, moved: Mapping[SOp, SOp], span: Span, untouched: Collection[SOp] = ()) -> None:
        """Let the nodes of a graph that was moved keep their places and names; `untouched` keep their own names."""
        self.count(len(moved), span)
        for node, copy in moved.items():
            self.spans.setdefault(copy, self.spans.get(node, span))
            if node in self.names and copy not in untouched:
                self.names.setdefault(copy, self.names[node])

    def step(self, span: Span, n_steps: int = 1) -> None:
        """Count steps of loops and calls, so that a program which never ends is stopped.

        Raises:
            LanguageError: after very many.
        """
        self.n_steps += n_steps
        if self.n_steps > _MOST_STEPS:
            self.fault(f"checking takes more than {_MOST_STEPS} steps", span, "loop over fewer elements")
            self.raise_faults()

    def bind_calls(self, n_before: int, inputs: tuple[Input, ...], binder: SOp) -> None:
        """Let the calls since there were so many know what binds the inputs that they speak of."""
        calls = self.frame.calls
        calls[n_before:] = [replace(call, binders=(*call.binders, (inputs, binder))) for call in calls[n_before:]]

    def fitted(self, node: SOp, wanted: Type, span: Span, wire: str) -> SOp | None:
        """The node where `wanted` is expected, with the obligation that its values belong there.

        A fault, and None, where none of its values can.
        """
        fits = fit(node.type, wanted)
        if fits is Fit.NEVER:
            one_of_many = isinstance(node.type, Seq) and not isinstance(wanted, Seq)
            hint = "xs[i] reads one element, map(f, xs) applies a function to each" if one_of_many else None
            self.fault(f"expected {wanted} for {wire}, found {in_words(node)}", span, hint)
            return None
        self.frame.obligations.append(Obligation(wire, node, wanted, span))
        return node if fits is Fit.ALWAYS else self.place(Ascribe((node,), wanted), span)


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: (fault.span.source.name, fault.span.start)))

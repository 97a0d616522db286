"""A checked program: its functions with their contracts, its outputs, and where each of them stands in the text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import Fault, RuntimeFault, Source, Span, did_you_mean
from .graph import CellCall, Input, SOp, nodes_within
from .passes import canonical
from .scope import CellSignature
from .types import Type

__all__ = ["CallSite", "Clause", "Function", "Obligation", "Program"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a contract, over the function's parameters and, in an `ensures`, its result."""

    kind: str
    condition: SOp
    span: Span

    @property
    def text(self) -> str:
        """The clause as written, on one line."""
        return " ".join(self.span.text.split())


@dataclass(frozen=True, slots=True)
class Obligation:
    """What must hold where ports meet: `value` must belong to `wanted`; `wire` names the two ends."""

    wire: str
    value: SOp
    wanted: Type
    span: Span


@dataclass(frozen=True, slots=True)
class CallSite:
    """A function called from another one's text: its promises may be assumed once its requirements are met.

    `binders` are the folds and quantifiers that it stands in, the innermost first, each with the inputs that stand for
    what it binds in the arguments and the result.
    """

    callee: Function
    arguments: tuple[SOp, ...]
    result: SOp
    span: Span
    binders: tuple[tuple[tuple[Input, ...], SOp], ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A function, an entry point, or a top-level variable (no parameters), with its contract."""

    name: str
    parameters: tuple[Input, ...]
    result: SOp
    requires: tuple[Clause, ...]
    ensures: tuple[Clause, ...]
    obligations: tuple[Obligation, ...]
    calls: tuple[CallSite, ...]
    span: Span

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of the canonical graph: inputs by place and type, constants folded, no name of the text."""
        return canonical(self.result, self.parameters).digest

    @property
    def result_input(self) -> Input:
        """The input that `result` stands for in the `ensures` clauses."""
        return Input((), "result", self.result.type, "result")


@dataclass(frozen=True, slots=True)
class Program:
    """A program without faults.

    Attributes:
        functions: every function with typed parameters, every entry point and every top-level variable, by name;
            imported functions stand under `program:name`.
        outputs: the names of what can be asked for, in the order of the text; an entry point or a variable.
        cells: the catalogued cells that it calls.
        spans: where each node of the graph comes from.
        names: what the text calls a node, where it has a name.
        warnings: what is allowed, but probably not meant.
    """

    source: Source
    dialect: str
    functions: Mapping[str, Function]
    outputs: tuple[str, ...]
    cells: tuple[CellSignature, ...]
    spans: Mapping[SOp, Span]
    names: Mapping[SOp, str]
    warnings: tuple[Fault, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of what the outputs compute, whatever they are called and in whatever order they stand.

        It is that of the outputs' own digests (`Function.digest`), sorted, one a line; of a program that only defines
        functions, of these. Contracts do not count: they are claims about it.
        """
        named = self.outputs or self._own_functions
        parts = sorted({self.functions[name].digest for name in named})
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def main(self) -> str:
        """The output that is meant where none is named: `main`, else the last, else the only function, else empty."""
        if self.outputs:
            return "main" if "main" in self.outputs else self.outputs[-1]
        return self._own_functions[0] if len(self._own_functions) == 1 else ""

    @property
    def _own_functions(self) -> tuple[str, ...]:
        return tuple(name for name in self.functions if ":" not in name)

    def output(self, name: str | None = None) -> Function:
        """The function behind an output; any function with typed parameters may be asked for as well.

        Raises:
            RuntimeFault: if the program has no output, or none of that name.
        """
        chosen = name or self.main
        if not chosen:
            functions = (
                f"ask for one of its functions ({', '.join(self._own_functions)}), or " if self.functions else ""
            )
            way_out = f"{functions}end it with `name = …;` or `main(xs: seq[…]) = …;`"
            raise RuntimeFault(f"{self.source.name} has no output: {way_out}")
        if chosen not in self.functions:
            known = self.outputs or tuple(self.functions)
            near = did_you_mean(chosen, self.functions) or f"there are: {', '.join(known) or 'none'}"
            raise RuntimeFault(f"the program has no output {chosen!r}; {near}")
        return self.functions[chosen]


def cells_called(roots: Iterable[SOp]) -> tuple[CellSignature, ...]:
    """The cells that graphs call, inner graphs included, each once, in evaluation order."""
    calls = (node for node in nodes_within(roots) if isinstance(node, CellCall))
    return tuple({call.cell.digest: call.cell for call in calls}.values())

"""The wires of a program that run from a cell straight into a circuit.

A value that a cell answered stays its answer through a promise of type, and as the state or the elements of a fold;
any other s-op makes a number of it. `joined_wires` finds where an answer enters a port, and `check_vocabularies`
refuses those where the upstream cell can say what the downstream circuit has no token for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...dsl.graph import Ascribe, CellCall, Fold, Input, Quantified, SOp, topological
from ...dsl.program import Function, Program
from ...dsl.scope import CellPort, CellSignature
from ...dsl.types import Fit, element_of, fit
from ...errors import RuntimeFault

__all__ = ["Wire", "all_wires", "check_vocabularies", "joined_wires", "place_of", "without_checks"]

Sources = frozenset[CellSignature]
_NONE: Sources = frozenset()


@dataclass(frozen=True, slots=True)
class Wire:
    """From a cell's answer to a port of a circuit; `place` is where the text first joins them."""

    source: CellSignature
    target: CellSignature
    port: CellPort
    place: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Digest of the source, digest of the target, name of the port."""
        return self.source.digest, self.target.digest, self.port.name

    @property
    def is_neural(self) -> bool:
        """Whether it comes from a circuit, which has a residual stream; a formula has none."""
        return self.source.kind == "circuit"

    def __str__(self) -> str:
        """As in `add.result → mul.a`."""
        return f"{self.source.name}.{self.source.output.name} → {self.target.name}.{self.port.name}"


def joined_wires(program: Program, function: Function) -> tuple[Wire, ...]:
    """The wires into circuits of one function, each pair of cells and port once, in evaluation order."""
    found = _Search(program)
    found.trace(function.result, {})
    return tuple(found.wires.values())


def all_wires(program: Program) -> tuple[Wire, ...]:
    """The wires into circuits of all functions of a program, each once."""
    found = (wire for function in program.functions.values() for wire in joined_wires(program, function))
    return tuple({wire.key: wire for wire in found}.values())


def check_vocabularies(wires: Iterable[Wire]) -> None:
    """Refuse a wire on which a value may arrive that its port does not take.

    Raises:
        RuntimeFault: naming both ports, their ranges and the place.
    """
    for wire in wires:
        found, wanted = element_of(wire.source.output.type), element_of(wire.port.type)
        if fit(found, wanted) is not Fit.ALWAYS:
            raise RuntimeFault(
                f"{wire.place}: the wire {wire} joins {found} to {wanted}: the vocabularies do not match; "
                "bring the values into range between the two, as with `mod` or `if`"
            )


def place_of(program: Program, node: SOp) -> str:
    """Where the text says it, as `file:line:column: `; empty for a node that no text says."""
    span = program.spans.get(node)
    return f"{span.place}: " if span else ""


class _Search:
    """Follows answers through a graph, inner graphs included."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.wires: dict[tuple[str, str, str], Wire] = {}

    def trace(self, root: SOp, bound: Mapping[str, Sources]) -> Sources:
        """The cells whose answer a node's value may be, given those of the bound inputs."""
        sources: dict[SOp, Sources] = {}
        for node in topological([root]):
            sources[node] = self._sources(node, [sources[argument] for argument in node.arguments], bound)
        return sources[root]

    def _sources(self, node: SOp, arguments: Sequence[Sources], bound: Mapping[str, Sources]) -> Sources:
        match node:
            case CellCall(cell=cell):
                self._join(node, arguments)
                return frozenset({cell})
            case Ascribe():
                return arguments[0]
            case Input(key=key):
                return bound.get(key, _NONE)
            case Fold():
                return self._folded(node, arguments, bound)
            case Quantified(body=body):
                self.trace(body, bound)
        return _NONE

    def _folded(self, node: Fold, arguments: Sequence[Sources], bound: Mapping[str, Sources]) -> Sources:
        *items, initial = arguments
        state, *elements = (parameter.key for parameter in node.parameters)
        found = initial
        while True:
            inner = {**bound, state: found, **dict(zip(elements, items, strict=True))}
            after = found | self.trace(node.step, inner)
            if after == found:
                return after
            found = after

    def _join(self, call: CellCall, arguments: Sequence[Sources]) -> None:
        if call.cell.kind != "circuit":
            return
        place = place_of(self.program, call).removesuffix(": ") or self.program.source.name
        for port, sources in zip(call.cell.inputs, arguments, strict=True):
            for source in sorted(sources, key=lambda cell: cell.digest):
                wire = Wire(source, call.cell, port, place)
                self.wires.setdefault(wire.key, wire)


def without_checks(program: Program, roots: Sequence[SOp]) -> tuple[Program, list[SOp]]:
    """The program and some graphs of it with no promise of type before a port: the wire into the port keeps it."""
    became: dict[SOp, SOp] = {}
    for root in roots:
        became |= _unchecked(root)
    moved = [(copy, node) for node, copy in became.items() if copy is not node]
    spans = {**program.spans, **{copy: program.spans[node] for copy, node in moved if node in program.spans}}
    names = {**program.names, **{copy: program.names[node] for copy, node in moved if node in program.names}}
    return replace(program, spans=spans, names=names), [became[root] for root in roots]


def _unchecked(root: SOp) -> dict[SOp, SOp]:
    """What each node becomes, those of inner graphs included."""
    became: dict[SOp, SOp] = {}
    for node in topological([root]):
        arguments = tuple(became[argument] for argument in node.arguments)
        match node:
            case CellCall():
                bare = tuple(one.arguments[0] if isinstance(one, Ascribe) else one for one in arguments)
                became[node] = replace(node, arguments=bare)
            case Fold(step=step):
                became |= _unchecked(step)
                became[node] = replace(node, arguments=arguments, step=became[step])
            case Quantified(body=body):
                became |= _unchecked(body)
                became[node] = replace(node, arguments=arguments, body=became[body])
            case _:
                became[node] = node if arguments == node.arguments else replace(node, arguments=arguments)
    return became

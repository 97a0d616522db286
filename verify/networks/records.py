"""Cells as nodes of the catalog: their components, their ports, and what running every input said of their contract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite
from typing import TypeVar

from ...catalog import Circuit, Component, Contract, Evidence, Formula, Node, Port, Relationship, Verdict
from ...dsl.types import Int
from ...runtime.cell import CellConfig, IntPort
from ...runtime.edges import component_of
from .exhaustive import ExhaustiveCheck
from .rounding import ASSUMPTIONS
from .sampling import Measurement

__all__ = ["Records", "add_check", "add_components", "add_measurement", "add_ports", "judge", "port_type"]

N = TypeVar("N", bound=Node)


@dataclass(slots=True)
class Records:
    """Nodes and relationships to be written together."""

    nodes: list[Node] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)

    def add(self, node: N) -> N:
        """Take a node in."""
        self.nodes.append(node)
        return node

    def join(self, source: Node, type_: str, target: Node, **properties: str) -> None:
        """Take a relationship in."""
        self.relationships.append(Relationship(source.id, type_, target.id, properties))


def add_components(batch: Records, node: Circuit, edges: Iterable[tuple[str, str]]) -> None:
    """The components of a circuit, joined as its edges run."""
    joined = tuple(edges)
    names = sorted({component_of(end) for edge in joined for end in edge})
    components = {part: batch.add(Component(of=node.id, name=part, kind=_kind(part))) for part in names}
    for component in components.values():
        batch.join(node, "HAS_COMPONENT", component)
    for writer, reader in joined:
        entrance = reader.removeprefix(component_of(reader)).removeprefix(".") or "in"
        batch.join(components[writer], "FEEDS", components[component_of(reader)], reader=entrance)


def _kind(component: str) -> str:
    kinds = {"embed": "embedding", "position": "embedding", "logits": "logits", "mlp": "mlp"}
    return kinds.get(component.rpartition(".")[2], "head")


def port_type(port: IntPort) -> Int:
    """The type of a port of a network."""
    return Int(port.low, port.high)


def add_ports(batch: Records, node: Node, config: CellConfig) -> None:
    """The ports of a network, in their order."""
    directed = [("in", place, port) for place, port in enumerate(config.inputs)] + [("out", 0, config.output)]
    for direction, place, port in directed:
        text = str(port_type(port))
        written = Port.model_validate(
            {"name": port.name, "direction": direction, "position": place, "type": text, "type_key": text}
        )
        batch.join(node, "HAS_PORT", batch.add(written))


def add_check(batch: Records, node: Circuit, contract: Contract, check: ExhaustiveCheck) -> None:
    """The evidence of an exhaustive check, and the verdict that it allows."""
    evidence = batch.add(
        Evidence(
            of=node.id,
            kind="exhaustive",
            claim=contract.promise,
            method="enumeration of every input",
            n_inputs=check.n_inputs,
            n_wrong=check.n_wrong,
            smallest_margin=_if_finite(check.smallest_margin),
            rounding_bound=_if_finite(check.rounding_bound),
            reach=check.reach,
            dtype=check.dtype,
            device=check.device,
            details={"least_certain": list(check.least_certain), "assumptions": list(ASSUMPTIONS)},
        )
    )
    judge(batch, node, contract, evidence, holds=check.holds, counterexample=_call(node.name, check.first_wrong))


def add_measurement(batch: Records, node: Circuit, contract: Contract, found: Measurement) -> None:
    """The evidence of a measurement on drawn inputs; a verdict only where one of them breaks the contract."""
    low, high = found.interval
    evidence = batch.add(
        Evidence(
            of=node.id,
            kind="measurement",
            claim=contract.promise,
            method="inputs drawn evenly, with replacement; Clopper-Pearson interval",
            n_inputs=found.n_inputs,
            n_wrong=found.n_wrong,
            value=found.share,
            interval_low=low,
            interval_high=high,
            seed=found.seed,
            dtype=found.dtype,
            device=found.device,
            details={"confidence": found.confidence},
        )
    )
    counterexample = _call(node.name, found.first_wrong)
    if counterexample is not None:
        judge(batch, node, contract, evidence, holds=False, counterexample=counterexample, scope="one input")
    else:
        batch.join(evidence, "ABOUT", node)
        batch.join(evidence, "SUPPORTS", contract)


def _if_finite(number: float) -> float | None:
    return number if isfinite(number) else None


def _call(name: str, first_wrong: tuple[tuple[int, ...], int] | None) -> str | None:
    if first_wrong is None:
        return None
    inputs, answer = first_wrong
    return f"{name}({', '.join(map(str, inputs))}) answers {answer}"


def judge(
    batch: Records,
    node: Circuit | Formula,
    contract: Contract,
    evidence: Evidence,
    *,
    holds: bool,
    counterexample: str | None,
    scope: str | None = None,
) -> None:
    """The verdict that the evidence allows, and what both say of the contract; the scope is all inputs if None."""
    verdict = batch.add(
        Verdict(
            of=node.id,
            claim=contract.promise,
            status="exhaustive" if holds else "refuted",
            scope=scope or f"all {evidence.n_inputs:,} inputs{_run_in(evidence)}",
            method=evidence.method,
            counterexample=counterexample,
        )
    )
    for found in (evidence, verdict):
        batch.join(found, "ABOUT", node)
        batch.join(found, "SUPPORTS" if holds else "REFUTES", contract)


def _run_in(evidence: Evidence) -> str:
    """Whose answers were checked, where it is not those of every evaluation."""
    beside = {"as run": "", "real arithmetic": " and in real arithmetic"}
    if evidence.reach not in beside:
        return ""
    return f", as run in {evidence.dtype} on {evidence.device}{beside[evidence.reach]}"

"""A circuit of another tool as nodes of the catalog, and a circuit of the catalog as components and edges.

An imported circuit has no weights of its own. Its blob is the file that it was read from, so that nothing is lost; its
`config` says which format that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from ...errors import CatalogError
from ..catalog import Catalog
from ..node import Node
from ..relationships import Relationship
from ..schema import Circuit, Component, Dataset, Evidence, Model, Task
from .edges import Edge, Pruning

__all__ = ["CircuitFile", "Draft", "Parts", "Prompt", "is_whole", "parts_of"]

_LARGEST_MANIFEST = 2**24


@dataclass(frozen=True, slots=True)
class CircuitFile:
    """The bytes that a circuit was read from: a file, or what a file was translated to."""

    path: Path
    content: bytes | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        if self.content is not None:
            return sha256(self.content).hexdigest()
        with self.path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def store(self, catalog: Catalog) -> str:
        """Put the bytes into the catalog's blobs; returns their digest."""
        return catalog.blobs.put_file(self.path) if self.content is None else catalog.blobs.put(self.content)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text that a circuit was found on, and what was measured on it, by name."""

    text: str
    tokens: Sequence[str]
    scores: Mapping[str, float]
    method: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file says of a circuit, checked and not yet written.

    `components` holds kind and details by name, in the file's order.
    """

    name: str
    format: str
    file: CircuitFile
    model: Model
    components: Mapping[str, tuple[str, dict[str, Any]]]
    edges: Sequence[Edge]
    pruning: Pruning
    config: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)
    prompt: Prompt | None = None

    def write(self, catalog: Catalog) -> str:
        """Write the circuit under its name, whole or not at all; returns the id of the circuit.

        Raises:
            CatalogError: if a node cannot be one of the catalog, or the catalog cannot be written.
        """
        circuit = Circuit(
            name=self.name,
            blob=self.file.digest,
            config={"format": self.format, "pruning": self.pruning.to_dict(), **self.config},
            n_edges=len(self.edges),
            n_components=len(self.components),
            n_parameters=0,
            search=dict(self.search),
        )
        components = {
            name: self._component(circuit, name, kind, details) for name, (kind, details) in self.components.items()
        }
        about = list(_about(circuit, self.prompt))
        nodes = [self.model, circuit, *components.values(), *(node for node, _ in about)]
        _check_sizes(nodes, self.file.path)
        relationships = self._relationships(circuit, components, [one for _, joined in about for one in joined])
        if self.file.store(catalog) != circuit.blob:
            raise CatalogError(f"{self.file.path} changed while it was read; try again when it is written")
        catalog.add(nodes, relationships, {self.name: circuit.id})
        return circuit.id

    def _component(self, circuit: Circuit, name: str, kind: str, details: dict[str, Any]) -> Component:
        try:
            return Component(of=circuit.id, name=name, kind=kind, details=details)
        except CatalogError as error:
            raise CatalogError(f"{self.file.path}: {name!r:.80}: {error}") from error

    def _relationships(
        self, circuit: Circuit, components: Mapping[str, Component], others: Sequence[Relationship]
    ) -> Iterator[Relationship]:
        ids = {name: component.id for name, component in components.items()}
        yield Relationship(circuit.id, "EXTRACTED_FROM", self.model.id)
        yield from (Relationship(circuit.id, "HAS_COMPONENT", id) for id in ids.values())
        for edge in self.edges:
            weight = {} if edge.weight is None else {"weight": edge.weight}
            yield Relationship(ids[edge.source], "FEEDS", ids[edge.target], {"reader": edge.reader, **weight})
        yield from others


@dataclass(frozen=True, slots=True)
class Parts:
    """A circuit of the catalog with its components by name and its edges."""

    circuit: Circuit
    components: Mapping[str, Component]
    edges: Sequence[Edge]


def parts_of(catalog: Catalog, name: str) -> Parts:
    """Read a circuit with its components, in the order of their names, and its edges.

    Raises:
        UnknownCell: if there is no node of that name.
        CatalogError: if it is no circuit, or two of its components have one name.
    """
    circuit = circuit_named(catalog, name)
    found = [node for _, node in catalog.neighbours(circuit.id, "HAS_COMPONENT") if isinstance(node, Component)]
    components = {component.name: component for component in sorted(found, key=lambda one: one.name)}
    if len(components) != len(found):
        raise CatalogError(f"two components of the circuit {name!r} have one name; a file cannot tell them apart")
    names = {component.id: component.name for component in found}
    edges = [
        Edge(names[one.source], names[one.target], str(one.properties["reader"]), _weight(one))
        for one in catalog.record.relationships(list(names), "FEEDS", "out")
    ]
    return Parts(circuit, components, edges)


def circuit_named(catalog: Catalog, name: str) -> Circuit:
    """The circuit of that name.

    Raises:
        UnknownCell: if there is no node of that name.
        CatalogError: if it is no circuit.
    """
    circuit = catalog.get(name)
    if not isinstance(circuit, Circuit):
        raise CatalogError(f"{name!r} is a {circuit.label.lower()}; expected a circuit")
    return circuit


def is_whole(circuit: Circuit, format: str) -> bool:
    """Whether a circuit's blob is a file of that format that all of the circuit's edges were taken from."""
    return circuit.config.get("format") == format and not circuit.config.get("pruning")


def _weight(one: Relationship) -> float | None:
    weight = one.properties.get("weight")
    return weight if isinstance(weight, float) else None


def _about(circuit: Circuit, prompt: Prompt | None) -> Iterator[tuple[Node, list[Relationship]]]:
    """Task, data set and measurements that belong to a prompt, each with what joins it."""
    if prompt is None:
        return
    digest = sha256(prompt.text.encode("utf-8", "surrogatepass")).hexdigest()
    name = f"{circuit.name}_prompt"
    parameters = {"prompt": prompt.text, "prompt_tokens": list(prompt.tokens)}
    task = Task(name=name, description="Say which token follows the prompt.", parameters=parameters)
    dataset = Dataset(name=name, n_samples=1, n_train=0, seed=0, digest=digest)
    yield task, [Relationship(circuit.id, "IMPLEMENTS", task.id)]
    yield dataset, [Relationship(dataset.id, "INSTANCE_OF", task.id)]
    for claim, value in prompt.scores.items():
        measured = Evidence(of=circuit.id, kind="measurement", claim=claim, method=prompt.method, value=value)
        ends = (("ABOUT", circuit), ("MEASURED_ON", dataset))
        yield measured, [Relationship(measured.id, type, end.id) for type, end in ends]


def _check_sizes(nodes: Iterable[Node], path: Path) -> None:
    for node in nodes:
        if len(node.manifest) > _LARGEST_MANIFEST:
            raise CatalogError(
                f"{path}: what it says of the {node.label.lower()} {getattr(node, 'name', '')!r:.60} is longer than "
                f"{_LARGEST_MANIFEST:,} characters; shorten its texts"
            )

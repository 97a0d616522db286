"""The face of a catalog: the same in a folder and on a Neo4j server."""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from ..dsl.scope import CellPort, CellSignature, Condition
from ..dsl.types import Unknown
from ..errors import CatalogError, Source, UnknownCell, did_you_mean
from .aliases import check_alias, reads_as_digest
from .blobs import BlobFolder, Blobs, open_blobs
from .cypher.linter import Dialect, check_query
from .cypher.results import settled
from .embedded.folder import claim_folder
from .embedded.index import LadybugIndex
from .embedded.record import SqliteRecord
from .graphs import aliases_of, circuit_graph, nodes_of, reached, relationships_of, typed_graph
from .matching import newest_match
from .node import Node
from .relationships import OWN_TYPES, Relationship, relationship_type
from .schema import CELLS, OWN_LABELS, Circuit, Event, Program, node_from_manifest
from .scope import signature_of
from .server import ServerAddress, is_server_uri
from .store import Batch, Change, Direction, QueryEngine, Record

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Catalog"]


class Catalog:
    """A typed graph of cells and of what is known about them.

    Args:
        place: a folder, or the URI of a Neo4j server (`bolt://…` or `neo4j://…`, also with +s and +ssc), which may
            name a user and a password (else NEO4J_USERNAME and NEO4J_PASSWORD are read) and as `?blobs=…` where the
            blobs lie (else STDCELL_BLOBS, else `./catalog-blobs`): a folder, or a URL such as s3://bucket/blobs.
        create: whether a catalog is made where there is none.

    Raises:
        CatalogError: if there is no catalog and none is to be made, if the place holds something else, or if it
            cannot be used.
    """

    blobs: Blobs

    def __init__(self, place: str | Path, *, create: bool = True) -> None:
        self.place = str(place)
        self._process = os.getpid()
        self._opened_record, self._opened_engine, self.blobs = _open(self.place, create=create)
        # Also runs when the interpreter exits, so that an index is published where nobody closed the catalog.
        self._finalizer = weakref.finalize(self, _close, self._opened_engine, self._opened_record, self._process)

    @property
    def _record(self) -> Record:
        self._check_open()
        return self._opened_record

    @property
    def _engine(self) -> QueryEngine:
        self._check_open()
        return self._opened_engine

    def _check_open(self) -> None:
        if not self._finalizer.alive:
            raise CatalogError(f"the catalog at {self.origin} is closed; open it again")
        if os.getpid() != self._process:  # neither connections nor the engine's threads outlive a fork
            raise CatalogError(
                f"the catalog at {self.origin} was opened before this process forked; open it again here"
            )

    @property
    def origin(self) -> str:
        """The place without user, password and options: what others are told of it."""
        return ServerAddress.of(self.place).uri if is_server_uri(self.place) else self.place

    @property
    def record(self) -> Record:
        """What keeps nodes and relationships, for who checks, mends or moves a whole catalog."""
        return self._record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release files and connections; closing twice is fine."""
        self._finalizer()

    @overload
    def add(
        self, nodes: Node, relationships: Iterable[Relationship] = (), aliases: Mapping[str, str] | None = None
    ) -> str: ...

    @overload
    def add(
        self,
        nodes: Iterable[Node],
        relationships: Iterable[Relationship] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> list[str]: ...

    def add(
        self,
        nodes: Node | Iterable[Node],
        relationships: Iterable[Relationship] = (),
        aliases: Mapping[str, str] | None = None,
    ) -> str | list[str]:
        """Write nodes, relationships and names, all or nothing; what exists already stays as it is.

        Args:
            nodes: one node or several; blobs that they name must be in `blobs` before.
            relationships: between nodes of this call or of the catalog.
            aliases: for each name the id that it shall mean from now on; a name that means it already gains no version.

        Returns:
            The id of the node, or the ids of the nodes in their order.

        Raises:
            CatalogError: if a blob or an end of a relationship is missing, a relationship joins labels that it may
                not join, a name cannot be one, or the catalog cannot be written.
        """
        written = [nodes] if isinstance(nodes, Node) else list(nodes)
        self._record.write(self._batch(written, list(relationships), list((aliases or {}).items())))
        return nodes.id if isinstance(nodes, Node) else [node.id for node in written]

    def take(
        self,
        nodes: Sequence[Node],
        relationships: Sequence[Relationship],
        aliases: Sequence[tuple[str, str]],
        *,
        origin: str,
    ) -> Change | None:
        """Write what another catalog or a file holds, all or nothing; what exists already stays as it is.

        Unlike in `add` one name may move several times, in this order, and the event says where it all came from.

        Returns:
            What was new, or None where nothing was and so nothing is written.

        Raises:
            CatalogError: as for `add`.
        """
        return self._record.write(self._batch(nodes, relationships, aliases, origin))

    def get(self, name: str) -> Node:
        """The node of a name (its newest version), of `name@version`, or of a digest or at least 8 of its first digits.

        Raises:
            UnknownCell: naming the nearest name.
        """
        return self._record.nodes([self._id_of(name)])[0]

    def names(self) -> list[str]:
        """All alias names, sorted."""
        return self._record.names()

    def cells(self, prefix: str = "") -> Iterator[tuple[str, str]]:
        """The kind and the name of each cell whose name starts so, by name."""
        for name in self.names():
            if name.startswith(prefix) and (label := self.get(name).label) in CELLS:
                yield label.lower(), name

    def neighbours(self, id: str, type: str, direction: Direction = "out") -> list[tuple[Relationship, Node]]:
        """The relationships of one type that leave ("out") or enter ("in") a node, each with the node at its other end.

        Raises:
            CatalogError: if there is no such type.
        """
        found = self._record.relationships([id], relationship_type(type).name, direction)
        ends = [one.target if direction == "out" else one.source for one in found]
        return list(zip(found, self._record.nodes(ends), strict=True))

    def graph(
        self,
        root: str | None = None,
        *,
        circuit: str | None = None,
        types: Collection[str] | None = None,
        direction: Literal["out", "in", "both"] = "both",
        depth: int | None = None,
    ) -> nx.MultiDiGraph[str]:
        """The catalog, what can be reached from a node, or a circuit, as a networkx graph.

        Args:
            root: name or digest of the node to start from; the whole catalog where left out.
            circuit: in place of all else a circuit, whose components become a directed acyclic graph.
            types: the types of relationship to follow and to show; all where left out.
            direction: along relationships ("out"), against them ("in"), or both.
            depth: most relationships on a way from the root; no bound where left out.

        Raises:
            UnknownCell: if there is no node of that name.
            CatalogError: if there is no such type or direction, or the circuit is none or not acyclic.
        """
        if direction not in ("out", "in", "both"):
            raise CatalogError(f"no direction {direction!r}; it is 'out', 'in' or 'both'")
        if circuit is not None:
            return self._circuit_graph(circuit)
        shown = None if types is None else {relationship_type(name).name for name in types}
        relationships = [
            Relationship(one.source, one.type, one.target, json.loads(one.properties))
            for one in self._record.stored_relationships()
            if one.type not in OWN_TYPES and (shown is None or one.type in shown)
        ]
        kept = None if root is None else reached(self.get(root).id, relationships, direction, depth)
        nodes = (
            node_from_manifest(one.id, one.manifest)
            for one in self._record.stored_nodes()
            if one.label not in OWN_LABELS and (kept is None or one.id in kept)
        )
        return typed_graph(nodes, relationships, {name: self._id_of(name) for name in self.names()})

    def add_graph(self, graph: nx.MultiDiGraph[str]) -> list[str]:
        """Write what a graph of `graph` holds, whole or not at all; blobs must be there before.

        Returns:
            The ids of the nodes, in the graph's order.

        Raises:
            CatalogError: if a node or an edge is not as the schema says, or the catalog cannot be written.
        """
        return self.add(nodes_of(graph), relationships_of(graph), aliases_of(graph))

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        """The signature of a circuit or formula that a program names: a catalog is a `Scope`.

        Raises:
            UnknownCell: if there is none of that name, or it is of another kind.
        """
        node = self.get(name if version is None else f"{name}@{version}")
        ports, contracts = ([end for _, end in self.neighbours(node.id, type)] for type in ("HAS_PORT", "SATISFIES"))
        # A digest names a cell for good, its own name is what a reader knows it by.
        called = getattr(node, "name", name) if reads_as_digest(name) else name
        return signature_of(kind, called, node, ports, contracts)

    def find_matching(self, kind: str, conditions: Sequence[Condition]) -> CellSignature:
        """The newest named cell of a kind that meets all conditions of a program's `use … where`.

        Raises:
            UnknownCell: if none does, with what the nearest one lacks.
        """
        cells = [node for node in map(self.get, self._names_by_age()) if node.label == kind.capitalize()]
        found = newest_match(self, kind, cells, conditions)
        if kind == "program":
            return CellSignature(kind, getattr(found, "name", ""), found.id, (), CellPort("result", Unknown()))
        return self.find_cell(kind, found.id, None)

    def _names_by_age(self) -> list[str]:
        """All alias names, those that moved last at the end."""
        moved: dict[str, None] = {}
        for event in self.events():
            for version in event.payload.get("aliases", ()):
                name = version.rpartition("@")[0]
                moved.pop(name, None)
                moved[name] = None
        return list(moved)

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        """The text and dialect of a program that another one names.

        Raises:
            UnknownCell: if there is none of that name, or it is of another kind.
        """
        node = self.get(name if version is None else f"{name}@{version}")
        if not isinstance(node, Program):
            raise UnknownCell(f"{name!r} is a {node.label.lower()}, not a program")
        return Source(node.text, name), node.dialect

    def query(
        self,
        cypher: str,
        /,
        *,
        dialect: Dialect = "portable",
        timeout_s: float = 30.0,
        row_limit: int = 100_000,
        **parameters: Any,
    ) -> list[dict[str, Any]]:
        """The rows of a Cypher query that only reads, keyed by column as the query writes them (see docs/cypher.md).

        Args:
            cypher: one statement.
            dialect: "portable" refuses what a folder and a server answer differently, "native" only what writes or
                reaches outside the catalog.
            timeout_s: how long it may take, in seconds.
            row_limit: how many rows it may have; more are a fault, not cut off.
            parameters: what the query calls `$name`.

        Raises:
            CatalogError: if the query is refused, cannot be run, or exceeds a limit.
        """
        if timeout_s <= 0 or row_limit < 0:
            raise CatalogError(
                f"found timeout_s={timeout_s!r} and row_limit={row_limit!r}; expected seconds above 0 and a number of "
                "rows from 0"
            )
        check_query(cypher, parameters, dialect=dialect)
        rows = self._engine.query(cypher, parameters, dialect=dialect, timeout_s=timeout_s, row_limit=row_limit)
        return settled(cypher, rows) if dialect == "portable" else rows

    def reindex(self) -> None:
        """Make anew what queries are answered from.

        Raises:
            CatalogError: if something that it is made of is damaged.
        """
        self._engine.rebuild()

    def events(self) -> list[Event]:
        """All changes of the catalog, oldest first."""
        return self._record.events()

    def _circuit_graph(self, name: str) -> nx.MultiDiGraph[str]:
        circuit = self.get(name)
        if not isinstance(circuit, Circuit):
            raise CatalogError(f"{name!r} is a {circuit.label.lower()}; expected a circuit")
        components = [node for _, node in self.neighbours(circuit.id, "HAS_COMPONENT")]
        feeds = self._record.relationships([node.id for node in components], "FEEDS", "out")
        return circuit_graph(circuit, components, feeds)

    def _batch(
        self,
        nodes: Sequence[Node],
        relationships: Sequence[Relationship],
        aliases: Sequence[tuple[str, str]],
        origin: str | None = None,
    ) -> Batch:
        for node in nodes:
            self._check_node(node)
        labels = {node.id: node.label for node in nodes}
        mentioned = {end for one in relationships for end in (one.source, one.target)} | {id for _, id in aliases}
        labels |= self._record.labels(mentioned - labels.keys())
        unknown = sorted(mentioned - labels.keys())
        if unknown:
            raise CatalogError(f"no node {unknown[0]!r} to join or to name; add it first or in the same call")
        for one in relationships:
            relationship_type(one.type).check(labels[one.source], labels[one.target])
            if one.source == one.target:  # which undirected patterns would find twice in a folder, and once on a server
                raise CatalogError(f"{one.type} joins two different nodes, found {one.source} at both ends")
        for name, id in aliases:
            check_alias(name)
            relationship_type("POINTS_TO").check("Alias", labels[id])
        return Batch(nodes, relationships, aliases, labels, origin)

    def _check_node(self, node: Node) -> None:
        if node.label in OWN_LABELS:
            raise CatalogError(f"the catalog writes its {node.label} nodes itself; give names as `aliases`")
        blob = getattr(node, "blob", None)
        if blob is not None and blob not in self.blobs:
            raise CatalogError(f"a {node.label} names the blob {blob}, which is not there; put it into `blobs` first")

    def _id_of(self, name: str) -> str:
        is_digest = reads_as_digest(name)
        alias, _, version = name.partition("@")
        versions = [] if is_digest else self._record.versions(alias)  # no name reads as a digest
        if versions:
            chosen = [one.of for one in versions if not version or str(one.version) == version]
            if not chosen:
                raise UnknownCell(f"no version {version!r} of {alias!r}; the newest is {versions[-1].version}")
            return chosen[-1]
        ids = self._record.ids_starting_with(name) if is_digest else []
        if len(ids) > 1:
            raise UnknownCell(f"more than one node starts with {name!r}; give more digits")
        if not ids:
            names = self.names()
            hint = did_you_mean(alias, names)
            raise UnknownCell(f"no cell named {name!r} among {len(names)} names" + (f"; {hint}" if hint else ""))
        return ids[0]


def _open(place: str, *, create: bool) -> tuple[Record, QueryEngine, Blobs]:
    if is_server_uri(place):
        from .server.store import Neo4jStore  # imports the driver, which who has a folder does not wait for

        address = ServerAddress.of(place)
        blobs = open_blobs(address.blobs)
        store = Neo4jStore(address, create=create)
        return store, store, blobs
    record = SqliteRecord(claim_folder(Path(place), create=create))
    return record, LadybugIndex(Path(place) / "index", record), BlobFolder(Path(place) / "blobs")


def _close(engine: QueryEngine, record: Record, process: int) -> None:
    if os.getpid() != process:
        return
    engine.close()
    record.close()

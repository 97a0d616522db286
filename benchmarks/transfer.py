"""How long a catalog takes to be exported, imported, pushed to a Neo4j server and pulled again, and in how much memory.

`python benchmarks/transfer.py --circuits 1000` makes a catalog of 100 000 nodes, 400 000 relationships and 1 000 blobs,
and a server of its own from the jars that `python -m stdcell.deploy.neo4j .neo4j` fetched. Each step runs in a process
of its own, so that its peak memory is its own; a second push shows what it costs to find that nothing is new.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from stdcell.catalog import Catalog, Circuit, Component, Node, Port, Relationship
from stdcell.catalog.transfer import export, open_archive, source_of, transfer
from stdcell.deploy.neo4j import running_server

JARS = Path(__file__).parent.parent / ".neo4j"
N_COMPONENTS = 97
N_EDGES = 300
BLOB_BYTES = 2_000


def add_circuit(catalog: Catalog, number: int) -> None:
    """A circuit with its components, edges and ports, under a name."""
    random = Random(number)
    blob = catalog.blobs.put(random.randbytes(BLOB_BYTES))
    circuit = Circuit(
        name=f"circuit_{number}", blob=blob, config={"layers": 12, "width": 768}, n_edges=N_EDGES, n_components=97,
        n_parameters=10_000, search={"method": "synthetic", "seed": number},
    )  # fmt: skip
    parts = [
        Component(of=circuit.id, name=f"L{place // 8}.H{place % 8}", kind="head", details={"position": place})
        for place in range(N_COMPONENTS)
    ]
    pairs = [random.sample(parts, 2) for _ in range(N_EDGES)]
    feeds = [
        Relationship(source.id, "FEEDS", target.id, {"reader": "in", "weight": place / N_EDGES})
        for place, (source, target) in enumerate(pairs)
    ]
    has = [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts]
    ports: list[Node] = [
        Port(name="x", direction="in", position=0, type=f"int 0..{number % 20 + 1}"),
        Port(name=f"result_{number}", direction="out", position=0, type=f"int 0..{number % 10 + 1}"),
    ]
    joined = [Relationship(circuit.id, "HAS_PORT", port.id) for port in ports]
    catalog.add([circuit, *parts, *ports], [*has, *feeds, *joined], {f"circuit_{number % 500}": circuit.id})


def fill(folder: str, n_circuits: int) -> None:
    """The catalog that everything is measured on."""
    with Catalog(folder) as catalog:
        for number in range(n_circuits):
            add_circuit(catalog, number)


def move(source: str, target: str) -> None:
    """Push or pull."""
    with Catalog(source, create=False) as one, Catalog(target) as other:
        transfer(source_of(one), other)


def write_archive(source: str, path: str) -> None:
    """Export."""
    with Catalog(source, create=False) as catalog:
        export(source_of(catalog), Path(path), told=lambda _: None)


def export_one(source: str, path: str) -> None:
    """Export one lineage."""
    with Catalog(source, create=False) as catalog:
        export(source_of(catalog), Path(path), [catalog.get("circuit_7").id], told=lambda _: None)


def read_archive(path: str, target: str) -> None:
    """Import."""
    with open_archive(Path(path)) as archive, Catalog(target) as catalog:
        transfer(archive, catalog)


def content_digest(place: str) -> str:
    """One digest of all nodes but events, of all relationships and of all blobs' names."""
    with Catalog(place, create=False) as catalog:
        nodes = sorted(node.id for node in catalog.record.stored_nodes() if node.label != "Event")
        joined = sorted(" ".join(one[:4]) for one in catalog.record.stored_relationships())
        return sha256("\n".join([*nodes, *joined, *sorted(catalog.blobs.digests())]).encode()).hexdigest()


def measured(title: str, step: Callable[..., None], *given: object) -> None:
    """Run a step in a process of its own and print what it took: on the clock, of the processor, and of memory."""
    queue: multiprocessing.Queue[tuple[float, float, int]] = multiprocessing.get_context("spawn").Queue()
    process = multiprocessing.get_context("spawn").Process(target=_timed, args=(queue, step, *given))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{title} failed")
    seconds, processor_s, kilobytes = queue.get()
    print(f"{title:<24} {seconds:>8.1f} s {processor_s:>8.1f} s processor {kilobytes / 1000:>6.0f} MB", flush=True)


def _timed(queue: multiprocessing.Queue[tuple[float, float, int]], step: Callable[..., None], *given: object) -> None:
    start = time.perf_counter()
    step(*given)
    seconds = time.perf_counter() - start
    queue.put((seconds, time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def main() -> None:
    """Measure every step and check that each place holds the same at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--circuits", type=int, default=1000)
    parser.add_argument("--no-server", action="store_true", help="leave the steps with a server out")
    options = parser.parse_args()
    with ExitStack() as stack:
        work = Path(stack.enter_context(TemporaryDirectory(prefix="stdcell-transfer-")))
        place = {name: str(work / name) for name in ("first", "copy", "imported", "pulled", "all.tar", "one.tar")}
        measured("fill", fill, place["first"], options.circuits)
        measured("copy to another folder", move, place["first"], place["copy"])
        measured("the same again", move, place["first"], place["copy"])
        measured("export .tar", write_archive, place["first"], place["all.tar"])
        measured("export one lineage", export_one, place["first"], place["one.tar"])
        measured("import .tar", read_archive, place["all.tar"], place["imported"])
        same = [place["first"], place["copy"], place["imported"]]
        if not options.no_server:
            uri = f"{stack.enter_context(running_server(JARS))}?blobs={work / 'blobs'}"
            measured("push to Neo4j", move, place["first"], uri)
            measured("the same again", move, place["first"], uri)
            measured("pull from Neo4j", move, uri, place["pulled"])
            same += [uri, place["pulled"]]
        digests = {content_digest(where) for where in same}
        print("all hold the same" if len(digests) == 1 else "the places differ")


if __name__ == "__main__":
    main()

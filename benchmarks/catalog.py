"""How fast the catalog is at 100,000 nodes of 12 properties and 400,000 relationships, in a folder and on a server.

Run: python benchmarks/catalog.py [--nodes 100000] [--without server,peers] [--json]
     python benchmarks/catalog.py --curves 1000,10000,100000,1000000 [--plot FILE] [--json]

1. A catalog of realistic shape is drawn and written through the product's own face (see `catalog_shape`).
2. Each row is a median over many calls with different arguments; a load is the median of a few. Wall time decides, as
   it is what a user waits for; processor time of this process stands beside it, as the machine may be busy.
3. Peers run in the same process on the same nodes: networkx with a JSON file, and Neo4j the way tutorials use it.
4. A cold open is a process of its own, from `Catalog(...)` to the rows of its first query; imports are told apart.

With --curves the folder's load, lookup and lineage are measured at each size, in a process of its own, with the most
memory that it held. A Neo4j server is started from the jars that `python -m stdcell.deploy.neo4j .neo4j` fetched.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, NamedTuple

from catalog_peers import NetworkxPeer, PlainNeo4j
from catalog_shape import WEIGHTS, Family, circuit_of, families, n_properties

from stdcell.catalog import Catalog, Circuit, Port, Program
from stdcell.catalog.questions import feeding, lineage
from stdcell.deploy.neo4j import LASTING, running_server

COLD = """import sys, time
start = time.perf_counter()
from stdcell.catalog import Catalog
imported = time.perf_counter()
rows = Catalog(sys.argv[1], create=False).query("MATCH (c:Circuit {name: $name}) RETURN c.id", name=sys.argv[2])
done = time.perf_counter()
assert len(rows) == 1
print(done - imported, done - start)"""

# Name of the row, its unit, and the goals of the folder and of the server in that unit.
ROWS: dict[str, tuple[str, float | None, float | None]] = {
    "load": ("s", 3, 40),
    "add a circuit of 50 components": ("ms", 20, 60),
    "the same with its blob": ("ms", None, None),
    "first query after an add": ("ms", None, None),
    "lookup by id": ("ms", 0.2, 3),
    "lookup by name": ("ms", 1, 3),
    "lineage up to 6": ("ms", 10, 25),
    "what can feed a port, top 20": ("ms", 10, 10),
    "cold open and first query": ("ms", 150, None),
    "cold, with imports": ("ms", None, None),
}
SYSTEMS = ("folder", "server", "networkx", "plain Neo4j")


class Time(NamedTuple):
    """Medians in seconds: on the wall, and of this process."""

    wall: float
    processor: float | None


class Sample(NamedTuple):
    """What questions are asked about."""

    ids: list[str]
    names: list[str]
    programs: list[str]
    inputs: list[str]
    ports: list[str]


Times = dict[str, Time]


def timed(calls: Iterable[Callable[[], object]]) -> Time:
    """The median of all calls."""
    walls, processors = [], []
    for call in calls:
        wall, processor = perf_counter(), process_time()
        call()
        walls.append(perf_counter() - wall)
        processors.append(process_time() - processor)
    return Time(median(walls), median(processors))


def sample_of(drawn: Sequence[Family], n: int = 200) -> Sample:
    """So many ids, names, programs and input ports, drawn once."""
    draw = Random(1)
    nodes = [node for family in drawn for node in family.nodes]
    circuits = [node for node in nodes if isinstance(node, Circuit)]
    directions = {node.id: (node.direction, node.name) for node in nodes if isinstance(node, Port)}
    names = {node.id: node.name for node in circuits}
    owners = {
        one.target: f"{names[one.source]}.{directions[one.target][1]}"
        for family in drawn
        for one in family.relationships
        if one.type == "HAS_PORT" and one.source in names and directions[one.target][0] == "in"
    }
    inputs = sorted(owners)[:n]
    programs = [node.id for node in nodes[len(nodes) // 2 :] if isinstance(node, Program)]
    ids = [node.id for node in draw.choices(nodes, k=n)]
    return Sample(
        ids,
        [one.name for one in draw.choices(circuits, k=n)],
        draw.choices(programs, k=n),
        inputs,
        [owners[one] for one in inputs],
    )


def ask_lineage(catalog: Catalog, id: str) -> list[dict[str, Any]]:
    """All that a node was made of, up to 6 relationships away."""
    return lineage(catalog.get(id), "up", depth=6).ask(catalog)


def questions(catalog: Catalog, sample: Sample) -> Times:
    """The rows that only read, each after one call that is not counted."""
    return {
        "lookup by id": timed([lambda id=id: catalog.get(id) for id in sample.ids]),
        "lookup by name": timed([lambda name=name: catalog.get(name) for name in sample.names]),
        "lineage up to 6": timed([lambda id=id: ask_lineage(catalog, id) for id in sample.programs]),
        "what can feed a port, top 20": timed(
            [lambda port=port: feeding(catalog, port).ask(catalog) for port in sample.ports]
        ),
    }


def additions(catalog: Catalog, n: int = 60) -> Times:
    """Adds of a circuit with its components, ports and contract, alone and with its weights, and what a query waits."""
    draw = Random(2)
    drawn = [Family() for _ in range(2 * n)]
    for number, family in enumerate(drawn):
        circuit_of(family, draw, f"added_{number}", 50)
    add = [lambda one=one: catalog.add(one.nodes, one.relationships, one.aliases) for one in drawn]
    blobs = [draw.randbytes(100_000) for _ in range(n)]
    alone = timed(add[:n])
    with_blob = timed(
        [
            lambda call=call, blob=blob: (catalog.blobs.put(blob), call())
            for call, blob in zip(add[n:-5], blobs, strict=False)
        ]
    )
    after = []
    for call in add[-5:]:
        call()
        after.append(timed([lambda: catalog.query("MATCH (e:Event) RETURN max(e.sequence) AS last")]))
    return {
        "add a circuit of 50 components": alone,
        "the same with its blob": with_blob,
        "first query after an add": Time(
            median(one.wall for one in after), median(one.processor or 0 for one in after)
        ),
    }


def write(catalog: Catalog, drawn: Iterable[Family]) -> None:
    """One event for each family."""
    catalog.blobs.put(WEIGHTS)
    for family in drawn:
        catalog.add(family.nodes, family.relationships, family.aliases)


def measure_folder(folder: Path, drawn: Sequence[Family], sample: Sample) -> Times:
    """All rows of the embedded catalog."""
    with Catalog(folder) as catalog:
        write(catalog, drawn)
        load = timed([catalog.reindex] * 3)
    cold = [
        subprocess.run(
            [sys.executable, "-c", COLD, str(folder), sample.names[0]], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(7)
    ]
    opened, with_imports = ([float(row[column]) for row in cold] for column in (0, 1))
    with Catalog(folder) as catalog:
        ask_lineage(catalog, sample.programs[0])
        read = questions(catalog, sample)
        return {
            "load": load,
            **additions(catalog),
            **read,
            "cold open and first query": Time(median(opened), None),
            "cold, with imports": Time(median(with_imports), None),
        }


def measure_server(uri: str, drawn: Sequence[Family], sample: Sample) -> Times:
    """All rows of the catalog on a server; it is loaded in portions of about 2,000 nodes, which fit its heap."""
    with Catalog(uri) as catalog:
        catalog.blobs.put(WEIGHTS)
        load = timed([lambda: [catalog.add(one.nodes, one.relationships, one.aliases) for one in merged(drawn, 20)]])
        catalog.reindex()
        for id, port in zip(sample.programs[:20], sample.ports[:20], strict=False):
            ask_lineage(catalog, id), feeding(catalog, port).ask(catalog)
        return {"load": load, **questions(catalog, sample), **additions(catalog)}


def merged(drawn: Sequence[Family], n: int) -> Iterator[Family]:
    """Every n families as one."""
    for first in range(0, len(drawn), n):
        portion = Family()
        for family in drawn[first : first + n]:
            portion.nodes += family.nodes
            portion.relationships += family.relationships
            portion.aliases |= family.aliases
        yield portion


@contextmanager
def server() -> Iterator[str]:
    """A fresh Neo4j server, run as `stdcell server up` runs one."""
    with running_server(Path(__file__).parent.parent / ".neo4j", java_options=LASTING) as uri:
        yield uri


def measure(n_nodes: int, without: Sequence[str], folder: Path) -> tuple[dict[str, Times], dict[str, float]]:
    """All systems, and what was measured on."""
    drawn = list(families(n_nodes))
    sample = sample_of(drawn)
    nodes = {node.id: node for family in drawn for node in family.nodes}
    size = {
        "nodes": len(nodes),
        "relationships": sum(len(family.relationships) for family in drawn),
        "properties of a node": sum(map(n_properties, nodes.values())) / len(nodes),
    }
    found = {"folder": measure_folder(folder / "catalog", drawn, sample)}
    _tell(found)
    if "server" not in without:
        with server() as uri:
            found["server"] = measure_server(f"{uri}?blobs={folder / 'blobs'}", drawn, sample)
        _tell(found)
    if "peers" not in without:
        peer = NetworkxPeer(drawn, folder / "graph.json")
        found["networkx"] = {"load": timed([peer.load] * 3), **peer_questions(peer, sample)}
        found["networkx"]["cold open and first query"] = found["networkx"]["load"]
        _tell(found)
        if "server" not in without:
            with server() as uri, PlainNeo4j(uri, drawn) as plain:
                found["plain Neo4j"] = {"load": timed([plain.load]), **peer_questions(plain, sample)}
    return found, size


def _tell(found: dict[str, Times]) -> None:
    """What is measured so far, as a run takes minutes."""
    system = list(found)[-1]
    seconds = {name: round(time.wall, 6) for name, time in found[system].items()}
    print(f"{system}, seconds: {seconds}", file=sys.stderr, flush=True)


def peer_questions(peer: NetworkxPeer | PlainNeo4j, sample: Sample) -> Times:
    """The same questions, asked of a peer."""
    for id, port in zip(sample.programs[:20], sample.inputs[:20], strict=False):
        peer.lineage(id), peer.feed(port)
    return {
        "lookup by id": timed([lambda id=id: peer.by_id(id) for id in sample.ids]),
        "lookup by name": timed([lambda name=name: peer.by_name(name) for name in sample.names]),
        "lineage up to 6": timed([lambda id=id: peer.lineage(id) for id in sample.programs]),
        "what can feed a port, top 20": timed([lambda id=id: peer.feed(id) for id in sample.inputs]),
    }


def table(found: dict[str, Times]) -> list[dict[str, Any]]:
    """A row for each measured thing: times in its unit, goals, whether they are met, and ratios to the peers."""
    rows = []
    for name, (unit, goal_folder, goal_server) in ROWS.items():
        factor = 1000 if unit == "ms" else 1
        row: dict[str, Any] = {"row": name, "unit": unit}
        for system, times in found.items():
            if name in times:
                row[system] = factor * times[name].wall
                if times[name].processor is not None:
                    row[f"{system}, processor"] = factor * (times[name].processor or 0)
        for system, goal, peer in (("folder", goal_folder, "networkx"), ("server", goal_server, "plain Neo4j")):
            if goal is not None and system in row:
                row[f"{system}, goal"] = goal
                row[f"{system}, met"] = row[system] <= goal
            if system in row and peer in row:
                row[f"{system} / {peer}"] = row[system] / row[peer]
        rows.append(row)
    return rows


def print_table(rows: Sequence[dict[str, Any]], size: dict[str, float]) -> None:
    """The same for people."""
    print(", ".join(f"{value:,.4g} {name}" if value < 100 else f"{value:,.0f} {name}" for name, value in size.items()))
    print(f"{'':31}{'':>4}" + "".join(f"{name:>14}" for name in SYSTEMS) + f"{'folder':>18}{'server':>18}")
    print(
        f"{'median wall (processor)':31}{'':>4}" + "".join(f"{'':>14}" for _ in SYSTEMS) + f"{'goal':>18}{'goal':>18}"
    )
    for row in rows:
        shown = "".join(f"{_time(row, system):>14}" for system in SYSTEMS)
        goals = "".join(f"{_goal(row, system):>18}" for system in ("folder", "server"))
        print(f"{row['row']:31}{row['unit']:>4}{shown}{goals}")
    ratios = [(row["row"], key, value) for row in rows for key, value in row.items() if " / " in key]
    print("\n" + "\n".join(f"{name:31} {key:24} {value:8.3g}" for name, key, value in ratios))


def _time(row: dict[str, Any], system: str) -> str:
    if system not in row:
        return "-"
    processor = row.get(f"{system}, processor")
    return f"{row[system]:.3g}" + (f" ({processor:.3g})" if processor is not None else "")


def _goal(row: dict[str, Any], system: str) -> str:
    goal = row.get(f"{system}, goal")
    return "" if goal is None else f"≤ {goal:g} {'ok' if row[f'{system}, met'] else 'missed'}"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--nodes", type=int, default=100_000)
    options.add_argument("--without", default="", help="what is left out: server, peers, or both with a comma")
    options.add_argument("--curves", help="sizes at which the folder is measured instead")
    options.add_argument("--plot", type=Path, help="where to draw the curves, .png or .svg")
    options.add_argument("--json", action="store_true", help="print JSON for machines")
    asked = options.parse_args()
    if asked.curves:
        from catalog_growth import draw, measure_sizes, print_growth

        grown = measure_sizes([int(size) for size in asked.curves.split(",")])
        print(json.dumps(grown, indent=2)) if asked.json else print_growth(grown)
        if asked.plot:
            draw(grown, asked.plot)
        return
    with TemporaryDirectory(prefix="catalog-benchmark-") as folder:
        found, size = measure(asked.nodes, asked.without.split(","), Path(folder))
    rows = table(found)
    print(json.dumps({"size": size, "rows": rows}, indent=2)) if asked.json else print_table(rows, size)


if __name__ == "__main__":
    main()

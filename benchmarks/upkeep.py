"""How long a check of an embedded catalog takes, and how much memory: `python benchmarks/upkeep.py [N_NODES]`.

The catalog has about twice as many relationships as nodes, in events of 10,000 nodes, and a blob of 1 MB for every
thousand nodes. Printed are seconds for the check and for a repair that rewrites the record, and the peak memory of
each in a process of its own.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from stdcell.catalog import Catalog, Circuit, Component, Relationship
from stdcell.catalog.upkeep import fsck, repair

_PORTION = 10_000


def fill(folder: Path, n_nodes: int) -> None:
    """A catalog of circuits of a thousand components each."""
    with Catalog(folder) as catalog:
        for first in range(0, n_nodes, _PORTION):
            nodes: list[Circuit | Component] = []
            joins: list[Relationship] = []
            for number in range(first, min(first + _PORTION, n_nodes), 1000):
                blob = catalog.blobs.put(os.urandom(1_000_000))
                circuit = Circuit(name=f"c{number}", blob=blob, config={}, n_edges=1, n_components=999, n_parameters=1)
                parts = [Component(of=circuit.id, name=f"L{place}", kind="head") for place in range(999)]
                nodes += [circuit, *parts]
                joins += [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts]
                pairs = pairwise(parts)
                joins += [Relationship(one.id, "FEEDS", other.id, {"reader": "q"}) for one, other in pairs]
            catalog.add(nodes, joins)


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and MiB that a process of its own took at most."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        start = time.perf_counter()
        work()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(writing, f"{time.perf_counter() - start} {peak}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    seconds, peak = os.read(reading, 100).decode().split()
    return float(seconds), float(peak)


def main() -> None:
    """Fill, check, damage and repair."""
    n_nodes = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with TemporaryDirectory() as place:
        folder = Path(place) / "catalog"
        _, before = measured(lambda: None)
        measured(lambda: fill(folder, n_nodes))
        print(f"{n_nodes:,} nodes, record of {(folder / 'record.sqlite').stat().st_size / 2**20:.0f} MiB")
        seconds, peak = measured(lambda: fsck(folder))
        print(f"check:  {seconds:6.1f} s, {peak - before:6.0f} MiB more than a process that does nothing")
        with sqlite3.connect(folder / "record.sqlite") as connection:
            connection.execute("UPDATE nodes SET label = 'Task' WHERE label = 'Circuit'")
        connection.close()
        seconds, peak = measured(lambda: repair(folder))
        print(f"repair: {seconds:6.1f} s, {peak - before:6.0f} MiB more (with a check before and after)")


if __name__ == "__main__":
    main()

"""Writers killed at random moments: `killed_writers.py FOLDER N_ROUNDS SEED` prints what they acknowledged, as JSON.

In each round four processes work on the catalog at once, without end: each adds circuits with two components under a
name, after their blob, and says so. One of them also asks the index and so builds it, one publishes it anew again and
again, and one removes blobs that nobody names. All are killed with -9, each a random moment after the last.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from stdcell.catalog import Catalog, Circuit, Component, Relationship
from stdcell.catalog.upkeep import collect_garbage

PATIENCE_S = 0.25  # the longest time between two kills


def add_circuit(catalog: Catalog, writer: int, number: int) -> str:
    name = f"circuit-{writer}-{number}"
    blob = catalog.blobs.put(name.encode() * 1000)
    circuit = Circuit(name=name, blob=blob, config={}, n_edges=1, n_components=2, n_parameters=0)
    parts = [Component(of=circuit.id, name=part, kind="head") for part in ("L0.H0", "L0.H1")]
    joins = [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts]
    catalog.add([circuit, *parts], joins, {name: circuit.id})
    return circuit.id


def ask(catalog: Catalog) -> None:
    catalog.query("MATCH (c:Circuit)-[:HAS_COMPONENT]->(p) RETURN count(p) AS n")


def remove_forgotten(catalog: Catalog) -> None:
    digest = catalog.blobs.put(os.urandom(100_000))
    os.utime(Path(catalog.place) / "blobs" / "sha256" / digest[:2] / digest, (0, 0))
    collect_garbage(catalog, older_than=timedelta(hours=1), remove=True)


WORK: tuple[Callable[[Catalog], object], ...] = (lambda catalog: None, ask, Catalog.reindex, remove_forgotten)


def work_for_ever(folder: str, writer: int, acknowledge: int) -> None:
    catalog = Catalog(folder)
    os.write(acknowledge, b"\n")
    number = 0
    while True:
        id = add_circuit(catalog, writer, number)
        os.write(acknowledge, f"{id}\n".encode())
        WORK[writer % len(WORK)](catalog)
        number += 1


def start(folder: str, writer: int) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work_for_ever(folder, writer, writing)
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading


def acknowledged_until_killed(folder: str, first: int, chance: random.Random) -> list[list[str]]:
    writers = [start(folder, first + place) for place in range(len(WORK))]
    for _, reading in writers:
        os.read(reading, 1)
    for child, _ in chance.sample(writers, len(writers)):
        time.sleep(chance.uniform(0.0, PATIENCE_S))
        os.kill(child, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, "the writer ended by itself"
    acknowledged = []
    for _, reading in writers:
        with os.fdopen(reading) as lines:
            acknowledged.append([line.strip() for line in lines if line.endswith("\n")])
    return acknowledged


if __name__ == "__main__":
    folder, n_rounds, chance = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
    Path(folder).mkdir()
    rounds = [acknowledged_until_killed(folder, number * len(WORK), chance) for number in range(n_rounds)]
    print(json.dumps([ids for of_round in rounds for ids in of_round]))

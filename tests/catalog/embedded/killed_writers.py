"""Writers killed at random moments: `killed_writers.py FOLDER N_KILLS SEED` prints what they acknowledged, as JSON.

Each writer is a fork that opens the catalog, and then without end puts a blob, adds a circuit with two components under
a name, says so, and asks the index. The parent kills it a random moment after its first word.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from stdcell.catalog import Catalog, Circuit, Component, Relationship


def write_for_ever(folder: str, writer: int, acknowledge: int) -> None:
    catalog = Catalog(folder)
    os.write(acknowledge, b"\n")
    number = 0
    while True:
        name = f"circuit-{writer}-{number}"
        blob = catalog.blobs.put(name.encode() * 1000)
        circuit = Circuit(name=name, blob=blob, config={}, n_edges=1, n_components=2, n_parameters=0)
        parts = [Component(of=circuit.id, name=part, kind="head") for part in ("L0.H0", "L0.H1")]
        joins = [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts]
        catalog.add([circuit, *parts], joins, {name: circuit.id})
        os.write(acknowledge, f"{circuit.id}\n".encode())
        if number % 3 == 2:
            catalog.query("MATCH (c:Circuit)-[:HAS_COMPONENT]->(p) RETURN count(p) AS n")
        number += 1


def acknowledged_until_killed(folder: str, writer: int, delay_s: float) -> list[str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            write_for_ever(folder, writer, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as lines:
        lines.readline()
        time.sleep(delay_s)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "the writer ended by itself"
        return [line.strip() for line in lines if line.endswith("\n")]


if __name__ == "__main__":
    folder, n_kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    Path(folder).mkdir()
    acknowledged = [acknowledged_until_killed(folder, writer, chance.uniform(0.0, 0.4)) for writer in range(n_kills)]
    print(json.dumps(acknowledged))

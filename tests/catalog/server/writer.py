"""A writer that outlives its server: `writer.py URI` prints the id of each circuit that the server acknowledged.

It puts a blob, adds a circuit with two components under a name, says so, and goes on for ever. Where the server is gone
it opens the catalog again until it answers, then goes on with the next circuit: whether the one that failed was written
is not known to it.
"""

from __future__ import annotations

import sys
import time
from itertools import count

from stdcell.catalog import Catalog, Circuit, Component, Relationship
from stdcell.errors import CatalogError


def opened(uri: str) -> Catalog:
    while True:
        try:
            return Catalog(uri)
        except CatalogError as error:
            print(f"refused: {error}", file=sys.stderr)
            time.sleep(0.1)


def add_circuit(catalog: Catalog, number: int) -> str:
    name = f"circuit-{number}"
    blob = catalog.blobs.put(name.encode() * 1000)
    circuit = Circuit(name=name, blob=blob, config={}, n_edges=1, n_components=2, n_parameters=0)
    parts = [Component(of=circuit.id, name=part, kind="head") for part in ("L0.H0", "L0.H1")]
    joins = [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts]
    catalog.add([circuit, *parts], joins, {name: circuit.id})
    return circuit.id


if __name__ == "__main__":
    catalog = opened(sys.argv[1])
    for number in count():
        try:
            print(add_circuit(catalog, number), flush=True)
        except CatalogError as error:
            print(f"lost: {error}", file=sys.stderr)
            catalog.close()
            catalog = opened(sys.argv[1])

"""A soft wire is a node between two circuits, in a folder and on a server."""

from __future__ import annotations

from typing import Any

import pytest

from stdcell.catalog import Adapter, Catalog, Circuit, Evidence, Relationship
from stdcell.errors import CatalogError

WEIGHTS = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"  # SHA-256 of b"weights"


@pytest.fixture
def circuits() -> tuple[Circuit, Circuit]:
    fields: dict[str, Any] = {"blob": WEIGHTS, "config": {}, "n_edges": 1, "n_components": 2, "n_parameters": 3}
    return Circuit(name="upstream", **fields), Circuit(name="downstream", **fields)


@pytest.fixture
def adapter(circuits: tuple[Circuit, Circuit]) -> Adapter:
    source, target = circuits
    return Adapter(
        name="upstream.result → downstream.a",
        blob=WEIGHTS,
        source=source.id,
        target=target.id,
        port="a",
        reads="stream",
        width=8,
        n_parameters=72,
    )


def test_an_adapter_reads_one_circuit_and_writes_a_port_of_the_other(
    catalog: Catalog, circuits: tuple[Circuit, Circuit], adapter: Adapter
) -> None:
    source, target = circuits
    measured = Evidence(of=adapter.id, kind="measurement", claim="as the hard wire", method="both were run", value=0.9)
    catalog.blobs.put(b"weights")
    joined = [
        Relationship(adapter.id, "READS", source.id),
        Relationship(adapter.id, "WRITES", target.id, {"port": "a"}),
        Relationship(measured.id, "ABOUT", adapter.id),
    ]
    catalog.add([source, target, adapter, measured], joined)
    path = "(e:Evidence)-[:ABOUT]->(a:Adapter)-[:READS]->(s:Circuit), (a)-[w:WRITES]->(t:Circuit)"
    rows = catalog.query(f"MATCH {path} RETURN s.name, w.port, t.name, e.value")
    assert catalog.get(adapter.id) == adapter
    assert rows == [{"s.name": "upstream", "w.port": "a", "t.name": "downstream", "e.value": 0.9}]


def test_a_circuit_does_not_read_an_adapter(
    catalog: Catalog, circuits: tuple[Circuit, Circuit], adapter: Adapter
) -> None:
    catalog.blobs.put(b"weights")
    with pytest.raises(CatalogError, match="READS does not join Circuit → Adapter; it joins Adapter → Circuit"):
        catalog.add([circuits[0], adapter], [Relationship(circuits[0].id, "READS", adapter.id)])

"""Closed catalogs to be damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Circuit, Component, Port, Relationship, Task

COUNT = "MATCH (n) RETURN count(n) AS n"


def fill(catalog: Catalog, n_circuits: int = 6) -> None:
    """Circuits with a blob, a port and components each, under one name that moves on."""
    catalog.add(Task(name="sums", description="addition, ‘exactly’ – mod 37"))
    for number in range(n_circuits):
        blob = catalog.blobs.put(f"weights {number}".encode() * 50)
        circuit = Circuit(name=f"cut-{number}", blob=blob, config={"a": [1]}, n_edges=1, n_components=2, n_parameters=3)
        port = Port(name="a", direction="in", position=0, type=f"int 0..{number % 3}")
        parts = [Component(of=circuit.id, name=f"L0.H{head}", kind="head") for head in range(2)]
        joins = [Relationship(circuit.id, "HAS_PORT", port.id)]
        joins += [Relationship(circuit.id, "HAS_COMPONENT", part.id) for part in parts]
        joins += [Relationship(parts[0].id, "FEEDS", parts[1].id, {"reader": "q", "weight": 0.5})]
        catalog.add([circuit, port, *parts], joins, {"adder": circuit.id, f"cut-{number}": circuit.id})


@pytest.fixture
def change_record() -> Callable[..., None]:
    """What runs SQL on the record of a folder, as nobody should."""
    return run_sql


def run_sql(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / "record.sqlite")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed embedded catalog whose index is published."""
    with Catalog(tmp_path / "catalog") as catalog:
        fill(catalog)
        catalog.query(COUNT)
    return tmp_path / "catalog"

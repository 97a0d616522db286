"""A workspace with a catalog, and an editor in it; one server for all tests that do not need another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Circuit, Contract, Port, Program, Relationship

from .editor import Editor

CHECKSUM = """\
use circuit add_mod_37 as add;
use program "stdcell/sort" (sort);
type Digit = int 0..36;
# Adds up digits.
# The order does not matter.
def checksum(xs: seq[Digit]) -> Digit
    ensures result == sum(xs) mod 37
{
    total = fold(add, xs, 0);
    return total;
}
main(ys: seq[Digit]) = checksum(sort(ys));
"""


def fill(place: Path) -> None:
    """Make a catalog with a circuit, `add_mod_37`, and a program, `twice`."""
    with Catalog(place) as catalog:
        blob = catalog.blobs.put(b"weights")
        circuit = Circuit(name="add_mod_37", blob=blob, config={}, n_edges=12, n_components=5, n_parameters=640)
        named = (("a", "in", 0), ("b", "in", 1), ("sum", "out", 0))
        ports = [
            Port(name=name, direction="in" if way == "in" else "out", position=at, type="int 0..36", type_key="")
            for name, way, at in named
        ]
        contract = Contract(requires="", ensures="result == (a + b) mod 37")
        twice = Program(name="twice", text="def twice(x) { return x + x; }", dialect="cell", graph="0" * 64)
        joined = [Relationship(circuit.id, "HAS_PORT", port.id) for port in ports]
        satisfied = Relationship(circuit.id, "SATISFIES", contract.id)
        aliases = {"add_mod_37": circuit.id, "twice": twice.id}
        catalog.add([circuit, contract, twice, *ports], [*joined, satisfied], aliases)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalog in the usual place."""
    folder = tmp_path_factory.mktemp("workspace")
    fill(folder / "catalog")
    return folder


@pytest.fixture(scope="session")
def editor(workspace: Path) -> Iterator[Editor]:
    """An editor of the workspace."""
    opened = Editor(workspace)
    yield opened
    opened.close()


@pytest.fixture
def checksum(editor: Editor, request: pytest.FixtureRequest) -> str:
    """The URI of an open document of each test's own, which has no fault."""
    return editor.open(f"{request.node.name}.cell".replace("[", "-").replace("]", ""), CHECKSUM)

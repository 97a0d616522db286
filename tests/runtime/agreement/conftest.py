"""A catalog with one hand-made network, `successor`, under a contract of the test's choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from stdcell import Catalog
from stdcell.catalog import Circuit, Contract, Port, Relationship
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import Edge, Transformer, TransformerConfig


def successor() -> NeuralCell:
    """Reads its own token and nothing else: value t gives t + 1, and 2 gives 0."""
    config = TransformerConfig(3, 1, 3, (), 3, edges=(Edge("embed", "logits"),))
    weights = {"embed": torch.eye(3), "unembed": torch.eye(3).roll(1, 1), "b_unembed": torch.zeros(1, 3)}
    ports = CellConfig((IntPort("a", 0, 2),), IntPort("result", 0, 2), ("a",), read_position=0)
    return NeuralCell(ports, Transformer(config, weights))


@pytest.fixture
def promising(tmp_path: Path) -> Iterator[Callable[[str], Catalog]]:
    """Makes the catalog in which the network satisfies, so it is claimed, a contract."""
    with Catalog(tmp_path / "catalog") as catalog:

        def promise(ensures: str) -> Catalog:
            cell = successor()
            blob = catalog.blobs.put(cell.to_bytes())
            circuit = Circuit(
                name="successor", blob=blob, config=cell.to_dict(), n_edges=1, n_components=2, n_parameters=18
            )
            typed: dict[str, Any] = {"position": 0, "type": "int 0..2", "type_key": "int 0..2"}
            ports = [
                Port(name="a", direction="in", **typed),
                Port(name="result", direction="out", **typed),
            ]
            contract = Contract(requires="", ensures=ensures)
            wires = [
                *(Relationship(circuit.id, "HAS_PORT", port.id) for port in ports),
                Relationship(circuit.id, "SATISFIES", contract.id),
            ]
            catalog.add([circuit, *ports, contract], wires, {"successor": circuit.id})
            return catalog

        yield promise

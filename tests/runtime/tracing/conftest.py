"""A catalog with one small network whose weights are written by hand, and runs that are traced on every backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from stdcell.app.backends import traced_run
from stdcell.catalog import Catalog, Circuit, Contract, Evidence, Port, Relationship
from stdcell.dsl import parse
from stdcell.errors import Source
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.tracing import Trace
from stdcell.runtime.transformer import Edge, Transformer, TransformerConfig

CALLING = """use circuit next as next;
def count(so_far: int, x: int 0..2) -> int { return so_far + next(x); }
main(xs: seq[int 0..2]) -> int
    ensures result > length
    = fold(count, xs, 0) if next(xs)[0] > 1 else length;
"""
SORTING = """use program "stdcell/sort" (sort);
main(xs: seq[int 0..9]) = aggregate(select(indices, indices, <=), sort(xs));
"""
Traced = Callable[..., Trace]


def build_cell(shift: int) -> NeuralCell:
    """Answers a + shift to a of 0..2; the margin is 7 for 0, 8 for 1 and 9 for 2."""
    ports = CellConfig((IntPort("a", 0, 2),), IntPort("result", 0, 3), ("a",), read_position=0)
    shape = TransformerConfig(3, 1, 4, (), 4, edges=(Edge("embed", "logits"),))
    embed = torch.cat([torch.diag(torch.tensor([7.0, 8.0, 9.0])), torch.zeros(3, 1)], dim=1)
    weights = {"embed": embed, "unembed": torch.eye(4).roll(shift, 1), "b_unembed": torch.zeros(1, 4)}
    return NeuralCell(ports, Transformer(shape, weights))


def add_cell(catalog: Catalog, name: str, shift: int, contract: Contract) -> Circuit:
    cell = build_cell(shift)
    blob = catalog.blobs.put(cell.to_bytes())
    circuit = Circuit(name=name, blob=blob, config=cell.to_dict(), n_edges=1, n_components=2, n_parameters=32)
    ports = (
        Port(name="a", direction="in", position=0, type="int 0..2", type_key="int 0..2"),
        Port(name="result", direction="out", position=0, type="int 0..3", type_key="int 0..3"),
    )
    joined = [Relationship(circuit.id, "HAS_PORT", one.id) for one in ports]
    joined.append(Relationship(circuit.id, "SATISFIES", contract.id))
    catalog.add([circuit, contract, *ports], joined, {name: circuit.id})
    return circuit


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Knows three circuits: `next` is checked, `vague` promises little, and `wrong` breaks its promise."""
    promise = Contract(requires="", ensures="result == a + 1")
    with Catalog(tmp_path_factory.mktemp("tracing") / "catalog") as catalog:
        circuit = add_cell(catalog, "next", 1, promise)
        add_cell(catalog, "vague", 1, Contract(requires="", ensures="result >= 0"))
        add_cell(catalog, "wrong", 0, promise)
        evidence = Evidence(
            of=circuit.id,
            kind="exhaustive",
            claim=promise.ensures,
            method="enumeration",
            n_inputs=3,
            n_wrong=0,
            smallest_margin=7.0,
        )
        catalog.add(evidence, [Relationship(evidence.id, "ABOUT", circuit.id)])
        yield catalog


@pytest.fixture(scope="session")
def traced(catalog: Catalog) -> Traced:
    """Traces a program's text on an input."""

    def trace(text: str, given: Any, backend: str = "interpret", dialect: str = "cell") -> Trace:
        program = parse(Source(text, f"program.{dialect}"), dialect=dialect, scope=catalog)
        return traced_run(program, given, None, catalog, backend)

    return trace

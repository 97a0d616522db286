"""A scope with one cell, so that programs can name a circuit without a catalog."""

from __future__ import annotations

import pytest

from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.types import Int
from stdcell.errors import Source, UnknownCell


class OneCircuit:
    """Knows `add5`, which adds modulo 5."""

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        digit = Int(0, 4)
        ports = (CellPort("a", digit), CellPort("b", digit))
        contract = "result == (a + b) mod 5"
        return CellSignature(kind, name, "5" * 64, ports, CellPort("result", digit), None, contract)

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        raise UnknownCell(f"no program named {name!r}")


@pytest.fixture
def scope() -> OneCircuit:
    return OneCircuit()

"""Three networks of different widths, and a catalog that holds them as circuits."""

from __future__ import annotations

import copy
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from stdcell import Catalog
from stdcell.runtime.cell import NeuralCell
from stdcell.training import store_circuit

CONTRACTS = {"add": "result == (a + b) mod 7", "mul": "result == (a * b) mod 7", "double": "result == (2 * a) mod 7"}


def trained_networks() -> dict[str, NeuralCell]:
    """The module beside this one, which is no part of a package."""
    path = Path(__file__).parent / "networks.py"
    spec = importlib.util.spec_from_file_location("stitched_networks", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return {
        "add": module.trained(2, lambda a, b: a + b, 32, 0),
        "mul": module.trained(2, lambda a, b: a * b, 24, 1),
        "double": module.trained(1, lambda a: 2 * a, 16, 2),
    }


@pytest.fixture(scope="session")
def pristine() -> Mapping[str, NeuralCell]:
    return trained_networks()


@pytest.fixture
def networks(pristine: Mapping[str, NeuralCell]) -> Mapping[str, NeuralCell]:
    """Copies that a test may train or damage."""
    return {name: copy.deepcopy(cell) for name, cell in pristine.items()}


@pytest.fixture
def catalog(networks: Mapping[str, NeuralCell], tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog") as opened:
        for name, cell in networks.items():
            store_circuit(opened, name, cell, CONTRACTS[name])
        yield opened

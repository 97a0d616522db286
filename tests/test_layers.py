"""The floors of the house: a folder imports only from floors below, and no import runs in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {
    "errors": 1,
    "grammars": 1,
    "deploy": 2,
    "dsl": 2,
    "library": 2,
    "catalog": 3,
    "runtime": 4,
    "verify": 5,
    "training": 6,
    "extraction": 7,
    "experiments": 8,
    "app": 9,
}
MODULES = sorted(
    path.relative_to(ROOT)
    for path in ROOT.rglob("*.py")
    if path.relative_to(ROOT).parts[0].removesuffix(".py") in FLOORS
)


def name_of(module: Path) -> tuple[str, ...]:
    parts = module.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imported_names(module: Path) -> Iterator[tuple[str, ...]]:
    """What a module imports from inside the package, as dotted parts below `stdcell`."""
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            parent = module.parent.parts[: len(module.parent.parts) - (node.level - 1)]
            stem = (*parent, *(node.module.split(".") if node.module else ()))
            yield from ((*stem, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "stdcell":
            yield from ((*node.module.split(".")[1:], alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")[1:]) for alias in node.names if alias.name.startswith("stdcell."))


def import_graph() -> nx.DiGraph[tuple[str, ...]]:
    """An edge for each import, from the importing module to the imported one."""
    known = {name_of(module) for module in MODULES}
    graph: nx.DiGraph[tuple[str, ...]] = nx.DiGraph()
    for module in MODULES:
        for target in imported_names(module):
            found = next((target[:size] for size in range(len(target), 0, -1) if target[:size] in known), None)
            if found and found != name_of(module):
                graph.add_edge(name_of(module), found)
    return graph


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_only_from_its_own_floor_and_below(module: Path) -> None:
    floor = FLOORS[name_of(module)[0]]
    upward = [target for target in imported_names(module) if target and FLOORS.get(target[0], 0) > floor]
    assert upward == []


def test_no_import_runs_in_a_circle() -> None:
    assert list(nx.simple_cycles(import_graph())) == []

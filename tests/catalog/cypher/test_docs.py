"""docs/cypher.md says what was measured."""

from __future__ import annotations

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from stdcell.catalog.cypher.portability import FUNCTIONS

from .agreement import cases

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "cypher.md").read_text(encoding="utf-8")


def dialects() -> ModuleType:
    """The measuring command, which is no part of the package."""
    spec = spec_from_file_location("benchmarks_dialects", ROOT / "benchmarks" / "dialects.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_document_lists_the_functions_of_the_subset() -> None:
    listed = DOCUMENT[DOCUMENT.index("- the functions") : DOCUMENT.index("Both engines put null")]
    assert set(re.findall(r"`(\w+)`", listed)) == FUNCTIONS


def test_the_document_has_every_measured_query() -> None:
    assert DOCUMENT.count(" | equal | ") > 400
    assert f"Of {len(cases())} queries" in DOCUMENT


def portable_column(text: str) -> list[tuple[str, str]]:
    """Each query of the table with what is said of it as a portable one; engines as they stand vary in their order."""
    rows = [line.removesuffix(" |").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [(row[0], row[-1]) for row in rows]


@pytest.mark.neo4j
@pytest.mark.slow
def test_the_table_is_what_a_fresh_run_prints(neo4j_uri: str) -> None:
    command = dialects()
    measured = command.measure(neo4j_uri)
    assert command.disagreements(measured) == []
    assert portable_column("\n".join(command.table(measured))) == portable_column(DOCUMENT.partition(command.BEGIN)[2])

"""Which format a file is of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stdcell.catalog import Catalog
from stdcell.catalog.exchange import export_circuit, format_of, import_circuit
from stdcell.errors import CatalogError


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("attribution_graph.json", "circuit-tracer"),
        ("eap_ig_2.json", "eap-ig"),
        ("eap_ig_0_2.json", "eap-ig"),
        ("eap_ig_2.pt", "eap-ig"),
    ],
)
def test_a_file_tells_its_format(name: str, format: str, files: Path) -> None:
    assert format_of(files / name) == format


@pytest.mark.parametrize(("content", "held"), [('{"a": 1, "nodes": []}', "a, nodes"), ("{}", "nothing")])
def test_a_file_of_none_of_the_formats_is_told(content: str, held: str, tmp_path: Path) -> None:
    (tmp_path / "file.json").write_text(content)
    with pytest.raises(CatalogError, match=f"is of none of the formats circuit-tracer, eap-ig; it holds {held}"):
        format_of(tmp_path / "file.json")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read: No such file or directory"):
        format_of(tmp_path / "none.json")


def test_circuits_go_in_and_out_by_the_name_of_the_format(empty: Catalog, files: Path, tmp_path: Path) -> None:
    import_circuit(empty, files / "eap_ig_2.json", name="x")
    assert export_circuit(empty, "x", tmp_path / "out.json", format="eap-ig") == []
    with pytest.raises(CatalogError, match="no format 'eapig'; did you mean 'eap-ig'"):
        export_circuit(empty, "x", tmp_path / "out.json", format="eapig")


def test_torch_is_not_imported_before_a_file_of_torch_is() -> None:
    program = "import sys, stdcell.catalog.exchange; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_graphs_and_formats_do_not_slow_the_import_of_the_catalog() -> None:
    program = "import sys, stdcell.catalog; sys.exit('stdcell.catalog.exchange' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

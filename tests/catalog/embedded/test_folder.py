"""Where a catalog can be: a new or empty folder, or one that is a catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from stdcell.catalog import Catalog
from stdcell.errors import CatalogError


def test_an_empty_folder_becomes_a_catalog(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        assert catalog.names() == []


def test_a_file_is_no_catalog(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(CatalogError, match="file' is a file; a catalog is a folder, give the path of a new one"):
        Catalog(tmp_path / "file")


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("text")
    with pytest.raises(CatalogError, match="holds other files and no catalog; give an empty or a new folder"):
        Catalog(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_place_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(CatalogError, match=r"catalog' cannot be opened: Not a directory$"):
        Catalog(tmp_path / "file" / "catalog")


def test_a_missing_catalog_tells_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as fault:
        Catalog(tmp_path / "none", create=False)
    assert str(fault.value) == (
        f"no catalog at '{tmp_path / 'none'}'; run `stdcell demo` to make one, or give its path"
    )
    assert not (tmp_path / "none").exists()

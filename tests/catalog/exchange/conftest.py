"""A catalog of one's own, and the files that the other tools wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stdcell.catalog import Catalog

FILES = Path(__file__).parent / "files"


@pytest.fixture
def files() -> Path:
    return FILES


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog") as catalog:
        yield catalog

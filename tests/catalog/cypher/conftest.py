"""The two stores, filled with the same graph once for a file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from stdcell.catalog import Catalog

from .varied import fill

Pair = tuple[Catalog, Catalog]


@pytest.fixture(scope="module")
def both(neo4j_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A folder and a server that hold the varied graph."""
    place: Path = tmp_path_factory.mktemp("both")
    with neo4j.GraphDatabase.driver(neo4j_uri) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
    with Catalog(place / "catalog") as folder, Catalog(f"{neo4j_uri}?blobs={place / 'blobs'}") as server:
        fill(folder)
        fill(server)
        yield folder, server

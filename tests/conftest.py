"""The Neo4j server that tests marked `neo4j` ask; one for each worker that needs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stdcell.deploy.neo4j import find_java, has_jars, running_server
from stdcell.deploy.neo4j.server import free_port
from stdcell.errors import StdcellError

JARS = Path(__file__).parent.parent / ".neo4j"


@pytest.fixture(scope="session")
def neo4j_jars() -> Path:
    """The folder of the jars of a server; skips where none can run."""
    try:
        find_java()
    except StdcellError as error:
        pytest.skip(f"no Neo4j server: {error}")
    if not has_jars(JARS):
        pytest.skip("no Neo4j server: no jars; `python -m stdcell.deploy.neo4j .neo4j` fetches them")
    return JARS


@pytest.fixture(scope="module", name="free_port")
def port_where_nothing_listens() -> int:
    """A port of the loopback for a server of one's own."""
    return free_port()


@pytest.fixture(scope="session")
def neo4j_uri(neo4j_jars: Path) -> Iterator[str]:
    """The Bolt URI of a running server, which asks for no password."""
    with running_server(neo4j_jars) as uri:
        yield uri

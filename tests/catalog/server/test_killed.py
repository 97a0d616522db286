"""A server killed at any moment loses nothing that it acknowledged and keeps nothing partial."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import pytest

from stdcell.catalog import Catalog
from stdcell.deploy.neo4j import ServerHome, start_server, stop_server
from stdcell.deploy.neo4j.process import ServerProcess

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

N_KILLS = 5
WRITER = Path(__file__).with_name("writer.py")


class Survivor(NamedTuple):
    """How many circuits were acknowledged before each kill, all their ids, and the catalog after the last restart."""

    acknowledged_before: list[int]
    acknowledged: list[str]
    catalog: Catalog


def kill_at_a_random_moment(home: ServerHome, acknowledged: Path, chance: random.Random) -> int:
    """Kill the server while the writer writes.

    Returns:
        How many circuits were acknowledged before.
    """
    wait_for_growth(acknowledged)
    time.sleep(chance.uniform(0.0, 1.0))
    running = ServerProcess.read(home.record)
    assert running
    running.kill()
    return len(ids_in(acknowledged))


def wait_for_growth(acknowledged: Path) -> None:
    before, deadline = acknowledged.stat().st_size, time.monotonic() + 120
    while acknowledged.stat().st_size == before:
        assert time.monotonic() < deadline, "the writer did not go on"
        time.sleep(0.01)


def ids_in(acknowledged: Path) -> list[str]:
    return [line.strip() for line in acknowledged.read_text().splitlines(keepends=True) if line.endswith("\n")]


def start_writer(uri: str, out: IO[bytes], err: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(WRITER), uri], stdout=out, stderr=err)


@pytest.fixture(scope="module")
def survivor(tmp_path_factory: pytest.TempPathFactory, neo4j_jars: Path, free_port: int) -> Iterator[Survivor]:
    folder = tmp_path_factory.mktemp("killed")
    home, acknowledged, chance = ServerHome(folder / "server"), folder / "acknowledged", random.Random(1)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("STDCELL_SERVER_HOME", str(home))
        uri = start_server(home, free_port, neo4j_jars, print).uri
        try:
            with (
                acknowledged.open("wb") as out,
                (folder / "errors").open("wb") as err,
                start_writer(uri, out, err) as writer,
            ):
                try:
                    counts = []
                    for _ in range(N_KILLS):
                        counts.append(kill_at_a_random_moment(home, acknowledged, chance))
                        start_server(home, free_port, neo4j_jars, print)
                    wait_for_growth(acknowledged)
                finally:
                    writer.kill()
            with Catalog(uri, create=False) as catalog:
                yield Survivor(counts, ids_in(acknowledged), catalog)
        finally:
            stop_server(home, print)


def test_the_server_was_killed_while_it_wrote(survivor: Survivor) -> None:
    assert len(survivor.acknowledged_before) == N_KILLS
    assert survivor.acknowledged_before == sorted(set(survivor.acknowledged_before))


def test_every_acknowledged_circuit_is_there_with_its_blob(survivor: Survivor) -> None:
    circuits = [survivor.catalog.get(id).model_dump() for id in survivor.acknowledged]
    blobs = [survivor.catalog.blobs.get(circuit["blob"]) for circuit in circuits]
    assert blobs == [circuit["name"].encode() * 1000 for circuit in circuits]


def test_every_acknowledged_circuit_is_found_by_its_name(survivor: Survivor) -> None:
    named = {survivor.catalog.get(name).id for name in survivor.catalog.names()}
    assert named.issuperset(survivor.acknowledged)


def test_no_batch_is_partial(survivor: Survivor) -> None:
    read = "MATCH (c:Circuit) OPTIONAL MATCH (c)-[:HAS_COMPONENT]->(p:Component) RETURN c.id AS id, count(p) AS n"
    sizes = {row["id"]: row["n"] for row in survivor.catalog.query(read)}
    assert set(sizes.values()) == {2}
    assert len(sizes) == len(survivor.catalog.names()) == len(survivor.catalog.events()) - 1


def test_events_are_without_a_gap(survivor: Survivor) -> None:
    sequences = [event.sequence for event in survivor.catalog.events()]
    assert sequences == list(range(len(sequences)))

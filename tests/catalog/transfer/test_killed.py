"""A move that is killed leaves whole batches, and running it again ends with the same as if nothing had happened."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from stdcell.catalog import Catalog, Circuit, Component, Relationship
from stdcell.catalog.transfer import source_of, transfer

N_CIRCUITS = 40
N_COMPONENTS = 300  # two batches of nodes and more, so that there is something between them


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of 12 000 nodes."""
    folder = tmp_path_factory.mktemp("large") / "catalog"
    with Catalog(folder) as catalog:
        circuits = [
            Circuit(name=f"c{number}", blob=catalog.blobs.put(f"{number}".encode() * 999), config={}, n_edges=0,
                    n_components=N_COMPONENTS, n_parameters=1)
            for number in range(N_CIRCUITS)
        ]  # fmt: skip
        parts = [
            Component(of=circuit.id, name=f"L{place}", kind="mlp")
            for circuit in circuits
            for place in range(N_COMPONENTS)
        ]
        joined = [Relationship(part.of, "HAS_COMPONENT", part.id) for part in parts]
        catalog.add([*circuits, *parts], joined, {circuit.name: circuit.id for circuit in circuits})
    return folder


def move_and_kill(source: Path, target: str, seconds: float) -> bool:
    """Whether the move was done before it was killed."""
    command = [sys.executable, str(Path(__file__).parent / "mover.py"), str(source), target]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "moving\n"
        time.sleep(seconds)
        process.kill()
        return process.stdout.read() == "done\n"


@pytest.mark.slow
def test_killed_again_and_again_it_comes_to_the_same_end(
    large: Path, target: Catalog, content: Callable[[Catalog], Any]
) -> None:
    random = Random(0)
    killed = [not move_and_kill(large, target.place, random.uniform(0.0, 0.6)) for _ in range(10)]
    with Catalog(large, create=False) as source:
        for blob in target.blobs.digests():
            target.blobs.get(blob)
        assert content(target).nodes <= content(source).nodes
        transfer(source_of(source), target)
        assert content(target) == content(source)
        assert not transfer(source_of(source), target).is_new
    events = target.events()
    assert any(killed)
    assert [event.previous for event in events[1:]] == [event.id for event in events[:-1]]
    assert sum(event.payload["n_nodes"] for event in events[1:]) == N_CIRCUITS * (N_COMPONENTS + 1)

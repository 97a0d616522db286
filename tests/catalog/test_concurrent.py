"""Several processes write to one catalog at once, and make it together where it is missing."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Task
from stdcell.catalog.upkeep import fsck


@pytest.fixture
def written(place: str) -> str:
    """A place that eight processes have made and written to, four times each."""
    script = Path(__file__).with_name("concurrent_writers.py")
    subprocess.run([sys.executable, str(script), place, "8", "4"], check=True, timeout=240)
    return place


def test_no_write_is_lost_and_none_shares_a_number(written: str) -> None:
    with Catalog(written, create=False) as catalog:
        assert [event.sequence for event in catalog.events()] == list(range(33))
        assert catalog.query("MATCH (t:Task) RETURN count(t) AS n") == [{"n": 32}]
        versions = catalog.query("MATCH (a:Alias {name: 'shared'}) RETURN a.version ORDER BY a.version")
        assert [row["a.version"] for row in versions] == list(range(1, 33))
        moved = [alias["from"] for event in catalog.events()[1:] for alias in event.payload["aliases"].values()]
        assert moved[1:] == [alias.of for alias in catalog.record.versions("shared")[:-1]]
    assert {damage.kind for damage in fsck(written)} <= {"leftover"}


def test_threads_may_share_a_catalog(catalog: Catalog) -> None:
    tasks = [Task(name=f"task-{number}", description="one of many") for number in range(20)]
    with ThreadPoolExecutor(4) as threads:
        ids = list(threads.map(catalog.add, tasks))
        counts = list(
            threads.map(lambda id: catalog.query("MATCH (t:Task {id: $id}) RETURN count(*) AS n", id=id), ids)
        )
    assert counts == [[{"n": 1}]] * 20
    assert len(catalog.events()) == 21

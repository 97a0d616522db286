"""A catalog where nothing can be written: it is read, and writing tells why it cannot be."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Task
from stdcell.catalog.upkeep import fsck, repair
from stdcell.errors import CatalogError

TASK = Task(name="a", description="b")


@pytest.fixture(params=["closed", "log left", "no index"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A catalog on a file system that is mounted for reading only."""
    folder = tmp_path / "catalog"
    folder.mkdir()
    kept = Catalog(folder)
    kept.add(TASK, aliases={"task": TASK.id})
    if request.param != "no index":
        kept.query("MATCH (n) RETURN count(n)")
    if request.param != "log left":
        kept.close()
    if os.geteuid():  # who is not root is held to the folder's permissions
        for path in [*folder.rglob("*"), folder]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield folder
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
        kept.close()
        return
    mounted = subprocess.run(["mount", "--bind", str(folder), str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here, and who runs this may write anywhere: {mounted.stderr.decode()}")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        kept.close()


def test_everything_is_read(place: Path) -> None:
    with Catalog(place, create=False) as catalog:
        assert catalog.get("task") == TASK
        assert catalog.names() == ["task"]
        assert catalog.query("MATCH (t:Task) RETURN t.name AS name") == [{"name": "a"}]
        assert [event.what for event in catalog.events()] == ["created", "added"]
    assert fsck(place) == []


def test_writing_tells_what_to_do(place: Path) -> None:
    with Catalog(place, create=False) as catalog:
        with pytest.raises(CatalogError, match="cannot be written; copy it where it can be"):
            catalog.add(Task(name="new", description="not written"))
        with pytest.raises(CatalogError, match=r"cannot be written to .*: (Read-only file system|Permission denied)"):
            catalog.blobs.put(b"new")
        assert len(catalog.events()) == 2


def test_a_repair_that_finds_nothing_writes_nothing(place: Path) -> None:
    assert repair(place) == []

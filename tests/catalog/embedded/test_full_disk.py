"""A disk that is full, at every stage of a write: one clear fault, nothing half-written, and a catalog that goes on.

Full is meant in two ways: files that may not grow beyond a limit, which every system can be told for one process, and
a real file system of 4 MiB, where the tests may mount one.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stdcell.catalog import Catalog, Task
from stdcell.catalog.upkeep import fsck
from stdcell.errors import CatalogError

COUNT = "MATCH (t:Task) RETURN count(t) AS n"
FULL = "the disk is full"


def put_blobs(folder: str) -> None:
    with Catalog(folder) as catalog:
        for number in range(200):
            catalog.blobs.put(bytes([number]) * 1_000_000)


def write_record(folder: str) -> None:
    with Catalog(folder) as catalog:
        for number in range(2000):
            catalog.add([Task(name=f"large-{number}-{part}", description="x" * 20_000) for part in range(10)])


def build_index(folder: str) -> None:
    with Catalog(folder) as catalog:
        catalog.reindex()


def migrate(folder: str) -> None:
    Catalog(folder, create=False).close()


WORK = {"blob": put_blobs, "record": write_record, "index": build_index, "migration": migrate}


def told(folder: Path, work: str, limit: int) -> str:
    """The fault that a process of its own tells; `limit` is the largest size of a file in bytes, 0 for none."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            WORK[work](str(folder))
            os.write(writing, b"no fault")
        except CatalogError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        fault = said.read()
    os.waitpid(child, 0)
    return fault


def fill_catalog(folder: Path) -> None:
    with Catalog(folder) as catalog:
        catalog.blobs.put(b"weights")
        catalog.add([Task(name=f"task-{number}", description="one of many") for number in range(50)])
        catalog.query(COUNT)


def check_goes_on(folder: Path) -> None:
    """Sound but for what a stopped process left, and written and read again."""
    assert {damage.kind for damage in fsck(folder)} <= {"leftover"}
    with Catalog(folder) as catalog:
        (before,) = catalog.query(COUNT)
        catalog.add(Task(name="after", description="there is room again"))
        assert catalog.query(COUNT) == [{"n": before["n"] + 1}]
    assert not list(folder.glob("blobs/sha256/*/.writing-*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill_up(disk: Path, left: int) -> Path:
    """A file that takes all of the disk but so many bytes."""
    status = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - left)))
    return filler


@pytest.mark.parametrize(
    ("work", "fault"), [("blob", "File too large"), ("record", FULL), ("index", "cannot be built: its file could not")]
)
def test_a_file_that_may_not_grow(tmp_path: Path, work: str, fault: str) -> None:
    fill_catalog(tmp_path / "catalog")
    assert fault in told(tmp_path / "catalog", work, 400_000)
    check_goes_on(tmp_path / "catalog")


@pytest.mark.parametrize(("work", "fault"), [("blob", "No space left on device"), ("record", FULL)])
def test_a_disk_that_runs_full(small_disk: Path, work: str, fault: str) -> None:
    fill_catalog(small_disk / "catalog")
    n_blobs = len(list(small_disk.glob("catalog/blobs/sha256/*/*")))
    filler = fill_up(small_disk, 600_000)
    assert fault in told(small_disk / "catalog", work, 0)
    assert len(list(small_disk.glob("catalog/blobs/sha256/*/*"))) == n_blobs
    filler.unlink()
    check_goes_on(small_disk / "catalog")


@pytest.mark.parametrize("left", [0, 30_000, 200_000, 400_000])
def test_an_index_that_does_not_fit(small_disk: Path, left: int) -> None:
    fill_catalog(small_disk / "catalog")
    for index in (small_disk / "catalog" / "index").iterdir():
        index.unlink()
    filler = fill_up(small_disk, left)
    assert re.search("the index .* cannot be built|" + FULL, told(small_disk / "catalog", "index", 0))
    filler.unlink()
    check_goes_on(small_disk / "catalog")


def test_what_was_acknowledged_before_the_disk_was_full_is_there(small_disk: Path) -> None:
    fill_catalog(small_disk / "catalog")
    told(small_disk / "catalog", "record", 0)
    with Catalog(small_disk / "catalog") as catalog:
        n_batches = len(catalog.events()) - 2
        n_nodes = sum('"name":"large-' in node.manifest for node in catalog.record.stored_nodes())
    assert n_nodes == 10 * n_batches > 0

"""`stdcell catalog fsck`, `gc` and `reindex`: what they print, and what their exit codes say."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell.app.cli import main
from stdcell.catalog import Catalog, Task

Run = Callable[..., tuple[int, str]]
TASK = Task(name="a", description="b")


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command of `stdcell catalog` beside a catalog of one task and one blob that nobody names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)
    with Catalog("catalog") as catalog:
        catalog.add(TASK, aliases={"task": TASK.id})
        catalog.blobs.put(b"forgotten")
        catalog.query("MATCH (n) RETURN count(n)")

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["stdcell", "catalog", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    return run


def damage_blob() -> Path:
    (path,) = Path("catalog/blobs/sha256").glob("*/*")
    path.write_bytes(b"other")
    return path


def test_a_sound_catalog_ends_with_0(stdcell: Run) -> None:
    assert stdcell("fsck") == (0, "the catalog is sound\n")


def test_damage_is_a_table_with_what_mends_it_and_ends_with_1(stdcell: Run) -> None:
    path = damage_blob()
    code, said = stdcell("fsck")
    assert code == 1
    assert all(word in said for word in ("kind", "place", "found", "mend", "1 found, 0 mended", path.name[:10]))
    code, said = stdcell("fsck", "--json")
    (left,) = json.loads(said)["left"]
    assert (code, left["kind"], left["place"]) == (1, "blob", path.name)
    assert left["mend"].startswith("`--repair --from PLACE` takes it from another catalog")


def test_repair_takes_what_another_catalog_holds(stdcell: Run, tmp_path: Path) -> None:
    with Catalog(tmp_path / "other") as other:
        other.blobs.put(b"forgotten")
    damage_blob()
    code, said = stdcell("fsck", "--repair", "--from", "other", "--json")
    assert (code, len(json.loads(said)["mended"]), json.loads(said)["left"]) == (0, 1, [])
    assert stdcell("fsck")[0] == 0


def test_leftovers_are_told_and_harmless(stdcell: Run) -> None:
    Path("catalog/blobs/sha256/00").mkdir(exist_ok=True)
    Path("catalog/blobs/sha256/00/.writing-1").touch()
    code, said = stdcell("fsck")
    assert (code, "leftover" in said) == (0, True)


def test_no_catalog_is_one_line(stdcell: Run) -> None:
    code, said = stdcell("fsck", "--catalog", "none")
    assert (code, said) == (
        1,
        "error: no catalog at 'none'; there is no record.sqlite in it, a backup brings it back\n",
    )


def test_gc_tells_what_it_would_remove_and_removes_it_on_demand(stdcell: Run) -> None:
    assert stdcell("gc") == (0, "every blob is named or young\n")
    (path,) = Path("catalog/blobs/sha256").glob("*/*")
    os.utime(path, (0, 0))
    code, said = stdcell("gc")
    assert (code, said.splitlines()[-1]) == (0, "1 blob, 9 bytes: named by no node; `--remove` removes it")
    assert path.exists()
    code, said = stdcell("gc", "--remove", "--json")
    assert (json.loads(said)["n_bytes"], path.exists()) == (9, False)


def test_reindex_makes_the_index_anew(stdcell: Run) -> None:
    (file,) = Path("catalog/index").iterdir()
    file.write_bytes(b"broken")
    assert stdcell("reindex") == (0, "the index is made anew\n")
    assert stdcell("fsck")[0] == 0

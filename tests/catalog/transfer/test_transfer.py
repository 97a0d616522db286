"""What moves from one catalog to another, and what does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stdcell.catalog import Catalog, Relationship, Task
from stdcell.catalog.blobs import open_blobs
from stdcell.catalog.transfer import source_of, transfer
from stdcell.errors import CatalogError


def names_of(catalog: Catalog, label: str) -> list[str]:
    rows = catalog.query(f"MATCH (n:{label}) RETURN n.name AS name ORDER BY name")
    return [row["name"] for row in rows]


def test_everything_moves_and_nothing_is_different_after_a_round_trip(
    source: Catalog, target: Catalog, content: Callable[[Catalog], Any], tmp_path: Path
) -> None:
    moved = transfer(source_of(source), target)
    assert content(target) == content(source)
    assert (moved.new_nodes, moved.new_blobs, moved.new_versions) == (19, 6, 4)
    with Catalog(tmp_path / "pulled") as pulled:
        transfer(source_of(target), pulled)
        assert content(pulled) == content(source)


def test_moving_again_writes_nothing(source: Catalog, target: Catalog) -> None:
    transfer(source_of(source), target)
    before = target.events()
    moved = transfer(source_of(source), target)
    assert target.events() == before
    assert (moved.n_nodes, moved.is_new) == (19, False)


def test_events_say_where_it_came_from_and_hold_no_password(source: Catalog, target: Catalog) -> None:
    transfer(source_of(source), target)
    events = target.events()[1:]
    assert {(event.what, event.payload["origin"]) for event in events} == {("imported", source.place)}
    assert "@" not in target.origin
    assert "?" not in target.origin


def test_versions_of_a_name_mean_the_same_on_both_sides(source: Catalog, target: Catalog, cells: Any) -> None:
    transfer(source_of(source), target)
    assert [target.get(name) for name in ("adder@1", "adder@2", "adder")] == [cells.old, cells.new, cells.new]


def test_a_lineage_is_what_a_cell_rests_on_and_what_is_known_about_it(
    source: Catalog, target: Catalog, cells: Any
) -> None:
    transfer(source_of(source), target, [cells.new.id])
    assert names_of(target, "Circuit") == ["new", "old"]
    assert names_of(target, "Checkpoint") == ["late"]
    assert names_of(target, "Component") == ["L0.H0", "L0.mlp"]
    assert names_of(target, "Model") == []
    assert names_of(target, "Program") == []
    assert target.names() == ["adder"]
    rows = target.query("MATCH (n) RETURN n.id AS id")
    assert {cells.evidence.id, cells.contract.id, cells.phase.id, cells.task.id} <= {row["id"] for row in rows}
    assert target.query("MATCH (v:Verdict) RETURN v.id") == []
    assert len(target.query("MATCH (:Component)-[f:FEEDS]->(:Component) RETURN f.reader")) == 2


@pytest.mark.parametrize(
    ("root", "circuits", "checkpoints"),
    [
        ("program", ["new", "old", "other"], ["late"]),
        ("adapter", ["new", "old", "other"], ["late"]),
        ("other", ["other"], []),
        ("evidence", ["new", "old"], ["late"]),
        ("part", ["new", "old"], ["late"]),
        ("run", [], ["early", "late"]),
        ("early", [], ["early"]),
        ("phase", [], []),
        ("contract", [], []),
        ("task", [], []),
    ],
)
def test_a_lineage_stops_at_what_many_share(
    root: str, circuits: list[str], checkpoints: list[str], source: Catalog, tmp_path: Path, cells: Any
) -> None:
    with Catalog(tmp_path / "target") as target:
        transfer(source_of(source), target, [getattr(cells, root).id])
        assert (names_of(target, "Circuit"), names_of(target, "Checkpoint")) == (circuits, checkpoints)


def test_a_type_of_ports_does_not_move_by_itself(source: Catalog, tmp_path: Path) -> None:
    (row,) = source.query("MATCH (t:PortType) RETURN t.id AS id ORDER BY id LIMIT 1")
    with (
        Catalog(tmp_path / "target") as target,
        pytest.raises(CatalogError, match="cannot be moved by itself: the catalog makes it for what rests on it"),
    ):
        transfer(source_of(source), target, [row["id"]])


def test_a_part_first_and_the_rest_later_is_the_same_as_all_at_once(
    source: Catalog, target: Catalog, content: Callable[[Catalog], Any], cells: Any
) -> None:
    transfer(source_of(source), target, [cells.other.id])
    transfer(source_of(source), target)
    assert content(target) == content(source)


def test_a_target_that_has_more_keeps_it(source: Catalog, target: Catalog, cells: Any) -> None:
    mine = Task(name="mine", description="only here")
    target.add(mine, aliases={"mine": mine.id})
    transfer(source_of(source), target)
    assert target.names() == ["adder", "both", "mine", "other"]
    target.add([], aliases={"adder": mine.id})
    assert not transfer(source_of(source), target).is_new
    assert target.get("adder") == mine


def test_a_name_that_went_another_way_is_told_and_nothing_is_written(source: Catalog, target: Catalog) -> None:
    mine = Task(name="mine", description="only here")
    target.add(mine, aliases={"adder": mine.id})
    before = target.events()
    with pytest.raises(CatalogError) as fault:
        transfer(source_of(source), target)
    assert str(fault.value).startswith(f"adder@1 is {source.get('adder@1').id[:12]}… in the source and {mine.id[:12]}…")
    assert "with --move-names the source's newest becomes the target's newest version" in str(fault.value)
    assert (target.events(), list(target.blobs.digests())) == (before, [])


def test_a_name_moves_on_where_that_is_asked_for_and_its_history_stays(
    source: Catalog, target: Catalog, cells: Any
) -> None:
    mine = Task(name="mine", description="only here")
    target.add(mine, aliases={"adder": mine.id})
    transfer(source_of(source), target, move_names=True)
    assert [target.get(name) for name in ("adder@1", "adder")] == [mine, cells.new]
    assert not transfer(source_of(source), target, move_names=True).is_new


def test_damaged_manifests_are_named_and_nothing_is_written(source: Catalog, tmp_path: Path, cells: Any) -> None:
    source.close()
    with sqlite3.connect(tmp_path / "source" / "record.sqlite") as record:
        change = "UPDATE nodes SET manifest = replace(manifest, 'other', 'ather') WHERE id = ?"
        record.execute(change, (cells.other.id,))
    record.close()
    with Catalog(tmp_path / "source") as damaged, Catalog(tmp_path / "target") as target:
        with pytest.raises(CatalogError, match=f"is damaged, so nothing was written: .*{cells.other.id} is damaged"):
            transfer(source_of(damaged), target)
        assert (len(target.events()), list(target.blobs.digests())) == (1, [])
        transfer(source_of(damaged), target, [cells.new.id])
        assert target.names() == ["adder"]
        with pytest.raises(CatalogError, match=f"{cells.other.id} is damaged"):
            transfer(source_of(damaged), target, [cells.program.id])


def test_all_damaged_and_missing_blobs_are_named_and_no_node_is_written(
    source: Catalog, target: Catalog, tmp_path: Path, cells: Any
) -> None:
    folder = tmp_path / "source" / "blobs" / "sha256"
    (folder / cells.new.blob[:2] / cells.new.blob).write_bytes(b"nuw")
    (folder / cells.late.blob[:2] / cells.late.blob).unlink()
    with pytest.raises(CatalogError) as fault:
        transfer(source_of(source), target)
    assert str(fault.value).startswith("2 of 6 blobs cannot be read, so no node was written: ")
    assert f"blob {cells.new.blob} at " in str(fault.value)
    assert f"(of Circuit {cells.new.id[:12]}…)" in str(fault.value)
    assert f"no blob {cells.late.blob} at " in str(fault.value)
    assert len(target.events()) == 1
    assert cells.new.blob not in target.blobs


def test_a_blob_that_the_target_has_whole_need_not_be_in_the_source(
    source: Catalog, target: Catalog, tmp_path: Path, cells: Any
) -> None:
    target.blobs.put(b"late")
    (tmp_path / "source" / "blobs" / "sha256" / cells.late.blob[:2] / cells.late.blob).unlink()
    transfer(source_of(source), target)
    assert target.blobs.get(cells.late.blob) == b"late"


def test_a_blob_of_another_length_is_written_again(source: Catalog, tmp_path: Path, cells: Any) -> None:
    with Catalog(tmp_path / "target") as target:
        target.blobs.put(b"late")
        (tmp_path / "target" / "blobs" / "sha256" / cells.late.blob[:2] / cells.late.blob).write_bytes(b"la")
        transfer(source_of(source), target)
        assert target.blobs.get(cells.late.blob) == b"late"


def test_an_interrupted_move_shows_no_name_and_goes_on_where_it_was(
    source: Catalog, target: Catalog, content: Callable[[Catalog], Any]
) -> None:
    def interrupt(told: str) -> None:
        if "relationships, 0 names written" in told:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer(source_of(source), target, told=interrupt)
    assert (target.names(), len(target.events())) == ([], 2)
    moved = transfer(source_of(source), target)
    assert (moved.new_nodes, moved.new_blobs, moved.new_versions) == (0, 0, 4)
    assert content(target) == content(source)


@pytest.mark.neo4j
def test_blobs_of_a_server_may_lie_behind_a_url(source: Catalog, neo4j_uri: str, target: Catalog) -> None:
    target.close()
    with Catalog(f"{neo4j_uri}?blobs=memory://pushed/blobs") as server:
        transfer(source_of(source), server)
        assert set(server.blobs.digests()) == set(source.blobs.digests())
    assert set(open_blobs("memory://pushed/blobs").digests()) == set(source.blobs.digests())


def test_what_is_added_while_it_moves_is_left_for_the_next_time(source: Catalog, tmp_path: Path) -> None:
    late, selected = Task(name="late", description="added meanwhile"), source_of(source)
    source.add(late, [Relationship(source.get("adder").id, "IMPLEMENTS", late.id)], {"late": late.id})
    with Catalog(tmp_path / "target") as target:
        transfer(selected, target)
        assert "late" not in target.names()
        transfer(source_of(source), target)
        assert target.get("late") == late

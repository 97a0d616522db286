"""Catalogs as plain files: what is written, how it is read without stdcell, and what is refused."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from stdcell.catalog import Catalog
from stdcell.catalog.transfer import Transferred, export, is_archive, open_archive, source_of, transfer
from stdcell.errors import CatalogError

FILES = ["aliases.jsonl", "events.jsonl", "manifest.json", "nodes.jsonl", "relationships.jsonl"]
SUFFIXES = ["", ".tar", ".zip"]


def write(source: Catalog, path: Path, roots: list[str] | None = None) -> Path:
    export(source_of(source), path, roots, told=lambda _: None)
    return path


def read(path: Path, target: Catalog) -> Transferred:
    with open_archive(path) as archive:
        return transfer(archive, target)


@pytest.fixture
def folder(source: Catalog, tmp_path: Path) -> Path:
    """The source, exported as a folder."""
    return write(source, tmp_path / "archive")


@pytest.fixture
def copy(tmp_path: Path) -> Any:
    with Catalog(tmp_path / "copy") as catalog:
        yield catalog


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_imported_is_what_was_exported(
    suffix: str, source: Catalog, target: Catalog, content: Callable[[Catalog], Any], tmp_path: Path
) -> None:
    path = write(source, tmp_path / f"archive{suffix}")
    assert is_archive(path)
    read(path, target)
    assert content(target) == content(source)
    before = target.events()
    assert not read(path, target).is_new
    assert target.events() == before
    assert before[-1].payload["origin"] == f"archive{suffix}"


@pytest.mark.parametrize("suffix", [".tar", ".zip"])
def test_the_same_content_gives_the_same_bytes(suffix: str, source: Catalog, tmp_path: Path) -> None:
    first, second = (write(source, tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
    assert first == second


def test_rows_are_the_same_whatever_order_they_were_written_in(
    source: Catalog, folder: Path, copy: Catalog, tmp_path: Path, cells: Any
) -> None:
    transfer(source_of(source), copy, [cells.other.id])
    transfer(source_of(source), copy)
    other = write(copy, tmp_path / "other")
    for name in ("nodes.jsonl", "relationships.jsonl", "aliases.jsonl"):  # events tell what each went through
        assert (other / name).read_bytes() == (folder / name).read_bytes()


def test_a_part_is_exported_by_its_lineage(source: Catalog, copy: Catalog, tmp_path: Path, cells: Any) -> None:
    read(write(source, tmp_path / "part.tar", [cells.new.id]), copy)
    assert copy.names() == ["adder"]
    assert copy.query("MATCH (c:Circuit) RETURN c.name ORDER BY c.name") == [{"c.name": "new"}, {"c.name": "old"}]


def test_an_archive_is_read_without_stdcell(folder: Path, cells: Any) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["format"], manifest["version"], sorted(manifest["files"])) == (
        "stdcell archive",
        1,
        ["aliases.jsonl", "events.jsonl", "nodes.jsonl", "relationships.jsonl"],
    )
    for name, said in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert (sha256(content).hexdigest(), len(content), content.count(b"\n")) == tuple(
            said[key] for key in ("sha256", "size", "lines")
        )
    nodes = {row["id"]: row for row in map(json.loads, (folder / "nodes.jsonl").read_text().splitlines())}
    assert nodes[cells.task.id] == {
        "id": cells.task.id,
        "label": "Task",
        "properties": {"name": "add", "description": "add two numbers"},
    }
    relationships = [json.loads(line) for line in (folder / "relationships.jsonl").read_text().splitlines()]
    assert {one["type"] for one in relationships} >= {"FEEDS", "WRITES", "PRODUCED"}
    aliases = [json.loads(line) for line in (folder / "aliases.jsonl").read_text().splitlines()]
    assert aliases[:2] == [
        {"name": "adder", "version": 1, "of": cells.old.id},
        {"name": "adder", "version": 2, "of": cells.new.id},
    ]
    events = [json.loads(line)["properties"] for line in (folder / "events.jsonl").read_text().splitlines()]
    assert [event["what"] for event in events] == ["created", "added", "tagged"]
    assert (folder / "blobs" / "sha256" / cells.new.blob[:2] / cells.new.blob).read_bytes() == b"new"


def test_nothing_is_overwritten(source: Catalog, folder: Path) -> None:
    with pytest.raises(CatalogError, match=r"there is already something at .*; give another name, or remove it first"):
        write(source, folder)


def test_a_failed_export_leaves_nothing(source: Catalog, tmp_path: Path, cells: Any) -> None:
    (tmp_path / "source" / "blobs" / "sha256" / cells.new.blob[:2] / cells.new.blob).write_bytes(b"nuw")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CatalogError, match="1 of 6 blobs cannot be read"):
        write(source, tmp_path / "archive.tar")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("moment", ["blobs", "writing", "packing"])
def test_an_interrupted_export_leaves_nothing(moment: str, source: Catalog, tmp_path: Path) -> None:
    def interrupt(told: str) -> None:
        if moment in told:
            raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        export(source_of(source), tmp_path / "archive.tar", told=interrupt)
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_no_archive_is_told_apart(source: Catalog, tmp_path: Path) -> None:
    (tmp_path / "text").write_text('{"format": "stdcell archive"}')
    (tmp_path / "empty").mkdir()
    assert [is_archive(tmp_path / name) for name in ("text", "empty", "source", "absent")] == [False] * 4


# What follows is damage and malice: (what is done to the folder, what is said)


def changed(folder: Path, name: str, old: bytes, new: bytes) -> None:
    content = (folder / name).read_bytes()
    assert old in content
    (folder / name).write_bytes(content.replace(old, new, 1))


def resealed(folder: Path, name: str, content: bytes) -> None:
    """Replace a file and let the manifest say what it is now."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = {"sha256": sha256(content).hexdigest(), "size": len(content), "lines": 1}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def put_behind_a_link(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


NO_NODE = f'{{"source":"{"1" * 64}","type":"HAS_PORT","target":"{"2" * 64}"}}'.encode()
DAMAGE: list[tuple[Callable[[Path], object], str]] = [
    (lambda at: (at / "manifest.json").unlink(), "is no whole archive of stdcell: there is no manifest.json"),
    (lambda at: (at / "manifest.json").write_text("{"), "is no archive of stdcell: its manifest.json has a fault"),
    (lambda at: changed(at, "manifest.json", b'"version": 1', b'"version": 9'), "has version 9, this stdcell reads 1"),
    (lambda at: changed(at, "manifest.json", b"stdcell archive", b"another archiv"), "fault at format: "),
    (lambda at: (at / "nodes.jsonl").unlink(), "nodes.jsonl of .* is missing, the manifest says"),
    (lambda at: changed(at, "nodes.jsonl", b"add two", b"add tvo"), "nodes.jsonl of .* is damaged: its digest is"),
    (lambda at: (at / "notes.txt").write_text("x"), "holds 'notes.txt', which is no part of an archive"),
    (lambda at: (at / "blobs" / "x").write_text("x"), "holds 'blobs/x', which is no part of an archive"),
    (lambda at: put_behind_a_link(at / "nodes.jsonl"),
     "holds 'nodes.jsonl' as something else than a plain file"),
    (lambda at: put_behind_a_link(at / "blobs"),
     "holds 'blobs', which is no part of an archive"),
    (lambda at: os.mkfifo(at / "blobs" / "sha256" / "00"), "holds 'blobs/sha256/00', which is no part"),
    (lambda at: resealed(at, "nodes.jsonl", b'{"id":"../../x"}\n'), "a line of nodes.jsonl is no node"),
    (lambda at: resealed(at, "nodes.jsonl", b"\xff\n"), "nodes.jsonl of .* is no UTF-8 text"),
    (lambda at: resealed(at, "nodes.jsonl", b"x"), "nodes.jsonl of .* has a line without an end"),
    (lambda at: resealed(at, "nodes.jsonl", f'{{"id":"{"0" * 64}","label":"Task","properties":{{}}}}\n'.encode()),
     "manifest of node 0{64} is damaged"),
    (lambda at: resealed(at, "relationships.jsonl", b"[" * 100_000 + b"\n"), "of relationships.jsonl is no JSON"),
    (lambda at: resealed(at, "relationships.jsonl", b"[]\n"), "a line of relationships.jsonl is no object of source"),
    (lambda at: resealed(at, "relationships.jsonl", NO_NODE + b"\n"), "a HAS_PORT joins the node 1{64}, which is not"),
    (lambda at: resealed(at, "aliases.jsonl", b'{"name":"a","version":2,"of":"' + b"1" * 64 + b'"}\n'),
     "the name 'a' has lost a version"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "message"), DAMAGE, ids=[message[:50] for _, message in DAMAGE])
def test_damage_is_named_and_nothing_is_written(
    damage: Callable[[Path], object], message: str, folder: Path, copy: Catalog
) -> None:
    damage(folder)
    with pytest.raises(CatalogError, match=message):
        read(folder, copy)
    assert (len(copy.events()), list(copy.blobs.digests())) == (1, [])


def test_a_flipped_bit_in_a_blob_is_named_and_no_node_is_written(folder: Path, copy: Catalog, cells: Any) -> None:
    (folder / "blobs" / "sha256" / cells.new.blob[:2] / cells.new.blob).write_bytes(b"nuw")
    with pytest.raises(CatalogError, match=f"1 of 6 blobs cannot be read, .*blob {cells.new.blob} at .* is damaged"):
        read(folder, copy)
    assert len(copy.events()) == 1


def entry(name: str, **fields: Any) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(found, field, value)
    return found


@pytest.mark.parametrize(
    "hostile",
    [
        entry("../outside"),
        entry("/etc/passwd"),
        entry("blobs/sha256/../../../outside"),
        entry("nodes.jsonl", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        entry("nodes.jsonl", type=tarfile.LNKTYPE, linkname="manifest.json"),
        entry("nodes.jsonl", type=tarfile.FIFOTYPE),
        entry("nodes.jsonl", type=tarfile.CHRTYPE),
        entry("manifest.json"),
    ],
    ids=lambda found: f"{found.name} {found.type!r}",
)
def test_a_hostile_tar_is_refused_before_anything_is_read(
    hostile: tarfile.TarInfo, source: Catalog, copy: Catalog, tmp_path: Path
) -> None:
    path = write(source, tmp_path / "a.tar")
    with tarfile.open(path, "a") as archive:
        archive.addfile(hostile, io.BytesIO())
    with pytest.raises(CatalogError, match="nothing was read"):
        read(path, copy)
    assert len(copy.events()) == 1


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "C:\\windows", "nodes.jsonl"])
def test_a_hostile_zip_is_refused_before_anything_is_read(
    name: str, source: Catalog, copy: Catalog, tmp_path: Path
) -> None:
    path = write(source, tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns() if name in FILES else open(os.devnull):
        archive.writestr(name, b"")
    with pytest.raises(CatalogError, match="nothing was read"):
        read(path, copy)


def test_a_link_in_a_zip_is_refused(tmp_path: Path, copy: Catalog) -> None:
    link = zipfile.ZipInfo("nodes.jsonl")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(CatalogError, match=r"holds 'nodes.jsonl' as something else than a plain file"):
        read(tmp_path / "a.zip", copy)


def test_a_zip_that_would_fill_the_disk_is_refused(tmp_path: Path, copy: Catalog) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nodes.jsonl", bytes(2**20))
        archive.filelist[0].file_size = 2**40  # what a bomb says of itself, without the time to make one
    with pytest.raises(CatalogError, match=r"would unpack to 1,099,511,627,776 bytes, over 100 times its own size"):
        read(tmp_path / "a.zip", copy)


@pytest.mark.parametrize("suffix", [".tar", ".zip"])
def test_a_file_that_was_cut_off_is_told_as_damaged(
    suffix: str, source: Catalog, copy: Catalog, tmp_path: Path
) -> None:
    path = write(source, tmp_path / f"a{suffix}")
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(CatalogError, match=r"a\.(tar|zip)"):
        read(path, copy)
    assert len(copy.events()) == 1


def test_what_another_program_packed_is_read_too(
    folder: Path, source: Catalog, copy: Catalog, content: Callable[[Catalog], Any], tmp_path: Path
) -> None:
    shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    assert read(tmp_path / "packed.zip", copy).is_new
    with tarfile.open(tmp_path / "packed.tar", "w") as archive:
        archive.add(folder, ".")
    assert not read(tmp_path / "packed.tar", copy).is_new
    assert content(copy) == content(source)

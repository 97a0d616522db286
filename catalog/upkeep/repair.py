"""Mend what can be mended; nothing is thrown away, and what is damaged is kept beside.

1. Blobs: a damaged one is moved to `blobs/damaged`, and taken from the other catalog where its digest fits.
2. The record: all copies of its rows are read (its own tables and indexes, the Cypher index, the other catalog), and
   for each event those are chosen that its digest fits (see `choice`). The repair is written in one transaction, with
   an event that tells it; of a record in a folder a backup is made before.
3. The index is thrown away, so that the next query builds it; what killed processes left is removed after an hour.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from ...errors import CatalogError
from ..blobs import BlobFolder, Blobs, open_blobs
from ..catalog import Catalog
from ..embedded.generations import discard_generations
from ..embedded.index import published_rows
from ..embedded.record import UNREADABLE
from ..server import ServerAddress, is_server_uri
from ..store import StoredRelationship
from .choice import Copies, choose
from .damage import Damage
from .folder import leftovers
from .fsck import fsck
from .index_rows import indexed_nodes, indexed_relationships
from .rebuild import held_alone, nodes_of, record_of_repair, replace_record
from .salvage import salvage
from .server_repair import repair_server

__all__ = ["repair"]

_OF_THE_RECORD = {"record", "manifest", "label", "event", "relationship", "alias", "port type"}
_LEFT_FOR_S = 3600.0


def repair(place: str | Path, *, other: Catalog | None = None) -> list[Damage]:
    """Mend the catalog at a place, which nobody else may have open if it is a folder with a damaged record.

    Args:
        place: a folder or the URI of a server, as `Catalog` takes it.
        other: a catalog that holds some of the same.

    Returns:
        The damage that is left.

    Raises:
        CatalogError: if there is no catalog, another process has it open, or the repair cannot be written; what was
            there is then as it was.
    """
    found = fsck(place)
    kinds = {damage.kind for damage in found}
    blobs = _blobs_of(place)
    _repair_blobs(blobs, [damage.place for damage in found if damage.kind == "blob"], other)
    if is_server_uri(str(place)):
        if kinds - {"blob", "foreign"}:
            repair_server(ServerAddress.of(str(place)), other)
    else:
        folder = Path(place)
        if kinds & _OF_THE_RECORD:
            _repair_record(folder, other)
        if "index" in kinds:
            discard_generations(folder / "index")
        for path in leftovers(folder, older_than_s=_LEFT_FOR_S):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return fsck(place) if found else []


def _blobs_of(place: str | Path) -> Blobs:
    if is_server_uri(str(place)):
        return open_blobs(ServerAddress.of(str(place)).blobs)
    return BlobFolder(Path(place) / "blobs")


def _repair_blobs(blobs: Blobs, digests: list[str], other: Catalog | None) -> None:
    for digest in digests:
        with suppress(CatalogError):  # what the other one lacks, too, is told as damage that is left
            content = other.blobs.get(digest) if other else None
            if digest in blobs:
                blobs.set_aside(digest)
            if content is not None:
                blobs.put(content)


def _repair_record(folder: Path, other: Catalog | None) -> None:
    path = folder / "record.sqlite"
    try:
        with held_alone(path) as connection:
            copies, unsound = salvage(connection) if connection else (Copies(), {})
            _add_index(copies, folder / "index")
            _add_other(copies, other)
            ids, joined = choose(copies)
            nodes = nodes_of(copies, unsound, ids)
            if not nodes:
                raise CatalogError(f"nothing of {path} can be read, nor of an index; give another copy by --from")
            before = {id for some in copies.ids[0].values() for id in some} if connection else set()
            change = record_of_repair(nodes, joined, {"n_nodes": len(ids), "n_restored": len(ids.keys() - before)})
            rows = [StoredRelationship(*one, event) for one, event in joined.items()]
            replace_record(
                path,
                connection,
                [*nodes, *(change.nodes if change else ())],
                [*rows, *(change.relationships if change else ())],
            )
    except UNREADABLE as error:
        raise CatalogError(f"{path} cannot be repaired: {error}; it is as it was") from error
    discard_generations(folder / "index")


def _add_index(copies: Copies, folder: Path) -> None:
    with suppress(CatalogError), published_rows(folder) as ask:  # an index that cannot be read helps nobody
        if ask:
            copies.add(indexed_nodes(ask), indexed_relationships(ask))


def _add_other(copies: Copies, other: Catalog | None) -> None:
    if other:
        copies.add(other.record.stored_nodes(), other.record.stored_relationships())

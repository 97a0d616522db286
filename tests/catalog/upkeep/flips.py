"""Flip single bits of a record: `flips.py FOLDER N_FLIPS SEED` prints what went wrong, and nothing where nothing did.

A flip is harmless where everything that is stored is still read as it was (free pages, unused bytes, counters). Each
other one must be found by fsck, mended from the index where it is the record's (every fifth is tried), and never be
read as if nothing had happened.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp

from stdcell.catalog import Catalog
from stdcell.catalog.schema import LABELS
from stdcell.catalog.store import StoredNode, StoredRelationship
from stdcell.catalog.upkeep import fsck, repair
from stdcell.errors import CatalogError

MEMORY = Path("/dev/shm")
Stored = tuple[list[StoredNode], list[StoredRelationship], dict[str, list[str]]]


def stored(folder: Path) -> Stored | None:
    """All that a catalog holds, by what its record reads; None where it tells that it is damaged."""
    try:
        with Catalog(folder, create=False) as catalog:
            record = catalog.record
            names = {name: [alias.id for alias in record.versions(name)] for name in record.names()}
            return sorted(record.stored_nodes()), sorted(record.stored_relationships()), names
    except CatalogError:
        return None


def read_wrongly(folder: Path, ids: list[str]) -> list[str]:
    """The ids under which something is read that they do not name."""
    wrong = []
    try:
        with Catalog(folder, create=False) as catalog:
            for id in ids:
                try:
                    if catalog.get(id).id != id:
                        wrong.append(id)
                except CatalogError:
                    continue
    except CatalogError:
        pass
    return wrong


def faults(folder: Path, n_flips: int, seed: int) -> tuple[list[str], Counter[str]]:
    chance = random.Random(seed)
    content = (folder / "record.sqlite").read_bytes()
    before = stored(folder)
    assert before and not fsck(folder)
    ids = [node.id for node in before[0] if node.label in LABELS]
    found, counts = list[str](), Counter[str]()
    damaged = Path(mkdtemp(dir=MEMORY if MEMORY.exists() else None)) / "catalog"  # no disk is waited for
    for number in range(n_flips):
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(folder, damaged)
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        (damaged / "record.sqlite").write_bytes(flipped)
        try:
            damages = fsck(damaged)
        except CatalogError as error:
            damages, _ = [], counts.update(["refused"])
            if "format" not in str(error):
                found.append(f"byte {place} bit {bit}: fsck refuses: {error}")
            continue
        wrong = read_wrongly(damaged, ids)
        if wrong:
            found.append(f"byte {place} bit {bit}: read wrongly: {wrong}")
        shutil.rmtree(damaged)  # reading may have written to it
        shutil.copytree(folder, damaged)
        (damaged / "record.sqlite").write_bytes(flipped)
        is_changed = stored(damaged) != before
        counts["changed" if is_changed else "harmless"] += 1
        counts["found"] += bool(damages)
        if is_changed and not damages:
            found.append(f"byte {place} bit {bit}: not found")
        if damages and number % 5 == 0:
            (damaged / "record.sqlite").write_bytes(flipped)
            left = repair(damaged)
            counts["mended"] += not left
            if left:
                found.append(f"byte {place} bit {bit}: not mended: {left}")
    shutil.rmtree(damaged.parent)
    return found, counts


if __name__ == "__main__":
    found, counts = faults(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"faults": found, "counts": counts}))

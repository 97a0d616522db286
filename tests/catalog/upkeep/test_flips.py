"""Single bits of a record and of blobs, flipped: found, mended, and never read as if nothing had happened."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from stdcell.catalog import Catalog
from stdcell.catalog.upkeep import fsck
from stdcell.errors import DamagedBlob

N_FLIPS = 250


def test_every_flip_that_changes_what_a_record_says_is_found_and_mended(folder: Path) -> None:
    script = Path(__file__).with_name("flips.py")
    command = [sys.executable, str(script), str(folder), str(N_FLIPS), "3"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout)
    assert told["faults"] == []
    assert told["counts"]["changed"] > N_FLIPS // 8
    assert told["counts"]["mended"] > N_FLIPS // 40


def test_every_flip_in_a_blob_is_found_and_never_read(folder: Path) -> None:
    chance = random.Random(5)
    with Catalog(folder) as catalog:
        digests = sorted(catalog.blobs.digests())
        for digest in chance.choices(digests, k=100):
            path = folder / "blobs" / "sha256" / digest[:2] / digest
            content = path.read_bytes()
            flipped = bytearray(content)
            flipped[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            path.write_bytes(flipped)
            assert [(damage.kind, damage.place) for damage in fsck(folder)] == [("blob", digest)]
            with pytest.raises(DamagedBlob):
                catalog.blobs.get(digest)
            path.write_bytes(content)
    assert fsck(folder) == []

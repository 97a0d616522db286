"""What is garbage: blobs that no node names and that nobody has put lately."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from stdcell.catalog import Catalog
from stdcell.catalog.upkeep import collect_garbage
from stdcell.errors import CatalogError


def make_old(catalog: Catalog, digest: str) -> None:
    os.utime(Path(catalog.place) / "blobs" / "sha256" / digest[:2] / digest, (0, 0))


def test_garbage_is_told_and_kept_until_its_removal_is_asked_for(folder: Path) -> None:
    with Catalog(folder) as catalog:
        named = set(catalog.blobs.digests())
        forgotten = catalog.blobs.put(b"forgotten")
        for digest in [*named, forgotten]:
            make_old(catalog, digest)
        (told,) = collect_garbage(catalog)
        assert (told.digest, told.n_bytes) == (forgotten, 9)
        assert forgotten in catalog.blobs
        assert collect_garbage(catalog, remove=True) == [told]
        assert set(catalog.blobs.digests()) == named
        assert collect_garbage(catalog) == []


def test_what_was_put_lately_survives_and_putting_it_again_makes_it_young(folder: Path) -> None:
    with Catalog(folder) as catalog:
        fresh, again = catalog.blobs.put(b"fresh"), catalog.blobs.put(b"again")
        make_old(catalog, again)
        catalog.blobs.put(b"again")
        assert collect_garbage(catalog, remove=True) == []
        assert {fresh, again} <= set(catalog.blobs.digests())
        assert len(collect_garbage(catalog, older_than=timedelta(0))) == 2


def test_nothing_is_removed_while_a_damaged_manifest_may_name_it(
    folder: Path, change_record: Callable[..., None]
) -> None:
    change_record(folder, "UPDATE nodes SET manifest = replace(manifest, 'cut-3', 'cut-9') WHERE label = 'Circuit'")
    with Catalog(folder) as catalog:
        digest = catalog.blobs.put(b"forgotten")
        make_old(catalog, digest)
        with pytest.raises(CatalogError, match="is damaged and may name a blob: nothing is removed"):
            collect_garbage(catalog, remove=True)
        assert digest in catalog.blobs

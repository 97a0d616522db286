"""What every place of blobs promises: a folder, and URLs of several file systems."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from stdcell.catalog.blobs import BlobFolder, Blobs, open_blobs
from stdcell.catalog.blobs.remote import RemoteBlobs
from stdcell.errors import CatalogError

WEIGHTS = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"  # SHA-256 of b"weights"
A_MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["folder", "memory", "file"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return BlobFolder(tmp_path / "blobs")
    if request.param == "file":
        return RemoteBlobs((tmp_path / "blobs").as_uri())
    return RemoteBlobs(f"memory://{uuid4().hex}/blobs")


def test_bytes_come_back_under_their_digest(blobs: Blobs) -> None:
    assert blobs.put(b"weights") == WEIGHTS
    assert blobs.get(WEIGHTS) == b"weights"


def test_only_what_was_put_is_listed(blobs: Blobs) -> None:
    assert (WEIGHTS in blobs, list(blobs.digests())) == (False, [])
    blobs.put(b"weights")
    assert (WEIGHTS in blobs, list(blobs.digests()), blobs.size(WEIGHTS)) == (True, [WEIGHTS], 7)


def test_what_was_removed_is_gone_and_removing_it_again_is_no_fault(blobs: Blobs) -> None:
    blobs.put(b"weights")
    blobs.remove(WEIGHTS)
    blobs.remove(WEIGHTS)
    assert (WEIGHTS in blobs, list(blobs.digests())) == (False, [])


def test_putting_again_makes_a_blob_young(blobs: Blobs) -> None:
    blobs.put(b"weights")
    first = blobs.modified(WEIGHTS)
    blobs.put(b"weights")
    assert first <= blobs.modified(WEIGHTS)
    assert abs(datetime.now(UTC) - first) < A_MINUTE


def test_a_missing_blob_is_reported_with_its_place(blobs: Blobs) -> None:
    with pytest.raises(CatalogError, match=f"no blob {WEIGHTS} at .*; copy it from the catalog that it was made in"):
        blobs.get(WEIGHTS)
    with pytest.raises(CatalogError, match=f"blob {WEIGHTS} cannot be read from "):
        blobs.size(WEIGHTS)


@pytest.mark.parametrize("digest", ["", "9a12", "../../etc/passwd", WEIGHTS.upper()])
def test_what_is_no_digest_is_refused(blobs: Blobs, digest: str) -> None:
    with pytest.raises(CatalogError, match="is no digest; expected 64 hexadecimal digits"):
        blobs.get(digest)
    with pytest.raises(CatalogError, match="is no digest; expected 64 hexadecimal digits"):
        blobs.remove(digest)


def test_a_folder_and_a_file_url_name_the_same_blobs(tmp_path: Path) -> None:
    open_blobs((tmp_path / "b c").as_uri()).put(b"weights")
    assert WEIGHTS in open_blobs(str(tmp_path / "b c"))

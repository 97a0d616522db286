"""Blobs: stored under their digest, checked at every read."""

from __future__ import annotations

from pathlib import Path

import pytest

from stdcell.catalog import BlobFolder
from stdcell.errors import CatalogError, DamagedBlob

WEIGHTS = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


def test_bytes_come_back_under_their_sha256(blobs: BlobFolder) -> None:
    assert blobs.put(b"weights") == WEIGHTS
    assert blobs.get(WEIGHTS) == b"weights"


def test_a_blob_lies_in_a_folder_of_its_first_two_digits(blobs: BlobFolder) -> None:
    blobs.put(b"weights")
    assert blobs.path(WEIGHTS) == blobs.folder / "sha256" / "9a" / WEIGHTS
    assert list(blobs.path(WEIGHTS).parent.iterdir()) == [blobs.path(WEIGHTS)]


def test_only_what_was_put_is_contained(blobs: BlobFolder) -> None:
    blobs.put(b"weights")
    assert WEIGHTS in blobs
    assert "0" * 64 not in blobs


def test_a_flipped_bit_is_reported_and_never_returned(blobs: BlobFolder) -> None:
    path = blobs.path(blobs.put(b"weights"))
    path.write_bytes(b"weighus")
    with pytest.raises(DamagedBlob) as fault:
        blobs.get(WEIGHTS)
    assert str(fault.value) == (
        f"blob {WEIGHTS} at {path} is damaged: its bytes hash to "
        "c8de8638641ded0f01df158e39d94621ea4bb460b6f5ad8d29d261be9498c39c; put the original bytes again or restore the "
        "file from a backup"
    )


def test_putting_the_original_bytes_mends_a_damaged_blob(blobs: BlobFolder) -> None:
    blobs.path(blobs.put(b"weights")).write_bytes(b"weighus")
    blobs.put(b"weights")
    assert blobs.get(WEIGHTS) == b"weights"


def test_a_missing_blob_is_reported_with_its_place(blobs: BlobFolder) -> None:
    with pytest.raises(CatalogError, match=f"no blob {WEIGHTS} at {blobs.path(WEIGHTS)}; copy it"):
        blobs.get(WEIGHTS)


@pytest.mark.parametrize("digest", ["", "9a12", "../../etc/passwd", WEIGHTS.upper()])
def test_what_is_no_digest_is_refused(blobs: BlobFolder, digest: str) -> None:
    with pytest.raises(CatalogError, match="is no digest; expected 64 hexadecimal digits"):
        blobs.get(digest)


def test_a_folder_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CatalogError, match=f"blob {WEIGHTS} cannot be written to .*: Not a directory"):
        BlobFolder(tmp_path / "file").put(b"weights")


def test_a_file_is_stored_and_written_out_as_its_bytes_are(blobs: BlobFolder, tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    (tmp_path / "file").write_bytes(content)
    digest = blobs.put_file(tmp_path / "file")
    assert blobs.get(digest) == content
    blobs.copy_to(digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content


def test_a_damaged_blob_is_mended_by_the_file_that_it_was(blobs: BlobFolder, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"weights")
    blobs.put(b"weights")
    blobs.path(WEIGHTS).write_bytes(b"weighty")
    assert blobs.put_file(tmp_path / "file") == WEIGHTS
    assert blobs.get(WEIGHTS) == b"weights"


def test_a_damaged_blob_is_never_written_out(blobs: BlobFolder, tmp_path: Path) -> None:
    blobs.put(b"weights")
    blobs.path(WEIGHTS).write_bytes(b"weighty")
    (tmp_path / "copy").write_bytes(b"before")
    with pytest.raises(DamagedBlob, match=f"blob {WEIGHTS} at .* is damaged"):
        blobs.copy_to(WEIGHTS, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"before"


def test_a_missing_file_or_blob_is_told(blobs: BlobFolder, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="none cannot be read: No such file or directory"):
        blobs.put_file(tmp_path / "none")
    with pytest.raises(CatalogError, match=f"no blob {WEIGHTS}"):
        blobs.copy_to(WEIGHTS, tmp_path / "copy")

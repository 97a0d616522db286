"""What only blobs behind a URL can meet: damage under way, packages that are missing, passwords."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stdcell.catalog.blobs import BlobFolder, open_blobs
from stdcell.catalog.blobs.remote import RemoteBlobs
from stdcell.errors import CatalogError, DamagedBlob

WEIGHTS = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def website(tmp_path: Path) -> Iterator[str]:
    """The address of a server that hands out the files of `tmp_path`."""
    pytest.importorskip("aiohttp", reason="fsspec speaks HTTP through aiohttp")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_nothing_but_the_blob_is_left_by_a_write(tmp_path: Path) -> None:
    RemoteBlobs(tmp_path.as_uri()).put(b"weights")
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [f"sha256/9a/{WEIGHTS}"]


def test_a_flipped_bit_is_reported_and_mended_by_putting_the_bytes_again(tmp_path: Path) -> None:
    blobs = RemoteBlobs(tmp_path.as_uri())
    blobs.put(b"weights")
    (tmp_path / "sha256" / "9a" / WEIGHTS).write_bytes(b"weighus")
    with pytest.raises(DamagedBlob, match=f"blob {WEIGHTS} at file://.* is damaged: its bytes hash to c8de8638641ded"):
        blobs.get(WEIGHTS)
    blobs.put(b"weights")
    assert blobs.get(WEIGHTS) == b"weights"


def test_other_files_are_no_blobs(tmp_path: Path) -> None:
    blobs = RemoteBlobs(tmp_path.as_uri())
    blobs.put(b"weights")
    (tmp_path / "sha256" / "9a" / ".writing-0").write_bytes(b"")
    (tmp_path / "sha256" / "00").mkdir()
    (tmp_path / "sha256" / "00" / WEIGHTS).write_bytes(b"")
    assert list(blobs.digests()) == [WEIGHTS]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("gopher://host/b", "gopher://host/b cannot hold blobs: Protocol not known: gopher"),
        ("dropbox://b", "dropbox://b cannot hold blobs: a package is missing here: DropboxFileSystem requires "),
    ],
)
def test_a_file_system_that_nobody_speaks_to_is_reported(url: str, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        open_blobs(url)
    assert str(fault.value).startswith(message)


def test_a_password_is_never_printed() -> None:
    with pytest.raises(CatalogError) as fault:
        open_blobs("ftp://me:se%20cret@127.0.0.1:1/b")
    assert str(fault.value).startswith("ftp://127.0.0.1:1/b cannot hold blobs: ")
    assert "cret" not in str(fault.value)


def test_a_folder_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CatalogError, match=f"blob {WEIGHTS} cannot be written to file://.*: Not a directory"):
        RemoteBlobs((tmp_path / "file").as_uri()).put(b"weights")


def test_a_website_is_read_and_not_written(website: str, tmp_path: Path) -> None:
    BlobFolder(tmp_path).put(b"weights")
    blobs = open_blobs(website)
    assert (blobs.get(WEIGHTS), WEIGHTS in blobs, "0" * 64 in blobs) == (b"weights", True, False)
    with pytest.raises(CatalogError, match="cannot be written to http://127"):
        blobs.put(b"others")

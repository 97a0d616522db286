"""Which kind of place a path or URL of blobs is."""

from __future__ import annotations

from pathlib import Path
from urllib.request import url2pathname

from .blobs import Blobs
from .folder import BlobFolder

__all__ = ["open_blobs"]


def open_blobs(place: str) -> Blobs:
    """The blobs in a folder, given by its path or as file://…, or behind a URL of any other kind that fsspec knows.

    Raises:
        CatalogError: if the URL is of no known kind, or the package that speaks to it is not installed.
    """
    scheme, separator, rest = place.partition("://")
    if not separator:
        return BlobFolder(Path(place))
    if scheme in ("file", "local"):  # ours flushes to the disk, fsspec's does not
        return BlobFolder(Path(url2pathname(rest)))
    from .remote import RemoteBlobs  # fsspec takes 0.1 s to import, which a catalog in a folder does not wait for

    return RemoteBlobs(place)

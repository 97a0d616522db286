"""The folder of an embedded catalog: `record.sqlite`, `blobs/` and `index/`; anything else is not touched."""

from __future__ import annotations

from pathlib import Path

from ...errors import CatalogError

__all__ = ["claim_folder", "holds_catalog"]

_RECORD = "record.sqlite"


def holds_catalog(folder: Path | str) -> bool:
    """Whether there is a catalog in the folder."""
    return (Path(folder) / _RECORD).exists()


def claim_folder(folder: Path, *, create: bool) -> Path:
    """Find or make the folder of a catalog.

    Returns:
        Where its record is, or is to be made.

    Raises:
        CatalogError: if there is no catalog and none is to be made, or the place holds something else.
    """
    record = folder / _RECORD
    try:
        if folder.exists() and not folder.is_dir():
            raise CatalogError(f"{str(folder)!r} is a file; a catalog is a folder, give the path of a new one")
        if not record.exists():
            # The record is the first file of a catalog, so another process that makes it now has written it before
            # anything else is seen here: look for it after looking at the rest.
            if folder.exists() and any(folder.iterdir()) and not record.exists():
                raise CatalogError(f"{str(folder)!r} holds other files and no catalog; give an empty or a new folder")
            if not create:
                raise CatalogError(f"no catalog at {str(folder)!r}; run `stdcell demo` to make one, or give its path")
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogError(f"the catalog {str(folder)!r} cannot be opened: {error.strerror or error}") from error
    return record

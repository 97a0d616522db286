"""Find and name every damage of a catalog, without changing anything and without trusting it to open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..blobs import BlobFolder
from ..server import ServerAddress, is_server_uri
from .damage import Damage
from .folder import check_folder
from .server import check_server

__all__ = ["fsck"]


def fsck(place: str | Path, *, tell: Callable[[Damage], None] = lambda _damage: None) -> list[Damage]:
    """Everything that is wrong with the catalog at a place; empty for a sound one.

    A catalog that is in use may be checked: writes that come meanwhile are not looked at.

    Args:
        place: a folder or the URI of a server, as `Catalog` takes it.
        tell: called with every damage as soon as it is found.

    Raises:
        CatalogError: if there is no catalog, another version of stdcell wrote it, or the server cannot be reached.
    """
    if is_server_uri(str(place)):
        damages = check_server(ServerAddress.of(str(place)))
    else:
        damages = check_folder(Path(place), BlobFolder(Path(place) / "blobs"))
    found = []
    for damage in damages:
        tell(damage)
        found.append(damage)
    return found

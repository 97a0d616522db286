"""How a catalog gets into the user's own server without anyone typing a password."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult

from .home import default_home
from .process import ServerProcess

__all__ = ["USER", "LocalAccess", "local_access"]

USER = "neo4j"
_LOOPBACK = ("localhost", "127.0.0.1")
_USUAL_PORT = 7687


@dataclass(frozen=True, slots=True)
class LocalAccess:
    """Where the user's own server listens, who may ask it, and where its catalog's blobs lie."""

    host: str
    user: str
    password: str = field(repr=False)
    blobs: Path


def local_access(uri: SplitResult) -> LocalAccess | None:
    """The access to the user's own server, where a URI means it and it runs.

    The password goes to no other program: the port is that of a process which we started and which is still alive,
    on the one loopback address where it listens.
    """
    if uri.scheme not in ("bolt", "neo4j") or uri.hostname not in _LOOPBACK:
        return None
    home = default_home()
    running = ServerProcess.read(home.record)
    if running is None or running.port != (uri.port or _USUAL_PORT):
        return None
    return LocalAccess(f"127.0.0.1:{running.port}", USER, home.password(), home.blobs)

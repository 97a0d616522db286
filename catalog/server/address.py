"""The address of a Neo4j server: where it is, who asks, and where its catalog's blobs lie."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlencode, urlsplit, urlunsplit

from ...deploy.neo4j.local import LocalAccess, local_access
from ...errors import CatalogError

__all__ = ["ServerAddress", "is_server_uri"]

_SCHEMES = {f"{scheme}{security}" for scheme in ("bolt", "neo4j") for security in ("", "+s", "+ssc")}


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server's URI without user and password, these apart and never printed, and where the blobs lie."""

    uri: str
    user: str | None
    password: str | None = field(repr=False)
    blobs: str = field(repr=False)

    @classmethod
    def of(cls, uri: str) -> ServerAddress:
        """Read a URI such as `bolt://user:password@host:7687?blobs=/srv/blobs`.

        What it leaves open is the user's own server's (`stdcell server up`) where the URI means that one; else the
        environment says it.

        Raises:
            CatalogError: if the URI names no host, or a port that is none.
        """
        parts = urlsplit(uri)
        options = parse_qs(parts.query)
        host = parts.netloc.rpartition("@")[2]
        if not host:
            raise CatalogError(f"{parts.scheme}:// names no host; expected such as {parts.scheme}://localhost:7687")
        _check_port(parts)
        local = local_access(parts)
        user, password = _credentials(parts, local)
        usual_blobs = os.environ.get("STDCELL_BLOBS") or (local.blobs if local else "catalog-blobs")
        blobs = options.pop("blobs", [usual_blobs])[0]
        host = local.host if local else host
        return cls(
            uri=urlunsplit((parts.scheme, host, parts.path, urlencode(options, doseq=True), "")),
            user=user,
            password=password,
            blobs=str(blobs),
        )


def _check_port(parts: SplitResult) -> None:
    try:
        _ = parts.port
    except ValueError:
        raise CatalogError(f"{parts.hostname}:… names no port from 0 to 65535; the usual one is 7687") from None


def _credentials(parts: SplitResult, local: LocalAccess | None) -> tuple[str | None, str | None]:
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    if local and user in (None, local.user) and password is None:
        return local.user, local.password
    return user or os.environ.get("NEO4J_USERNAME"), password or os.environ.get("NEO4J_PASSWORD")


def is_server_uri(place: str) -> bool:
    """Whether a catalog's place is a server and not a folder.

    Raises:
        CatalogError: if it is a URI of another kind.
    """
    scheme, separator, _ = place.partition("://")
    if separator and scheme not in _SCHEMES:
        raise CatalogError(f"no catalog behind {scheme}://; expected a folder, bolt:// or neo4j:// (also +s and +ssc)")
    return bool(separator)

"""The address of a Neo4j server: where it is, who asks, and where its catalog's blobs lie."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode, urlsplit, urlunsplit

from ...errors import CatalogError

__all__ = ["ServerAddress", "is_server_uri"]

_SCHEMES = {f"{scheme}{security}" for scheme in ("bolt", "neo4j") for security in ("", "+s", "+ssc")}


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server's URI without user and password, these two apart and never printed, and the folder of the blobs."""

    uri: str
    user: str | None
    password: str | None = field(repr=False)
    blobs: Path

    @classmethod
    def of(cls, uri: str) -> ServerAddress:
        """Read a URI such as `bolt://user:password@host:7687?blobs=/srv/blobs` and the environment.

        Raises:
            CatalogError: if the URI names no host.
        """
        parts = urlsplit(uri)
        options = parse_qs(parts.query)
        blobs = options.pop("blobs", [os.environ.get("STDCELL_BLOBS", "catalog-blobs")])[0]
        host = parts.netloc.rpartition("@")[2]
        if not host:
            raise CatalogError(f"{parts.scheme}:// names no host; expected such as {parts.scheme}://localhost:7687")
        return cls(
            uri=urlunsplit((parts.scheme, host, parts.path, urlencode(options, doseq=True), "")),
            user=unquote(parts.username) if parts.username else os.environ.get("NEO4J_USERNAME"),
            password=unquote(parts.password) if parts.password else os.environ.get("NEO4J_PASSWORD"),
            blobs=Path(blobs),
        )


def is_server_uri(place: str) -> bool:
    """Whether a catalog's place is a server and not a folder.

    Raises:
        CatalogError: if it is a URI of another kind.
    """
    scheme, separator, _ = place.partition("://")
    if separator and scheme not in _SCHEMES:
        raise CatalogError(f"no catalog behind {scheme}://; expected a folder, bolt:// or neo4j:// (also +s and +ssc)")
    return bool(separator)

"""What an alias may be called."""

from __future__ import annotations

import re

from ..errors import CatalogError

__all__ = ["check_alias", "reads_as_digest"]

_DIGEST_PREFIX = re.compile("[0-9a-f]{8,64}")
_ALIAS = re.compile(r"[^\s@]+")
_LONGEST = 1_000  # characters; Neo4j's index takes 8 kB


def reads_as_digest(name: str) -> bool:
    """Whether a text is a digest, or enough of its first digits to stand for one; no alias does."""
    return _DIGEST_PREFIX.fullmatch(name) is not None


def check_alias(name: str) -> None:
    """Refuse what cannot be a name.

    Raises:
        CatalogError: saying why.
    """
    if not _ALIAS.fullmatch(name) or reads_as_digest(name):
        raise CatalogError(f"{name!r} cannot be a name: it is empty, holds white space or '@', or reads as a digest")
    if len(name) > _LONGEST:
        raise CatalogError(f"what has {len(name)} characters cannot be a name; take at most {_LONGEST}")
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise CatalogError(f"{name!r} cannot be a name: it holds half a character, which UTF-8 cannot write")

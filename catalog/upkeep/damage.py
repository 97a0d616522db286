"""What can be wrong with a catalog, and what mends each kind of damage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["MENDS", "Damage", "Kind"]

Kind = Literal[
    "record",
    "manifest",
    "label",
    "event",
    "relationship",
    "alias",
    "port type",
    "property",
    "constraint",
    "foreign",
    "blob",
    "index",
    "leftover",
]

_FROM_COPIES = "`--repair` takes it from the index, or from another copy given by `--from`, where its digest fits"
MENDS: dict[Kind, str] = {
    "record": "`--repair` writes the record anew from what can be read of it, the index and `--from`",
    "manifest": _FROM_COPIES,
    "label": "`--repair` takes it from the manifest",
    "event": _FROM_COPIES,
    "relationship": _FROM_COPIES,
    "alias": "`--repair` takes it from the Alias nodes",
    "port type": "`--repair` joins the port and its type anew",
    "property": "`--repair` takes it from the manifest",
    "constraint": "`--repair` declares it again",
    "foreign": "stdcell did not write it and leaves it; remove it with the client that did",
    "blob": "`--repair --from PLACE` takes it from another catalog; a damaged file is kept in `blobs/damaged`",
    "index": "`--repair` or the next query builds it anew",
    "leftover": "harmless; `--repair` removes what is older than an hour",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was written: what kind, where (an id or a path), and what was found there."""

    kind: Kind
    place: str
    found: str

    @property
    def mend(self) -> str:
        """How it can be mended."""
        return MENDS[self.kind]

    @property
    def is_harmless(self) -> bool:
        """Whether nothing is lost and nothing can go wrong by it."""
        return self.kind == "leftover"

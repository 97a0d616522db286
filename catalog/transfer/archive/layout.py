"""The files of an archive and what a line of each says.

`manifest.json` names all others with their sizes and digests. One line of `nodes.jsonl` and `events.jsonl` is a
node's canonical manifest with the id, its SHA-256, put before it; a line of the other files is canonical JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ....errors import CatalogError
from ...node import Count, Digest, Node, canonical_json
from ...schema import Alias
from ...store import StoredNode, StoredRelationship

__all__ = [
    "ALIASES",
    "EVENTS",
    "FORMAT",
    "MANIFEST",
    "NODES",
    "RELATIONSHIPS",
    "ROWS",
    "ArchiveManifest",
    "RowFile",
    "alias_line",
    "node_line",
    "read_alias",
    "read_manifest",
    "read_node",
    "read_relationship",
    "relationship_line",
]

FORMAT, VERSION = "stdcell archive", 1
MANIFEST = "manifest.json"
NODES, RELATIONSHIPS, ALIASES, EVENTS = "nodes.jsonl", "relationships.jsonl", "aliases.jsonl", "events.jsonl"
ROWS = (NODES, RELATIONSHIPS, ALIASES, EVENTS)
_NODE = re.compile(r'\{"id":"(?P<id>[0-9a-f]{64})",(?P<rest>"label":"(?P<label>\w+)".*)', re.DOTALL)


class RowFile(BaseModel):
    """What the manifest says about one file of lines."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    sha256: Digest
    size: Count
    lines: Count


class ArchiveManifest(BaseModel):
    """`manifest.json`: the version of the layout, the files of lines, and the size of each blob by its digest."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    format: Literal["stdcell archive"] = "stdcell archive"
    version: Annotated[int, Field(ge=1)] = VERSION
    files: dict[Literal["nodes.jsonl", "relationships.jsonl", "aliases.jsonl", "events.jsonl"], RowFile]
    blobs: dict[Digest, Count]

    def text(self) -> str:
        """The file's text, the same for the same content."""
        return json.dumps(self.model_dump(), indent=1, sort_keys=True) + "\n"


def read_manifest(content: bytes, place: str) -> ArchiveManifest:
    """The manifest in these bytes.

    Raises:
        CatalogError: if they are none, or a newer version of stdcell wrote them.
    """
    try:
        manifest = ArchiveManifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        fault = f"{'.'.join(map(str, first['loc'])) or 'text'}: {first['msg'].lower()}"
        raise CatalogError(f"{place} is no archive of stdcell: its {MANIFEST} has a fault at {fault}") from error
    if manifest.version > VERSION:
        raise CatalogError(f"{place} has version {manifest.version}, this stdcell reads {VERSION}; upgrade stdcell")
    if missing := set(ROWS) - set(manifest.files):
        raise CatalogError(f"{place} is no whole archive: its {MANIFEST} names no {min(missing)}")
    return manifest


def node_line(node: StoredNode | Node) -> str:
    """A node as one line, without its end."""
    return f'{{"id":"{node.id}",{node.manifest[1:]}'


def read_node(line: str) -> StoredNode:
    """What `node_line` wrote; whether the manifest is what the id names is not checked.

    Raises:
        CatalogError: if it is no such line.
    """
    found = _NODE.fullmatch(line)
    if not found:
        raise CatalogError(f"a line of {NODES} is no node: {line[:80]!r}")
    return StoredNode(found["id"], found["label"], "{" + found["rest"], 0)


def relationship_line(one: StoredRelationship) -> str:
    """A relationship as one line, without its end."""
    said = "" if one.properties == "{}" else f'"properties":{one.properties},'
    return f'{{{said}"source":"{one.source}","target":"{one.target}","type":"{one.type}"}}'


def read_relationship(line: str) -> StoredRelationship:
    """What `relationship_line` wrote.

    Raises:
        CatalogError: if it is no such line.
    """
    row = _object(line, RELATIONSHIPS, ("source", "type", "target"), ("properties",))
    said = canonical_json(row["properties"]) if "properties" in row else "{}"
    return StoredRelationship(row["source"], row["type"], row["target"], said, 0)


def alias_line(name: str, version: int, of: str) -> str:
    """A version of a name as one line, without its end."""
    return canonical_json({"name": name, "version": version, "of": of})


def read_alias(line: str) -> StoredNode:
    """What `alias_line` wrote, as the node that a catalog makes of it.

    Raises:
        CatalogError: if it is no such line.
    """
    row = _object(line, ALIASES, ("name", "version", "of"), ())
    alias = Alias(**row)
    return StoredNode(alias.id, alias.label, alias.manifest, 0)


def _object(line: str, file: str, required: Iterable[str], optional: Iterable[str]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"a line of {file} is no JSON: {line[:80]!r}") from error
    required = set(required)
    if not isinstance(row, dict) or not required <= row.keys() <= required | set(optional):
        raise CatalogError(f"a line of {file} is no object of {', '.join(sorted(required))}: {line[:80]!r}")
    if texts := [name for name in ("source", "type", "target") if not isinstance(row.get(name, ""), str)]:
        raise CatalogError(f"a line of {file} has a {texts[0]} that is no text: {line[:80]!r}")
    return row

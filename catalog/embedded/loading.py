"""Fill a ladybug database from the record: in bulk through files, a few rows through statements.

`COPY` reads a file per label and pair of labels, some hundred times as fast as statements do, but costs some
milliseconds for each. The files are ours alone, in a folder of this opening, and deleted when they were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from ..cypher.rows import node_row, relationship_row
from ..cypher.statements import insertions
from ..store import StoredNode, StoredRelationship
from .record import SqliteRecord

__all__ = ["load"]

_BULK = 2_000
_OPTIONS = "header=false, escape='\"', auto_detect=false, parallel=false"

Run = Callable[[str, Mapping[str, Any]], object]


def load(run: Run, record: SqliteRecord, after: int, folder: Path) -> None:
    """Add all that later events than this one brought.

    Args:
        run: executes a statement with its parameters, in the database that holds everything up to that event.
        record: what to read.
        after: the number of the event.
        folder: where files may be written.
    """
    labels: dict[str, str] = {}
    nodes = _noting_labels(record.stored_nodes(after), labels)
    relationships = _knowing_ends(record.stored_relationships(after), labels, record)
    if record.n_rows(after) < _BULK:
        added = list(nodes)
        for insertion, rows in insertions(added, list(relationships), labels, with_manifest=False):
            run(insertion, {"rows": rows})
    else:
        _copy(run, folder, ((node.label, "", _line(node_row(node).values())) for node in nodes))
        _copy(run, folder, (_relationship_line(one, labels) for one in relationships))


def _noting_labels(nodes: Iterable[StoredNode], labels: dict[str, str]) -> Iterator[StoredNode]:
    for node in nodes:
        labels[node.id] = node.label
        yield node


def _knowing_ends(
    relationships: Iterable[StoredRelationship], labels: dict[str, str], record: SqliteRecord
) -> Iterator[StoredRelationship]:
    """The same relationships, once the labels of their ends are known."""
    remaining = iter(relationships)
    while portion := list(islice(remaining, 10_000)):
        unknown = {end for one in portion for end in one[:3:2] if end not in labels}
        if unknown:
            labels |= record.labels(unknown)
        yield from portion


def _relationship_line(one: StoredRelationship, labels: Mapping[str, str]) -> tuple[str, str, str]:
    ends = f", from='{labels[one.source]}', to='{labels[one.target]}'"
    return one.type, ends, f'"{one.source}","{one.target}",{_line(relationship_row(one).values())}'


def _copy(run: Run, folder: Path, lines: Iterable[tuple[str, str, str]]) -> None:
    """Copy lines into tables, each given with its table and the ends that it joins."""
    with ExitStack() as stack:
        files: dict[tuple[str, str], TextIO] = {}
        for table, ends, line in lines:
            file = files.get((table, ends))
            if file is None:
                path = folder / f"rows-{len(files)}.csv"
                file = files[table, ends] = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            file.write(line)
    for (table, ends), file in files.items():
        run(f"COPY {table} FROM {_quoted(file.name)} ({_OPTIONS}{ends})", {})
        Path(file.name).unlink()


def _line(values: Iterable[Any]) -> str:
    """A line of CSV; what is quoted is a value, what is empty is none."""
    return ",".join(map(_field, values)) + "\n"


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return repr(value).lower()  # of numbers and truth values


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

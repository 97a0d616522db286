"""Fill a ladybug database from the record: in bulk through files, a few rows through statements.

`COPY` reads a file per label and pair of labels, some hundred times as fast as statements do, but costs some
milliseconds for each. The files are ours alone, in a folder of this opening, and deleted when they were read. While a
thread copies the nodes, the relationships are written to their files: ladybug works without Python's lock.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from ..cypher.rows import column_defaults, said_of
from ..cypher.statements import check_ends, insertions
from ..node import canonical_json
from ..relationships import RELATIONSHIP_TYPES
from ..store import StoredNode, StoredRelationship
from .record import SqliteRecord

__all__ = ["load"]

_PORTION = 20_000
_LARGE = 2**24  # characters of a file, so that a table is copied while the rest of it is written
_BULK = 2_000
_OPTIONS = "header=false, escape='\"', auto_detect=false, parallel=false"
_DECODER = json.JSONDecoder()  # what is canonical has no white space that json.loads would look for

Run = Callable[[str, Mapping[str, Any]], object]
Row = tuple[Any, ...]
R = TypeVar("R", bound=Row)
Table = tuple[str, str]  # its name, and which labels it joins where it is one of relationships


def load(run: Run, record: SqliteRecord, after: int, folder: Path) -> None:
    """Add all that later events than this one brought.

    Args:
        run: executes a statement with its parameters, in the database that holds everything up to that event.
        record: what to read.
        after: the number of the event.
        folder: where files may be written.
    """
    if record.n_rows(after) < _BULK:
        _insert(run, record, after)
    else:
        _copy(run, record, after, folder)


def _insert(run: Run, record: SqliteRecord, after: int) -> None:
    nodes, relationships = list(record.stored_nodes(after)), list(record.stored_relationships(after))
    labels = {node.id: node.label for node in nodes}
    labels |= record.labels({end for one in relationships for end in one[:3:2]} - labels.keys())
    for insertion, rows in insertions(nodes, relationships, labels, with_manifest=False):
        run(insertion, {"rows": rows})


def _copy(run: Run, record: SqliteRecord, after: int, folder: Path) -> None:
    with ThreadPoolExecutor(1) as thread:  # one, so that a table is copied after those that its rows join
        copied = [
            thread.submit(_copy_file, run, table, path)
            for lines in (_node_lines(record, after), _relationship_lines(record, after))
            for table, path in _written(lines, folder)
        ]
        for one in copied:
            one.result()


def _copy_file(run: Run, table: Table, path: Path) -> None:
    run(f"COPY {table[0]} FROM {_quoted(str(path))} ({_OPTIONS}{table[1]})", {})
    path.unlink()


def _written(lines: Iterable[tuple[Table, str]], folder: Path) -> Iterator[tuple[Table, Path]]:
    """Portions of lines in files, each of one table; a file is given as soon as it is large."""
    collected: defaultdict[Table, list[str]] = defaultdict(list)
    sizes: defaultdict[Table, int] = defaultdict(int)
    for table, portion in lines:
        collected[table].append(portion)
        sizes[table] += len(portion)
        if sizes[table] > _LARGE:
            yield table, _file(folder, collected.pop(table))
            del sizes[table]
    for table, portions in collected.items():
        yield table, _file(folder, portions)


def _file(folder: Path, portions: list[str]) -> Path:
    path = folder / f"rows-{uuid4().hex}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(portions)
    return path


def _node_lines(record: SqliteRecord, after: int) -> Iterator[tuple[Table, str]]:
    for label, rows in _grouped(record.stored_nodes(after), slice(1, 2)):
        defaults = _default_fields(label[0])
        yield (label[0], ""), "".join([_node_line(node, defaults) for node in rows])


def _node_line(node: StoredNode, defaults: list[tuple[str, str]]) -> str:
    said = said_of(node)
    fields = [_field(said[name]) if name in said else default for name, default in defaults]
    return f'"{node.id}",{"".join([f"{field}," for field in fields])}{node.event}\n'


def _relationship_lines(record: SqliteRecord, after: int) -> Iterator[tuple[Table, str]]:
    for (type, source_label, target_label), rows in _grouped(record.joined(after), slice(0, 3)):
        check_ends(StoredRelationship(rows[0][3], type, *rows[0][4:]), source_label, target_label)
        names = RELATIONSHIP_TYPES[type].properties
        if names:
            lines = [f'"{row[3]}","{row[4]}",{_fields(row[5], names)}{row[6]}\n' for row in rows]
        else:
            lines = [f'"{row[3]}","{row[4]}",{row[6]}\n' for row in rows]
        yield (type, f", from='{source_label}', to='{target_label}'"), "".join(lines)


def _grouped(rows: Iterable[R], key: slice) -> Iterator[tuple[Row, list[R]]]:
    """The rows of each portion by some of their columns: what is the same for a table is then done once."""
    remaining = iter(rows)
    while portion := list(islice(remaining, _PORTION)):
        groups: defaultdict[Row, list[R]] = defaultdict(list)
        for row in portion:
            groups[row[key]].append(row)
        yield from groups.items()


def _fields(properties: str, names: tuple[str, ...]) -> str:
    said = _DECODER.raw_decode(properties)[0]
    return "".join([f"{_field(said.get(name))}," for name in names])


@cache
def _default_fields(label: str) -> list[tuple[str, str]]:
    return [(name, _field(default)) for name, default in column_defaults(label).items()]


def _field(value: Any) -> str:
    """A value in a line of CSV; what is quoted is a text, what is empty is no value."""
    return _FIELDS[type(value)](value)


def _text(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _json(value: Any) -> str:
    return _text(canonical_json(value))


_FIELDS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: repr,
    float: repr,
    dict: _json,
    list: _json,
    bool: lambda value: repr(value).lower(),
    type(None): lambda _: "",
}


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

"""Fill a ladybug database from the record: in bulk through files, a few rows through statements.

`COPY` reads a file per label and pair of labels, some hundred times as fast as statements do, but costs some
milliseconds for each. The files are ours alone, in a folder of this opening, and deleted when they were read. While a
thread copies the nodes, the relationships are written to their files: ladybug works without Python's lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from ..cypher.rows import column_defaults
from ..cypher.statements import insertions
from ..node import canonical_json
from ..relationships import RELATIONSHIP_TYPES
from ..schema import checked_content
from .record import SqliteRecord

__all__ = ["load"]

_BULK = 2_000
_OPTIONS = "header=false, escape='\"', auto_detect=false, parallel=false"
_DECODER = json.JSONDecoder()  # what is canonical has no white space that json.loads would look for

Run = Callable[[str, Mapping[str, Any]], object]
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
        copied = []
        for lines in (_node_lines(record, after), _relationship_lines(record, after)):
            for table, path in _written(lines, folder).items():
                copied.append(thread.submit(_copy_file, run, table, path))
        for one in copied:
            one.result()


def _copy_file(run: Run, table: Table, path: Path) -> None:
    run(f"COPY {table[0]} FROM {_quoted(str(path))} ({_OPTIONS}{table[1]})", {})
    path.unlink()


def _written(lines: Iterable[tuple[Table, str]], folder: Path) -> dict[Table, Path]:
    """Lines in a file for each table."""
    with ExitStack() as stack:
        files: dict[Table, TextIO] = {}
        for table, line in lines:
            file = files.get(table)
            if file is None:
                path = folder / f"rows-{'-'.join(filter(str.isalnum, ''.join(table)))}.csv"
                file = files[table] = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            file.write(line)
    return {table: Path(file.name) for table, file in files.items()}


def _node_lines(record: SqliteRecord, after: int) -> Iterator[tuple[Table, str]]:
    for id, label, manifest, event in record.stored_nodes(after):
        said = checked_content(id, manifest)["properties"]
        fields = [_field(said[name]) if name in said else default for name, default in _default_fields(label)]
        yield (label, ""), f'"{id}",{"".join([f"{field}," for field in fields])}{event}\n'


def _relationship_lines(record: SqliteRecord, after: int) -> Iterator[tuple[Table, str]]:
    for type, source_label, target_label, source, target, properties, event in record.joined(after):
        said = _DECODER.raw_decode(properties)[0] if properties != "{}" else {}
        fields = "".join([f"{_field(said.get(name))}," for name in _properties(type)])
        yield (type, _ends(source_label, target_label)), f'"{source}","{target}",{fields}{event}\n'


@cache
def _default_fields(label: str) -> list[tuple[str, str]]:
    return [(name, _field(default)) for name, default in column_defaults(label).items()]


@cache
def _properties(type: str) -> tuple[str, ...]:
    return RELATIONSHIP_TYPES[type].properties


@cache
def _ends(source: str, target: str) -> str:
    return f", from='{source}', to='{target}'"


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

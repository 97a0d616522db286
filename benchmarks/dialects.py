"""What a folder and a Neo4j server answer to the same Cypher, as the table in docs/cypher.md.

Run: python benchmarks/dialects.py [--write docs/cypher.md]

Both are filled through the product with one small graph, and every query of tests/catalog/cypher/battery.txt is put to
them twice: as it stands, past the linter, to ladybug and to Neo4j; and as a portable query, through Catalog.query. The
command fails where two portable answers differ that the table `KNOWN` does not name.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import ladybug
import neo4j
from neo4j.graph import Node, Relationship
from neo4j.graph import Path as StoredPath

sys.path.append(str(Path(__file__).parent.parent))

from stdcell.catalog import Catalog
from stdcell.deploy.neo4j import running_server
from stdcell.errors import CatalogError
from tests.catalog.cypher.agreement import Case, canonical_rows, cases
from tests.catalog.cypher.varied import fill

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
# Portable queries that no token betrays; docs/cypher.md tells each with its safe spelling.
KNOWN = {
    "RETURN [1,null]=[1,null] AS x",
    "RETURN null IN [] AS x",
    "RETURN any(x IN null WHERE x>1) AS x",
    "RETURN {a:1}.b AS x",
    "RETURN [{a:1},{b:2}] AS x",
    "RETURN toUpper('ß') AS x",
    "RETURN toLower('İ') AS x",
    "RETURN $x.b AS x",
    "UNWIND [[1],[0]] AS i RETURN min(i)",
    "UNWIND [[2],[1,2],[1]] AS i RETURN i ORDER BY i",
    "UNWIND [1.0,0.0/0.0,2.0] AS i RETURN i ORDER BY i",
    "MATCH (c:Circuit) RETURN 1.0 * c.n_components / c.n_edges",
    "MATCH (c:Circuit) WHERE c.n_parameters = 9007199254740993.0 RETURN c.name",
    "OPTIONAL MATCH p=(c:Circuit {name:'none'})-[r:HAS_PORT*1..2]->(q) RETURN p, length(p), nodes(p)",
}

Answer = list[Any] | Exception
Ask = Callable[[str, dict[str, Any]], list[Any]]


class Measured(NamedTuple):
    """The answers to one query: past the linter, and through it."""

    case: Case
    folder: Answer
    server: Answer
    portable_folder: Answer
    portable_server: Answer

    @property
    def raw(self) -> str:
        """How the two engines compare."""
        return _compared(self.case.cypher, self.folder, self.server)

    @property
    def portable(self) -> str:
        """How the two stores compare."""
        texts = [str(one) for one in (self.portable_folder, self.portable_server)]
        refused = all(isinstance(one, CatalogError) for one in (self.portable_folder, self.portable_server))
        if refused:
            return "refused" if texts[0] == texts[1] else "fails in both"
        return _compared(self.case.cypher, self.portable_folder, self.portable_server)


def main() -> None:
    """Measure, print, and fail on a portable query that is answered differently."""
    arguments = argparse.ArgumentParser(description="Cypher in a folder and on a server.")
    arguments.add_argument("--write", type=Path, help="the file whose measured part is written anew")
    asked = arguments.parse_args()
    measured = measure()
    text = "\n".join(table(measured))
    if asked.write:
        asked.write.write_text(with_table(asked.write.read_text(encoding="utf-8"), text), encoding="utf-8")
    else:
        print(text)
    for one in disagreements(measured):
        print(f"portable, but answered differently: {one.case.cypher}", file=sys.stderr)
    sys.exit(1 if disagreements(measured) else 0)


def measure(uri: str | None = None) -> list[Measured]:
    """The answers of a fresh folder and of the server at an address, which is emptied; of one of its own where None."""
    with TemporaryDirectory() as place, _server(uri) as address:
        with neo4j.GraphDatabase.driver(address) as driver:
            driver.execute_query("MATCH (n) DETACH DELETE n")
        portable = [_portable(f"{address}?blobs={place}/blobs"), _portable(f"{place}/catalog")]
        with _raw_server(address) as server, _raw_folder(Path(place, "catalog")) as folder:
            raw = [[_tried(ask, case) for case in cases()] for ask in (folder, server)]
        return [Measured(*row) for row in zip(cases(), *raw, *reversed(portable), strict=True)]


def disagreements(measured: list[Measured]) -> list[Measured]:
    """The portable queries that the stores answer differently, and that are not known to be so."""
    return [
        one
        for one in measured
        if one.portable in ("different", "only in a folder", "only on a server") and one.case.cypher not in KNOWN
    ]


def table(measured: list[Measured]) -> Iterator[str]:
    """The lines of the table."""
    raw, portable = Counter(one.raw for one in measured), Counter(one.portable for one in measured)
    yield f"Of {len(measured)} queries, put to ladybug {ladybug.__version__} and to Neo4j 5.26 as they stand:"
    yield from (f"{count} {name}," for name, count in sorted(raw.items()))
    yield "and as portable queries:"
    yield from (f"{count} {name}," for name, count in sorted(portable.items()))
    yield "where numbers are compared by value and rows in any order unless the query orders them."
    heading = ""
    for one in measured:
        if one.case.heading != heading:
            heading = one.case.heading
            yield from ("", f"### {heading}", "", "| query | as it stands | portable |", "|---|---|---|")
        yield f"| {_code(one.case.cypher)}{_given(one.case)} | {one.raw} | {one.portable}{_hint(one)} |"


def with_table(document: str, text: str) -> str:
    """A document with the table between its two marks."""
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}"


def _hint(one: Measured) -> str:
    """What the linter says to do instead; nothing of what an engine says."""
    text = str(one.portable_folder)
    return f": {text.partition('; ')[2]}".replace("|", "\\|") if one.portable == "refused" and "; " in text else ""


def _code(text: str) -> str:
    ticks = "``" if "`" in text else "`"
    return f"{ticks}{text}{ticks}".replace("|", "\\|")


def _given(case: Case) -> str:
    return "".join(f", {_code(f'${name}')} is {_code(repr(value))}" for name, value in case.parameters.items())


def _compared(cypher: str, folder: Answer, server: Answer) -> str:
    match folder, server:
        case Exception(), Exception():
            return "fails in both"
        case Exception(), _:
            return "only on a server"
        case _, Exception():
            return "only in a folder"
        case list(), list():
            return "equal" if canonical_rows(cypher, folder) == canonical_rows(cypher, server) else "different"
    raise AssertionError


def _portable(place: str) -> list[Answer]:
    with Catalog(place) as catalog:
        fill(catalog)
        return [_tried(lambda cypher, given: catalog.query(cypher, **given), case) for case in cases()]


def _tried(ask: Ask, case: Case) -> Answer:
    try:
        return ask(case.cypher, case.parameters)
    except Exception as error:  # whatever an engine raises is its answer
        return error


@contextmanager
def _server(uri: str | None) -> Iterator[str]:
    if uri:
        yield uri
        return
    with running_server(ROOT / ".neo4j") as own:
        yield own


@contextmanager
def _raw_server(uri: str) -> Iterator[Ask]:
    with neo4j.GraphDatabase.driver(uri, notifications_min_severity="OFF") as driver:

        def ask(cypher: str, given: dict[str, Any]) -> list[Any]:
            with driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
                return [_of_neo4j(one.values()) for one in session.run(neo4j.Query(cypher, timeout=8.0), given)]

        yield ask


@contextmanager
def _raw_folder(folder: Path) -> Iterator[Ask]:
    """The index of a closed catalog, asked directly."""
    (index,) = (folder / "index").glob("*.lbug")
    database = ladybug.Database(index, max_db_size=2**38, buffer_pool_size=2**28)
    connection = ladybug.Connection(database)
    connection.set_query_timeout(8000)

    def ask(cypher: str, given: dict[str, Any]) -> list[Any]:
        return [_of_ladybug(row) for row in connection.execute(cypher, given).get_all()]

    yield ask
    connection.close()
    database.close()


def _of_ladybug(value: Any) -> Any:
    match value:
        case {"_NODES": nodes, "_RELS": relationships}:
            return _of_ladybug([nodes, relationships])
        case {"_SRC": _, "_LABEL": label}:
            return {"type": label, **{key: part for key, part in value.items() if key[0] != "_" and part is not None}}
        case {"_LABEL": label}:
            return {"label": label, "id": value["id"]}
        case dict():
            return {key: _of_ladybug(part) for key, part in value.items()}
        case list():
            return [_of_ladybug(part) for part in value]
        case _:
            return value


def _of_neo4j(value: Any) -> Any:
    match value:
        case Node():
            return {"label": next(iter(value.labels)), "id": value["id"]}
        case Relationship():
            return {"type": value.type, **dict(value)}
        case StoredPath():
            return _of_neo4j([list(value.nodes), list(value.relationships)])
        case dict():
            return {key: _of_neo4j(part) for key, part in value.items()}
        case list():
            return [_of_neo4j(part) for part in value]
        case _:
            return value


if __name__ == "__main__":
    main()

"""What a query may be, and how its columns are called."""

from __future__ import annotations

import pytest

from stdcell.catalog.cypher.linter import check_query, column_names, fault_of
from stdcell.errors import CatalogError


@pytest.mark.parametrize(
    "cypher",
    [
        "MATCH (c:Circuit)-[:EXTRACTED_FROM]->(k:Checkpoint)<-[:PRODUCED]-(r:TrainingRun) RETURN c.name, r.seed",
        "MATCH (c:Circuit) WHERE c.name = 'CREATE; DELETE' RETURN c",
        'MATCH (c:Circuit) WHERE c.name = "it\'s \\" SET" RETURN c',
        "MATCH (c:Circuit) RETURN c.set, c.`delete`, c.name AS `drop`",
        "MATCH (c:Circuit) RETURN c // then DELETE it; or not",
        "MATCH (c:Circuit) /* CALL; LOAD */ RETURN c",
        "RETURN {set: 1, copy: 2} AS settings",
        "match (a)-[r:FEEDS|HAS_PORT*1..3]->(b:Circuit|Formula) return a, r",
        "MATCH (c:Circuit {name: $name}) RETURN c",
        "MATCH (n) RETURN n.name AS use",
        "OPTIONAL MATCH (c:`Circuit`) WITH c WHERE c.n_edges > 1.5 RETURN c",
        "UNWIND [1, 2] AS offset RETURN offset",
        "MATCH (c) WHERE c:Circuit AND c.n_edges > 1 RETURN c",
        "MATCH (c:Circuit) WHERE EXISTS { MATCH (c)-[:HAS_PORT]->(:Port) } RETURN c",
    ],
)
def test_a_reading_query_passes(cypher: str) -> None:
    check_query(cypher, {"name"})


@pytest.mark.parametrize(
    ("cypher", "message"),
    [
        ("CREATE (n:Task)", "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found 'CREATE'"),
        ("", "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found nothing"),
        (
            "USE other MATCH (n) RETURN n",
            "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found 'USE'",
        ),
        ("MATCH (n) SET n.name = 'x'", "a query only reads, found 'SET' at character 11; write with Catalog.add"),
        ("MATCH (n) detach delete n", "a query only reads, found 'detach' at character 11; write with Catalog.add"),
        ("MATCH (n) RETURN n; MATCH (n) RETURN n", "a query is one statement; found ';' at character 19"),
        ("WITH 1 AS x MERGE (n:Task)", "a query only reads, found 'MERGE' at character 13; write with Catalog.add"),
        (
            "MATCH (n) WHERE n.x < 1. CREATE (m)",
            "a query only reads, found 'CREATE' at character 26; write with Catalog.add",
        ),
        (
            "MATCH (n) RETURN 1 // x\nREMOVE n.name",
            "a query only reads, found 'REMOVE' at character 25; write with Catalog.add",
        ),
        (
            "MATCH (n) RETURN 1 // x\rREMOVE n.name",
            "a query only reads, found 'REMOVE' at character 25; write with Catalog.add",
        ),
        (
            "MATCH (n) WHERE n.a = '\\\\' DROP TABLE Task",
            "a query only reads, found 'DROP' at character 28; write with Catalog.add",
        ),
        ("MATCH (n) ſET n.name = 'x'", "a query only reads, found 'ſET' at character 11; write with Catalog.add"),
        (
            "UNWIND [1] AS x LOAD FROM '/etc/passwd' RETURN *",
            "a query may not reach files, procedures or other databases, found 'LOAD' at character 17",
        ),
        (
            "MATCH (n) CALL dbms.components() YIELD name RETURN name",
            "a query may not reach files, procedures or other databases, found 'CALL' at character 11",
        ),
        ("MATCH (n) \\u0053ET n.name = 1", "a query may not hold the escape '\\u'; write the character itself"),
        ("MATCH (n) RETURN 'open", "the quote ' at character 18 is not closed"),
        (
            "MATCH (c:Circuti) RETURN c",
            "no label or relationship type 'Circuti' in the catalog; did you mean 'Circuit'?",
        ),
        (
            "MATCH ()-[:FEEDS|FEDS]->() RETURN 1",
            "no label or relationship type 'FEDS' in the catalog; did you mean 'FEEDS'?",
        ),
        ("MATCH (c:Xyzzyx) RETURN c", "no label or relationship type 'Xyzzyx' in the catalog"),
        ("MATCH (c {name: $nmae}) RETURN c", "the query uses $nmae, which was not given; pass it as nmae=…"),
    ],
)
def test_any_other_query_is_refused_with_its_reason(cypher: str, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        check_query(cypher, {"name"})
    assert str(fault.value) == message


@pytest.mark.parametrize(
    ("cypher", "columns"),
    [
        ("MATCH (c) RETURN c.name, c . step ORDER BY c.name", ["c.name", "c . step"]),
        ("MATCH (c) RETURN count(*), type(r) AS kind LIMIT 2", ["count(*)", "kind"]),
        ("MATCH (c) RETURN DISTINCT coalesce(c.a, [1, 2]), {a: 1, b: 2}", ["coalesce(c.a, [1, 2])", "{a: 1, b: 2}"]),
        ("MATCH (c) RETURN c.name AS `my, name` SKIP 1", ["my, name"]),
        ("MATCH (c) RETURN c.order, 'LIMIT' UNION MATCH (d) RETURN d.a, d.b", ["c.order", "'LIMIT'"]),
        ("MATCH (c) WHERE EXISTS { MATCH (c) RETURN c.x } RETURN c", ["c"]),
        ("MATCH (c) RETURN *", None),
        ("MATCH (c) RETURN c.a * c.b", ["c.a * c.b"]),
    ],
)
def test_a_column_is_called_as_the_query_writes_it(cypher: str, columns: list[str] | None) -> None:
    assert column_names(cypher) == columns


def test_a_fault_of_the_engine_becomes_one_line_with_the_nearest_property() -> None:
    message = "Binder exception: Cannot find property nmae for c.\nmore"
    assert fault_of(message) == "Binder exception: Cannot find property nmae for c; did you mean 'name'?"

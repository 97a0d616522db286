"""What no query may do in any dialect, and how an engine's fault is told."""

from __future__ import annotations

import pytest

from stdcell.catalog.cypher.linter import Dialect, check_query, fault_of
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
        "MATCH (c:Circuit) RETURN substring(c.name, 0, 3), labels(c), [1, 2][0]",
        "MATCH p = shortestPath((a:Circuit)-[:DERIVED_FROM*]->(b)) RETURN p",
        "RETURN date.truncate('day', datetime()) AS day",
    ],
)
def test_a_reading_query_is_safe(cypher: str) -> None:
    check_query(cypher, {"name": "x"}, dialect="native")


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
        (
            "MATCH (n) CALL{CREATE (m)} RETURN n",
            "a query may not reach files, procedures or other databases, found 'CALL' at character 11",
        ),
        (
            "MATCH (n) call (n) { RETURN 1 AS x } RETURN n",
            "a query may not reach files, procedures or other databases, found 'call' at character 11",
        ),
        (
            "EXPLAIN MATCH (n) RETURN n",
            "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found 'EXPLAIN'",
        ),
        (
            "PROFILE MATCH (n) RETURN n",
            "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found 'PROFILE'",
        ),
        (
            "COMMENT ON TABLE Task IS 'x'",
            "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found 'COMMENT'",
        ),
        ("BEGIN TRANSACTION", "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found 'BEGIN'"),
        ("CHECKPOINT", "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found 'CHECKPOINT'"),
        ("`CALL` threads=1", "a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found '`CALL`'"),
        (
            "RETURN 1 AS x UNION ALL LOAD FROM 'x' RETURN *",
            "a query may not reach files, procedures or other databases, found 'LOAD' at character 25",
        ),
        (
            "MATCH (n) CAL\\u004c db.labels() RETURN n",
            "a query may not hold the escape '\\u'; write the character itself",
        ),
        ("MATCH (n) ＳＥＴ n.name = 'x'", "a query only reads, found 'ＳＥＴ' at character 11; write with Catalog.add"),
        (
            "MATCH (n) ınstall x",
            "a query may not reach files, procedures or other databases, found 'ınstall' at character 11",
        ),
        (
            "MATCH (n) S/**/ET n.name = 'x' SET n.x = 1",
            "a query only reads, found 'SET' at character 32; write with Catalog.add",
        ),
        ("MATCH (n)/*'*/SET n.name = '*/'", "a query only reads, found 'SET' at character 15; write with Catalog.add"),
        (
            "MATCH (n) WHERE n.`a` = '`' SET n.name = '`'",
            "a query only reads, found 'SET' at character 29; write with Catalog.add",
        ),
        (
            "RETURN apoc.load.json('file:///x') AS x",
            "a query may not reach files, procedures or other databases, found 'json' at character 18",
        ),
        (
            "RETURN apoc . cypher . run('x', {}) AS x",
            "a query may not reach files, procedures or other databases, found 'run' at character 24",
        ),
        (
            "RETURN `apoc.load.json`('x') AS x",
            "a query may not reach files, procedures or other databases, found '`apoc.load.json`' at character 8",
        ),
        (
            "RETURN nextval('x') AS x",
            "a query may not reach files, procedures or other databases, found 'nextval' at character 8",
        ),
        (
            "RETURN file_info('x') AS x",
            "a query may not reach files, procedures or other databases, found 'file_info' at character 8",
        ),
        (
            "RETURN 1 AS x\x00",
            "the character '\\x00' at character 14 means nothing in Cypher; write it in a string or in backticks",
        ),
        (
            "RETURN 1；RETURN 2",
            "the character '；' at character 9 means nothing in Cypher; write it in a string or in backticks",
        ),
        ("RETURN `open", "the quote ` at character 8 is not closed"),
        ("MATCH (c {name: $nmae}) RETURN c", "the query uses $nmae, which was not given; pass it as nmae=…"),
    ],
)
def test_any_other_query_is_refused_in_every_dialect(cypher: str, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        check_query(cypher, {"name": "x"}, dialect="native")
    assert str(fault.value) == message


def test_a_fault_of_the_engine_becomes_one_line_with_the_nearest_property() -> None:
    message = "Binder exception: Cannot find property nmae for c.\nmore"
    assert fault_of(message) == "Binder exception: Cannot find property nmae for c; did you mean 'name'?"


@pytest.mark.parametrize("dialect", ["portable", "native"])
def test_a_query_over_a_schema_of_labels_names_them_rightly(dialect: Dialect) -> None:
    with pytest.raises(CatalogError, match="did you mean 'Circuit'"):
        check_query("MATCH (c:Circiut) RETURN c", {}, dialect=dialect)


def test_another_dialect_is_told() -> None:
    with pytest.raises(CatalogError) as fault:
        check_query("RETURN 1 AS x", {}, dialect="neo4j")  # type: ignore[arg-type]
    assert str(fault.value) == "no dialect 'neo4j'; it is 'portable' or 'native'"

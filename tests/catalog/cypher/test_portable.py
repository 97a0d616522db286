"""What is refused of a query because the stores would answer it differently, and what to write instead."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from stdcell.catalog.cypher.linter import check_query
from stdcell.errors import CatalogError

LINES = Path(__file__).with_name("refused.txt").read_text(encoding="utf-8").splitlines()
REFUSED = [(cypher, message.strip()) for cypher, message in zip(LINES[::2], LINES[1::2], strict=True)]
MIXED = "the parameter x is a list of different kinds; pass values of one kind, or maps with the same keys"


@pytest.mark.parametrize(
    "cypher",
    [
        "MATCH (c:Circuit) WHERE c.n_edges > 3 RETURN c.name ORDER BY c.name LIMIT 2",
        "MATCH (c:Circuit)-[:HAS_PORT]->(p)<-[:HAS_PORT]-(d) RETURN c.name, d.name",
        "MATCH (a:Circuit)-[r:DERIVED_FROM*1..3]->(b) RETURN DISTINCT b.name",
        "MATCH p = (a:Circuit)-[:DERIVED_FROM*0..3]->(b) RETURN [n IN nodes(p) | n.name] AS names, length(p)",
        "MATCH (n) WHERE n:Circuit OR n:Formula RETURN n.name",
        "MATCH (c:Circuit) WHERE (c)-[:HAS_PORT]->(:Port) AND NOT (c)-[:IMPLEMENTS]->() RETURN c",
        "MATCH (c:Circuit) WHERE EXISTS { (c)-[:HAS_PORT]->(p) WHERE p.position = 0 } RETURN c",
        "MATCH (c:Circuit) RETURN c.name, COUNT { (c)-[:HAS_PORT]->() } AS n ORDER BY n",
        "MATCH (c:Circuit) RETURN {name: c.name, big: c.n_edges > 3} AS row",
        "MATCH (c:Circuit) RETURN c.name + ' has ' + toString(c.n_edges) AS text",
        "UNWIND [1, 2] AS x RETURN x * 10 AS y UNION ALL UNWIND [3] AS x RETURN x AS y",
        "MATCH (c:Circuit) WHERE NOT c.name IN ['a', 'b'] AND c.name STARTS WITH $name RETURN c",
        "MATCH (c:Circuit) RETURN CASE WHEN c.n_edges > 3 THEN 'many' ELSE 'few' END AS size, count(*)",
        "MATCH (c:Circuit) WITH c ORDER BY c.n_edges DESC LIMIT 1 MATCH (c)-[:HAS_PORT]->(p) RETURN p.name",
        "MATCH (c:Circuit) RETURN c.name AS `order`",
        "MATCH (c:Circuit {name: $name}) RETURN c.n_edges - 1 AS x, -c.n_edges AS y, (1 < 2) = true AS z",
        "RETURN [x IN $name WHERE x > 1] AS xs",
    ],
)
def test_a_portable_query_passes(cypher: str) -> None:
    check_query(cypher, {"name": "x"})


@pytest.mark.parametrize(("cypher", "message"), REFUSED)
def test_what_the_stores_answer_differently_is_refused_with_the_portable_spelling(cypher: str, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        check_query(cypher, {"x y": 1})
    assert str(fault.value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2**63, "the parameter x is 9223372036854775808, beyond 64 bits; pass it as a float"),
        (float("nan"), "the parameter x is nan; pass a finite number"),
        (b"a", "the parameter x is a bytes; pass null, text, numbers, truth values, lists and maps"),
        ((1, 2), "the parameter x is a tuple; pass null, text, numbers, truth values, lists and maps"),
        ([1, "a"], MIXED),
        ([{"a": 1}, {"b": 1}], MIXED),
        ({1: 2}, "the parameter x is a map with keys that are not text; pass text as keys"),
        ({"a": [2**70]}, f"the parameter x is {2**70}, beyond 64 bits; pass it as a float"),
    ],
)
def test_a_parameter_that_one_store_alone_takes_is_refused(value: Any, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        check_query("UNWIND $x AS y RETURN y", {"x": value})
    assert str(fault.value) == message


@pytest.mark.parametrize(
    ("cypher", "value", "message"),
    [
        ("MATCH (n:Circuit) WHERE n.name = $x RETURN n", 1, "compares a text and a number"),
        ("MATCH (n:Circuit) WHERE n.name IN $x RETURN n", [1], "compares a text and a number"),
        ("MATCH (n:Circuit) WHERE n.name IN $x RETURN n", ["a", None], "leave null out of the list"),
        ("MATCH (n:Circuit {n_edges: $x}) RETURN n", "1", "is compared with a text"),
        ("MATCH (n:Circuit) WHERE n.name CONTAINS $x RETURN n", "", "every text contains the empty one"),
        ("MATCH (n:Circuit) WHERE n.name =~ $x RETURN n", "(?<!a)b", "in a regular expression"),
        ("UNWIND $x AS y RETURN y", None, "pass a list, which may be empty"),
        ("RETURN $x AS y", [], "a list without values is only asked with IN and UNWIND"),
    ],
)
def test_a_parameter_is_judged_where_it_stands(cypher: str, value: Any, message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        check_query(cypher, {"x": value})
    assert message in str(fault.value)


def test_a_query_is_checked_in_well_under_a_millisecond() -> None:
    cypher = "MATCH (c:Circuit)-[:HAS_PORT]->(p:Port) WHERE c.n_edges > 3 AND p.name = $x RETURN c.name, count(p) AS n"
    check_query(cypher, {"x": "a"})
    fastest = min(_seconds(cypher) for _ in range(20))
    assert fastest < 1e-3


def _seconds(cypher: str) -> float:
    start = time.perf_counter()
    check_query(cypher, {"x": "a"})
    return time.perf_counter() - start

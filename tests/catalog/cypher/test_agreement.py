"""Portable queries have one answer, in a folder and on a server; what is refused is refused in both."""

from __future__ import annotations

import pytest

from stdcell.errors import CatalogError

from .agreement import Case, canonical_rows, cases
from .conftest import Pair

pytestmark = pytest.mark.neo4j
QUESTIONS = [case for case in cases() if case.heading in ("Questions", "Questions with patterns")]
# What these count or divide is known to differ; docs/cypher.md tells it.
DIFFERENT = "1.0 * c.n_components / c.n_edges", "9007199254740993.0"


def answer(both: Pair, case: Case) -> tuple[object, object]:
    """What each store says: its rows, or the message of its refusal."""
    found: list[object] = []
    for catalog in both:
        try:
            found.append(canonical_rows(case.cypher, catalog.query(case.cypher, **case.parameters)))
        except CatalogError as fault:
            found.append(str(fault))
    return found[0], found[1]


@pytest.mark.parametrize(
    "case",
    [case for case in QUESTIONS if not any(text in case.cypher for text in DIFFERENT)],
    ids=[case.cypher for case in QUESTIONS if not any(text in case.cypher for text in DIFFERENT)],
)
def test_both_stores_give_one_answer(both: Pair, case: Case) -> None:
    folder, server = answer(both, case)
    assert folder == server


HOSTILE = [
    "'",
    '"',
    "`",
    "\\",
    ";",
    "'; MATCH (n) DETACH DELETE n //",
    "`) DELETE n //",
    "\\u0027",
    "$x",
    "{a: 1}",
    "\n//",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_parameter_is_a_value_and_nothing_else(both: Pair, text: str) -> None:
    before = [catalog.query("MATCH (n) RETURN count(n) AS n") for catalog in both]
    for catalog in both:
        assert catalog.query("MATCH (n) WHERE n.name = $x RETURN n.name", x=text) == []
        assert catalog.query("MATCH (n:Circuit {name: $x}) RETURN n", x=text) == []
        assert catalog.query("UNWIND $x AS y RETURN y", x=[text, text]) == [{"y": text}, {"y": text}]
        assert catalog.query("RETURN $x AS y", x={"key": text}) == [{"y": {"key": text}}]
    assert [catalog.query("MATCH (n) RETURN count(n) AS n") for catalog in both] == before


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_of_a_column_or_a_label_reaches_no_store(both: Pair, text: str) -> None:
    quoted = "`" + text.replace("`", "``") + "`"
    for catalog in both:
        with pytest.raises(CatalogError):
            catalog.query(f"MATCH (n:{quoted}) RETURN n")


PORTS = "COUNT { (c)-[:HAS_PORT]->() }"


@pytest.mark.parametrize(
    "cypher",
    [
        f"MATCH (c) RETURN {PORTS} AS n",
        f"MATCH (c) WHERE {PORTS} = 0 RETURN count(*) AS n",
        f"MATCH (c) RETURN {PORTS} AS n, count(*) AS m",
        f"MATCH (a) WITH a AS c RETURN {PORTS} AS n",
        f"MATCH (c) WITH *, {PORTS} AS n RETURN n",
        f"OPTIONAL MATCH (c:Circuit {{name: ''}}) RETURN {PORTS} AS n",
        f"MATCH (t:Task) RETURN 1 AS n UNION ALL MATCH (c:Task) RETURN {PORTS} AS n",
        f"MATCH (t:Task) WHERE EXISTS {{ MATCH (t)<-[:IMPLEMENTS]-(c) WHERE {PORTS} < 1 }} RETURN t.name AS n",
        "MATCH (c:Circuit), (t:Task) RETURN COUNT { (c)-[:IMPLEMENTS]->(t) } AS n",
        "MATCH (c:Circuit) RETURN COUNT { MATCH (c)-[:HAS_PORT]->(p) } AS n, COUNT { MATCH (p:Port) } AS m",
    ],
)
def test_what_is_counted_for_a_node_is_also_told_where_it_is_nothing(both: Pair, cypher: str) -> None:
    folder, server = (canonical_rows(cypher, catalog.query(cypher)) for catalog in both)
    assert folder == server

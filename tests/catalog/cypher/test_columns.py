"""How the columns of a query are called, and which of them hold collected lists."""

from __future__ import annotations

import pytest

from stdcell.catalog.cypher.columns import collected_columns, column_names


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
    assert column_names(cypher) == (columns and tuple(columns))


@pytest.mark.parametrize(
    ("cypher", "numbers"),
    [
        ("MATCH (c) RETURN c.name, collect(c.step)", [1]),
        ("MATCH (c) RETURN collect(DISTINCT c.step) AS steps, count(*)", [0]),
        ("MATCH (c) WITH collect(c.name) AS names RETURN names, size(names)", [0]),
        ("MATCH (c) RETURN size(collect(c.name))", []),
        ("MATCH (c) RETURN nodes(c)", []),
    ],
)
def test_a_collected_list_is_known_by_its_column(cypher: str, numbers: list[int]) -> None:
    assert collected_columns(cypher) == tuple(numbers)

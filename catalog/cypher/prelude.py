"""Macros that give ladybug functions of Neo4j's: loaded once into every index, before the first query.

A macro cannot replace a function that ladybug has under the same name, so `substring`, `labels` and the like are
refused by the linter instead, and `is_one_of` is what `translation` writes for `n:Label`.
"""

from __future__ import annotations

__all__ = ["MACROS"]

MACROS = (
    "CREATE MACRO type(r) AS CASE WHEN r IS NULL THEN NULL ELSE label(r) END",
    "CREATE MACRO is_one_of(n, names) AS CASE WHEN n IS NULL THEN NULL ELSE label(n) IN names END",
    "CREATE MACRO startNode(r) AS start_node(r)",
    "CREATE MACRO endNode(r) AS end_node(r)",
    # Of a path's nodes only, which are never none: of an empty list they would be made up.
    "CREATE MACRO head(xs) AS list_any_value(xs)",
    "CREATE MACRO last(xs) AS list_any_value(list_reverse(xs))",
    "CREATE MACRO isEmpty(x) AS size(x) = 0",
    "CREATE MACRO split(text, separator) AS string_split(text, separator)",
    "CREATE MACRO e() AS 2.718281828459045",
    "CREATE MACRO toFloat(x) AS CAST(x AS DOUBLE)",
    "CREATE MACRO toInteger(x) AS CAST(CASE WHEN x < 0 THEN ceil(x) ELSE floor(x) END AS INT64)",
    "CREATE MACRO toString(x) AS CAST(x AS STRING)",
)

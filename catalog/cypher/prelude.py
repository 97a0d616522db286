"""Macros that give ladybug functions of Neo4j's: loaded once into every index, before the first query.

A macro cannot replace a function that ladybug has under the same name, so `substring`, `labels` and the like are
refused by the linter instead. And it may hold no comparison and no IS NULL: a database file with such a macro cannot be
opened again. What needs one is written out by `translation`.
"""

from __future__ import annotations

__all__ = ["MACROS"]

MACROS = (
    "CREATE MACRO type(r) AS label(r)",
    "CREATE MACRO startNode(r) AS start_node(r)",
    "CREATE MACRO endNode(r) AS end_node(r)",
    # Of a path's nodes only, which are never none: of an empty list they would be made up.
    "CREATE MACRO head(xs) AS list_any_value(xs)",
    "CREATE MACRO last(xs) AS list_any_value(list_reverse(xs))",
    "CREATE MACRO split(text, separator) AS string_split(text, separator)",
    "CREATE MACRO e() AS 2.718281828459045",
    "CREATE MACRO toFloat(x) AS CAST(x AS DOUBLE)",
    "CREATE MACRO toInteger(x) AS CAST(sign(x) * floor(abs(x)) AS INT64)",
    "CREATE MACRO toString(x) AS CAST(x AS STRING)",
)

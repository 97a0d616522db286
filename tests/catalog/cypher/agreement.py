"""When two answers to a query are one: numbers by value, and rows in any order unless the query orders them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["BATTERY", "Case", "canonical_rows", "cases"]

BATTERY = Path(__file__).with_name("battery.txt")


class Case(NamedTuple):
    """A query of the battery, under its heading."""

    heading: str
    cypher: str
    parameters: dict[str, Any]


def cases() -> list[Case]:
    """The queries of the battery; parameters stand behind `@@` as JSON."""
    found: list[Case] = []
    heading = ""
    for line in BATTERY.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            heading = line[2:]
        elif line:
            cypher, _, parameters = line.partition(" @@ ")
            found.append(Case(heading, cypher, json.loads(parameters or "{}")))
    return found


def canonical_rows(cypher: str, rows: list[Any]) -> list[str]:
    """The rows as texts that are equal for equal answers."""
    texts = [repr(_canonical(row)) for row in rows]
    return texts if "ORDER BY" in cypher.upper() else sorted(texts)


def _canonical(value: Any) -> Any:
    match value:
        case bool() | str() | None:
            return value
        case int() | float():
            return float(value)
        case dict():
            return sorted((key, _canonical(part)) for key, part in value.items())
        case list() | tuple():
            return [_canonical(part) for part in value]
        case _:
            return str(value)

"""What fits a port or a signature: cells that can stand where types are asked for, or be wired to a port.

Which types fit an asked one is told by `port_types`; where the catalog knows the type, its COMPATIBLE relationships
say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from ...errors import CatalogError, UnknownCell, did_you_mean
from ..catalog import Catalog
from ..port_types import is_assignable, type_key_of
from ..schema import CELLS, Port
from .question import BEST_FIRST, Question, Row, label_in_cypher, limited, standing_in_cypher

__all__ = ["TOP", "Signature", "cells_of_type", "feeding", "port_named", "reading", "signature_named"]

TOP = 20
_LABEL = label_in_cypher("c", CELLS)


class Signature(NamedTuple):
    """The types that a cell is asked to have; None leaves inputs or output open, `any` is a type at any port."""

    inputs: tuple[str, ...] | None = None
    output: str | None = None
    any: str | None = None


def signature_named(text: str) -> Signature:
    """The signature that a text such as `int 0..36, int 0..36 -> int 0..36`, `-> bool` or `bool` asks for.

    Raises:
        CatalogError: if the language has no such type.
    """
    before, arrow, after = text.replace("→", "->").partition("->")
    if not arrow:
        return Signature(any=_type(before))
    inputs = tuple(_type(part) for part in _split(before)) if before.strip() else None
    return Signature(inputs, _type(after) if after.strip() else None)


def cells_of_type(catalog: Catalog, signature: Signature, *, exact: bool = False, limit: int | None = None) -> Question:
    """The cells that have a signature, or could stand where it is asked for.

    Args:
        catalog: whose types are compared with the asked ones.
        signature: the asked types. A cell can stand there if its inputs take every value of the asked inputs and the
            asked output takes every value of its own.
        exact: whether only equal types count.
        limit: how many cells at most.
    """
    inputs = [_fitting(catalog, type, "in", exact=exact) for type in signature.inputs or ()]
    output = [] if signature.output is None else _fitting(catalog, signature.output, "out", exact=exact)
    if signature.any is not None:
        asked, direction = _fitting(catalog, signature.any, "any", exact=exact), ""
    elif signature.output is not None:
        asked, direction = output, " AND p.direction = 'out'"
    else:
        asked, direction = inputs[0] if inputs else [], " AND p.direction = 'in' AND p.position = 0"
    cypher = f"""MATCH (t:PortType)<-[:HAS_TYPE]-(p:Port)<-[:HAS_PORT]-(c) WHERE t.id IN $types{direction}
WITH DISTINCT c
{standing_in_cypher("c")}
MATCH (c)-[:HAS_PORT]->(p:Port)-[:HAS_TYPE]->(t:PortType)
RETURN c.id AS id, {_LABEL} AS kind, c.name AS name, standing,
  p.name AS port, p.direction AS direction, p.position AS position, p.type AS type, t.id AS type_id"""

    def read(rows: list[Row]) -> list[Row]:
        found = _by_cell(rows)
        fitting = [cell for cell in found if signature.inputs is None or _takes(cell["inputs"], inputs)]
        return [_shown(cell) for cell in sorted(fitting, key=_order)][:limit]

    return Question(cypher, {"types": asked}, read)


def port_named(catalog: Catalog, text: str) -> Port | None:
    """The port that `cell.port` names; None if the text names none, and may be a type.

    Raises:
        UnknownCell: if there is such a cell, and it has no such port.
    """
    cell, _, name = text.rpartition(".")
    if not cell or _is_type(text):
        return None
    node = catalog.get(cell)
    ports = [port for _, port in catalog.neighbours(node.id, "HAS_PORT") if isinstance(port, Port)]
    found = [port for port in ports if port.name == name]
    if not found:
        names = [port.name for port in ports]
        hint = did_you_mean(name, names) or f"it has {', '.join(names) or 'none'}"
        raise UnknownCell(f"{cell!r} has no port {name!r}; {hint}")
    return found[0]


def feeding(catalog: Catalog, port: Port | str, limit: int | None = TOP) -> Question:
    """The outputs that can feed a port (a node, `cell.port`, or a type), those of cells that are best known first."""
    return _joinable(catalog, port, "in", limit)


def reading(catalog: Catalog, port: Port | str, limit: int | None = TOP) -> Question:
    """The inputs that can read a port (a node, `cell.port`, or a type), those of cells that are best known first."""
    return _joinable(catalog, port, "out", limit)


def _joinable(catalog: Catalog, asked: Port | str, direction: Literal["in", "out"], limit: int | None) -> Question:
    node = asked if isinstance(asked, Port) else port_named(catalog, asked)
    if node is not None and node.direction != direction:
        put = "input and reads" if node.direction == "in" else "output and feeds"
        told = asked.name if isinstance(asked, Port) else asked
        raise CatalogError(f"{told!r} is an {put}; ask for the other way with {_OTHER_WAY[direction]}")
    wanted: Literal["in", "out"] = "out" if direction == "in" else "in"
    parameters: dict[str, Any]
    if node is None:
        types = _fitting(catalog, _type(str(asked)), wanted, exact=False)
        start, parameters = "MATCH (t:PortType) WHERE t.id IN $types", {"types": types}
    else:
        arrow = "<-[:COMPATIBLE]-" if direction == "in" else "-[:COMPATIBLE]->"
        start, parameters = (
            f"MATCH (:Port {{id: $port}})-[:HAS_TYPE]->(:PortType){arrow}(t:PortType)",
            {"port": node.id},
        )
    # Neo4j plans the two parts together where nothing parts them, and takes ten times as long.
    cypher = f"""{start}
WITH t
MATCH (t)<-[:HAS_TYPE]-(p:Port)<-[:HAS_PORT]-(c) WHERE p.direction = '{wanted}'
{standing_in_cypher("c, p")}
RETURN c.id AS id, {_LABEL} AS kind, c.name AS name, p.name AS port, p.type AS type, p.unit AS unit, standing
ORDER BY {BEST_FIRST}, name, port, id"""
    return Question(limited(cypher, limit), parameters)


_OTHER_WAY = {"in": "--reads", "out": "--feeds"}


def _fitting(catalog: Catalog, asked: str, place: Literal["in", "out", "any"], *, exact: bool) -> list[str]:
    """The ids of the catalog's types that an input (`in`) or output (`out`) may have where this one is asked for."""
    rows = catalog.query("MATCH (t:PortType) RETURN t.id AS id, t.type AS type, t.unit AS unit")
    return sorted(row["id"] for row in rows if _fits(row["type"], row["unit"], asked, place, exact=exact))


def _fits(type: str, unit: str, asked: str, place: str, *, exact: bool) -> bool:
    if exact:
        return type_key_of(type) == type_key_of(asked)
    into = is_assignable((asked, ""), (type, ""))
    out_of = is_assignable((type, unit), (asked, ""))
    return (place != "out" and into) or (place != "in" and out_of)


def _by_cell(rows: Sequence[Row]) -> list[Row]:
    cells: dict[str, Row] = {}
    for row in rows:
        cell = cells.setdefault(row["id"], {**row, "inputs": {}, "outputs": {}})
        cell["inputs" if row["direction"] == "in" else "outputs"][row["position"]] = row
    return list(cells.values())


def _takes(inputs: dict[int, Row], asked: Sequence[Sequence[str]]) -> bool:
    return len(inputs) == len(asked) and all(inputs[place]["type_id"] in types for place, types in enumerate(asked))


def _shown(cell: Row) -> Row:
    inputs, outputs = ([cell[way][place]["type"] for place in sorted(cell[way])] for way in ("inputs", "outputs"))
    signature = f"{', '.join(inputs)} -> {', '.join(outputs)}"
    return {**{key: cell[key] for key in ("id", "kind", "name", "standing")}, "signature": signature}


def _order(cell: Row) -> tuple[int, str, str]:
    return (9 if cell["standing"] == 0 else cell["standing"]), cell["name"], cell["id"]


def _type(text: str) -> str:
    try:
        return type_key_of(text.strip())
    except ValueError as error:
        raise CatalogError(f"{error}; expected one such as 'int 0..36', or a port as in add.result") from None


def _is_type(text: str) -> bool:
    try:
        return bool(type_key_of(text.strip()))
    except ValueError:
        return False


def _split(text: str) -> list[str]:
    """The parts between commas that stand outside braces."""
    depth, parts = 0, [""]
    for character in text:
        depth += (character in "{[") - (character in "}]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts

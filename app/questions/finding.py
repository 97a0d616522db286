"""Cells by need: the questions behind `stdcell find`, asked together."""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog import Catalog, Circuit
from ...catalog.questions import (
    Question,
    Row,
    cells_of_contract,
    cells_of_task,
    cells_of_type,
    faithful_circuits,
    feeding,
    reading,
    signature_named,
    similar_circuits,
    stale,
)
from ...errors import CatalogError, UnknownCell, did_you_mean

__all__ = ["Need", "find", "questions_of"]


@dataclass(frozen=True, slots=True)
class Need:
    """What a cell is looked for by; None does not matter."""

    type: str | None = None
    exact: bool = False
    task: str | None = None
    minimum_faithfulness: float | None = None
    contract: str | None = None
    feeds: str | None = None
    reads: str | None = None
    similar: str | None = None


def questions_of(catalog: Catalog, need: Need, limit: int | None) -> list[Question]:
    """A question for each part of a need, the one that orders the answer first.

    Raises:
        CatalogError: if nothing is asked for, or something that the language or the catalog does not know.
    """
    asked = []
    if need.similar is not None:
        asked.append(similar_circuits(catalog, _circuit(catalog, need.similar), limit))
    if need.feeds is not None:
        asked.append(feeding(catalog, need.feeds, limit))
    if need.reads is not None:
        asked.append(reading(catalog, need.reads, limit))
    if need.minimum_faithfulness is not None:
        if need.task is None:
            raise CatalogError("a faithfulness is that of a task's circuits; name the task with --task")
        asked.append(faithful_circuits(need.task, need.minimum_faithfulness, limit))
    elif need.task is not None:
        asked.append(cells_of_task(need.task, limit))
    if need.contract is not None:
        asked.append(cells_of_contract(need.contract, limit))
    if need.type is not None:
        asked.append(cells_of_type(catalog, signature_named(need.type), exact=need.exact, limit=limit))
    if not asked:
        raise CatalogError(
            "nothing to find by; give --type, --implements, --contract, --feeds, --reads or --similar, "
            "or see everything with `stdcell tree`"
        )
    return asked


def find(catalog: Catalog, need: Need, limit: int) -> list[Row]:
    """The cells that meet every part of a need, best first; at least one.

    Raises:
        UnknownCell: if there is none, with what comes near.
        CatalogError: if something is asked for that the language or the catalog does not know.
    """
    is_one = len(questions_of(catalog, need, limit)) == 1
    first, *others = (one.ask(catalog) for one in questions_of(catalog, need, limit if is_one else None))
    kept = [{row["id"]: row for row in rows} for rows in others]
    rows = [
        {**row, **{key: value for by_id in kept for key, value in by_id[row["id"]].items() if key not in row}}
        for row in first
        if all(row["id"] in by_id for by_id in kept)
    ]
    if not rows:
        raise UnknownCell(f"no cell of the catalog {_told(need)}{_nearest(catalog, need)}")
    return _with_stale(catalog, rows[:limit])


def _with_stale(catalog: Catalog, rows: list[Row]) -> list[Row]:
    """The rows; where verdicts on a program among them are stale, a column says because of what."""
    if all(row["kind"] != "Program" for row in rows):
        return rows
    found: dict[str, dict[str, None]] = {}
    for row in stale().ask(catalog):
        found.setdefault(row["of"], {})[f"{row['name']}: {row['because']}"] = None
    told = {row["id"]: ", ".join(found.get(row["id"], ())) for row in rows}
    return [{**row, "stale": told[row["id"]]} for row in rows] if any(told.values()) else rows


def _circuit(catalog: Catalog, name: str) -> Circuit:
    node = catalog.get(name)
    if not isinstance(node, Circuit):
        raise CatalogError(f"{name!r} is a {node.label.lower()}; only circuits are compared by their edges")
    return node


def _told(need: Need) -> str:
    faithful = need.minimum_faithfulness
    parts = (
        (need.similar, f"is like {need.similar!r}"),
        (need.feeds, f"can feed {need.feeds!r}"),
        (need.reads, f"can read {need.reads!r}"),
        (need.task, f"implements {need.task!r}"),
        (faithful, f"is unrefuted with a faithfulness of at least {faithful}"),
        (need.contract, f"ensures {need.contract!r}"),
        (need.type, f"{'has exactly' if need.exact else 'fits'} the type {need.type!r}"),
    )
    return " and ".join(text for value, text in parts if value is not None)


def _nearest(catalog: Catalog, need: Need) -> str:
    """What there is of the kind that was asked for."""
    columns = (
        (need.task, "MATCH (t:Task) RETURN DISTINCT t.name AS known ORDER BY known LIMIT 1000"),
        (need.contract, "MATCH (k:Contract) RETURN DISTINCT k.ensures AS known ORDER BY known LIMIT 1000"),
        (need.type, "MATCH (t:PortType) RETURN DISTINCT t.key AS known ORDER BY known LIMIT 1000"),
    )
    for asked, cypher in columns:
        known = [row["known"] for row in catalog.query(cypher)] if asked is not None else []
        if known and asked not in known:
            return f"; {did_you_mean(asked or '', known) or 'there are ' + ', '.join(map(repr, known[:5]))}"
    return ""

"""Names over time: every version of a name, and a metric along them."""

from __future__ import annotations

from ...errors import CatalogError, did_you_mean
from ..catalog import Catalog
from ..schema import LABELS
from .question import ANY_LABEL, Question, Row, label_in_cypher

__all__ = ["catalog_tree", "history", "metric_over_versions"]


def history(name: str) -> Question:
    """Each version of a name: when, by whom, and what it meant before and since, oldest first."""
    cypher = """MATCH (a:Alias) WHERE a.name = $name
MATCH (e:Event) WHERE e.sequence = a.event
RETURN a.version AS version, e.at AS at, e.who AS who, e.what AS what, e.sequence AS event, a.of AS to
ORDER BY version"""

    def read(rows: list[Row]) -> list[Row]:
        before = [None, *(row["to"] for row in rows)]
        return [{"version": row["version"], "from": earlier, **row} for row, earlier in zip(rows, before, strict=False)]

    return Question(cypher, {"name": name}, read)


def metric_over_versions(catalog: Catalog, name: str, metric: str) -> Question:
    """A number along the versions of a name: a property of its nodes, or the value of evidence with this claim.

    Returns:
        For each version and value `version`, `id`, `value`, and for evidence also its interval and how it was found.

    Raises:
        UnknownCell: if there is no such name.
        CatalogError: if its nodes have no such property and no evidence has such a claim.
    """
    label = catalog.get(name).label
    if metric in _numbers(label):
        cypher = f"""MATCH (a:Alias)-[:POINTS_TO]->(n:{label}) WHERE a.name = $name
RETURN a.version AS version, n.id AS id, n.{metric} AS value ORDER BY version"""
        return Question(cypher, {"name": name})
    cypher = f"""MATCH (a:Alias)-[:POINTS_TO]->(n:{label})<-[:ABOUT]-(e:Evidence)
WHERE a.name = $name AND e.claim = $metric
RETURN a.version AS version, n.id AS id, e.value AS value, e.interval_low AS interval_low,
  e.interval_high AS interval_high, e.n_inputs AS n_inputs, e.n_wrong AS n_wrong, e.method AS method, e.id AS evidence
ORDER BY version, evidence"""
    asked = Question(cypher, {"name": name, "metric": metric})
    if not asked.ask(catalog):
        raise CatalogError(f"{name!r} has no metric {metric!r}; {_metrics(catalog, name, label, metric)}")
    return asked


def catalog_tree() -> Question:
    """Every name with its versions and the task that its newest node implements, by task and name."""
    kind = label_in_cypher("n", ANY_LABEL)
    cypher = f"""MATCH (a:Alias)-[:POINTS_TO]->(n)
OPTIONAL MATCH (n)-[:IMPLEMENTS]->(t:Task)
RETURN a.name AS name, a.version AS version, n.id AS id, {kind} AS kind, t.name AS task
ORDER BY name, version, task"""
    return Question(cypher)


def _numbers(label: str) -> list[str]:
    """The properties of a label that hold one number."""
    fields = LABELS[label].model_fields.items()
    return [name for name, field in fields if any(kind in str(field.annotation) for kind in ("int", "float"))]


def _metrics(catalog: Catalog, name: str, label: str, asked: str) -> str:
    """What there is instead."""
    cypher = f"""MATCH (a:Alias)-[:POINTS_TO]->(n:{label})<-[:ABOUT]-(e:Evidence)
WHERE a.name = $name RETURN DISTINCT e.claim AS claim ORDER BY claim"""
    there = [*_numbers(label), *(row["claim"] for row in catalog.query(cypher, name=name))]
    return did_you_mean(asked, there) or f"it has {', '.join(there)}"

"""What is known of a node, and the cells of a task or contract by what is known of them."""

from __future__ import annotations

from ...errors import CatalogError
from ..evidence import UNCHECKED, rank_in_cypher
from ..node import Node
from ..schema import CELLS
from .question import BEST_FIRST, Question, Row, label_in_cypher, limited, standing_in_cypher

__all__ = ["FAITHFULNESS", "cells_of_contract", "cells_of_task", "faithful_circuits", "findings", "strongest"]

FAITHFULNESS = "faithfulness"
"""The claim of the evidence that says how near a circuit alone comes to the model's score on the task."""
_CELL = f"c.id AS id, {label_in_cypher('c', CELLS)} AS kind, c.name AS name, standing"
_CIRCUIT = "c.id AS id, 'Circuit' AS kind, c.name AS name, standing"


def findings(node: Node) -> Question:
    """All evidence and verdicts about a cell or adapter, by claim, what decides first."""
    rank = f"coalesce({rank_in_cypher(evidence='f')}, {rank_in_cypher(verdict='f')}, {UNCHECKED})"
    cypher = f"""MATCH (f)-[:ABOUT]->(n:{node.label} {{id: $id}})
RETURN f.claim AS claim, {rank} AS rank, coalesce(f.kind, f.status) AS kind, f.method AS method, f.scope AS scope,
  f.n_inputs AS n_inputs, f.n_wrong AS n_wrong, f.value AS value, f.interval_low AS interval_low,
  f.interval_high AS interval_high, f.counterexample AS counterexample, f.id AS id"""
    return Question(cypher, {"id": node.id}, lambda rows: sorted(rows, key=_by_strength))


def strongest(node: Node, claim: str | None = None) -> Question:
    """For each claim about a cell, or for one, the finding that decides it."""
    every = findings(node)

    def read(rows: list[Row]) -> list[Row]:
        first: dict[str, Row] = {}
        for row in every.read(rows):
            first.setdefault(row["claim"], row)
        return [row for row in first.values() if claim in (None, row["claim"])]

    return Question(every.cypher, every.parameters, read)


def cells_of_task(task: str, limit: int | None = None) -> Question:
    """The cells that implement a task, given by its name or by its family's, as `add_mod` is of `add_mod_37`."""
    name = task.replace("-", "_")
    cypher = f"""MATCH (t:Task)<-[:IMPLEMENTS]-(c) WHERE t.name = $task OR t.name = $name OR t.name STARTS WITH $family
{standing_in_cypher("c, t")}
RETURN {_CELL}, t.name AS task ORDER BY {BEST_FIRST}, name, id"""
    return Question(limited(cypher, limit), {"task": task, "name": name, "family": f"{name}_"})


def cells_of_contract(text: str, limit: int | None = None) -> Question:
    """The cells whose contract ensures something that holds this text.

    Raises:
        CatalogError: if there is no text.
    """
    if not text.strip():
        raise CatalogError("found no text; give a part of what a contract ensures, such as 'sorted(result)'")
    cypher = f"""MATCH (k:Contract)<-[:SATISFIES]-(c) WHERE k.ensures CONTAINS $text
{standing_in_cypher("c, k")}
RETURN {_CELL}, k.ensures AS ensures ORDER BY {BEST_FIRST}, name, id"""
    return Question(limited(cypher, limit), {"text": text.strip()})


def faithful_circuits(task: str, minimum: float, limit: int | None = None) -> Question:
    """The circuits of a task that nothing refutes and whose measured faithfulness is at least this, best first.

    Of several measurements the lowest counts.
    """
    name = task.replace("-", "_")
    cypher = f"""MATCH (t:Task)<-[:IMPLEMENTS]-(c:Circuit)<-[:ABOUT]-(e:Evidence)
WHERE (t.name = $task OR t.name = $name OR t.name STARTS WITH $family) AND e.claim = $claim
WITH c, t, min(e.value) AS faithfulness
WHERE faithfulness >= $minimum
{standing_in_cypher("c, t, faithfulness")}
WHERE standing > 0
RETURN {_CIRCUIT}, t.name AS task, faithfulness ORDER BY faithfulness DESC, name, id"""
    given = {"task": task, "name": name, "family": f"{name}_", "claim": FAITHFULNESS, "minimum": minimum}
    return Question(limited(cypher, limit), given)


def _by_strength(row: Row) -> tuple[str, int, int, str]:
    return row["claim"], row["rank"], -(row["n_inputs"] or 0), row["id"]

"""A question to a catalog: Cypher that both stores answer alike, its parameters, and what is made of the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ..catalog import Catalog
from ..evidence import UNCHECKED, rank_in_cypher
from ..relationships import RELATIONSHIP_TYPES
from ..schema import LABELS, OWN_LABELS

__all__ = [
    "ANY_LABEL",
    "BEST_FIRST",
    "Question",
    "Row",
    "label_in_cypher",
    "labels_joined",
    "limited",
    "standing_in_cypher",
]

Row = dict[str, Any]
ANY_LABEL = tuple(label for label in LABELS if label not in OWN_LABELS)
BEST_FIRST = "CASE WHEN standing = 0 THEN 9 ELSE standing END"
"""What rows with a `standing` are ordered by: what is refuted comes last."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `read` is what Cypher cannot do, such as telling which types fit a signature."""

    cypher: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    read: Callable[[list[Row]], list[Row]] = list

    def ask(self, catalog: Catalog) -> list[Row]:
        """The answer, best rows first.

        Raises:
            CatalogError: if the catalog cannot be asked, or the answer is too large.
        """
        return self.read(catalog.query(self.cypher, **self.parameters))

    def __str__(self) -> str:
        """The Cypher under a comment for each parameter."""
        given = (f"// ${name} = {json.dumps(value, ensure_ascii=False)}" for name, value in self.parameters.items())
        return "\n".join([*given, self.cypher])


def limited(cypher: str, limit: int | None) -> str:
    """The query with at most so many rows."""
    return cypher if limit is None else f"{cypher}\nLIMIT {limit:d}"


def standing_in_cypher(kept: str) -> str:
    """Clauses that find the `standing` of each cell `c`: the rank of the verdicts about it.

    Verdicts are the answers of checks, a few for each cell; evidence is much more, and is told where one cell is asked
    about.

    Args:
        kept: the other variables that later clauses need, with commas between them.
    """
    return f"""OPTIONAL MATCH (c)<-[:ABOUT]-(v:Verdict)
WITH {kept}, coalesce(min({rank_in_cypher(verdict="v")}), {UNCHECKED}) AS standing"""


def labels_joined(types: Iterable[str], end: int) -> list[str]:
    """The labels that relationships of these types have at their source (0) or target (1), in the schema's order."""
    found = {pair[end] for type in types for pair in RELATIONSHIP_TYPES[type].pairs}
    return [label for label in LABELS if label in found]


def label_in_cypher(variable: str, labels: Iterable[str]) -> str:
    """The label of a node that has one of these, told by properties that only some must have.

    The two stores have no function in common that tells a label.
    """
    *told, (last, _) = _told_apart(tuple(labels))
    whens = " ".join(f"WHEN {variable}.{name} IS NOT NULL THEN '{label}'" for label, name in told)
    return f"CASE {whens} ELSE '{last}' END" if whens else f"'{last}'"


@cache
def _told_apart(labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """The labels in the order to ask for them, each with a property that it requires and no later one has."""
    left, told = list(labels), []
    while left:
        own = {label: _own_property(label, left) for label in left}
        label = next(label for label in left if own[label] or len(left) == 1)
        told.append((label, own[label]))
        left.remove(label)
    return told


def _own_property(label: str, labels: Iterable[str]) -> str:
    elsewhere = {name for other in labels if other != label for name in LABELS[other].model_fields}
    fields = LABELS[label].model_fields.items()
    return next((name for name, field in fields if field.is_required() and name not in elsewhere), "")

"""Cells by need: which cells of a catalog meet the conditions of `use … where`.

A condition speaks of a field of the cell's node, of its task's parameters (`modulus`), of the task that it
`implements`, or of the `verdict` on its contract, the kind of its strongest evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..dsl.operators import COMPARISONS
from ..dsl.scope import Condition
from ..errors import UnknownCell, did_you_mean
from .evidence import strongest_evidence
from .node import Node
from .schema import Contract, Task
from .store import Lineage

__all__ = ["newest_match"]


def newest_match(catalog: Lineage, kind: str, cells: Iterable[Node], conditions: Sequence[Condition]) -> Node:
    """The last of these cells, oldest first, that meets all conditions.

    Raises:
        UnknownCell: if none does, naming what each of the nearest lacks, or the properties that there are.
    """
    described = [(cell, _properties(catalog, cell)) for cell in cells]
    known = {name for _, properties in described for name in properties}
    for condition in conditions:
        if described and condition.subject not in known:
            near = did_you_mean(condition.subject, known) or f"there are {', '.join(sorted(known))}"
            raise UnknownCell(f"no {kind} has a property {condition.subject!r}; {near}")
    matching = [cell for cell, properties in described if all(_meets(properties, one) for one in conditions)]
    if not matching:
        asked = " and ".join(f"{one.subject} {one.comparison} {_written(one.value)}" for one in conditions)
        raise UnknownCell(
            f"none of the catalog's {len(described)} cells of kind {kind} has {asked}{_nearest(described, conditions)}"
        )
    return matching[-1]


def _properties(catalog: Lineage, cell: Node) -> Mapping[str, Any]:
    fields = {name: value for name, value in cell if isinstance(value, str | int | float) and name != "text"}
    tasks = [task for _, task in catalog.neighbours(cell.id, "IMPLEMENTS") if isinstance(task, Task)]
    parameters = {name: value for task in tasks for name, value in task.parameters.items()}
    contracts = [one for _, one in catalog.neighbours(cell.id, "SATISFIES") if isinstance(one, Contract)]
    evidence = [strongest_evidence(catalog, cell.id, one.promise) for one in contracts if one.ensures]
    verdict = next((found.kind for found in evidence if found), "none")
    return {**fields, **parameters, "implements": tuple(map(_task_names, tasks)), "verdict": verdict}


def _task_names(task: Task) -> tuple[str, str]:
    """What a task may be called: its own name, and that of its family, without the parameters."""
    name = task.name.replace("-", "_")
    for value in reversed(task.parameters.values()):
        name = name.removesuffix(f"_{value}")
    return task.name.replace("-", "_"), name


def _meets(properties: Mapping[str, Any], condition: Condition) -> bool:
    if condition.subject == "implements":
        asked = str(condition.value).replace("-", "_")
        found = any(asked in names for names in properties["implements"])
        return found is (condition.comparison == "==")
    try:
        return COMPARISONS[condition.comparison](properties[condition.subject], condition.value)
    except (KeyError, TypeError):
        return False


def _nearest(described: Sequence[tuple[Node, Mapping[str, Any]]], conditions: Sequence[Condition]) -> str:
    """Which condition the cell that meets the most of them fails."""
    if not described:
        return ""
    cell, properties = max(reversed(described), key=lambda pair: sum(_meets(pair[1], one) for one in conditions))
    missed = next(one for one in conditions if not _meets(properties, one))
    found = properties.get(missed.subject)
    told = ", ".join(names[0] for names in found or ()) if missed.subject == "implements" else _written(found)
    return f"; {getattr(cell, 'name', cell.id[:12])!r} comes nearest, its {missed.subject} is {told or 'none'}"


def _written(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)

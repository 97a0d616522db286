"""The lineage of a node: everything that it rests on, and what is known about it.

`FOLLOWED` says which relationships lead from a node of the lineage to another one, and in which direction:

1. Along a relationship's own direction ("out") from what is made to what it is made of: a program to the cells and
   adapters that it uses, an adapter to its two circuits, a cell to its ports, contracts, tasks, parents, components
   and to the checkpoint and the phase that it was found in, a run to its data set, evidence to what it measured.
2. Against it ("in") from a part to its owner: a component to its model, a phase or a checkpoint to its run.
3. Against it from a cell or an adapter to the evidence and the verdicts about it; a verdict that compares two programs
   brings both.

Nothing is followed from what many share to all that share it: a contract does not bring every cell that keeps it, nor
a run every checkpoint that it made. Only who asks for a run itself gets its checkpoints too (`MADE_BY_ROOTS`).

The names that any version of points into the lineage belong to it with all their versions, and the lineages of what
these mean: so `name@2` is the same node on both sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ..store import Direction

__all__ = ["FOLLOWED", "MADE_BY_ROOTS", "OWN_TYPES", "Joined", "lineage"]

OUT: tuple[Direction, ...] = ("out",)
IN: tuple[Direction, ...] = ("in",)
BOTH: tuple[Direction, ...] = ("out", "in")
FOLLOWED: dict[str, tuple[Direction, ...]] = {
    "INSTANCE_OF": OUT,
    "TRAINED_ON": OUT,
    "PRODUCED": IN,
    "HAS_PHASE": BOTH,
    "EXTRACTED_FROM": OUT,
    "HAS_COMPONENT": BOTH,
    "FEEDS": (),  # joins components of one owner, which has brought both
    "HAS_PORT": OUT,
    "SATISFIES": OUT,
    "IMPLEMENTS": OUT,
    "COMPOSED_OF": OUT,
    "READS": OUT,
    "WRITES": OUT,
    "DERIVED_FROM": OUT,
    "ABOUT": BOTH,
    "COMPARES": BOTH,
    "SUPPORTS": OUT,
    "REFUTES": OUT,
    "RESTS_ON": OUT,
    "MEASURED_ON": OUT,
    "EMERGES_IN": OUT,
}
MADE_BY_ROOTS = ("PRODUCED",)
OWN_TYPES = ("HAS_TYPE", "COMPATIBLE", "POINTS_TO")  # the target joins these itself
Joined = tuple[str, str, str]  # source, type and target of a relationship


def lineage(roots: Iterable[str], joined: Iterable[Joined], histories: Mapping[str, Sequence[str]]) -> set[str]:
    """The ids of the nodes that belong to the lineages of these nodes.

    Args:
        roots: ids of nodes.
        joined: all relationships.
        histories: for each name the ids that it meant, oldest first.
    """
    wanted = set(roots)
    following: defaultdict[str, list[str]] = defaultdict(list)
    for source, type, target in joined:
        ways = FOLLOWED.get(type, ())
        if "out" in ways or (type in MADE_BY_ROOTS and source in wanted):
            following[source].append(target)
        if "in" in ways:
            following[target].append(source)
    for name, versions in histories.items():  # each version leads to all others
        following[f"@{name}"].extend(versions)
        for id in versions:
            following[id].append(f"@{name}")
    return {id for id in _closure(wanted, following) if not id.startswith("@")}


def _closure(start: set[str], following: Mapping[str, Sequence[str]]) -> set[str]:
    found, ahead = set(start), list(start)
    while ahead:
        new = set(following.get(ahead.pop(), ())) - found
        found |= new
        ahead.extend(new)
    return found

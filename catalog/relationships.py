"""The relationships of the catalog: which type joins which labels, and one relationship with its check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import CatalogError, did_you_mean
from .node import canonical_json
from .schema import CELLS, LABELS

__all__ = ["RELATIONSHIP_TYPES", "Relationship", "RelationshipType"]

_CELL = "|".join(CELLS)
_NAMED = "|".join(label for label in LABELS if label not in ("Alias", "Event"))


@dataclass(frozen=True, slots=True)
class RelationshipType:
    """A type of relationship: the pairs of labels that it may join, source first, and its string properties."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    properties: tuple[str, ...] = ()

    def check(self, source: str, target: str) -> None:
        """Refuse a pair of labels that the type does not join.

        Raises:
            CatalogError: naming both labels and the allowed pairs.
        """
        if (source, target) not in self.pairs:
            allowed = ", ".join(f"{source} → {target}" for source, target in self.pairs)
            raise CatalogError(f"{self.name} does not join {source} → {target}; it joins {allowed}")


def _joins(name: str, *sides: tuple[str, str], properties: tuple[str, ...] = ()) -> RelationshipType:
    pairs = [(source, target) for left, right in sides for source in left.split("|") for target in right.split("|")]
    return RelationshipType(name, tuple(pairs), properties)


RELATIONSHIP_TYPES: dict[str, RelationshipType] = {
    type.name: type
    for type in (
        _joins("INSTANCE_OF", ("Dataset", "Task")),
        _joins("TRAINED_ON", ("TrainingRun", "Dataset")),
        _joins("PRODUCED", ("TrainingRun", "Checkpoint|Model")),
        _joins("HAS_PHASE", ("TrainingRun", "Phase")),
        _joins("EXTRACTED_FROM", ("Circuit|Formula", "Checkpoint")),
        _joins("HAS_COMPONENT", ("Model|Circuit", "Component")),
        _joins("FEEDS", ("Component", "Component"), properties=("reader",)),
        _joins("HAS_PORT", (_CELL, "Port")),
        _joins("COMPATIBLE", ("Port", "Port")),
        _joins("SATISFIES", (_CELL, "Contract")),
        _joins("IMPLEMENTS", (_CELL, "Task")),
        _joins("COMPOSED_OF", ("Program", f"{_CELL}|Adapter")),
        _joins("READS", ("Adapter", "Circuit")),
        _joins("WRITES", ("Adapter", "Circuit"), properties=("port",)),
        _joins("DERIVED_FROM", (_CELL, _CELL)),
        _joins("ABOUT", ("Evidence|Verdict", f"{_CELL}|Adapter")),
        _joins("SUPPORTS", ("Evidence|Verdict", "Contract")),
        _joins("REFUTES", ("Evidence|Verdict", "Contract")),
        _joins("MEASURED_ON", ("Evidence", f"Dataset|Checkpoint|{_CELL}")),
        _joins("EMERGES_IN", ("Circuit", "Phase")),
        _joins("POINTS_TO", ("Alias", _NAMED)),
    )
}


@dataclass(frozen=True, slots=True)
class Relationship:
    """A directed, typed relationship between two nodes, given by their ids.

    Raises:
        CatalogError: if the type is unknown or the properties are not exactly those that it declares.
    """

    source: str
    type: str
    target: str
    properties: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        expected = relationship_type(self.type).properties
        if sorted(self.properties) != sorted(expected):
            raise CatalogError(f"{self.type} has the properties {list(expected)}, found {list(self.properties)}")
        if not all(isinstance(value, str) for value in self.properties.values()):
            raise CatalogError(f"the properties of {self.type} are strings, found {dict(self.properties)}")

    def properties_json(self) -> str:
        """The properties as canonical JSON text."""
        return canonical_json(dict(self.properties))


def relationship_type(name: str) -> RelationshipType:
    """The declared type of that name.

    Raises:
        CatalogError: naming the nearest type.
    """
    if name not in RELATIONSHIP_TYPES:
        hint = did_you_mean(name, RELATIONSHIP_TYPES) or f"the types are {', '.join(RELATIONSHIP_TYPES)}"
        raise CatalogError(f"no relationship type {name!r}; {hint}")
    return RELATIONSHIP_TYPES[name]

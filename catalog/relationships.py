"""The relationships of the catalog: what each type says and which labels it joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import CatalogError, did_you_mean
from .node import canonical_json
from .schema import CELLS, LABELS, OWN_LABELS

__all__ = ["OWN_TYPES", "RELATIONSHIP_TYPES", "Properties", "Relationship", "RelationshipType", "relationship_type"]

_CELL = "|".join(CELLS)
_NAMED = "|".join(label for label in LABELS if label not in ("Alias", "Event"))


class Properties(BaseModel):
    """The properties of a relationship; most types have none."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Feeding(Properties):
    """How one component feeds another."""

    reader: str = Field(description="Which entrance of the target reads it, such as 'q', 'k', 'v' or 'in'.")
    weight: float | None = Field(
        default=None,
        description="How much it carries, in the score of the method that found it; below 0 it works against.",
    )


class Writing(Properties):
    """Where an adapter writes."""

    port: str = Field(description="Name of the target's port.")


@dataclass(frozen=True, slots=True)
class RelationshipType:
    """A type of relationship: what it says, the pairs of labels that it may join, source first, and its properties."""

    name: str
    description: str
    pairs: tuple[tuple[str, str], ...]
    model: type[Properties] = Properties

    @property
    def properties(self) -> tuple[str, ...]:
        """The names of its properties."""
        return tuple(self.model.model_fields)

    def check(self, source: str, target: str) -> None:
        """Refuse a pair of labels that the type does not join.

        Raises:
            CatalogError: naming both labels and the allowed pairs.
        """
        if (source, target) not in self.pairs:
            allowed = ", ".join(f"{source} → {target}" for source, target in self.pairs)
            raise CatalogError(f"{self.name} does not join {source} → {target}; it joins {allowed}")


def _joins(
    name: str, sources: str, targets: str, description: str, model: type[Properties] = Properties
) -> RelationshipType:
    pairs = [(source, target) for source in sources.split("|") for target in targets.split("|")]
    return RelationshipType(name, description, tuple(pairs), model)


RELATIONSHIP_TYPES: dict[str, RelationshipType] = {
    type.name: type
    for type in (
        _joins("INSTANCE_OF", "Dataset", "Task", "The data set holds samples of the task."),
        _joins("TRAINED_ON", "TrainingRun", "Dataset", "The run was trained on the data set."),
        _joins("PRODUCED", "TrainingRun", "Checkpoint|Model", "The run made the model, or the weights of one step."),
        _joins("HAS_PHASE", "TrainingRun", "Phase", "The run went through the phase."),
        _joins(
            "EXTRACTED_FROM",
            "Circuit|Formula",
            "Checkpoint|Model",
            "The cell was found in these weights, or this model.",
        ),
        _joins("HAS_COMPONENT", "Model|Circuit", "Component", "The component is a part of it."),
        _joins("FEEDS", "Component", "Component", "The source writes what the target reads.", Feeding),
        _joins("HAS_PORT", _CELL, "Port", "The cell takes or gives values through the port."),
        _joins("HAS_TYPE", "Port", "PortType", "Values of the port are of the type; written by the catalog itself."),
        _joins(
            "COMPATIBLE", "PortType", "PortType", "Every value of the source may go into an input of the target's type."
        ),
        _joins("SATISFIES", _CELL, "Contract", "The cell claims to keep the promise."),
        _joins("IMPLEMENTS", _CELL, "Task", "The cell computes the task."),
        _joins("COMPOSED_OF", "Program", f"{_CELL}|Adapter", "The program calls the cell, or uses the adapter."),
        _joins("READS", "Adapter", "Circuit", "The adapter reads the circuit's residual stream."),
        _joins("WRITES", "Adapter", "Circuit", "The adapter writes what one of the circuit's ports reads.", Writing),
        _joins("DERIVED_FROM", _CELL, _CELL, "The source was made out of the target."),
        _joins("ABOUT", "Evidence|Verdict", f"{_CELL}|Adapter", "The finding is about the cell or adapter."),
        _joins("COMPARES", "Verdict", "Program", "The answer is about the program beside another one."),
        _joins("SUPPORTS", "Evidence|Verdict", "Contract", "The finding speaks for the promise."),
        _joins("REFUTES", "Evidence|Verdict", "Contract", "The finding speaks against the promise."),
        _joins("RESTS_ON", "Verdict", "Verdict|Contract|Evidence", "The answer holds only if the target does."),
        _joins("MEASURED_ON", "Evidence", f"Dataset|Checkpoint|{_CELL}", "The value was measured on it."),
        _joins("EMERGES_IN", "Circuit", "Phase", "The circuit came into being in the phase."),
        _joins("POINTS_TO", "Alias", _NAMED, "This version of the name means the node."),
    )
}
OWN_TYPES = tuple(
    type.name for type in RELATIONSHIP_TYPES.values() if not {*type.pairs[0], *type.pairs[-1]}.isdisjoint(OWN_LABELS)
)
"""What the catalog writes itself: relationships of its own labels."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """A directed, typed relationship between two nodes, given by their ids.

    Raises:
        CatalogError: if the type is unknown or the properties are not those that it declares.
    """

    source: str
    type: str
    target: str
    properties: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        model = relationship_type(self.type).model
        if not self.properties and model is Properties:
            return
        try:
            said = model(**self.properties)
            canonical_json(dict(self.properties))
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in error.errors())
            expected = ", ".join(model.model_fields) or "none"
            raise CatalogError(f"the properties of {self.type} are {expected}; {faults}") from error
        except (TypeError, ValueError) as error:
            raise CatalogError(f"the properties of {self.type} cannot be written as JSON in UTF-8: {error}") from error
        object.__setattr__(self, "properties", said.model_dump(exclude_defaults=True))

    def properties_json(self) -> str:
        """The properties as canonical JSON text, without those at their default."""
        return canonical_json(dict(self.properties)) if self.properties else "{}"


def relationship_type(name: str) -> RelationshipType:
    """The declared type of that name.

    Raises:
        CatalogError: naming the nearest type.
    """
    if name not in RELATIONSHIP_TYPES:
        hint = did_you_mean(name, RELATIONSHIP_TYPES) or f"the types are {', '.join(RELATIONSHIP_TYPES)}"
        raise CatalogError(f"no relationship type {name!r}; {hint}")
    return RELATIONSHIP_TYPES[name]

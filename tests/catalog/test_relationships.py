"""Relationships: which pairs a type joins and which properties it has."""

from __future__ import annotations

import pytest

from stdcell.catalog import RELATIONSHIP_TYPES, Relationship
from stdcell.errors import CatalogError


def test_a_wrong_pair_names_both_labels_and_the_allowed_pairs() -> None:
    with pytest.raises(CatalogError) as fault:
        RELATIONSHIP_TYPES["PRODUCED"].check("Circuit", "Model")
    assert str(fault.value) == (
        "PRODUCED does not join Circuit → Model; it joins TrainingRun → Checkpoint, TrainingRun → Model"
    )


@pytest.mark.parametrize(
    ("type", "source", "target"),
    [
        ("EXTRACTED_FROM", "Formula", "Checkpoint"),
        ("COMPOSED_OF", "Program", "Program"),
        ("MEASURED_ON", "Evidence", "Dataset"),
        ("POINTS_TO", "Alias", "Contract"),
    ],
)
def test_a_type_joins_its_pairs(type: str, source: str, target: str) -> None:
    RELATIONSHIP_TYPES[type].check(source, target)
    assert (source, target) in RELATIONSHIP_TYPES[type].pairs


def test_an_unknown_type_lists_the_nearest() -> None:
    with pytest.raises(CatalogError) as fault:
        Relationship("a", "PRODUCES", "b")
    assert str(fault.value) == "no relationship type 'PRODUCES'; did you mean 'PRODUCED'?"


@pytest.mark.parametrize(
    ("type", "properties", "message"),
    [
        ("FEEDS", {}, "the properties of FEEDS are reader, weight; reader: field required"),
        ("PRODUCED", {"reader": "q"}, "the properties of PRODUCED are none; reader: extra inputs are not permitted"),
        (
            "FEEDS",
            {"reader": 1},
            "the properties of FEEDS are reader, weight; reader: input should be a valid string",
        ),
        (
            "FEEDS",
            {"reader": "q", "weight": float("nan")},
            "the properties of FEEDS are reader, weight; weight: input should be a finite number",
        ),
    ],
)
def test_properties_other_than_the_declared_are_refused(type: str, properties: dict[str, object], message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        Relationship("a", type, "b", properties)
    assert str(fault.value) == message

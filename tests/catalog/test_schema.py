"""The labels: each is documented, and a stored manifest is read only as what it is."""

from __future__ import annotations

import pytest
from pydantic.fields import FieldInfo

from stdcell.catalog import LABELS, Task
from stdcell.catalog.schema import node_from_manifest
from stdcell.errors import CatalogError

PROPERTIES = [
    pytest.param(field, id=f"{label}.{name}")
    for label, node in LABELS.items()
    for name, field in node.model_fields.items()
]


@pytest.mark.parametrize("field", PROPERTIES)
def test_a_property_is_described_in_one_sentence(field: FieldInfo) -> None:
    assert field.description
    assert field.description.endswith(".")


def test_a_manifest_is_read_back_as_the_node_that_it_was() -> None:
    task = Task(name="a", description="b", parameters={"modulus": 37})
    assert node_from_manifest(task.id, task.manifest) == task


def test_a_changed_manifest_is_refused_with_its_id() -> None:
    task = Task(name="a", description="b")
    with pytest.raises(CatalogError, match=f"manifest of node {task.id} is damaged"):
        node_from_manifest(task.id, task.manifest.replace('"a"', '"c"'))


def test_a_label_of_a_newer_version_is_refused_by_name() -> None:
    id = "da527fd62d325368521c748819df9759e0cd79295f21a3548045d931fa5e9bc4"
    manifest = '{"label":"Dream","properties":{}}'
    with pytest.raises(CatalogError, match="has the label 'Dream' of a newer stdcell"):
        node_from_manifest(id, manifest)

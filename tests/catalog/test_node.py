"""Nodes: their manifest, their id and the faults of their properties."""

from __future__ import annotations

from typing import Any

import pytest

from stdcell.catalog import Contract, Dataset, Task
from stdcell.errors import CatalogError


def test_the_manifest_is_sorted_json_without_white_space_and_defaults() -> None:
    task = Task(name="λ", description="a b", parameters={"z": 1.0, "a": [None, True]})
    assert task.manifest == (
        '{"label":"Task","properties":{"description":"a b","name":"λ","parameters":{"a":[null,true],"z":1.0}}}'
    )


def test_the_id_is_the_digest_of_the_manifest() -> None:
    # sha256 of {"label":"Contract","properties":{"ensures":"result == 1","requires":"true"}}
    contract = Contract(requires="true", ensures="result == 1")
    assert contract.id == "1af3017d58763ea6c83eacfcac26e8cf9bd5765dde778adf04c23c569ef35beb"


def test_a_property_at_its_default_leaves_the_id_as_it_is() -> None:
    assert Contract(requires="a", ensures="b").id == Contract(requires="a", ensures="b", tolerance=0).id


def test_nodes_that_differ_in_one_property_differ_in_id() -> None:
    assert Task(name="a", description="b").id != Task(name="a", description="c").id


def test_a_node_cannot_be_changed() -> None:
    task = Task(name="a", description="b")
    with pytest.raises(ValueError, match="frozen"):
        task.name = "c"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"name": "a"}, "Task: description: field required"),
        ({"name": "a", "description": "b", "nmae": "c"}, "Task: nmae: extra inputs are not permitted"),
        ({"name": 1, "description": "b"}, "Task: name: input should be a valid string"),
        (
            {"name": "a", "description": "b", "parameters": {"x": float("nan")}},
            "Task: parameters.x.float: input should be a finite number",
        ),
        (
            {"name": "\ud800", "description": "b"},
            "Task: the properties cannot be written as JSON in UTF-8: 'utf-8' codec can't encode character '\\ud800'",
        ),
    ],
)
def test_a_bad_property_is_named_in_one_line(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(CatalogError) as fault:
        Task(**properties)
    assert str(fault.value).startswith(message)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"n_samples": -1}, "Dataset: n_samples: input should be greater than or equal to 0"),
        ({"seed": 2**63}, "Dataset: seed: input should be less than 9223372036854775808"),
        ({"digest": "AB"}, "Dataset: digest: string should match pattern '^[0-9a-f]{64}$'"),
    ],
)
def test_a_property_out_of_its_range_is_refused(properties: dict[str, Any], message: str) -> None:
    good = {"name": "d", "n_samples": 2, "n_train": 1, "seed": 0, "digest": "0" * 64}
    with pytest.raises(CatalogError) as fault:
        Dataset(**{**good, **properties})
    assert str(fault.value) == message

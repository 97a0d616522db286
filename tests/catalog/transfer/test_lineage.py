"""Which relationships lead to what belongs to a lineage."""

from __future__ import annotations

from stdcell.catalog import RELATIONSHIP_TYPES
from stdcell.catalog.transfer.lineage import FOLLOWED, OWN_TYPES, lineage


def test_the_table_says_something_of_every_type_of_relationship() -> None:
    assert {*FOLLOWED, *OWN_TYPES} == set(RELATIONSHIP_TYPES)


def test_versions_of_one_name_bring_each_other() -> None:
    histories = {"name": ["a", "b", "a"], "same": ["b", "c"], "apart": ["d", "e"]}
    assert lineage(["a"], [], histories) == {"a", "b", "c"}


def test_a_circle_comes_to_an_end() -> None:
    joined = [("a", "DERIVED_FROM", "b"), ("b", "DERIVED_FROM", "a")]
    assert lineage(["a"], joined, {}) == {"a", "b"}

"""Any query that the linter lets pass has one answer in both stores."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from .agreement import Case
from .conftest import Pair
from .drawing import queries
from .test_agreement import answer

REFUSALS = ("a MATCH of its own", "count behind the last OPTIONAL MATCH", "earlier variables", "Overflow", "overflow")


@pytest.mark.neo4j
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cypher=queries())
def test_a_random_portable_query_has_one_answer(both: Pair, cypher: str) -> None:
    folder, server = answer(both, Case("", cypher, {}))
    assert folder == server
    assert not isinstance(folder, str) or any(reason in folder for reason in REFUSALS)

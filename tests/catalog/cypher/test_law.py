"""Any query that the linter lets pass has one answer in both stores."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from .agreement import Case
from .conftest import Pair
from .drawing import queries
from .test_agreement import answer


@pytest.mark.neo4j
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cypher=queries())
def test_a_random_portable_query_has_one_answer(both: Pair, cypher: str) -> None:
    folder, server = answer(both, Case("", cypher, {}))
    assert folder == server
    assert not isinstance(folder, str) or "in a plain MATCH" in folder

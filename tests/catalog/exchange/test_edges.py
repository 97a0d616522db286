"""Which edges of a file are taken in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stdcell.catalog.exchange import edges
from stdcell.catalog.exchange.edges import Edge, EdgePicker, Pruning
from stdcell.errors import CatalogError

WEIGHTS = st.lists(st.floats(min_value=-4, max_value=4), max_size=30)


def picked(weights: list[float], pruning: Pruning) -> list[float | None]:
    picker = EdgePicker(pruning)
    for place, weight in enumerate(weights):
        picker.offer(Edge(f"n{place}", "end", weight=weight))
    return [edge.weight for edge in picker.picked("file")]


@given(weights=WEIGHTS, top_k=st.integers(1, 40), min_weight=st.none() | st.floats(0, 4))
def test_the_strongest_edges_above_the_bound_are_kept_in_their_order(
    weights: list[float], top_k: int, min_weight: float | None
) -> None:
    strong = [place for place, weight in enumerate(weights) if abs(weight) >= (min_weight or 0)]
    expected = sorted(sorted(strong, key=lambda place: (-abs(weights[place]), place))[:top_k])
    assert picked(weights, Pruning(min_weight, top_k)) == [weights[place] for place in expected]


def test_more_edges_than_a_circuit_may_have_are_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "LARGEST", 3)
    with pytest.raises(CatalogError, match="file has more than 3 edges to keep, of 5; keep the strongest with top_k"):
        picked([1.0] * 5, Pruning())
    assert picked([1.0, 5.0, 1.0, 1.0, 1.0], Pruning(min_weight=2.0)) == [5.0]


def test_an_edge_that_is_there_twice_is_refused() -> None:
    picker = EdgePicker(Pruning())
    picker.offer(Edge("a", "b", weight=1.0))
    picker.offer(Edge("a", "b", weight=2.0))
    with pytest.raises(CatalogError, match="file joins 'a' to 'b' twice; keep one of the edges"):
        picker.picked("file")


@pytest.mark.parametrize("bounds", [(-1.0, None), (float("nan"), None), (None, 0), (None, 1_000_001)])
def test_a_bound_out_of_its_range_is_refused(bounds: tuple[float | None, int | None]) -> None:
    with pytest.raises(CatalogError, match=r"min_weight is a finite number|top_k is a number from 1"):
        Pruning(*bounds)

"""A measurement on drawn inputs has an exact interval and its seed, and never the word proved."""

from __future__ import annotations

import pytest

from stdcell.errors import VerificationError
from stdcell.verify.networks.sampling import clopper_pearson, measure_contract

from .cells import signature_of
from .test_exhaustive import copying_cell


@pytest.mark.parametrize(
    ("n_right", "n_inputs", "low", "high"),
    [
        (0, 10, 0.0, 0.3084971),
        (10, 10, 0.6915029, 1.0),
        (5, 10, 0.1870860, 0.8129140),
        (1, 1, 0.0250000, 1.0),
        (81, 263, 0.2527367, 0.3676219),
        (995_000, 1_000_000, 0.9948598, 0.9951373),
    ],
)
def test_the_interval_is_that_of_clopper_and_pearson(n_right: int, n_inputs: int, low: float, high: float) -> None:
    assert clopper_pearson(n_right, n_inputs) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(("n_right", "n_inputs", "confidence"), [(3, 2, 0.95), (0, 0, 0.95), (1, 2, 1.0)])
def test_an_interval_of_nothing_is_refused(n_right: int, n_inputs: int, confidence: float) -> None:
    with pytest.raises(VerificationError, match="no interval of"):
        clopper_pearson(n_right, n_inputs, confidence)


def test_a_measurement_tells_its_share_its_interval_and_its_seed() -> None:
    cell = copying_cell()
    found = measure_contract(cell, signature_of(cell, "result == min(a, b)"), 2_000, seed=3)
    assert found.n_inputs == 2_000
    assert found.interval[0] < 10 / 16 < found.interval[1]
    assert found.interval[0] <= found.share <= found.interval[1]
    assert str(found).startswith("measured: ")
    assert str(found).endswith("2,000 inputs, seed 3")


def test_the_same_seed_draws_the_same_inputs() -> None:
    cell = copying_cell()
    contract = signature_of(cell, "result == min(a, b)")
    assert measure_contract(cell, contract, 100, seed=0) == measure_contract(cell, contract, 100, seed=0)
    assert measure_contract(cell, contract, 100, seed=0) != measure_contract(cell, contract, 100, seed=1)


def test_only_inputs_that_meet_the_requirements_are_drawn() -> None:
    cell = copying_cell()
    found = measure_contract(cell, signature_of(cell, "result == min(a, b)", requires="b < a"), 500, seed=0)
    assert (found.n_wrong, found.first_wrong, found.share) == (0, None, 1.0)
    assert found.interval == pytest.approx((0.9926494, 1.0), abs=1e-6)


def test_requirements_that_nothing_meets_are_told() -> None:
    cell = copying_cell()
    with pytest.raises(VerificationError, match="only 0 meet its requirements"):
        measure_contract(cell, signature_of(cell, "result == b", requires="a < a"), 5, seed=0)

"""Which inputs are tried, in which order, and what is smaller than an input."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from stdcell import parse
from stdcell.runtime.agreement import Domain


def domain(text: str, max_length: int, **values: Any) -> Domain:
    return Domain.of(parse(text).output(None), values, max_length)


SEQUENCE = "main(xs: seq[int]) = xs;"
MIXED = "main(xs: seq[int], ys: seq[int], k: int) = xs + ys + k;"
SCALAR = "main(k: int, b: bool) = k if b else 0;"


def test_inputs_come_shortest_first() -> None:
    found = list(domain(SEQUENCE, 2, xs=(0, 1)).inputs(100, seed=0))
    assert found == [[], [0], [1], [0, 0], [0, 1], [1, 0], [1, 1]]


def test_several_inputs_are_named_and_their_sequences_are_of_one_length() -> None:
    found = list(domain(MIXED, 1, xs=(0, 1), ys=(5,), k=(7,)).inputs(100, seed=0))
    assert found == [
        {"xs": [], "ys": [], "k": 7},
        {"xs": [0], "ys": [5], "k": 7},
        {"xs": [1], "ys": [5], "k": 7},
    ]


def test_scalars_have_no_length() -> None:
    assert len(list(domain(SCALAR, 9, k=(0, 1, 2), b=(False, True)).inputs(100, seed=0))) == 6


def test_a_domain_of_one_scalar_too_many_is_drawn_from() -> None:
    found = list(domain(SCALAR, 9, k=range(1000), b=(False, True)).inputs(10, seed=0))
    assert (len(found), all(set(given) == {"k", "b"} for given in found)) == (10, True)


def test_drawn_inputs_are_longer_than_those_that_were_all_tried() -> None:
    found = list(domain(SEQUENCE, 6, xs=(0, 1)).inputs(40, seed=0))
    assert {len(given) for given in found[:15]} == {0, 1, 2, 3}
    assert {len(given) for given in found[15:]} == {4, 5, 6}


def test_half_of_the_drawn_inputs_are_of_few_values() -> None:
    tried = domain(SEQUENCE, 30, xs=range(100))
    random = Random(0)
    n_few = sum(len(set(tried.draw(random, range(30, 31)))) <= 3 for _ in range(200))
    assert 70 < n_few < 130


@pytest.mark.parametrize(
    ("given", "smaller"),
    [
        ([], []),
        ([0], [[]]),
        ([1], [[], [0]]),
        ([1, 1], [[1], [1], [0, 0], [0, 1], [1, 0]]),
        ([0, 2], [[2], [0], [0, 0], [0, 1]]),
        ([0, 0, 0, 0], [[0, 0], [0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]),
    ],
)
def test_what_is_smaller_has_fewer_positions_or_an_earlier_value(given: list[int], smaller: list[list[int]]) -> None:
    assert list(domain(SEQUENCE, 9, xs=(0, 1, 2)).smaller(given)) == smaller


def test_a_position_is_taken_from_all_sequences_at_once() -> None:
    found = list(domain(MIXED, 9, xs=(0, 1), ys=(5,), k=(7,)).smaller({"xs": [0, 0], "ys": [5, 5], "k": 7}))
    assert found == [{"xs": [0], "ys": [5], "k": 7}, {"xs": [0], "ys": [5], "k": 7}]


def test_a_value_of_a_scalar_is_lowered() -> None:
    found = list(domain(SCALAR, 9, k=(0, 1, 2), b=(False, True)).smaller({"k": 2, "b": False}))
    assert found == [{"k": 0, "b": False}, {"k": 1, "b": False}]

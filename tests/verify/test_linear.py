"""Sums of atoms: what collects, what cancels, and what is decided before the solver is asked."""

from __future__ import annotations

import pytest
import z3

from stdcell.verify.encoding.linear import Atoms, Linear

X, Y = z3.Int("x"), z3.Int("y")
B, C = z3.Bool("b"), z3.Bool("c")


@pytest.fixture
def atoms() -> Atoms:
    return Atoms()


def test_equal_atoms_collect(atoms: Atoms) -> None:
    assert atoms.add([atoms.atom(X), atoms.atom(Y), atoms.atom(X), 3]) == Linear({0: 2, 1: 1}, 3)


def test_what_two_sums_share_cancels(atoms: Atoms) -> None:
    x, y = atoms.atom(X), atoms.atom(Y)
    assert atoms.subtract(atoms.add([x, y, 5]), atoms.add([y, x])) == 5


def test_a_condition_and_its_negation_are_one_together(atoms: Atoms) -> None:
    assert atoms.add([atoms.indicator(B), atoms.indicator(z3.Not(B))]) == 1


def test_a_remainder_loses_the_atoms_whose_coefficients_are_divided(atoms: Atoms) -> None:
    value = atoms.add([atoms.scale(atoms.indicator(B), 2), atoms.scale(atoms.atom(X), 4), 7])
    assert isinstance(value, Linear)
    assert atoms.modulo(value, 2) == 1


def test_a_comparison_that_bounds_decide_is_known(atoms: Atoms) -> None:
    count = atoms.add([atoms.indicator(B), atoms.indicator(C)])
    assert (atoms.less(count, 3), atoms.less(count, 0), atoms.equal(count, 5)) == (True, False, False)


def test_a_comparison_of_one_condition_is_the_condition(atoms: Atoms) -> None:
    one = atoms.indicator(B)
    assert [str(each) for each in (atoms.equal(one, 1), atoms.equal(one, 0), atoms.less(0, one))] == [
        "b",
        "Not(b)",
        "b",
    ]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (X, Y, "x < y"),
        (Y, X, "Not(x < y + 1)"),
    ],
)
def test_a_comparison_is_written_in_the_order_in_which_atoms_were_met(
    atoms: Atoms, left: z3.ArithRef, right: z3.ArithRef, expected: str
) -> None:
    atoms.atom(X), atoms.atom(Y)
    assert str(atoms.less(atoms.atom(left), atoms.atom(right))) == expected


def test_both_ways_to_ask_for_equality_are_one_term(atoms: Atoms) -> None:
    x, y = atoms.atom(X), atoms.atom(Y)
    assert atoms.equal(x, y).eq(atoms.equal(y, x))
    assert atoms.equal(atoms.scale(x, -2), atoms.scale(y, -2)).eq(atoms.equal(x, y))


def test_whole_numbers_with_an_even_difference_are_never_one_apart(atoms: Atoms) -> None:
    assert atoms.equal(atoms.scale(atoms.atom(X), 2), 1) is False


BOUNDS = [(2, 5), (-3, 4), (3, -2), (-1, 0)]


@pytest.mark.parametrize("number", range(-4, 5))
@pytest.mark.parametrize(("factor", "bound"), BOUNDS)
def test_comparisons_say_what_arithmetic_says(atoms: Atoms, number: int, factor: int, bound: int) -> None:
    value = atoms.scale(atoms.atom(X), factor)
    asked = [atoms.less(value, bound), atoms.less(bound, value), atoms.equal(value, bound)]
    found = [
        each if isinstance(each, bool) else z3.is_true(z3.simplify(z3.substitute(each, (X, z3.IntVal(number)))))
        for each in asked
    ]
    assert found == [factor * number < bound, bound < factor * number, factor * number == bound]

"""Conditions: flat, with negations before atoms, and falling into parts."""

from __future__ import annotations

import z3

from stdcell.verify.encoding.logic import all_of, any_of, implies, negated, parts_of

A, B, C = z3.Bools("a b c")


def test_conjunctions_are_flat_and_hold_each_part_once() -> None:
    assert all_of((all_of((A, B)), B, True, C)).children() == [A, B, C]


def test_a_condition_beside_its_negation_is_known() -> None:
    assert (all_of((A, B, negated(A))), any_of((A, B, negated(A)))) == (False, True)


def test_an_empty_conjunction_holds_and_an_empty_disjunction_does_not() -> None:
    assert (all_of(()), any_of(())) == (True, False)


def test_a_negation_stands_before_atoms_only() -> None:
    assert str(negated(any_of((A, all_of((B, negated(C))))))) == "And(Not(a), Or(Not(b), c))"


def test_a_conjunction_behind_a_guard_falls_into_its_parts() -> None:
    assert [str(part) for part in parts_of(implies(A, all_of((B, C))))] == ["Or(Not(a), b)", "Or(Not(a), c)"]


def test_what_holds_anyway_has_no_parts() -> None:
    assert (list(parts_of(True)), list(parts_of(False))) == ([], [False])

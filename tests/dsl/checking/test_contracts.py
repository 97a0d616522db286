"""The contract of a catalogued cell, read over its ports."""

from __future__ import annotations

import pytest

from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.checking.contracts import read_contract
from stdcell.dsl.types import Int, Seq
from stdcell.errors import LanguageError

DIGIT = Int(0, 36)


def adder(requires: str | None = None, ensures: str | None = None) -> CellSignature:
    ports = (CellPort("a", DIGIT), CellPort("b", DIGIT))
    return CellSignature("circuit", "add_mod_37", "0123", ports, CellPort("sum", DIGIT), requires, ensures)


@pytest.mark.parametrize("ensures", ["result == (a + b) mod 37", "(a + b) % 37 == result"])
def test_a_promised_equality_is_what_the_cell_means(ensures: str) -> None:
    meaning = read_contract(adder(ensures=ensures)).meaning
    assert meaning is not None
    assert str(meaning.type) == "int 0..36"


@pytest.mark.parametrize(
    "ensures",
    [None, "result >= a", "result == result + a - a", "result == a and result == b", "result == a == b", "a == b"],
)
def test_a_promise_of_another_form_does_not_determine_the_answer(ensures: str | None) -> None:
    assert read_contract(adder(ensures=ensures)).meaning is None


def test_a_clause_is_kept_as_written_on_one_line() -> None:
    contract = read_contract(adder(requires="a <\n   b", ensures="result > 0"))
    assert [clause.text for clause in contract.requires + contract.ensures] == ["a < b", "result > 0"]


def test_a_cell_without_a_contract_promises_nothing() -> None:
    contract = read_contract(adder())
    assert (contract.requires, contract.ensures) == ((), ())


def test_ports_keep_their_place_and_their_type() -> None:
    contract = read_contract(adder())
    assert [(port.key, str(port.type)) for port in contract.ports] == [("port.0", "int 0..36"), ("port.1", "int 0..36")]


def test_a_condition_on_a_sequence_holds_where_it_holds_at_every_position() -> None:
    ports = (CellPort("xs", Seq(Int())),)
    signature = CellSignature("formula", "positive", "0123", ports, CellPort("ys", Seq(Int())), "xs > 0", None)
    (clause,) = read_contract(signature).requires
    assert str(clause.condition.type) == "bool"


@pytest.mark.parametrize(
    ("requires", "ensures", "name", "column", "message"),
    [
        ("result > 0", None, "add_mod_37 (requires)", 1, "unknown name 'result'"),
        (None, "result == c", "add_mod_37 (ensures)", 11, "unknown name 'c'"),
        (None, "result + a", "add_mod_37 (ensures)", 1, "'ensures' expects a condition, found int 0..72"),
        ("a <", None, "add_mod_37 (requires)", 4, "expected an expression, found the end of the text"),
        (None, "a; b", "add_mod_37 (ensures)", 2, "unexpected character ';'"),
    ],
)
def test_a_contract_that_does_not_read_is_a_fault_of_its_own_text(
    requires: str | None, ensures: str | None, name: str, column: int, message: str
) -> None:
    with pytest.raises(LanguageError) as fault:
        read_contract(adder(requires, ensures))
    assert (fault.value.message, fault.value.column) == (message, column)
    assert fault.value.faults[0].span.source.name == name

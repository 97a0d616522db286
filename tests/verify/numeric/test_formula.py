"""Contracts of formulas: proved over boxes, checked on every input, refuted at a point, or open."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from stdcell import Catalog
from stdcell.catalog import Contract, Evidence, Formula, Verdict
from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.types import Int, Real, Seq, Type
from stdcell.errors import VerificationError
from stdcell.verify import Effort
from stdcell.verify.networks.records import Records
from stdcell.verify.numeric.formula import certifies_formula, check_formula
from stdcell.verify.numeric.records import add_formula_check

UNIT, TENTH = Real(0, 1), Fraction(1, 10)


def signature(
    ensures: str | None,
    *,
    requires: str | None = None,
    tolerance: int | Fraction = 0,
    inputs: tuple[tuple[str, Type], ...] = (("x", UNIT),),
    output: Type | None = None,
) -> CellSignature:
    """A formula's ports and contract."""
    ports = tuple(CellPort(name, type_) for name, type_ in inputs)
    answer = CellPort("result", output or Real())
    return CellSignature("formula", "f", "f" * 64, ports, answer, requires, ensures, tolerance)


PROVED = {
    "sine below its argument": ("sin(x)", signature("result <= x")),
    "sine by its series": ("sin(x)", signature("result == x - x^3/6", tolerance=Fraction(1, 100))),
    "exponential by its series": ("exp(x)", signature("result == 1 + x + x^2/2", tolerance=Fraction(1, 4))),
    "exponential above its tangent": ("exp(-x)", signature("result >= 1 - x")),
    "hyperbolic tangent": ("tanh(x)", signature("result <= x and result >= 0")),
    "root": ("sqrt(x)", signature("result >= x")),
    "logarithm": ("log(1 + x)", signature("result <= x")),
    "where something is required": ("1/x", signature("result <= 10", requires="x >= 1/10")),
    "two ports": ("sin(x)*cos(y)", signature("result <= 0.85", inputs=(("x", UNIT), ("y", UNIT)))),
    "whole numbers": ("2.5*cos(2*pi*3*n/7)", signature("result <= 5/2", inputs=(("n", Int(0, 6)),))),
    "a polynomial": ("x**2 - x", signature("result >= -1/4 - 1/1000")),
}


@pytest.mark.parametrize(("text", "cell"), PROVED.values(), ids=PROVED.keys())
def test_a_true_contract_is_proved_by_boxes_that_certify_it(text: str, cell: CellSignature) -> None:
    check = check_formula(text, cell)
    assert (check.status, check.reason) == ("proved", None)
    assert check.boxes is not None
    assert certifies_formula(check.boxes, text, cell)
    assert not certifies_formula(check.boxes, text, signature("result == 0", inputs=(("z", UNIT),)))


REFUTED = {
    "the series, closer": ("sin(x)", signature("result == x - x^3/6", tolerance=Fraction(1, 1000)), "f at x = 1"),
    "two ports": (
        "sin(x)*cos(y)",
        signature("result <= 0.84", inputs=(("x", UNIT), ("y", UNIT))),
        "f at x = 1, y = 0",
    ),
    "in the middle": ("x - x**2", signature("result < 1/4"), "f at x = 0.5"),
}


@pytest.mark.parametrize(("text", "cell", "where"), REFUTED.values(), ids=REFUTED.keys())
def test_a_false_contract_is_refuted_at_a_point(text: str, cell: CellSignature, where: str) -> None:
    check = check_formula(text, cell)
    assert (check.status, check.counterexample) == ("refuted", where)


OPEN = {
    "no value at 0": ("1/x", signature("result >= 1")),
    "an equality": ("sin(x)**2 + cos(x)**2", signature("result == 1")),
    "touched within": ("log(x)", signature("result <= x - 1", inputs=(("x", Real(TENTH, 3)),))),
}


@pytest.mark.parametrize(("text", "cell"), OPEN.values(), ids=OPEN.keys())
def test_what_intervals_cannot_tell_is_unknown(text: str, cell: CellSignature) -> None:
    check = check_formula(text, cell, Effort(boxes=100))
    assert check.status == "unknown"
    assert check.reason is not None
    assert "the smallest where x in" in check.reason


SEVEN = (("a", Int(0, 6)), ("b", Int(0, 6)))
WAVES = "2.5*cos(2*pi*3*(a + b - c)/7) + 1.5*cos(2*pi*(a + b - c)/7)"


def modular(contract: str) -> CellSignature:
    """A formula over two residues modulo 7."""
    return signature(contract, inputs=SEVEN, output=Int(0, 6))


def test_the_largest_logit_is_certain_on_every_input() -> None:
    check = check_formula(WAVES, modular("result == (a + b) mod 7"))
    assert (check.status, check.n_inputs, check.n_wrong) == ("exhaustive", 49, 0)
    # At the distance 2 the waves come to 2.5 cos(2π·6/7) + 1.5 cos(2π·2/7), the next best logit.
    assert check.smallest_lead is not None
    assert abs(float(check.smallest_lead) - (4 - 1.2249435)) < 1e-6


def test_a_wrong_answer_is_a_counterexample() -> None:
    check = check_formula(WAVES, modular("result == (a + b + 1) mod 7"))
    assert (check.status, check.n_wrong, check.counterexample) == ("refuted", 49, "f(0, 0) answers 0")


def test_logits_that_are_equal_decide_nothing() -> None:
    check = check_formula("cos(2*pi*(a - c)/7) + cos(2*pi*(b - c)/7)", modular("result >= 0"))
    assert check.status == "unknown"
    assert check.reason is not None
    assert "are not told apart" in check.reason


FAULTS = {
    "no contract": ("x", signature(None), "the formula 'f' has no contract to check"),
    "names": ("x + y + z", signature("result >= 0"), "names y, z; expected its ports"),
    "a range": ("x + c", signature("result >= 0", output=Int(0, 6)), "port 'x' is real 0..1"),
    "no input": (
        "a - c",
        signature("result >= 0", requires="a > 7", inputs=SEVEN, output=Int(0, 6)),
        "no input of 'f' meets its requirements",
    ),
    "nothing is allowed": (
        "x",
        signature("result >= 7", requires="x > 2"),
        "no input of 'f' meets its requirements",
    ),
    "a sequence": ("x", signature("result >= 0", inputs=(("x", Seq(UNIT)),)), "carries one number"),
}


@pytest.mark.parametrize(("text", "cell", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_what_cannot_be_checked_is_refused(text: str, cell: CellSignature, message: str) -> None:
    with pytest.raises(VerificationError, match=message):
        check_formula(text, cell)


KEPT = {
    "proved": ("sin(x)", "result <= x", 0.0, "proof", "proved", "SUPPORTS"),
    "within a tolerance": ("sin(x)", "result == x", 0.2, "proof", "proved", "SUPPORTS"),
    "refuted": ("sin(x)", "result >= x", 0.0, "counterexample", "refuted", "REFUTES"),
}


@pytest.mark.parametrize(("text", "ensures", "tolerance", "kind", "status", "joined"), KEPT.values(), ids=KEPT.keys())
def test_the_catalog_keeps_what_a_check_showed(
    text: str, ensures: str, tolerance: float, kind: str, status: str, joined: str, tmp_path: Path
) -> None:
    batch = Records()
    node = batch.add(Formula(name="f", expression=text, agreement=1.0))
    contract = batch.add(Contract(requires="", ensures=ensures, tolerance=tolerance))
    cell = signature(ensures, tolerance=Fraction(repr(tolerance)))
    add_formula_check(batch, node, contract, check_formula(text, cell))
    with Catalog(tmp_path / "catalog") as catalog:
        catalog.add(batch.nodes, batch.relationships, {"f": node.id})
        about = [found for _, found in catalog.neighbours(node.id, "ABOUT", "in")]
        (evidence,) = [found for found in about if isinstance(found, Evidence)]
        (verdict,) = [found for found in about if isinstance(found, Verdict)]
        types = {relationship.type for relationship, _ in catalog.neighbours(contract.id, joined, "in")}
    assert (evidence.kind, verdict.status, types) == (kind, status, {joined})
    assert evidence.claim == verdict.claim == contract.promise

"""One meaning of a tolerance: in the checks of a contract, and in proofs that rest on it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from stdcell import Catalog, Verdict, parse, verify
from stdcell.catalog import Contract, Formula, Port
from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.checking.contracts import read_contract
from stdcell.dsl.scope import as_tolerance
from stdcell.dsl.types import Int, Real, Type
from stdcell.errors import Source, UnknownCell
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.reference import Exact, call_by_contract
from stdcell.verify import Effort
from stdcell.verify.claims.claim import own_claims
from stdcell.verify.claims.tolerance import with_errors
from stdcell.verify.networks.records import Records
from stdcell.verify.numeric.formula import check_formula
from stdcell.verify.numeric.prove import by_boxes
from stdcell.verify.numeric.records import add_formula_check
from stdcell.verify.outcome import NoAnswer, Outcome, Proof

TENTH = Fraction(1, 10)


def cell(
    ensures: str, tolerance: int | Fraction, *, output: Type | None = None, input: Type | None = None
) -> CellSignature:
    """A cell of one port."""
    port, result = CellPort("x", input or Real(0, 1)), CellPort("result", output or Real())
    return CellSignature("formula", "f", "f" * 64, (port,), result, None, ensures, tolerance)


def allows(signature: CellSignature, x: Fraction, answer: Fraction) -> bool:
    """Whether the contract allows an answer, by the interpreter."""
    (clause,) = read_contract(signature).ensures
    exact = Exact(None, call_by_contract)
    return bool(evaluate([clause.condition], exact, 0, {"port.0": x, "result": answer})[clause.condition])


HALF = Fraction(1, 2)
ALLOWED = {
    "exact": ("result == x", Fraction(0), HALF, HALF, True),
    "off without a tolerance": ("result == x", Fraction(0), HALF, HALF + TENTH, False),
    "at the tolerance": ("result == x", TENTH, HALF, HALF + TENTH, True),
    "beyond it": ("result == x", TENTH, HALF, HALF + TENTH + Fraction(1, 10**9), False),
    "unequal": ("result != x", TENTH, HALF, HALF + TENTH, False),
    "an order is not loosened": ("result <= x", TENTH, HALF, HALF + TENTH, False),
    "within a quantifier": ("forall i in range(2): result == x + i - i", TENTH, HALF, HALF + TENTH, True),
}


@pytest.mark.parametrize(("ensures", "tolerance", "x", "answer", "allowed"), ALLOWED.values(), ids=ALLOWED.keys())
def test_reals_are_equal_within_the_tolerance(
    ensures: str, tolerance: Fraction, x: Fraction, answer: Fraction, allowed: bool
) -> None:
    assert allows(cell(ensures, tolerance), x, answer) is allowed


def test_whole_numbers_are_equal_or_not() -> None:
    signature = cell("result == x", Fraction(2), output=Int(0, 9), input=Int(0, 9))
    assert not allows(signature, Fraction(3), Fraction(4))


def test_a_tolerance_is_the_decimal_that_is_written() -> None:
    assert as_tolerance(0.1) == TENTH
    assert cell("result == x", TENTH).promise == "result == x, within 0.1"


class OneFormula:
    """Knows `f`, which is its argument's square within a tenth."""

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        return cell("result == x*x", TENTH)

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        raise UnknownCell(f"no program named {name!r}")


def answer(text: str) -> Outcome:
    """What branch and prune says of the last claim of a program that calls `f`."""
    program = parse("use formula f;\n" + text, scope=OneFormula())  # type: ignore[arg-type]
    claim = list(own_claims(program.functions["main"], program.spans))[-1]
    return by_boxes(with_errors(claim), Effort(boxes=200))


PROVED = {
    "as near as the tolerance": "main(x: real 0..1) ensures abs(result - x*x) <= 1/10 = f(x);",
    "twice as near": "main(x: real 0..1) ensures abs(result - x*x - x*x) <= 1/5 = f(x) + f(x);",
    "equal calls have equal errors": "main(x: real 0..1) ensures result == 0 = f(x) - f(x);",
    "each element": "main(xs: seq[real 0..1]) ensures abs(result - xs*xs) <= 1/10 = f(xs);",
}


@pytest.mark.parametrize("text", PROVED.values(), ids=PROVED.keys())
def test_a_proof_counts_with_every_error(text: str) -> None:
    assert isinstance(answer(text), Proof)


NOT_PROVED = {
    "nearer than the tolerance": "main(x: real 0..1) ensures abs(result - x*x) <= 9/100 = f(x);",
    "exact": "main(x: real 0..1) ensures result == x*x = f(x);",
    "other calls have other errors": (
        "main(x: real 0..1, y: real 0..1) requires x == y ensures result <= 1/10 = f(x) - f(y);"
    ),
}


@pytest.mark.parametrize("text", NOT_PROVED.values(), ids=NOT_PROVED.keys())
def test_what_only_holds_without_errors_is_not_proved(text: str) -> None:
    assert isinstance(answer(text), NoAnswer)


def test_a_call_within_a_fold_has_no_one_error() -> None:
    step = "def step(s: real 0..1, x: real 0..1) { return min(f(s), x); }"
    text = f"{step} main(xs: seq[real 0..1]) ensures result <= 1 = fold(step, xs, 0);"
    program = parse("use formula f;\n" + text, scope=OneFormula())  # type: ignore[arg-type]
    claim = list(own_claims(program.functions["main"], program.spans))[-1]
    assert with_errors(claim) is claim


SERIES = "x - x^3/6"


def catalog_with_sine(folder: Path, *, claimed: float, checked: float) -> Catalog:
    """A catalog of one formula: its contract has one tolerance, what was checked of it another."""
    batch = Records()
    node = batch.add(Formula(name="sine", expression="sin(x)", agreement=1.0))
    contract = batch.add(Contract(requires="", ensures=f"result == {SERIES}", tolerance=claimed))
    batch.join(node, "SATISFIES", contract)
    for direction, name, type_ in (("in", "x", "real 0..1"), ("out", "result", "real")):
        port = {"name": name, "direction": direction, "position": 0, "type": type_}
        batch.join(node, "HAS_PORT", batch.add(Port.model_validate(port)))
    other = batch.add(Contract(requires="", ensures=f"result == {SERIES}", tolerance=checked))
    add_formula_check(batch, node, other, check_formula("sin(x)", cell(f"result == {SERIES}", as_tolerance(checked))))
    opened = Catalog(folder)
    opened.add(batch.nodes, batch.relationships, {"sine": node.id})
    return opened


def verdict_on_sine(folder: Path, *, claimed: float, checked: float, promised: str) -> Verdict:
    """The verdict on a program that promises to be so near to the series."""
    with catalog_with_sine(folder / "catalog", claimed=claimed, checked=checked) as catalog:
        text = f"use formula sine; main(x: real 0..1) ensures abs(result - ({SERIES})) <= {promised} = sine(x);"
        return verify(parse(text, scope=catalog), catalog).verdicts[-1]


def test_a_proof_rests_on_a_formula_that_was_proved_within_its_tolerance(tmp_path: Path) -> None:
    verdict = verdict_on_sine(tmp_path, claimed=0.01, checked=0.01, promised="1/100")
    assert (verdict.status, verdict.scope) == ("proved", "all inputs")
    (assumption,) = verdict.assumptions
    assert (assumption.contract, assumption.evidence) == ("result == x - x^3/6, within 0.01", "proof")


def test_what_is_promised_beyond_the_tolerance_is_not_proved(tmp_path: Path) -> None:
    assert verdict_on_sine(tmp_path, claimed=0.01, checked=0.01, promised="1/200").status == "unknown"


def test_evidence_for_a_wider_tolerance_is_none_for_a_narrower_one(tmp_path: Path) -> None:
    verdict = verdict_on_sine(tmp_path, claimed=0.001, checked=0.01, promised="1/100")
    assert (verdict.status, verdict.assumptions[0].evidence) == ("unknown", None)

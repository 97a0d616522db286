"""Claims about reals: who answers, the solver's nonlinear arithmetic or branch and prune over boxes, and with how much.

Run: python benchmarks/numeric.py

Every claim is known to be true or false. Steps and boxes are counted, not times, so that the table is the same on every
run: for the solver the power of ten of steps within which it answers, for boxes how many a proof has, or after how many
a point was found. The last table holds formulas with functions that the solver does not know.
"""

from __future__ import annotations

from fractions import Fraction

from stdcell import parse
from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.types import Int, Real
from stdcell.errors import VerificationError
from stdcell.verify import Claim, Effort
from stdcell.verify.bounded.unrolling import by_unrolling
from stdcell.verify.claims.claim import own_claims
from stdcell.verify.numeric.formula import check_formula
from stdcell.verify.numeric.prove import by_boxes
from stdcell.verify.numeric.reals import by_reals
from stdcell.verify.outcome import NoAnswer, Outcome, Proof, Refutation

POWERS = range(3, 8)
CLAIMS = (
    ("near a parabola", "x: real 0..1", "abs(result - x*x) <= 1/100", "x*x + 1/200", True),
    ("near a parabola, nearer", "x: real 0..1", "abs(result - x*x) <= 1/250", "x*x + 1/200", False),
    ("touches 0 at both ends", "x: real 0..1", "result >= 0", "x - x*x", True),
    ("touches its top within", "x: real 0..1", "result <= 1/4", "x - x*x", True),
    ("degree 6, touched within", "x: real -2..2", "result >= -1", "x^6 - 2*x^3", True),
    ("degree 6", "x: real -2..2", "result >= -1.001", "x^6 - 2*x^3", True),
    ("degree 6, too high", "x: real -2..2", "result >= -0.999", "x^6 - 2*x^3", False),
    ("Motzkin, touched", "x: real -2..2, y: real -2..2", "result >= 0", "x^4*y^2 + x^2*y^4 - 3*x^2*y^2 + 1", True),
    ("Motzkin", "x: real -2..2, y: real -2..2", "result >= -1/4", "x^4*y^2 + x^2*y^4 - 3*x^2*y^2 + 1", True),
    ("three variables", "x: real 0..1, y: real 0..1, z: real 0..1", "result <= 1", "x*y*z + (1-x)*(1-y)*(1-z)", True),
    (
        "three variables, degree 6",
        "x: real -1..1, y: real -1..1, z: real -1..1",
        "result >= -1.1",
        "x^2*y^2*z^2 - x*y*z - x*y/2",
        True,
    ),
    (
        "three variables, false",
        "x: real -1..1, y: real -1..1, z: real -1..1",
        "result >= -1/5",
        "x^2*y^2*z^2 - x*y*z",
        False,
    ),
    ("degree 12", "x: real -1..1", "result <= 1", "x^10 - x^12 + x/2", True),
    ("degree 12, false", "x: real -1..1", "result <= 1/2", "x^10 - x^12 + x/2 + 1/4", False),
    ("ratio, touched within", "x: real 0..4", "result <= 1/2", "x / (1 + x*x)", True),
    ("ratio", "x: real 0..4", "result <= 0.501", "x / (1 + x*x)", True),
    ("ratio, false", "x: real 0..4", "result <= 0.499", "x / (1 + x*x)", False),
    ("ratio of two", "x: real 0..1, y: real 1..2", "result <= 1/2", "x*y / (x*x + y*y)", True),
    ("both signs", "x: real -1..1", "result >= 0", "x*x*x if x > 0 else -x", True),
    ("abs, min, max", "x: real -1..1, y: real -1..1", "result <= 2", "abs(x - y) * max(x, y) + min(x, y)", True),
    ("a jump", "x: real 0..10", "abs(result - x) <= 1/2", "round(x)", True),
    ("a remainder", "x: real 0..10", "result >= 0", "x mod 1", True),
    ("an identity", "x: real 0..1", "result == x*x + 2*x + 1", "(x + 1) * (x + 1)", True),
    ("terms that cancel", "x: real 0..1, e: real -1..1", "abs(result - x*x) <= 1", "x*x + e", True),
    ("all lengths", "xs: seq[real 0..1]", "result <= 1/4 + 1/1000", "xs - xs*xs", True),
)
UNIT, TENTH = Real(0, 1), Fraction(1, 10)
FORMULAS = (
    ("sin(x)", "result <= x", 0, UNIT, True),
    ("sin(x)", "result == x - x^3/6", Fraction(1, 100), UNIT, True),
    ("sin(x)", "result == x - x^3/6", Fraction(1, 1000), UNIT, False),
    ("exp(x)", "result == 1 + x + x^2/2", Fraction(1, 4), UNIT, True),
    ("exp(-x)", "result >= 1 - x", 0, UNIT, True),
    ("tanh(x)", "result <= x", 0, UNIT, True),
    ("sqrt(x)", "result >= x", 0, UNIT, True),
    ("log(x)", "result <= x - 1 + 1/1000", 0, Real(TENTH, 3), True),
    ("log(x)", "result <= x - 1", 0, Real(TENTH, 3), True),
    ("sin(x)**2 + cos(x)**2", "result == 1", Fraction(1, 1000), UNIT, True),
    ("exp(-x**2)*cos(3*x)", "result >= -0.41", 0, Real(-2, 2), True),
    ("exp(-x**2)*cos(3*x)", "result >= -0.4", 0, Real(-2, 2), False),
    ("2.5*cos(2*pi*3*x/7)", "result <= 5/2", 0, Int(0, 6), True),
)


def claim_of(parameters: str, promise: str, body: str) -> Claim:
    """The promise of a program of one line."""
    program = parse(f"main({parameters}) ensures {promise} = {body};")
    return list(own_claims(program.functions["main"], program.spans))[-1]


def told(outcome: Outcome) -> str:
    """An outcome in a word."""
    return {Proof: "proved", Refutation: "refuted", NoAnswer: "open"}[type(outcome)]


def asked(claim: Claim, steps: int) -> Outcome:
    """What the solver says within so many steps."""
    try:
        proof = by_reals(claim, Effort(steps=steps))
        return proof if isinstance(proof, Proof) else by_unrolling(claim, Effort(up_to=1, steps=steps))
    except VerificationError as error:
        return NoAnswer(str(error))


def by_solver(claim: Claim) -> tuple[str, str]:
    """The solver's answer, and within how many steps."""
    for power in POWERS:
        outcome = asked(claim, 10**power)
        if not isinstance(outcome, NoAnswer):
            return told(outcome), f"10^{power}"
    return "open", ""


def by_branching(claim: Claim) -> tuple[str, str]:
    """The answer over boxes, and how many."""
    outcome = by_boxes(claim, Effort())
    return told(outcome), str(outcome.boxes.count) if isinstance(outcome, Proof) and outcome.boxes else ""


def main() -> None:
    """Print both tables."""
    rows = []
    for name, parameters, promise, body, is_true in CLAIMS:
        claim = claim_of(parameters, promise, body)
        rows.append((name, is_true, by_solver(claim), by_branching(claim)))
    print(f"{'claim':28} {'is':6} {'solver':8} {'steps':6} {'boxes':8} {'count':>6}")
    for name, is_true, solver, boxes in rows:
        print(f"{name:28} {is_true!s:6} {solver[0]:8} {solver[1]:6} {boxes[0]:8} {boxes[1]:>6}")
    wrong = sum(("refuted" if is_true else "proved") in (solver[0], boxes[0]) for _, is_true, solver, boxes in rows)
    for place, who in ((2, "solver"), (3, "boxes")):
        print(f"{who}: {sum(row[place][0] != 'open' for row in rows)} of {len(rows)} answered")  # type: ignore[index]
    print(f"{'formula':28} {'promise':24} {'within':7} {'is':6} {'answer':8} {'count':>6}")
    for text, ensures, tolerance, type_, is_true in FORMULAS:
        ports = (CellPort("x", type_),)
        cell = CellSignature("formula", "f", "f" * 64, ports, CellPort("result", Real()), None, ensures, tolerance)
        check = check_formula(text, cell)
        count = check.boxes.count if check.boxes else ""
        wrong += check.status == ("refuted" if is_true else "proved")
        print(f"{text:28} {ensures:24} {tolerance!s:7} {is_true!s:6} {check.status:8} {count:>6}")
    print(f"wrong answers: {wrong}")


if __name__ == "__main__":
    main()

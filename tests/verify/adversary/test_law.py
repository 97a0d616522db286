"""Small fixed samples: random programs with contracts, and the encoder beside the interpreter."""

from __future__ import annotations

from random import Random

import pytest

from stdcell import parse, verify
from stdcell.errors import VerificationError
from tests.programs.drawing import draw_program

from .claims import draw_claims
from .encoding import Difference, Encoded
from .law import wrong_rungs, wrong_verdicts


@pytest.mark.slow
@pytest.mark.parametrize("number", range(8))
def test_the_interpreter_agrees_with_every_verdict(number: int) -> None:
    text, program = draw_claims(Random(f"verdicts {number}"))
    assert wrong_verdicts(program) == [], text


@pytest.mark.slow
@pytest.mark.parametrize("number", range(8))
def test_no_rung_proves_what_breaks(number: int) -> None:
    text, program = draw_claims(Random(f"rungs {number}"))
    assert wrong_rungs(program) == [], text


def differences(number: int) -> list[Difference]:
    """Where encoder and interpreter part on some inputs of a drawn program; none of one that has no terms."""
    random = Random(f"encoder {number}")
    drawn = draw_program(random, depth=3)
    program = drawn.program
    assert program is not None
    try:
        encoded = [Encoded(program, program.output(), n) for n in range(4)]
        chosen = [(one, random.choice(list(one.inputs(drawn.values)))) for one in encoded]
        return [found for one, inputs in chosen if (found := one.difference(inputs))]
    except VerificationError:
        return []


@pytest.mark.parametrize("number", range(40))
def test_the_encoder_says_what_the_interpreter_says(number: int) -> None:
    assert differences(number) == []


BREAKS = {
    "a value behind a guard": (
        "def g(x: int 0..4) -> int { return x; }",
        "main(xs: seq[int 0..9]) ensures forall i: (xs[i] <= 4 and g(xs[i]) >= 0) = xs;",
    ),
    "a sequence behind a guard": (
        "def g(x: seq[int 0..4]) -> seq[int 0..4] { return max(select(indices, indices, <=), x, 0); }",
        "main(xs: seq[int 0..9]) ensures forall i: (xs[i] <= 4 and g(xs)[i] >= 0) = xs;",
    ),
    "a token that is joined": (
        "",
        'main(ws: seq[token {"a", "b"}]) ensures length < 2 ensures all(result != ws) '
        '= aggregate(select(indices, indices, ==), "b", "a") + "b";',
    ),
    "a fraction behind a guard": (
        "def whole(x: int) -> int { return x; }",
        "main(xs: seq[real 0..2]) ensures forall i: (xs[i] == 1 or xs[i] == 2) and whole(xs[i]) >= 0 = xs;",
    ),
    "a promise of what has no answer": (
        "def f(xs: seq[int 0..1]) -> seq[real] ensures length != 3 { return xs / (length - 3); }",
        "main(xs: seq[int 0..1]) = f(xs);",
    ),
    "truths and numbers are no rearrangement": (
        "",
        "main(xs: seq[bool]) ensures permutation(xs, indicator(xs)) = xs;",
    ),
    "tokens and numbers are no rearrangement": (
        "",
        'main(ws: seq[token {"a", "b"}]) ensures permutation(ws, indicator(ws == "b")) = ws;',
    ),
    "one position has no other": (
        "",
        "main(xs: seq[int 0..2]) requires length <= 1 = last(select(length, indices, ==), xs);",
    ),
    "one promise where another has no answer": (
        "",
        "main(xs: seq[int 0..2]) ensures xs[0] >= 0 ensures length > 0 = xs;",
    ),
    "a position that is no whole number": (
        "",
        "main(xs: seq[int 0..2], k: int 1..2) requires length > 2 = xs[k / 2];",
    ),
    "a requirement that is read only as far as needed": (
        "",
        "main(xs: seq[int -1..1], k: int 0..2) requires exists i: xs[i + 1] == xs[i - 1] ensures k < 2 = xs;",
    ),
    "what is required of every element, of none": (
        "",
        "main(xs: seq[real 0..3], k: real 0..9) requires xs > k ensures k < 3 = xs;",
    ),
    "a negative power of zero": ("", "main(x: int 0..3, y: int -1..3) = x ^ y;"),
}


@pytest.mark.parametrize(("helper", "main"), BREAKS.values(), ids=BREAKS.keys())
def test_what_breaks_is_refuted_and_no_rung_proves_it(helper: str, main: str) -> None:
    program = parse(f"{helper}\n{main}")
    assert wrong_rungs(program) == []
    report = verify(program)
    assert wrong_verdicts(program, report) == []
    assert "refuted" in {verdict.status for verdict in report.verdicts if verdict.kind in ("defined", "ensures")}

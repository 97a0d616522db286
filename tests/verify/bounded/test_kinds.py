"""Programs without types: their tokens are all words, or all numbers."""

from __future__ import annotations

import pytest

from stdcell import interpret, parse, verify
from stdcell.errors import RuntimeFault

HIST = "hist = selector_width(select(tokens, tokens, ==));\n"
ANSWERS = {
    "words and numbers": (f"{HIST}ans = 1 / hist;", "proved"),
    "one word": (f"{HIST}ans = 1 / (hist - 1);", "refuted"),
    "a named word": ('ans = 1 / (1 - indicator(tokens == "x"));', "refuted"),
    "a number": ("ans = 1 / (1 - indicator(tokens == 5));", "refuted"),
    "two readings": ("ans = 1 / (1 + tokens_int * tokens_int + indicator(tokens_bool));", "proved"),
    "readings that no token has together": ("ans = 1 / (1 - indicator(tokens_int == 0 and tokens_bool));", "unknown"),
}


@pytest.mark.parametrize(("text", "status"), ANSWERS.values(), ids=ANSWERS.keys())
def test_a_division_in_a_program_without_types_is_answered(text: str, status: str) -> None:
    (verdict,) = verify(parse(text, dialect="rasp")).verdicts
    assert verdict.status == status


def test_a_counterexample_is_the_tokens_that_are_given() -> None:
    program = parse('ans = 1 / (1 - indicator(tokens == "x"));', dialect="rasp")
    (verdict,) = verify(program).verdicts
    assert verdict.counterexample is not None
    assert (verdict.counterexample.inputs, verdict.counterexample.call) == (["x"], 'ans(["x"])')
    with pytest.raises(RuntimeFault, match="division by zero"):
        interpret(program, [verdict.counterexample.inputs])

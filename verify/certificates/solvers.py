"""Questions as texts, put to Z3 and to cvc5, whoever wrote them.

Each gets more steps than the question was first asked with, for the same text costs another solver, or the same one
with other options, another number; none is given a time, so that answers repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import z3

from ..solver import limited

__all__ = ["CVC5_STEPS", "Answer", "ask_cvc5", "ask_z3"]

Answer = Literal["unsat", "sat", "unknown", "absent"]
_MORE = 10
CVC5_STEPS = 1_000_000
# Instances at the terms of the patterns first, then at all terms, smallest first; nonlinear reals by coverings.
_OPTIONS: tuple[Mapping[str, str], ...] = ({}, {"enum-inst": "true"}, {"nl-cov": "true"})


def ask_z3(text: str, steps: int) -> Answer:
    """What Z3 answers to a text; one that it cannot read is unknown."""
    solver = limited(min(_MORE * steps, 2**32 - 1))
    try:
        solver.from_string(text)
    except z3.Z3Exception:
        return "unknown"
    return _ANSWERS[str(solver.check())] if solver.assertions() else "sat"


_ANSWERS: dict[str, Answer] = {"unsat": "unsat", "sat": "sat", "unknown": "unknown"}


def ask_cvc5(text: str) -> Answer:
    """What cvc5 answers to a text, with the first options that lead to an answer; absent where it is not installed."""
    try:
        import cvc5
    except ImportError:
        return "absent"
    # Coverings heed no limit, and need not come to an end among whole numbers.
    chosen = (options for options in _OPTIONS if "nl-cov" not in options or "Int" not in text)
    answers = (_answer_of_cvc5(cvc5, text, options) for options in chosen)
    return next((answer for answer in answers if answer != "unknown"), "unknown")


def _answer_of_cvc5(cvc5: Any, text: str, options: Mapping[str, str]) -> Answer:
    solver = cvc5.Solver(cvc5.TermManager())
    for name, value in {"rlimit": str(CVC5_STEPS), **options}.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    said = ""
    try:
        while not (command := parser.nextCommand()).isNull():
            said = str(command.invoke(solver, parser.getSymbolManager())).strip() or said
    except RuntimeError:
        return "unknown"
    return _ANSWERS.get(said, "unknown")

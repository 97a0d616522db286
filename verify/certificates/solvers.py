"""Questions as texts, put to Z3 and to cvc5, whoever wrote them.

Each gets more steps than the question was first asked with, for the same text costs another solver, or the same one in
another mood, another number; none is given a time, so that answers repeat.
"""

from __future__ import annotations

from typing import Literal

import z3

from ..solver import SEED

__all__ = ["CVC5_STEPS", "Answer", "ask_cvc5", "ask_z3"]

Answer = Literal["unsat", "sat", "unknown", "absent"]
_MORE = 10
CVC5_STEPS = 3_000_000


def ask_z3(text: str, steps: int) -> Answer:
    """What Z3 answers to a text; one that it cannot read is unknown."""
    solver = z3.Solver(ctx=z3.Context())
    solver.set(rlimit=min(_MORE * steps, 2**32 - 1), random_seed=SEED)
    try:
        solver.from_string(text)
    except z3.Z3Exception:
        return "unknown"
    return _ANSWERS[str(solver.check())] if solver.assertions() else "sat"


_ANSWERS: dict[str, Answer] = {"unsat": "unsat", "sat": "sat", "unknown": "unknown"}


def ask_cvc5(text: str) -> Answer:
    """What cvc5 answers to a text; absent where it is not installed."""
    try:
        import cvc5
    except ImportError:
        return "absent"
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("rlimit", str(CVC5_STEPS))
    # Where no term calls for an instance of a quantifier, the terms that are there are tried in turn.
    solver.setOption("enum-inst", "true")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    said = ""
    try:
        while not (command := parser.nextCommand()).isNull():
            said = str(command.invoke(solver, parser.getSymbolManager())).strip() or said
    except RuntimeError:
        return "unknown"
    return _ANSWERS.get(said, "unknown")

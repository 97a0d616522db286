"""What cvc5 says of a question."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def second_answer() -> Callable[[str], str]:
    """The answer to an SMT-LIB2 text; the test is skipped where cvc5 is not installed."""
    cvc5 = pytest.importorskip("cvc5")

    def answer(text: str) -> str:
        solver = cvc5.Solver(cvc5.TermManager())
        solver.setOption("rlimit-per", "2000000")
        parser = cvc5.InputParser(solver)
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
        said = ""
        while not (command := parser.nextCommand()).isNull():
            said += command.invoke(solver, parser.getSymbolManager())
        return said.strip()

    return answer

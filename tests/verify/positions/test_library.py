"""Every promise of every program of the library is proved for all lengths, and by two solvers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell import Report, parse, verify
from stdcell.verify.certificates.solvers import ask_cvc5
from stdcell.verify.positions.schemas import SCHEMAS

LIBRARY = Path(__file__).parents[3] / "library"
PROGRAMS = sorted(path.stem for path in LIBRARY.glob("*.cell"))


@pytest.fixture(scope="module")
def report_on() -> Callable[[str], Report]:
    """What is answered of a program, asked once."""
    reports: dict[str, Report] = {}

    def answer(name: str) -> Report:
        if name not in reports:
            reports[name] = verify(parse((LIBRARY / f"{name}.cell").read_text(encoding="utf-8")))
        return reports[name]

    return answer


def test_the_library_holds_twenty_programs_and_more() -> None:
    assert len(PROGRAMS) > 20


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_the_library_is_proved_for_all_lengths(name: str, report_on: Callable[[str], Report]) -> None:
    left = [
        (verdict.claim, verdict.status, verdict.scope)
        for verdict in report_on(name).verdicts
        if (verdict.status, verdict.scope) not in (("proved", "all lengths"), ("proved", "all inputs"))
    ]
    assert left == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_proof_rests_on_schemas_that_are_proved(name: str, report_on: Callable[[str], Report]) -> None:
    named = {schema for verdict in report_on(name).verdicts if verdict.proof for schema in verdict.proof.schemas}
    assert named <= set(SCHEMAS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_second_solver_agrees_on_a_program(name: str, report_on: Callable[[str], Report]) -> None:
    pytest.importorskip("cvc5")
    proofs = [verdict.proof for verdict in report_on(name).verdicts if verdict.proof]
    disputed = [query.purpose for proof in proofs for query in proof.queries if ask_cvc5(query.text) != "unsat"]
    assert disputed == []

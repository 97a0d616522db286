"""What a reader is told of the wires from circuit to circuit."""

from __future__ import annotations

import math

import pytest

from stdcell.app.verification.budgets import Budgets, budget_rows, conclusion, document
from stdcell.app.verification.page import verdicts_page
from stdcell.app.verification.printing import print_report
from stdcell.dsl import CellPort, CellSignature
from stdcell.dsl.types import Int
from stdcell.runtime.stitching import Wire
from stdcell.verify import Report
from stdcell.verify.networks.wires import WireBudget, WireReport

PORT = CellPort("a", Int(0, 3))


def circuit(name: str) -> CellSignature:
    return CellSignature("circuit", name, name * 8, (PORT,), CellPort("result", Int(0, 3)), None, None)


def budget(decision: str, *, is_soft: bool, call: int = 1, leaving: float = 0.0) -> WireBudget:
    wire = Wire(circuit("first"), circuit("second"), PORT, "chain.cell:3:9")
    lipschitz = 2.0 if is_soft else None
    return WireBudget(wire, call, is_soft, 0.25, 0.001, 1.5, decision, lipschitz, leaving)  # type: ignore[arg-type]


RESET = Budgets(WireReport((budget("reset", is_soft=False),), is_settled=True))
LOST = Budgets(WireReport((budget("lost", is_soft=False, leaving=math.inf),), is_settled=True))
GROWING = Budgets(
    WireReport(tuple(budget("accumulates", is_soft=True, call=call, leaving=0.502) for call in (1, 2)), False)
)
UNKNOWN = Budgets(None, "a cell with 40,000 inputs is too large")


def test_a_hard_wire_is_held_to_the_margin_and_a_soft_one_to_the_radius() -> None:
    assert list(budget_rows(RESET)) == [
        ("first.result → second.a", "hard", "1", "3", "0.25", "0.001", "", "reset", "", "0")
    ]
    assert list(budget_rows(GROWING)) == [
        ("first.result → second.a", "soft", "2", "", "0.25", "0.001", "1.5", "accumulates", "2", "0.502")
    ]


CONCLUSIONS = {
    "reset": (RESET, "no rounding, and nothing that a soft wire writes, changes an answer, for any number of calls"),
    "lost": (LOST, "what is off at a wire may change answers"),
    "growing": (GROWING, "what is off at a wire may change answers; after 2 calls in a chain the budgets still grow"),
    "unknown": (UNKNOWN, "the budgets of the wires are not known: a cell with 40,000 inputs is too large"),
}


@pytest.mark.parametrize(("budgets", "told"), CONCLUSIONS.values(), ids=CONCLUSIONS.keys())
def test_a_sentence_says_what_the_budgets_come_to(budgets: Budgets, told: str) -> None:
    assert conclusion(budgets) == told


def test_what_is_infinite_is_null_in_json() -> None:
    told = document(LOST)
    assert told == {
        "keeps_answers": False,
        "is_settled": True,
        "budgets": [
            {
                "wire": "first.result → second.a",
                "place": "chain.cell:3:9",
                "kind": "hard",
                "call": 1,
                "margin": 3.0,
                "epsilon": 0.25,
                "epsilon_float": 0.001,
                "lipschitz": None,
                "leaving": None,
                "decision": "lost",
            }
        ],
    }


def test_what_is_not_known_is_said_in_json() -> None:
    assert (document(None), document(UNKNOWN)) == (None, {"unknown": "a cell with 40,000 inputs is too large"})


def test_terminal_and_page_tell_the_wires(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report("0" * 64), GROWING, as_json=False, quiet=False)
    assert "accumulates" in capsys.readouterr().out
    page = verdicts_page("chain.cell", "", Report("0" * 64), GROWING)
    assert "accumulates" in page
    assert "after 2 calls in a chain the budgets still grow." in page


def test_quiet_tells_no_wires(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Report("0" * 64), GROWING, as_json=False, quiet=True)
    assert capsys.readouterr().out == "nothing to prove\n"

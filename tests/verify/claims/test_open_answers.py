"""Cells whose contracts leave their answers open: proofs from what these promise, refutations by the real networks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from stdcell import Catalog, Report, parse, verify
from stdcell.errors import Source
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import Edge, Transformer, TransformerConfig
from stdcell.training import store_circuit
from stdcell.verify import Verdict, equivalent
from stdcell.verify.certificates.checking import check_certificate
from stdcell.verify.certificates.writing import certify


def build_next() -> NeuralCell:
    """Answers a + 1 to a of 0..2, in a port that admits up to 9."""
    ports = CellConfig((IntPort("a", 0, 2),), IntPort("result", 0, 9), ("a",), read_position=0)
    shape = TransformerConfig(3, 1, 4, (), 10, edges=(Edge("embed", "logits"),))
    unembed = torch.zeros(4, 10)
    unembed[0, 1] = unembed[1, 2] = unembed[2, 3] = 1.0
    embed = torch.cat([torch.diag(torch.tensor([7.0, 8.0, 9.0])), torch.zeros(3, 1)], dim=1)
    weights = {"embed": embed, "unembed": unembed, "b_unembed": torch.zeros(1, 10)}
    return NeuralCell(ports, Transformer(shape, weights))


def build_step() -> NeuralCell:
    """Answers the state, but never more than 4."""
    ports = CellConfig((IntPort("state", 0, 9), IntPort("item", 0, 2)), IntPort("result", 0, 9), ("state", "item"), 0)
    shape = TransformerConfig(10, 2, 10, (), 10, edges=(Edge("embed", "logits"),))
    unembed = torch.eye(10).index_select(1, torch.arange(10))
    unembed[5:] = unembed[4]
    weights = {"embed": 8 * torch.eye(10), "unembed": unembed, "b_unembed": torch.zeros(1, 10)}
    return NeuralCell(ports, Transformer(shape, weights))


CONTRACTS = {
    "at_most": ("", "result <= 5"),
    "at_least": ("", "result >= a"),
    "another": ("", "result != a"),
    "from_one": ("a >= 1", "result >= 2"),
    "of_evens": ("a != 1", "result != 2"),
    "joined": ("", "result > a and (a == 0 implies result == 1)"),
}
"""All of them hold of a + 1."""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder: Path = tmp_path_factory.mktemp("open") / "catalog"
    with Catalog(folder) as opened:
        store_circuit(opened, "next", build_next(), "result <= 5")
        store_circuit(opened, "other", build_next(), "result <= 5 and result != 4")
        store_circuit(opened, "wrong", build_next(), "result <= 2")
        store_circuit(opened, "step", build_step(), "result <= 5")
        for name, (requires, ensures) in CONTRACTS.items():
            store_circuit(opened, name, build_next(), ensures, requires)
        yield opened


def report_on(text: str, catalog: Catalog | None, scope: Catalog) -> Report:
    return verify(parse(Source(f"use circuit next;\nuse circuit other;\nuse circuit wrong;\n{text}", "open.cell"),
                        scope=scope), catalog)  # fmt: skip


def verdict_on(text: str, catalog: Catalog) -> Verdict:
    return report_on(text, catalog, catalog).verdicts[-1]


PROVED = {
    "what is promised": "main(x: int 0..2) -> int ensures result <= 5 = next(x);",
    "what follows": "main(x: int 0..2) -> int ensures result <= 6 = next(x) + 1;",
    "equal calls": "main(x: int 0..2) -> int ensures result == 0 = next(x) - next(x);",
    "calls of equal arguments": (
        "main(x: int 0..2, y: int 0..2) -> int requires x == y ensures result == 0 = next(x) - next(y);"
    ),
    "at every position": "main(xs: seq[int 0..2]) ensures result <= 6 = next(xs) + 1;",
    "equal sequences": (
        "main(xs: seq[int 0..2], ys: seq[int 0..2]) requires xs == ys ensures result == 0 = next(xs) - next(ys);"
    ),
    "behind a function": (
        "def twice(x: int 0..2) -> int ensures result <= 10 { return next(x) + next(x); }\n"
        "main(x: int 0..2) -> int ensures result <= 11 = twice(x) + 1;"
    ),
}


@pytest.mark.parametrize("text", PROVED.values(), ids=PROVED.keys())
def test_what_follows_from_the_contract_is_proved_and_rests_on_it(text: str, catalog: Catalog) -> None:
    verdict = verdict_on(text, catalog)
    assert (verdict.status, verdict.scope in ("all inputs", "all lengths")) == ("proved", True)
    assert [(one.contract, one.holds) for one in verdict.assumptions] == [("result <= 5", True)]


IN_FOLDS = {
    "its last state": "main(xs: seq[int 0..2]) -> int requires length > 0 ensures result <= 5 = fold(step, xs, 7);",
    "all of its states": "main(xs: seq[int 0..2]) ensures result <= 5 = scan(step, xs, 7);",
    "a step of the program": (
        "def capped(s: int 0..9, x: int 0..2) -> int 0..9 { return step(s, x) + 1; }\n"
        "main(xs: seq[int 0..2]) -> int ensures result <= 6 = fold(capped, xs, 0);"
    ),
}


@pytest.mark.parametrize("text", IN_FOLDS.values(), ids=IN_FOLDS.keys())
def test_every_step_of_a_fold_keeps_the_contract(text: str, catalog: Catalog) -> None:
    verdict = verdict_on(f"use circuit step;\n{text}", catalog)
    assert (verdict.status, verdict.scope) == ("proved", "all lengths")


def test_a_fold_of_no_elements_makes_no_call(catalog: Catalog) -> None:
    verdict = verdict_on("use circuit step;\nmain(xs: seq[int 0..2]) -> int ensures result <= 5 = fold(step, xs, 7);",
                         catalog)  # fmt: skip
    assert verdict.counterexample is not None
    assert verdict.counterexample.call == "main([])"


CLAIMS = {
    "result >= 1": True,
    "result <= 3": True,
    "result <= 2": False,
    "result != x": True,
    "result > x": True,
    "result >= x + 2": False,
    "result == x + 1": True,
    "result == 1 or x > 0": True,
    "result == 2 or x != 1": True,
    "result != 2": False,
    "result <= 9": True,
    "x >= 1 implies result >= 2": True,
    "x >= 1 implies result >= 3": False,
}


@pytest.mark.parametrize("cell", CONTRACTS)
@pytest.mark.parametrize(("claim", "is_true"), CLAIMS.items(), ids=CLAIMS.keys())
def test_no_true_claim_is_refuted_and_no_false_one_proved(
    cell: str, claim: str, is_true: bool, catalog: Catalog
) -> None:
    text = f"use circuit {cell};\nmain(x: int 0..2) -> int ensures {claim} = {cell}(x);"
    report = report_on(text, catalog, catalog)
    assert is_true or not report.is_proved
    assert not (is_true and report.verdicts[-1].status == "refuted")


OPEN = {
    "true of the network, not promised": "main(x: int 0..2) -> int ensures result == x + 1 = next(x);",
    "of another cell": "main(x: int 0..2) -> int ensures result == 0 = next(x) - other(x);",
    "narrower than promised": "main(x: int 0..2) -> int ensures result <= 3 = next(x);",
}


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN.keys())
def test_what_does_not_follow_and_is_not_broken_is_unknown(text: str, catalog: Catalog) -> None:
    assert verdict_on(text, catalog).status == "unknown"


def test_a_broken_promise_is_refuted_by_the_network_itself(catalog: Catalog) -> None:
    verdict = verdict_on("main(x: int 0..2) -> int ensures result <= 3 = next(x) + 1;", catalog)
    shown = verdict.counterexample
    assert verdict.status == "refuted"
    assert shown is not None
    assert (shown.call, shown.answer) == ("main(2)", 4)
    assert shown.command == "stdcell run open.cell --input 2 --backend stitched"


def test_without_the_network_nothing_is_refuted(catalog: Catalog) -> None:
    text = "main(x: int 0..2) -> int ensures result <= 3 = next(x) + 1;"
    assert report_on(text, None, catalog).verdicts[-1].status == "unknown"


def test_a_contract_that_the_network_breaks_proves_nothing(catalog: Catalog) -> None:
    verdict = verdict_on("main(x: int 0..2) -> int ensures result <= 5 = wrong(x);", catalog)
    assert verdict.status == "unknown"
    assert "it would follow from the contract of 'wrong'" in str(verdict.reason)


def test_programs_that_call_open_cells_are_compared_by_what_these_answer(catalog: Catalog) -> None:
    use = "use circuit next;\n"
    one = parse(Source(use + "main(x: int 0..2) -> int = next(x) + 1;", "one.cell"), scope=catalog)
    same = parse(Source(use + "main(x: int 0..2) -> int = 1 + next(x) + 0 * x;", "same.cell"), scope=catalog)
    constant = parse(Source("main(x: int 0..2) -> int = 2;", "constant.cell"))
    assert [verdict.status for verdict in equivalent(one, same, catalog).verdicts] == ["proved"]
    differing = equivalent(one, constant, catalog).verdicts[-1]
    assert differing.counterexample is not None
    assert differing.counterexample.answer == {"one.cell": 3, "constant.cell": 2}
    assert equivalent(one, constant).verdicts[-1].status == "unknown"


@pytest.mark.parametrize("promised", ["result <= 6", "result <= 3"])
def test_certificates_over_open_cells_are_confirmed(promised: str, catalog: Catalog) -> None:
    text = f"use circuit next;\nmain(x: int 0..2) -> int ensures {promised} = next(x) + 1;"
    program = parse(Source(text, "open.cell"), scope=catalog)
    certificate = certify(program, verify(program, catalog), catalog)
    assert {finding.standing for finding in check_certificate(certificate, catalog)} == {"confirmed"}

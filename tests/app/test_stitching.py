"""Soft wires and saved compositions on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stdcell import Catalog
from stdcell.app.cli import main
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig
from stdcell.training import store_circuit

Run = Callable[..., tuple[int, str, str]]
FOLD = "use circuit step;\nmain(xs: seq[int 0..4]) -> int 0..4 = fold(step, xs, 0);\n"


@pytest.fixture
def stdcell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in a folder with a catalog of one circuit, of random weights, and a program over it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STDCELL_CATALOG", raising=False)
    (tmp_path / "fold.cell").write_text(FOLD)
    ports = (IntPort("state", 0, 4), IntPort("item", 0, 4))
    config = CellConfig(ports, IntPort("result", 0, 4), ("state", "item", 5), read_position=2)
    shape = TransformerConfig(6, 3, 8, (LayerShape(1, 4, 4, 8),), 5)
    with Catalog(tmp_path / "catalog") as catalog:
        store_circuit(catalog, "step", NeuralCell(config, Transformer.initialised(shape, seed=0)), "result >= 0")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["stdcell", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def test_the_wires_from_circuit_to_circuit_are_listed(stdcell: Run) -> None:
    code, out, _ = stdcell("stitch", "fold.cell")
    assert (code, out.splitlines()[0]) == (0, "fold.cell:2:44: step.result → step.state")


def test_the_budget_of_each_wire_is_told_where_it_is_listed_and_where_the_program_is_verified(stdcell: Run) -> None:
    (listed,) = json.loads(stdcell("stitch", "fold.cell", "--json")[1])
    verified = json.loads(stdcell("verify", "fold.cell", "--json")[1])["wires"]
    assert verified["budgets"] == [listed["budget"]]
    assert (listed["budget"]["kind"], listed["budget"]["call"], listed["budget"]["epsilon"]) == ("hard", 1, 0.0)
    assert listed["budget"]["margin"] > 2 * listed["budget"]["epsilon_float"] > 0
    assert (listed["budget"]["decision"], verified["keeps_answers"]) == ("reset", True)


def test_a_program_whose_circuits_are_not_joined_has_no_budgets(stdcell: Run) -> None:
    Path("once.cell").write_text("use circuit step;\nmain(x: int 0..4) = step(x, 1);\n")
    assert json.loads(stdcell("verify", "once.cell", "--json")[1])["wires"] is None


def test_soft_wires_are_stored_with_what_was_measured(stdcell: Run) -> None:
    code, out, _ = stdcell("stitch", "fold.cell", "--soft", "--minimum-fidelity", "0", "--json")
    (wire,) = json.loads(out)
    assert (code, wire["wire"], wire["seed"]) == (0, "step.result → step.state", 0)
    with Catalog("catalog") as catalog:
        rows = catalog.query("MATCH (e:Evidence)-[:ABOUT]->(a:Adapter) RETURN a.id, e.value")
    assert rows == [{"a.id": wire["id"], "e.value": wire["agreement"]}]


def test_soft_wires_are_held_to_the_radius_of_the_circuit_behind_them(stdcell: Run) -> None:
    (wire,) = json.loads(
        stdcell("stitch", "fold.cell", "--soft", "--minimum-fidelity", "0", "--budgets", "--json", "--quiet")[1]
    )
    budget = wire["budget"]
    assert (budget["kind"], budget["decision"]) == ("soft", "accumulates")
    assert budget["epsilon"] + budget["epsilon_float"] > budget["radius"] > 0


def test_a_wire_below_the_asked_fidelity_ends_with_exit_code_one(stdcell: Run) -> None:
    code, out, _ = stdcell("stitch", "fold.cell", "--soft", "--width", "1", "--minimum-fidelity", "1")
    assert code == 1
    assert "below 100.0%: step.result → step.state will be refused by the soft composition" in out


def test_an_unknown_writer_is_one_message(stdcell: Run) -> None:
    code, _, err = stdcell("stitch", "fold.cell", "--soft", "--reads", "L9.mlp", "--quiet")
    assert code == 1
    assert err.startswith("error: no writer 'L9.mlp' in this model; ")


def test_a_program_is_added_to_the_catalog_and_called_by_the_next_one(stdcell: Run) -> None:
    Path("next.cell").write_text('use program "folded" as folded;\nmain(xs: seq[int 0..4]) = folded(xs) + 10;\n')
    alone = stdcell("run", "fold.cell", "--backend", "stitched", "--input", "[1, 2, 3]", "--json")
    added = stdcell("catalog", "add", "fold.cell", "--name", "folded", "--quiet")
    after = stdcell("run", "next.cell", "--backend", "stitched", "--input", "[1, 2, 3]", "--json")
    assert (added[0], added[1].splitlines()[0][:15]) == (0, "program folded ")
    assert json.loads(after[1])["answer"] == json.loads(alone[1])["answer"] + 10


def test_a_program_that_does_not_read_is_not_added(stdcell: Run) -> None:
    Path("faulty.cell").write_text("main(xs: seq[int 0..4]) = ys;\n")
    code, _, err = stdcell("catalog", "add", "faulty.cell", "--quiet")
    assert code == 1
    assert err.startswith("error: faulty.cell:1:27: unknown name 'ys'")

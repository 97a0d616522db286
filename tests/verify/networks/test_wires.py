"""The budget at every wire: what resets, what is accepted, what accumulates, and what is lost."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping

import pytest
import torch

from stdcell.dsl import CellPort, CellSignature, Program, parse
from stdcell.dsl.types import Int
from stdcell.errors import Source, UnknownCell, VerificationError
from stdcell.runtime.cell import NeuralCell
from stdcell.runtime.stitching import Adapter, AdapterConfig, Stitched
from stdcell.verify.networks.wires import wire_budgets

from .test_exhaustive import copying_cell


def digest_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


class Copies:
    """Knows circuits of any name, which answer their port b, a number from 0 to 3."""

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        number = Int(0, 3)
        ports = (CellPort("a", number), CellPort("b", number))
        return CellSignature(kind, name, digest_of(name), ports, CellPort("result", number), None, "result == b")

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        raise UnknownCell(f"no program named {name!r}")


TWICE = """
use circuit first as first;
main(x: int 0..3, y: int 0..3) -> int 0..3 = first(x, first(x, y));
"""
CHAIN = """
use circuit first as first;
use circuit second as second;
use circuit third as third;
main(x: int 0..3, y: int 0..3) -> int 0..3 = third(x, second(x, first(x, y)));
"""


def adapter_between(source: str, target: str, shift: float) -> Adapter:
    """Writes what the source embedded, shifted along the first coordinate."""
    tensors = {"center": torch.zeros(4), "basis": torch.eye(4), "weight": torch.eye(4), "bias": torch.zeros(4)}
    tensors["bias"][0] = shift
    return Adapter(AdapterConfig(digest_of(source), digest_of(target), "b"), tensors)


def program_of(text: str) -> Program:
    return parse(text, scope=Copies())  # type: ignore[arg-type]


def cells_of(program: Program) -> Mapping[str, NeuralCell]:
    return {cell.digest: copying_cell() for cell in program.cells}


def chained(shift: float) -> Stitched:
    program = program_of(CHAIN)
    return Stitched(program, cells_of(program), None, [adapter_between("first", "second", shift)])


def test_hard_wires_reset_where_the_margin_is_clear() -> None:
    program = program_of(CHAIN)
    report = wire_budgets(Stitched(program, cells_of(program)))
    assert [(one.decision, one.arriving, one.leaving) for one in report.last] == [("reset", 0.0, 0.0)] * 2
    assert [one.allowed for one in report.last] == pytest.approx([3.5, 3.5], abs=1e-6)
    assert 0 < report.last[0].rounding < 1e-5
    assert report.keeps_answers


def test_a_soft_wire_within_the_radius_is_accepted_and_the_next_hard_wire_resets() -> None:
    report = wire_budgets(chained(1.0))
    soft, hard = report.last
    assert (soft.decision, hard.decision) == ("accepted", "reset")
    assert (soft.arriving, soft.leaving, hard.arriving) == pytest.approx((1.0, 1.0, 1.0), abs=1e-4)
    # A logit moves as the embedding does; half of the margin of 7 is the radius, found by halving.
    assert 3.4 < soft.allowed <= 3.5
    assert soft.lipschitz == pytest.approx(1.0, abs=1e-3)
    assert report.keeps_answers


def test_a_soft_wire_beyond_the_radius_accumulates_and_the_next_hard_wire_is_lost() -> None:
    report = wire_budgets(chained(4.0))
    soft, hard = report.last
    assert (soft.decision, hard.decision) == ("accumulates", "lost")
    assert soft.leaving == pytest.approx(4.0, abs=1e-4)
    assert hard.leaving == math.inf
    assert not report.keeps_answers


def test_what_is_accepted_answers_as_hard_wires_do() -> None:
    program = program_of(CHAIN)
    pairs = torch.cartesian_prod(torch.arange(4), torch.arange(4))
    inputs = {"x": pairs[:, 0], "y": pairs[:, 1]}
    wanted = Stitched(program, cells_of(program)).tensors(inputs).values
    assert chained(3.3).tensors(inputs).values.tolist() == wanted.tolist()
    assert chained(8.0).tensors(inputs).values.tolist() != wanted.tolist()


def test_a_chain_adds_up_call_by_call() -> None:
    program = program_of(TWICE)
    report = wire_budgets(Stitched(program, cells_of(program), None, [adapter_between("first", "first", 1.0)]))
    assert [one.arriving for one in report.budgets] == pytest.approx([1.0, 2.0, 3.0, 4.0], abs=1e-4)
    assert [one.decision for one in report.budgets] == ["accepted"] * 3 + ["accumulates"]
    assert not report.is_settled
    assert not report.keeps_answers


def test_a_chain_that_loses_nothing_settles() -> None:
    program = program_of(CHAIN)
    report = wire_budgets(Stitched(program, cells_of(program), None, [adapter_between("second", "third", 0.5)]))
    assert report.is_settled
    assert [one.decision for one in report.last] == ["reset", "accepted"]


def test_a_narrow_margin_is_lost_at_a_hard_wire() -> None:
    program = program_of(CHAIN)
    narrow = copying_cell(margin=1e-6)
    with torch.no_grad():
        narrow.model.get_parameter("b_unembed").fill_(9.0)
    cells = {**cells_of(program), digest_of("first"): narrow}
    assert [one.decision for one in wire_budgets(Stitched(program, cells)).last] == ["lost", "lost"]


def test_a_budget_is_told_in_one_line() -> None:
    (soft, _) = wire_budgets(chained(1.0)).last
    assert str(soft).startswith("first.result → second.b, soft, call 2: ε 1, ε_float ")
    assert str(soft).endswith(": accepted, 1 goes on (L 1)")


def test_a_cell_of_too_many_inputs_is_refused() -> None:
    program = program_of(CHAIN)
    cells = {**cells_of(program), digest_of("first"): copying_cell(200)}
    with pytest.raises(VerificationError, match="a cell with 40,000 inputs is too large"):
        wire_budgets(Stitched(program, cells))

"""A reasoning trace tells each s-op's value, and the cell behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from stdcell.dsl import CellPort, CellSignature, Program, parse
from stdcell.dsl.graph import (
    Aggregate,
    At,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Lookup,
    Quantified,
    Select,
    SOp,
)
from stdcell.dsl.types import Int, Seq, Value
from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.reference import call_by_contract, run
from stdcell.runtime.tracing import Recorder, Step, Trace, trace_of

XS = Input((), "main.0", Seq(Int(0, 2)), "xs")
STATE = Input((), "fold1.state", Int(), "state")
ITEM = Input((), "fold1.item", Int(), "item")
N = Input((), "quantifier1", Int(), "n")
LAST = Aggregate((Select((Indices(), Indices()), "<="), XS), "last")
SQUARES = Lookup((XS,), (((0,), 0), ((1,), 1), ((2,), 4)))
RUNNING = Fold((XS, Constant((), 0)), (STATE, ITEM), Elementwise((STATE, ITEM), "+"), running=True)
NEXT = CellSignature("formula", "next", "0123", (CellPort("a", Int()),), CellPort("result", Int()), None, None)


def program_of(node: SOp) -> Program:
    program = parse("main(xs: seq[int 0..2]) = xs;")
    main = program.functions["main"]
    return replace(program, functions={"main": replace(main, parameters=(XS,), result=node)}, spans={node: main.span})


def last_step(trace: Trace) -> Step:
    return trace.steps[-1]


def interpreted(program: Program, given: list[int], cell: Callable[[CellCall, Any], Value]) -> Trace:
    function, recorder = program.functions["main"], Recorder(cell)
    values = run(program, function, given, recorder)
    return trace_of(program, function, given, values, "interpret", recorder=recorder)


@pytest.mark.parametrize(
    ("node", "type_", "value"),
    [
        (LAST, "seq[int 0..2]", [1, 2, 0]),
        (SQUARES, "seq[int 0..4]", [1, 4, 0]),
        (RUNNING, "seq[int]", [1, 3, 3]),
        (At((XS, Constant((), -2))), "int 0..2", 2),
        (
            Quantified((Constant((), 0), Length()), "exists", N, Elementwise((At((XS, N)), Constant((), 2)), "==")),
            "bool",
            True,
        ),
    ],
    ids=["last", "table", "running fold", "position", "quantifier"],
)
def test_a_step_tells_the_value_of_each_kind_of_node(node: SOp, type_: str, value: Any) -> None:
    step = last_step(interpreted(program_of(node), [1, 2, 0], call_by_contract))
    assert (step.type, step.value, step.place, step.evidence) == (type_, value, "<program>:1:1", "exact")


@pytest.mark.parametrize(
    "node",
    [
        Fold((XS, Constant((), 0)), (STATE, ITEM), CellCall((ITEM,), NEXT), running=True),
        Quantified(
            (Constant((), 0), Length()),
            "forall",
            N,
            Elementwise((CellCall((At((XS, N)),), NEXT), Constant((), 0)), ">"),
        ),
    ],
    ids=["fold", "quantifier"],
)
def test_the_cell_within_a_step_or_body_is_told_with_its_calls(node: SOp) -> None:
    step = last_step(interpreted(program_of(node), [1, 2], lambda _call, operands: operands[0] + 1))
    calls = [(call.inputs, call.answer) for call in step.calls]
    assert ([cell.name for cell in step.cells], calls) == (["next"], [((1,), 2), ((2,), 3)])


@pytest.mark.parametrize(("node", "value"), [(LAST, [1, 2, 0]), (SQUARES, [1, 4, 0]), (At((XS, Constant((), -2))), 2)])
def test_a_transformer_tells_the_same_values(node: SOp, value: Any) -> None:
    program = program_of(node)
    values = compile_transformer(program, max_length=3).values([1, 2, 0])
    trace = trace_of(program, program.functions["main"], [1, 2, 0], values, "transformer")
    assert last_step(trace).value == value

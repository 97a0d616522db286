"""The law of the encoder put to one random program: where the interpreter answers, its answer is the only one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import z3

from stdcell.dsl import Program
from stdcell.dsl.graph import SOp
from stdcell.errors import RuntimeFault, VerificationError
from stdcell.runtime.inputs import bind_inputs
from stdcell.runtime.reference import run
from stdcell.verify.bounded.kinds import typed_graphs
from stdcell.verify.encode import Encoded, encode
from stdcell.verify.encoding.logic import negated, term_of
from tests.programs.drawing import Drawn

__all__ = ["Compared", "compare"]

LENGTHS = (1, 2, 3)


@dataclass(frozen=True)
class Compared:
    """What came of it: `agreed`, `refused` and why, or `differed`, and on how many inputs it was compared."""

    status: str
    reason: str = ""
    n_inputs: int = 0


def compare(drawn: Drawn, random: Random, n_inputs: int = 4) -> Compared:
    """Encode a program for one length, and compare it on drawn inputs of that length."""
    program = drawn.program
    if program is None:
        return Compared("refused", "by the checker")
    length = random.choice(LENGTHS)
    try:
        graphs = [(graph, encode([graph], program.output().parameters, length)) for graph in _graphs(program)]
    except VerificationError as refusal:
        return Compared("refused", str(refusal))
    inputs = [[random.choice(drawn.values) for _ in range(length)] for _ in range(n_inputs)]
    outcomes = [_outcome(program, graphs, given) for given in inputs]
    wrong = next((outcome for outcome in outcomes if outcome not in ("agrees", "faults")), None)
    if wrong is not None:
        return Compared("differed", f"{drawn.text} on {wrong}")
    return Compared("agreed", "", outcomes.count("agrees"))


def _graphs(program: Program) -> list[SOp]:
    return [graph for (graph,) in typed_graphs([program.output().result])]


def _outcome(program: Program, graphs: Sequence[tuple[SOp, Encoded]], given: Sequence[Any]) -> str:
    """`agrees`, `faults`, or the input with the answer that is expected."""
    function = program.output()
    try:
        expected = run(program, function, given)[function.result]
    except RuntimeFault:
        return "faults"
    _, inputs = bind_inputs(function, given)
    is_word = any(isinstance(value, str) for value in given)
    graph, encoded = graphs[0] if is_word or len(graphs) == 1 else graphs[1]
    is_right = _is_only_answer(encoded, encoded.values[graph], inputs, expected)
    return "agrees" if is_right else f"{given}: expected {expected}"


def _is_only_answer(encoded: Encoded, found: Any, inputs: Any, expected: Any) -> bool:
    pairs = zip(found, expected, strict=True) if isinstance(expected, list) else [(found, expected)]
    wrong = [negated(encoded.of.equal(value, wanted)) for value, wanted in pairs]
    solver = z3.Solver()
    solver.add(*encoded.facts)
    for key, unknowns in encoded.inputs.items():
        for unknown, value in zip(unknowns, inputs[key], strict=True):
            solver.add(term_of(encoded.of.equal(unknown, value)))
    has_an_answer = solver.check() == z3.sat
    solver.add(z3.Or([term_of(each) for each in wrong]))
    return bool(has_an_answer and solver.check() == z3.unsat)

"""A refutation is replayed in the interpreter before anyone is shown it."""

from __future__ import annotations

import json
import shlex
from typing import Any

from ..dsl.graph import CellCall, inputs_of, nodes_within
from ..dsl.program import Program
from ..errors import RuntimeFault, VerificationError
from ..runtime.evaluate import evaluate
from ..runtime.reference import CellFunction, Exact, call_by_contract, shown
from .bounded.kinds import read_as, tokens_given
from .claims.claim import Claim
from .outcome import Refutation
from .verdict import Counterexample

__all__ = ["command_for", "replayed"]


def replayed(
    refutation: Refutation, claim: Claim, program: Program, cell: CellFunction = call_by_contract
) -> Counterexample | None:
    """The refutation as a call with its answer; None if the interpreter does not agree that the claim breaks.

    `cell` answers for catalogued cells; where it cannot, nothing was replayed.
    """
    try:
        return _replayed(refutation, claim, program, Exact(program, cell))
    except VerificationError:
        return None


def _replayed(refutation: Refutation, claim: Claim, program: Program, exact: Exact) -> Counterexample | None:
    function = claim.function
    tokens = tokens_given(refutation.inputs, refutation.n_positions)

    def value_of(node: Any) -> Any:
        return evaluate([node], exact, refutation.n_positions, inputs)[node]

    try:
        inputs = dict(refutation.inputs)
        if not function.parameters:
            read = {node.key: node for node in inputs_of([function.result, claim.condition, *claim.given])}
            inputs |= {key: read_as(node, tokens) for key, node in read.items()}
        if not all(value_of(condition) for condition in claim.given):
            return None
    except RuntimeFault:
        return None
    try:
        breaks = not value_of(claim.condition)
        answer = shown(value_of(function.result))
    except RuntimeFault as fault:
        breaks, answer = True, f"fault: {fault}"
    if not breaks:
        return None
    named = {parameter.name: shown(refutation.inputs[parameter.key]) for parameter in function.parameters}
    named |= {"tokens": shown(list(tokens))} if program.dialect == "rasp" and not named else {}
    given = next(iter(named.values())) if len(named) == 1 else named
    call = f"{function.name}({', '.join(json.dumps(value) for value in named.values())})"
    name = next((name for name, known in program.functions.items() if known is function), function.name)
    return Counterexample(call, given, answer, command_for(program, name, given))


def command_for(program: Program, name: str, given: Any) -> str:
    """What runs an output of a program on an input, to be pasted into a shell."""
    words = ["stdcell", "run", program.source.name, "--input", json.dumps(given)]
    if name != program.main:
        words += ["--output", name]
    called = nodes_within([program.functions[name].result]) if name in program.functions else ()
    if any(isinstance(node, CellCall) and node.meaning is None for node in called):
        words += ["--backend", "stitched"]
    return shlex.join(words)

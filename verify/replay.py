"""A refutation is replayed in the interpreter before anyone is shown it."""

from __future__ import annotations

import json
import shlex
from typing import Any

from ..dsl.program import Program
from ..errors import RuntimeFault
from ..runtime.evaluate import evaluate
from ..runtime.reference import Exact, call_by_contract, shown
from .claims.claim import Claim
from .outcome import Refutation
from .verdict import Counterexample

__all__ = ["command_for", "replayed"]


def replayed(refutation: Refutation, claim: Claim, program: Program) -> Counterexample | None:
    """The refutation as a call with its answer; None if the interpreter does not agree that the claim breaks."""
    function = claim.function
    exact = Exact(program, call_by_contract)

    def value_of(node: Any) -> Any:
        return evaluate([node], exact, refutation.n_positions, refutation.inputs)[node]

    try:
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
    inputs = {parameter.name: shown(refutation.inputs[parameter.key]) for parameter in function.parameters}
    given = next(iter(inputs.values())) if len(inputs) == 1 else inputs
    call = f"{function.name}({', '.join(json.dumps(value) for value in inputs.values())})"
    name = next((name for name, known in program.functions.items() if known is function), function.name)
    return Counterexample(call, given, answer, command_for(program, name, given))


def command_for(program: Program, name: str, given: Any) -> str:
    """What runs an output of a program on an input, to be pasted into a shell."""
    words = ["stdcell", "run", program.source.name, "--input", json.dumps(given)]
    if name != program.main:
        words += ["--output", name]
    return shlex.join(words)

"""The contract of a neural cell, checked by running every input of its finite domain.

1. Every combination of the ports' values is enumerated and the cell answers all of them.
2. The contract says of each answer whether it is allowed, in the language's own exact arithmetic.
3. The smallest lead of the best logit over the next, and the first wrong input, are kept.

An answer whose logits are not all finite is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import torch

from ...dsl.checking.contracts import read_contract
from ...dsl.program import Clause
from ...dsl.scope import CellPort, CellSignature
from ...dsl.types import Int, element_of
from ...errors import RuntimeFault, VerificationError
from ...runtime.cell import NeuralCell
from ...runtime.evaluate import evaluate
from ...runtime.reference import Exact, call_by_contract

__all__ = ["ExhaustiveCheck", "check_exhaustively"]


@dataclass(frozen=True, slots=True)
class ExhaustiveCheck:
    """What running every input showed.

    `smallest_margin` is the least lead of the best logit over the next; `first_wrong` is the first input, and the
    answer to it, that the contract does not allow.
    """

    n_inputs: int
    n_wrong: int
    smallest_margin: float
    first_wrong: tuple[tuple[int, ...], int] | None
    dtype: str
    device: str

    @property
    def holds(self) -> bool:
        """Whether every answer is allowed."""
        return self.n_wrong == 0


def check_exhaustively(cell: NeuralCell, signature: CellSignature) -> ExhaustiveCheck:
    """Run a cell on every input that its contract allows.

    Raises:
        VerificationError: if there is no contract, or a port has no finite range.
    """
    if signature.ensures is None:
        raise VerificationError(f"the {signature.kind} {signature.name!r} has no contract to check")
    contract = read_contract(signature)
    combinations = product(*map(_domain, signature.inputs))
    inputs = [values for values in combinations if _allows(contract.requires, values)]
    if not inputs:
        raise VerificationError(f"no input of {signature.name!r} meets its requirements")
    columns = torch.tensor(inputs).unbind(1)
    logits_bo = cell.logits(*columns)
    answers = (logits_bo.argmax(-1) + cell.config.output.low).tolist()
    finite = logits_bo.isfinite().all(-1).tolist()
    best_b2 = logits_bo.topk(2, dim=-1).values
    wrong = [
        (values, answer)
        for values, answer, is_finite in zip(inputs, answers, finite, strict=True)
        if not is_finite or not _allows(contract.ensures, values, answer)
    ]
    return ExhaustiveCheck(
        n_inputs=len(inputs),
        n_wrong=len(wrong),
        smallest_margin=float((best_b2[:, 0] - best_b2[:, 1]).min()),
        first_wrong=wrong[0] if wrong else None,
        dtype=str(logits_bo.dtype).removeprefix("torch."),
        device=logits_bo.device.type,
    )


def _domain(port: CellPort) -> range:
    element = element_of(port.type)
    if not isinstance(element, Int) or element.low is None or element.high is None:
        raise VerificationError(f"port {port.name!r} is {element}: only a finite range of integers can be enumerated")
    return range(element.low, element.high + 1)


def _allows(clauses: Sequence[Clause], values: Sequence[int], answer: int | None = None) -> bool:
    given = {f"port.{place}": value for place, value in enumerate(values)} | {"result": answer}
    exact = Exact(None, call_by_contract)
    try:
        return all(evaluate([clause.condition], exact, 0, given)[clause.condition] for clause in clauses)
    except RuntimeFault:
        return False

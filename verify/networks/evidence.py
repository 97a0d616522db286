"""The strongest evidence that can be had for a contract: every input run where they are few enough, else some drawn."""

from __future__ import annotations

from ...catalog import Circuit, Contract
from ...dsl.scope import CellSignature
from ...runtime.cell import NeuralCell
from .domain import domain_of
from .exhaustive import ExhaustiveCheck, check_exhaustively
from .records import Records, add_check, add_measurement
from .sampling import Measurement, measure_contract

__all__ = ["MOST_RUN", "Found", "add_found", "check_or_measure"]

MOST_RUN = 2**24
"""Inputs that are all run unless another number is asked for: some minutes of a small circuit on a CPU."""
_DRAWN = 100_000

Found = ExhaustiveCheck | Measurement
"""What running a cell showed of its contract."""


def check_or_measure(
    cell: NeuralCell, signature: CellSignature, *, most_inputs: int = MOST_RUN, seed: int = 0
) -> Found:
    """Run a cell on every input, or on drawn ones where there are more than may be run.

    Args:
        cell: the cell.
        signature: its ports and its contract.
        most_inputs: how many inputs may be run; of a larger domain so many are drawn, or 100,000 if that is less.
        seed: what they are drawn by.

    Raises:
        VerificationError: as `check_exhaustively` and `measure_contract`.
    """
    if domain_of(signature).n_inputs <= most_inputs:
        return check_exhaustively(cell, signature)
    return measure_contract(cell, signature, min(most_inputs, _DRAWN), seed=seed)


def add_found(batch: Records, node: Circuit, contract: Contract, found: Found) -> None:
    """What was found as evidence, and the verdict that it allows: of a measurement none, unless it refutes."""
    if isinstance(found, ExhaustiveCheck):
        add_check(batch, node, contract, found)
    else:
        add_measurement(batch, node, contract, found)

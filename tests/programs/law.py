"""The law of the compiler put to one random program: it is refused, or answers and faults as interpreted."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from stdcell.errors import StdcellError
from stdcell.runtime.agreement import Disagreement, agree

from .drawing import Drawn, smaller_programs

__all__ = ["Outcome", "outcome_of", "smallest"]

LIMIT = 85
"""Inputs that a program is tried on: all of three values up to length 3, and as many longer ones."""


@dataclass(frozen=True)
class Outcome:
    """What came of it: `agreed`, `refused`, `disagreed` or `crashed`, why, and on how many inputs."""

    status: str
    reason: str = ""
    n_inputs: int = 0
    disagreement: Disagreement | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the law does not hold."""
        return self.status in ("disagreed", "crashed")


def outcome_of(drawn: Drawn) -> Outcome:
    """Compile a program and compare; an exception that is none of the family is a crash."""
    program = drawn.program
    if program is None:
        return Outcome("refused", "by the checker")
    try:
        found = agree(
            program,
            max_length=drawn.max_length,
            vocabulary=drawn.values,
            limit=LIMIT,
            causal=drawn.causal,
            dtype=drawn.dtype,
            beginning=drawn.beginning,
        )
    except StdcellError as refusal:
        return Outcome("refused", str(refusal))
    except Exception:
        return Outcome("crashed", traceback.format_exc())
    reasons = {one.name: one.note for one in found.participants if not one.took_part}
    if found.disagreement is not None:
        return Outcome("disagreed", "", found.n_inputs, found.disagreement)
    if "transformer" in reasons:
        return Outcome("refused", reasons["transformer"], found.n_inputs)
    return Outcome("agreed", "", found.n_inputs)


def smallest(drawn: Drawn, status: str) -> tuple[Drawn, Outcome]:
    """A program of which no smaller one has that outcome."""
    outcome = outcome_of(drawn)
    while True:
        for smaller in smaller_programs(drawn):
            found = outcome_of(smaller)
            if found.status == status:
                drawn, outcome = smaller, found
                break
        else:
            return drawn, outcome

"""What a check of a trace found: which parts do not follow, and which were not checked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from .trace import Step

__all__ = ["Finding", "Findings", "TraceCheck"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a trace that does not follow, or that was not checked.

    Attributes:
        step: the number of the step; None where it is about the whole trace.
        part: the field that it is about, such as `value` or `answer`.
        told: what the step is, in a reader's words; empty for the whole trace.
        place: file:line:column of the step.
        expected: what follows from what is recorded; for what was not checked, what it would take.
        found: what the trace says; for what was not checked, why.
    """

    step: int | None
    part: str
    told: str
    place: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class TraceCheck:
    """The answer of a check: every part that does not follow, in order, and every part that was not checked."""

    n_steps: int
    faults: tuple[Finding, ...]
    unchecked: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found that does not follow; what was not checked is told apart."""
        return not self.faults

    @property
    def first(self) -> Finding | None:
        """The first step that does not follow; where all do, what else does not."""
        return self.faults[0] if self.faults else None

    @property
    def n_followed(self) -> int:
        """How many steps were executed again, and follow in all their parts."""
        return self.n_steps - len({finding.step for finding in (*self.faults, *self.unchecked)} - {None})

    def to_json(self) -> dict[str, Any]:
        """The answer in JSON's own types."""
        return {"is_sound": self.is_sound, "n_followed": self.n_followed, **asdict(self)}


@dataclass(slots=True)
class Findings:
    """The findings of a check under way."""

    faults: list[Finding] = field(default_factory=list)
    unchecked: list[Finding] = field(default_factory=list)

    def compare(self, step: Step | None, part: str, expected: Any, found: Any) -> None:
        """Note a fault where two values in JSON's own types are not written alike: True is not 1."""
        expected, found = (json.dumps(value, ensure_ascii=False, default=str) for value in (expected, found))
        if expected != found:
            self.fault(step, part, expected, found)

    def fault(self, step: Step | None, part: str, expected: str, found: str) -> None:
        """Note that a part does not follow."""
        self.faults.append(_finding(step, part, expected, found))

    def leave(self, step: Step | None, part: str, way_out: str, why: str) -> None:
        """Note that a part was not checked, once."""
        finding = _finding(step, part, way_out, why)
        if finding not in self.unchecked:
            self.unchecked.append(finding)


def _finding(step: Step | None, part: str, expected: str, found: str) -> Finding:
    told = (step.name or step.text) if step else ""
    return Finding(step.number if step else None, part, told, step.place if step else "", expected, found)

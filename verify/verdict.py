"""What verification answers: verdicts with scope and assumptions, gathered in a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .outcome import Proof

__all__ = ["Assumption", "Counterexample", "Report", "Status", "Verdict"]

Status = Literal["proved", "refuted", "unknown", "error"]


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a proof rests on that is not proved in it: another cell's contract, with the evidence for it."""

    cell: str
    digest: str
    contract: str
    evidence: str | None
    holds: bool

    def __str__(self) -> str:
        return f"{self.cell} ({self.digest[:12]}): {self.contract}, {self.evidence or 'no evidence'}"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """An input that breaks a claim, replayed in the interpreter.

    `call` can be read, `inputs` given to `interpret`, `command` pasted into a shell.
    """

    call: str
    inputs: Any
    answer: Any
    command: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one claim.

    Attributes:
        claim: what was promised, as written.
        kind: `wire`, `requires`, `ensures` or `defined`; of a comparison `equal`.
        place: file, line and column of the promise.
        status: `proved`, `refuted`, `unknown` or `error`.
        scope: how far the answer reaches: `all lengths`, `n <= 6`, or `one input` for a refutation.
        method: how it was reached.
        assumptions: what it rests on.
        counterexample: an input that breaks it.
        reason: why there is no better answer.
        proof: what was asked of the solver, of a proof.
        rests_on: the keys of the verdicts that a proof counts on.
        because: the clauses that a proof takes, each as written and where.
        tried: of an unknown, what each strategy said.
        vacuity: whether some input meets what a proof takes for granted: `met at length 1`, or `not shown: …`.
    """

    claim: str
    kind: str
    place: str
    status: Status
    scope: str
    method: str
    assumptions: tuple[Assumption, ...] = ()
    counterexample: Counterexample | None = None
    reason: str | None = None
    proof: Proof | None = None
    rests_on: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    vacuity: str = ""

    @property
    def key(self) -> str:
        """What names the verdict in its report: the claim with its kind and its place."""
        return f"{self.kind}: {self.claim} at {self.place}"

    @property
    def reach(self) -> int | None:
        """The longest inputs that a proof speaks of; None: any."""
        return self.proof.reach if self.proof else None


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts on every claim of a program, in the order of proof: a function before its callers."""

    program_digest: str
    verdicts: tuple[Verdict, ...] = field(default_factory=tuple)

    @property
    def is_proved(self) -> bool:
        """Whether everything that was asked is proved."""
        return all(verdict.status == "proved" for verdict in self.verdicts)

    @property
    def is_proved_for_all_lengths(self) -> bool:
        """Whether everything is proved, of sequences of every length."""
        return self.is_proved and all(verdict.reach is None for verdict in self.verdicts)

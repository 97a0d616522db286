"""A reasoning trace: how an answer came about, one step for each s-op, in the order of evaluation.

A step stands for itself: what it computes, from the values of which earlier steps, and what came out. So each can be
executed again, alone, from what is recorded (`check`), and an answer can be followed back (`explain`). These classes
are the schema of a trace in JSON; `docs/traces.md` shows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from ...dsl.scope import CellPort, CellSignature
from ...dsl.types import Value
from ...errors import RuntimeFault
from .operations import (
    FoldOperation,
    InnerNode,
    Operation,
    QuantifiedOperation,
    Record,
    StepReference,
    TypeRecord,
    recorded_type,
    type_of,
)
from .values import ExactValue, GivenInput, OptionalValue

__all__ = [
    "FORMAT",
    "VERSION",
    "CellAnswer",
    "CellEvidence",
    "CellRecord",
    "Cover",
    "PortRecord",
    "ProgramRecord",
    "SpanRecord",
    "Step",
    "Trace",
    "read_trace",
]

FORMAT = "stdcell trace"
VERSION = 2

Digest = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[0-9a-f]+$")]
StepNumber = Annotated[int, Field(ge=0)]


class PortRecord(Record):
    """A named, typed input or output of a cell."""

    name: str
    type: TypeRecord


class CellRecord(Record):
    """What the program knew of a catalogued cell: its ports and its contract."""

    kind: str = Field(description="'circuit' or 'formula'.")
    name: str = Field(description="What the program calls it.")
    digest: Digest = Field(description="Id of its node in the catalog: exactly these weights.")
    inputs: tuple[PortRecord, ...]
    output: PortRecord
    requires: str | None = Field(description="What its contract asks of the inputs, in the language.")
    ensures: str | None = Field(description="What its contract promises of the result, in the language.")

    @classmethod
    def of(cls, cell: CellSignature) -> CellRecord:
        """The record of a signature."""
        inputs = tuple(PortRecord(name=port.name, type=recorded_type(port.type)) for port in cell.inputs)
        output = PortRecord(name=cell.output.name, type=recorded_type(cell.output.type))
        return cls(
            kind=cell.kind,
            name=cell.name,
            digest=cell.digest,
            inputs=inputs,
            output=output,
            requires=cell.requires,
            ensures=cell.ensures,
        )

    @property
    def signature(self) -> CellSignature:
        """The signature that was recorded."""
        inputs = tuple(CellPort(port.name, type_of(port.type)) for port in self.inputs)
        output = CellPort(self.output.name, type_of(self.output.type))
        return CellSignature(self.kind, self.name, self.digest, inputs, output, self.requires, self.ensures)


class CellAnswer(Record):
    """One call of a catalogued cell: what went in and what came out."""

    cell: Digest = Field(description="Digest of the cell.")
    inputs: tuple[ExactValue, ...] = Field(description="One value for each input port.")
    answer: ExactValue
    margin: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="Of a network: its best logit minus the second best. Null where no network ran.",
    )


class CellEvidence(Record):
    """A cell that a step calls, and the strongest evidence behind its contract."""

    name: str
    digest: Digest
    evidence: str = Field(description="In one line; 'no evidence' where the catalog has none.")
    evidence_id: Digest | None = Field(description="Id of the evidence in the catalog.")


class Cover(Record):
    """A verdict about what a step computes, and whether it speaks of inputs as long as this one."""

    kind: str = Field(description="'wire', 'requires', 'defined' or 'ensures'; 'cell' of a catalogued cell's contract.")
    claim: str = Field(description="What was asked, as written.")
    place: str = Field(description="file:line:column of the claim; empty of a cell's contract.")
    status: Literal["proved", "exhaustive", "refuted", "unknown", "error", "not asked"]
    scope: str = Field(description="How far the verdict reaches, such as 'all lengths'; empty where there is none.")
    method: str = Field(description="How it was found; empty where there is none.")
    holds_here: bool = Field(description="Whether it is a proof, or a check of every input, that reaches this input.")

    def __str__(self) -> str:
        return f"{self.status}{f', {self.scope}' if self.scope else ''}: {self.claim}"


class SpanRecord(Record):
    """A range of a program's text: the characters from `start` to before `stop`."""

    source: str = Field(description="The name of the text: the file as it was given, or a program of the library.")
    start: int = Field(ge=0)
    stop: int = Field(ge=0)


class Step(Record):
    """One s-op's value, and all that it takes to compute it again.

    `reads` are the numbers of the steps that its arguments are, in their order. Steps that a graph within its
    operation reads are named there.
    """

    number: StepNumber = Field(description="Its place among the steps, from 0.")
    node: Digest = Field(description="SHA-256 of what it computes, back to the inputs.")
    name: str = Field(description="What the text calls it; empty where it has no name.")
    text: str = Field(description="The expression as written, on one line.")
    place: str = Field(description="file:line:column of its first character; empty where it stands nowhere.")
    span: SpanRecord | None = Field(description="The same, as a range of characters.")
    type: str = Field(description="Its type, as the language writes it.")
    operation: Operation = Field(description="What it computes.")
    reads: tuple[StepNumber, ...] = Field(description="The steps that are its arguments, in order.")
    value: OptionalValue = Field(description="The exact value; null where the backend keeps none.")
    cells: tuple[CellEvidence, ...] = Field(default=(), description="The cells that it calls.")
    calls: tuple[CellAnswer, ...] = Field(default=(), description="What the cells were asked, in order.")
    error_bound: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="Of a compiled transformer: how far at most the value that it computed is from the exact one.",
    )

    cover: tuple[Cover, ...] | None = Field(
        default=None,
        description="The verdicts on what it owes and promises; none where it owes nothing, null where nobody asked.",
    )

    @property
    def gaps(self) -> tuple[Cover, ...]:
        """What it owes or promises without a verdict that holds of this input."""
        return tuple(cover for cover in self.cover or () if not cover.holds_here)

    @property
    def evidence(self) -> str:
        """What stands behind the cells' contracts; `exact` where the language's own meaning computed the value."""
        return "; ".join(dict.fromkeys(cell.evidence for cell in self.cells)) or "exact"

    @property
    def is_told(self) -> bool:
        """Whether it says more than its text: not a constant, nor a value whose type was only narrowed."""
        return self.operation.kind not in ("constant", "ascribe")

    @property
    def depends(self) -> tuple[int, ...]:
        """All steps that it reads, those that its inner graph names included; each once."""
        return tuple(dict.fromkeys((*self.reads, *_named_within(self.operation))))


def _named_within(operation: Operation) -> Iterator[int]:
    if isinstance(operation, FoldOperation | QuantifiedOperation):
        for part in operation.graph:
            if isinstance(part, StepReference):
                yield part.step
            elif isinstance(part, InnerNode):
                yield from _named_within(part.operation)


class ProgramRecord(Record):
    """The text that ran."""

    source: str = Field(description="The name of the text: the file as it was given.")
    dialect: Literal["cell", "rasp"]
    text: str
    digest: Digest = Field(description="SHA-256 of what its outputs compute.")


class Trace(Record):
    """All steps of one run, its answer, and the promises that the answer breaks."""

    format: Literal["stdcell trace"] = Field(default="stdcell trace", description="What it is.")
    version: Literal[2] = Field(default=2, description="Of this schema; a changed one gets the next number.")
    stdcell: str = Field(description="The version of stdcell that wrote it.")
    backend: str = Field(description="What computed the values: 'interpret', 'stitched' or 'transformer'.")
    program: ProgramRecord = Field(description="The text that ran.")
    output: str = Field(description="The output that was asked for.")
    input: GivenInput = Field(description="The input as it was given.")
    answer: Any = Field(description="The answer as a run prints it: the last step's value, fractions as decimals.")
    broken: tuple[str, ...] = Field(description="The promises of the output that the answer breaks, as written.")
    cells: tuple[CellRecord, ...] = Field(default=(), description="The cells that the steps call.")
    steps: tuple[Step, ...] = Field(description="Each after all that it reads; the last one is the output.")

    @property
    def told(self) -> tuple[Step, ...]:
        """The steps that say more than their text."""
        return tuple(step for step in self.steps if step.is_told)

    @property
    def exact_answer(self) -> Any:
        """The last step's value, at each position where the answer is a sequence, as that of RASP always is."""
        value = self.steps[-1].value if self.steps else self.answer
        is_spread = isinstance(self.answer, list) and not isinstance(value, list)
        return [value] * len(self.answer) if is_spread else value

    def told_reads(self, step: Step) -> tuple[int, ...]:
        """The told steps that a step depends on; through a narrowed type to what was narrowed."""
        found: dict[int, None] = {}
        stack = list(reversed(step.depends))
        while stack:
            read = self.steps[stack.pop()]
            if read.is_told:
                found[read.number] = None
            else:
                stack.extend(reversed(read.depends))
        return tuple(sorted(found))

    def to_json(self) -> dict[str, Any]:
        """The trace in JSON's own types."""
        document: dict[str, Any] = self.model_dump(mode="json")
        return document


def read_trace(text: str, name: str = "the trace") -> Trace:
    """Read a trace as `Trace.to_json` writes it.

    Args:
        text: the JSON document.
        name: what to call it in a fault, such as its file.

    Raises:
        RuntimeFault: if it is no JSON, no trace, or one of a newer stdcell; the message names the field.
    """
    try:
        document = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise RuntimeFault(f"{name} is not JSON: {error or 'it is nested too deeply'}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RuntimeFault(
            f'{name} is not a trace: expected an object with "format": "{FORMAT}"; write one with `stdcell run … '
            "--trace-out trace.json`"
        )
    version = document.get("version")
    if type(version) is not int or version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        way_out = "a newer stdcell wrote it: upgrade to read it" if newer else "write it again with this stdcell"
        raise RuntimeFault(f"{name} has version {json.dumps(version)}, expected {VERSION}; {way_out}")
    try:
        return Trace.model_validate_json(text)
    except ValidationError as error:
        faults = error.errors()
        more = f" (and {len(faults) - 1} more faults)" if len(faults) > 1 else ""
        raise RuntimeFault(f"{name}: {_field(faults[0]['loc'])}: {_said(faults[0]['msg'])}{more}") from None


def _refused(constant: str) -> Value:
    raise ValueError(f"{constant} is no number of JSON")


def _field(place: tuple[int | str, ...]) -> str:
    """Where a fault is, as in `steps[3].value`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".") or "the trace"


def _said(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]

"""A certificate: what was answered about a program, and all that is needed to ask again.

It is one line of canonical JSON, the digest of its content beside the content: whatever is changed in it shows. The
content names the program (its text, the digest of its graph, the digest of each text that it imports), the one that it
is compared with, the cells that they call (the digests of their nodes and weights, their contracts, the evidence for
them), the effort, the encoder and the solver; and for each claim the verdict with the questions that prove it. The
texts of the questions stand once each, under their digests.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ...catalog.node import Count, Digest, JsonObject, canonical_json
from ...errors import VerificationError

__all__ = [
    "Argument",
    "CellRecord",
    "Certificate",
    "ComparisonRecord",
    "Entry",
    "ProgramRecord",
    "Question",
    "digest_of",
    "read_certificate",
]

FORMAT = 2


class _Record(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True)


class ProgramRecord(_Record):
    """The program: where its text stood, the text, what it means, and the digests of all texts that it consists of."""

    name: str
    dialect: str
    text: str
    graph: Digest
    sources: list[tuple[str, Digest]]


class ComparisonRecord(_Record):
    """What a program is compared with, how, and in which outputs; `open_type` is that of inputs without one."""

    relation: Literal["equivalent", "refines"]
    other: ProgramRecord
    outputs: tuple[str | None, str | None]
    open_type: str | None


class CellRecord(_Record):
    """A cell that the program calls: its node, its weights, its contract, and the evidence that it is kept."""

    kind: str
    name: str
    digest: Digest
    weights: Digest | None
    requires: str | None
    ensures: str | None
    evidence: Digest | None
    evidence_told: str | None
    holds: bool


class Question(_Record):
    """A question to the solver whose answer is `unsat`: what it is asked for, its limit and the digest of its text."""

    purpose: str
    steps: Count
    digest: Digest


class Argument(_Record):
    """Why a claim holds: what a proof says of itself, and the questions that it consists of."""

    proof: JsonObject
    questions: list[Question]


class Entry(_Record):
    """The verdict on one claim, all but its proof, and the argument for it."""

    verdict: JsonObject
    argument: Argument | None

    @property
    def claim(self) -> str:
        """What was asked, and where it is promised."""
        return f"{self.verdict.get('place')}: {self.verdict.get('claim')}"


class Certificate(_Record):
    """Everything that was answered about a program, or about two that were compared."""

    format: int
    program: ProgramRecord
    comparison: ComparisonRecord | None
    cells: list[CellRecord]
    effort: dict[str, Count]
    encoder: Digest
    solver: dict[str, str | int]
    entries: list[Entry]
    texts: dict[Digest, str]

    @property
    def text(self) -> str:
        """The document: its content and, beside it, the content's digest."""
        content = self.model_dump()
        return canonical_json({"certificate": content, "digest": digest_of(canonical_json(content))}) + "\n"


def digest_of(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return sha256(text.encode()).hexdigest()


def read_certificate(text: str) -> Certificate:
    """Read a document; every byte of it counts.

    Raises:
        VerificationError: if it is no certificate, or not as it was written.
    """
    try:
        document: Any = json.loads(text)
        content, digest = dict(document["certificate"]), document["digest"]
        found = digest_of(canonical_json(content))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise VerificationError(
            "this is no certificate: expected a file that `stdcell verify --certificate` wrote"
        ) from None
    if found != digest:
        raise VerificationError(
            f"the certificate was changed: it names the digest {digest!r}, its content has {found}; write it again "
            "with `stdcell verify --certificate`"
        )
    if content.get("format") != FORMAT:
        raise VerificationError(f"the certificate has format {content.get('format')}, this stdcell reads {FORMAT}")
    try:
        certificate = Certificate.model_validate_json(canonical_json(content))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in error.errors()[:3])
        raise VerificationError(f"the certificate does not read: {faults}") from error
    if certificate.text != text:
        raise VerificationError("the certificate was changed: it is not laid out as it was written")
    return certificate

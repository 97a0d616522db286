"""What a check of a certificate finds: of each part whether it is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "Standing", "confirmed", "failed", "not_confirmed", "noted"]

Standing = Literal["confirmed", "not confirmed", "failed", "noted"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part of a certificate.

    Attributes:
        subject: the claim, the cell or the part.
        standing: `confirmed`; `not confirmed`, where nothing speaks against it but it could not be shown again;
            `failed`, where it is not so; or `noted`, which says nothing of the claims.
        text: what was done and found.
    """

    subject: str
    standing: Standing
    text: str


def confirmed(subject: str, text: str) -> Finding:
    """It is so."""
    return Finding(subject, "confirmed", text)


def not_confirmed(subject: str, text: str) -> Finding:
    """It may be so."""
    return Finding(subject, "not confirmed", text)


def failed(subject: str, text: str) -> Finding:
    """It is not so."""
    return Finding(subject, "failed", text)


def noted(subject: str, text: str) -> Finding:
    """Something else that a reader should know."""
    return Finding(subject, "noted", text)

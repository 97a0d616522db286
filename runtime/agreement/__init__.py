"""Whether the interpreter, the exact transformer and the stitched networks answer alike."""

from .backends import Answer, Backend
from .check import agree
from .domain import Domain
from .report import Agreement, Disagreement, Participant
from .vocabulary import read_tokens, vocabularies_of

__all__ = [
    "Agreement",
    "Answer",
    "Backend",
    "Disagreement",
    "Domain",
    "Participant",
    "agree",
    "read_tokens",
    "vocabularies_of",
]

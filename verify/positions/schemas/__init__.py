"""The schemas whose instances are axioms of proofs for all lengths, each stated and proved once."""

from .schema import Schema
from .table import SCHEMAS, as_markdown

__all__ = ["SCHEMAS", "Schema", "as_markdown"]

"""The table of all schemas, and the page that lists it."""

from __future__ import annotations

from collections.abc import Mapping

from .bijections import BIJECTIONS
from .choices import CHOICES
from .schema import Schema
from .sizes import SIZES
from .sums import SUMS

__all__ = ["SCHEMAS", "as_markdown"]

SCHEMAS: Mapping[str, Schema] = {schema.name: schema for schema in (*SIZES, *SUMS, *CHOICES, *BIJECTIONS)}
"""Every schema by its name."""

_HEAD = """\
# Axiom schemas

A proof for all lengths speaks of sequences as functions of a position. What it may know of counts, sums, selections and
rearrangements are instances of these schemas; a certificate lists those that its questions take. Each is proved once,
for every length, by the questions that are counted here: all are without a model in Z3 and in cvc5. The page is written
by `python -m stdcell.verify.positions.schemas.table`; a test proves every question again.

| schema | holds | proved | questions |
|---|---|---|---|
"""


def as_markdown() -> str:
    """The page that lists the schemas."""
    rows = (f"| {each.name} | {each.statement} | {each.proof} | {len(each.queries)} |\n" for each in SCHEMAS.values())
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    print(as_markdown(), end="")

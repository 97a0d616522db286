"""What a certificate is about: a program, or two that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...catalog import Catalog
from ...dsl.program import Program
from ...dsl.scope import CellSignature
from ...dsl.types import Element
from ..claims.claim import functions_in_order
from ..comparison import equivalent, refines
from ..composition.functions import cells_in
from ..composition.ladder import Strategies
from ..outcome import Effort
from ..prove import verify
from ..verdict import Report

__all__ = ["Comparison", "Relation", "Subject", "answers_about", "cells_of_text", "programs_of"]

Relation = Literal["equivalent", "refines"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two programs, how they are compared, and in which outputs; `open_type` is as `equivalent` takes it."""

    relation: Relation
    programs: tuple[Program, Program]
    outputs: tuple[str | None, str | None] = (None, None)
    open_type: Element | None = None


Subject = Program | Comparison


def programs_of(subject: Subject) -> tuple[Program, ...]:
    """The programs that it is about."""
    return (subject,) if isinstance(subject, Program) else subject.programs


def cells_of_text(program: Program) -> tuple[CellSignature, ...]:
    """The cells that a program calls, those that are called in contracts alone with them, each once."""
    called = (*program.cells, *cells_in(functions_in_order(program)))
    return tuple({cell.digest: cell for cell in called}.values())


def answers_about(subject: Subject, catalog: Catalog | None, effort: Effort, strategies: Strategies) -> Report:
    """Answer all that is claimed, by these strategies.

    Raises:
        CatalogError: if a cell is not in the catalog, or its weights are damaged.
        RuntimeFault: if an output that is compared is not there.
        VerificationError: if the inputs or the answers cannot be compared.
    """
    if isinstance(subject, Program):
        return verify(subject, catalog, effort=effort, strategies=strategies)
    (first, second), (output_a, output_b) = subject.programs, subject.outputs
    if subject.relation == "refines":
        return refines(
            first, second, catalog, effort=effort, output_a=output_a, output_b=output_b, strategies=strategies
        )
    return equivalent(
        first,
        second,
        catalog,
        effort=effort,
        output_a=output_a,
        output_b=output_b,
        open_type=subject.open_type,
        strategies=strategies,
    )

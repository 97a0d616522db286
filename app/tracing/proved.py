"""A trace whose steps list the verdicts that cover them."""

from __future__ import annotations

from ...catalog import Catalog
from ...dsl import Program
from ...runtime.tracing import Trace
from ...verify import verify, with_cover

__all__ = ["proved"]


def proved(trace: Trace, program: Program, catalog: Catalog | None) -> Trace:
    """Verify the program that was traced, and list with each step what was found about it.

    Raises:
        CatalogError: if a cell is not in the catalog, or its weights are damaged.
    """
    return with_cover(trace, program, verify(program, catalog).verdicts, catalog)

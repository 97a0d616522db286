"""A trace whose steps list the verdicts that cover them."""

from __future__ import annotations

from ...catalog import Catalog
from ...dsl import Program
from ...runtime.tracing import Trace
from ...verify import with_cover
from ...verify.certificates.cache import Verifier

__all__ = ["proved"]


def proved(trace: Trace, program: Program, catalog: Catalog | None) -> Trace:
    """Verify the program that was traced, and list with each step what was found about it.

    What a catalog keeps of exactly this program is not asked again, and what is asked is kept there.

    Raises:
        CatalogError: if a cell is not in the catalog, its weights are damaged, or the answers cannot be kept.
    """
    return with_cover(trace, program, Verifier(catalog).verify(program).verdicts, catalog)

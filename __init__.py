"""stdcell: a standard-cell library for neural networks.

Extract circuits and formulas from trained networks, catalog them as typed nodes of a graph, compose them in a
RASP-like language, run the compositions, and prove what they promise.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stdcell.catalog import Catalog
from stdcell.dsl import Program, parse
from stdcell.errors import StdcellError
from stdcell.runtime import interpret
from stdcell.verify import Report, Verdict, equivalent, refines, verify

if TYPE_CHECKING:
    from stdcell.runtime.compiler import compile_transformer
    from stdcell.runtime.stitching import stitch

__version__ = "0.1.0"
__all__ = [
    "Catalog",
    "Program",
    "Report",
    "StdcellError",
    "Verdict",
    "compile_transformer",
    "equivalent",
    "interpret",
    "parse",
    "refines",
    "stitch",
    "verify",
]

# These two need torch, which takes seconds to import: who only checks, queries or proves does not wait for it.
_HOMES = {"compile_transformer": "stdcell.runtime.compiler", "stitch": "stdcell.runtime.stitching"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'stdcell' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

"""The language: text to typed graph of s-ops. No tensors, no solver, no database."""

from .checking.check import parse
from .program import CallSite, Clause, Function, Obligation, Program
from .scope import CellPort, CellSignature, Condition, Scope, library_names

__all__ = [
    "CallSite",
    "CellPort",
    "CellSignature",
    "Clause",
    "Condition",
    "Function",
    "Obligation",
    "Program",
    "Scope",
    "library_names",
    "parse",
]

"""Circuits and formulas out of trained networks."""

from .ablation import AblatedModel, EdgeEffect, edge_effects
from .circuits import cut_circuit
from .formulas import AdditionFormula, find_formula, frequency_powers
from .search import CircuitSearch, SearchProgress, find_circuit, live_edges, varying_edges

__all__ = [
    "AblatedModel",
    "AdditionFormula",
    "CircuitSearch",
    "EdgeEffect",
    "SearchProgress",
    "cut_circuit",
    "edge_effects",
    "find_circuit",
    "find_formula",
    "frequency_powers",
    "live_edges",
    "varying_edges",
]

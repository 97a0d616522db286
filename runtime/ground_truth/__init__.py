"""Which edges of a transformer do something: by its weights, by what they carry, and by exhaustive intervention."""

from .compiled import ground_truth
from .interventions import EdgeTruth, Effect, GroundTruth, causal_edges
from .wiring import live_edges

__all__ = ["EdgeTruth", "Effect", "GroundTruth", "causal_edges", "ground_truth", "live_edges"]

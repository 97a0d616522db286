"""What people ask a catalog, as functions: each makes one question in Cypher that both stores answer alike."""

from .differences import difference
from .findings import FAITHFULNESS, cells_of_contract, cells_of_task, faithful_circuits, findings, strongest
from .lineage import lineage, lineage_graph
from .moments import event_at, events_of, node_at, node_named
from .ports import Signature, cells_of_type, feeding, reading, signature_named
from .question import Question, Row
from .similarity import similar_circuits
from .strength import assumptions, stale, strength
from .structure import structure, structure_graph
from .versions import catalog_tree, history, metric_over_versions

__all__ = [
    "FAITHFULNESS",
    "Question",
    "Row",
    "Signature",
    "assumptions",
    "catalog_tree",
    "cells_of_contract",
    "cells_of_task",
    "cells_of_type",
    "difference",
    "event_at",
    "events_of",
    "faithful_circuits",
    "feeding",
    "findings",
    "history",
    "lineage",
    "lineage_graph",
    "metric_over_versions",
    "node_at",
    "node_named",
    "reading",
    "signature_named",
    "similar_circuits",
    "stale",
    "strength",
    "strongest",
    "structure",
    "structure_graph",
]

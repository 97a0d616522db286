"""Circuits of other tools in and out of a catalog, and catalogs as networkx graphs."""

from .circuit_tracer import export_circuit_tracer, import_circuit_tracer
from .drawing import to_dot, to_graphml
from .eap_ig import export_eap_ig, import_eap_ig
from .formats import FORMATS, Format, export_circuit, format_of, import_circuit
from .graph import add_graph, circuit_graph, graph_of, nodes_of, relationships_of

__all__ = [
    "FORMATS",
    "Format",
    "add_graph",
    "circuit_graph",
    "export_circuit",
    "export_circuit_tracer",
    "export_eap_ig",
    "format_of",
    "graph_of",
    "import_circuit",
    "import_circuit_tracer",
    "import_eap_ig",
    "nodes_of",
    "relationships_of",
    "to_dot",
    "to_graphml",
]

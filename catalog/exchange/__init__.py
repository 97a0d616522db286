"""Circuits of other tools in and out of a catalog, and graphs as DOT and GraphML."""

from .circuit_tracer import export_circuit_tracer, import_circuit_tracer
from .drawing import to_dot, to_graphml
from .eap_ig import export_eap_ig, import_eap_ig
from .formats import FORMATS, Format, export_circuit, format_of, import_circuit

__all__ = [
    "FORMATS",
    "Format",
    "export_circuit",
    "export_circuit_tracer",
    "export_eap_ig",
    "format_of",
    "import_circuit",
    "import_circuit_tracer",
    "import_eap_ig",
    "to_dot",
    "to_graphml",
]

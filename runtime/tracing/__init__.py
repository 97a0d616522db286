"""Reasoning traces: recorded, written as JSON, checked step by step, and followed back from an answer."""

from .check import check_trace
from .explain import Explanation, explain
from .findings import Finding, TraceCheck
from .recording import Recorder, trace_of
from .trace import CellAnswer, Step, Trace, read_trace

__all__ = [
    "CellAnswer",
    "Explanation",
    "Finding",
    "Recorder",
    "Step",
    "Trace",
    "TraceCheck",
    "check_trace",
    "explain",
    "read_trace",
    "trace_of",
]

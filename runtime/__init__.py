"""What a program does: interpretation, exact transformers, stitched modules, reasoning traces.

Modules that need torch (`compiler`, `transformer`, `cell`, `stitching`) are imported by their own names, so that
interpretation does not wait for it.
"""

from .interpreter import interpret, interpret_stream
from .tracing import Trace, trace_of

__all__ = ["Trace", "interpret", "interpret_stream", "trace_of"]

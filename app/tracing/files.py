"""Traces and explanations as files: JSON to be read again, or one HTML page."""

from __future__ import annotations

import json
from pathlib import Path

from ...catalog.durable import write_atomically
from ...errors import StdcellError
from ...runtime.tracing import Explanation, Trace, read_trace
from ..reading import reading

__all__ = ["read_trace_file", "write_document"]


def write_document(document: Trace | Explanation, path: Path) -> None:
    """Write a trace or an explanation; the file's ending says whether as .json or as .html.

    Raises:
        StdcellError: if it ends otherwise.
    """
    if path.suffix == ".json":
        text = json.dumps(document.to_json(), indent=1, ensure_ascii=False) + "\n"
    elif path.suffix == ".html":
        from .page import page_of  # its drawing takes a second to import

        text = page_of(document)
    else:
        raise StdcellError(f"cannot write {str(path)!r}: expected a file that ends in .json or .html")
    write_atomically(path, text.encode())


def read_trace_file(path: Path) -> Trace:
    """Read a trace that `stdcell run … --trace-out` wrote.

    Raises:
        StdcellError: if there is no such file, or it holds no trace.
    """
    with reading(path):
        text = path.read_text(encoding="utf-8-sig")
    return read_trace(text, str(path))

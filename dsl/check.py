"""Syntax tree to checked program.

1. Imports are looked up (`imports`): library programs and files by their text, cells in the caller's scope.
2. Definitions with typed parameters are checked by themselves, once (`definitions`); untyped ones at each call.
3. Statements are run (`statements`): RASP's lists and loops are computed here, and what is left is a graph.
4. Entry points and top-level variables become the outputs.

All faults of the program are reported together.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..errors import Fault, LanguageError, Source, Span
from .environment import Environment
from .modules import Module, library_environment
from .parser import DIALECTS
from .program import Function, Program, cells_called
from .record import Record
from .scope import Scope

__all__ = ["checked", "parse"]

_DEEPEST_STACK = 12_000


def parse(text: str | Source, *, dialect: str = "cell", scope: Scope | None = None) -> Program:
    """Parse and check a program.

    Args:
        text: the program, or a `Source` that also names the file it comes from.
        dialect: `cell` (strict, typed) or `rasp` (the original RASP).
        scope: where `use circuit`, `use formula` and `use program` find their cells, such as a `Catalog`.

    Raises:
        LanguageError: with all faults found, each with its line, column and a hint.
    """
    source = text if isinstance(text, Source) else Source(text)
    program, record = checked(source, dialect, scope)
    record.raise_faults()
    return program


def checked(source: Source, dialect: str, scope: Scope | None) -> tuple[Program, Record]:
    """What is found of a program, whether or not it has faults; the record holds them.

    Raises:
        LanguageError: if the dialect is unknown, or the text is hardly a program.
    """
    if dialect not in DIALECTS:
        fault = Fault(f"unknown dialect {dialect!r}", Span(source, 0, 0), f"the dialects are {' and '.join(DIALECTS)}")
        raise LanguageError([fault])
    record = Record()
    parent = library_environment() if dialect == "rasp" else None
    module = Module(Environment(source, dialect, parent), record, scope)
    with _deep_stack():
        module.add_all()
    return _program(source, dialect, {**record.functions, **module.functions}, module.outputs, record), record


def _program(
    source: Source, dialect: str, functions: Mapping[str, Function], outputs: Mapping[str, None], record: Record
) -> Program:
    cells = {cell.digest: cell for known in functions.values() for cell in cells_called(known.result)}
    warnings = tuple(sorted(record.warnings.values(), key=lambda fault: (fault.span.source.name, fault.span.start)))
    return Program(
        source, dialect, functions, tuple(outputs), tuple(cells.values()), record.spans, record.names, warnings
    )


@contextmanager
def _deep_stack() -> Iterator[None]:
    """Room for expressions and calls as deep as the checker allows, which Python's usual stack is too small for."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST_STACK))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)

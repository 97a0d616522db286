"""Syntax tree to checked program.

1. Imports are looked up (`imports`): library programs and files by their text, cells in the caller's scope.
2. Definitions with typed parameters are checked by themselves, once (`definitions`); untyped ones at each call.
3. Statements are run (`statements`): RASP's lists and loops are computed here, and what is left is a graph.
4. Entry points and top-level variables become the outputs.

All faults of the program are reported together.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ...errors import Fault, LanguageError, Source, Span
from ..program import Program
from ..scope import Scope
from ..syntax.parser import DIALECTS
from .builtins import BUILTINS, SOPS
from .definitions import is_typed
from .environment import Environment
from .expressions import Expressions
from .modules import Module, library_environment
from .record import Record
from .resolution import Resolution, resolve
from .unknown_names import hint_for_name

__all__ = ["Checked", "check", "parse", "undisturbed"]

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
    checked = check(source, dialect, scope)
    checked.record.raise_faults()
    return checked.program


@dataclass(frozen=True, slots=True)
class Checked:
    """What is found of a program, whether or not it has faults; the record holds them."""

    program: Program
    record: Record
    resolution: Resolution


def check(source: Source, dialect: str, scope: Scope | None) -> Checked:
    """Check a program.

    Raises:
        LanguageError: if the dialect is unknown, or the text is hardly a program.
    """
    if dialect not in DIALECTS:
        fault = Fault(f"unknown dialect {dialect!r}", Span(source, 0, 0), f"the dialects are {' and '.join(DIALECTS)}")
        raise LanguageError([fault])
    record = Record()
    parent = library_environment() if dialect == "rasp" else None
    module = Module(Environment(source, dialect, parent), record, scope)
    with undisturbed():
        items = module.add_all()
    resolution = resolve(items, dialect, record.imports)
    _warn(resolution, module.environment, record)
    functions = {**record.functions, **module.functions}
    program = Program(
        source,
        dialect,
        functions,
        tuple(module.outputs),
        tuple(record.cells.values()),
        record.spans,
        record.names,
        record.warnings_in_order(),
    )
    return Checked(program, record, resolution)


def _warn(resolution: Resolution, environment: Environment, record: Record) -> None:
    """Note names that nothing defines in functions that nothing calls, and local names that nothing reads."""
    reader = Expressions(environment, record)
    for name, within in resolution.unresolved:
        if within is None or within.name_span in record.called or record.lacks_names or reader.is_known(name.name):
            continue
        if not is_typed(within) or not environment.is_strict:
            known = {*environment.known(), *SOPS[environment.dialect], *BUILTINS[environment.dialect]}
            known |= {one.name for one in resolution.names}
            hint = hint_for_name(name.name, known, environment.dialect)
            record.warn(f"unknown name {name.name!r}, in a function that is not called", name.span, hint)
    for local in resolution.names:
        if local.is_local and local.kind == "variable" and not local.uses and not local.name.startswith("_"):
            record.warn(f"{local.name!r} is never used", local.span, "leave it out, or begin its name with _")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Room for expressions and calls as deep as the checker allows, which Python's usual stack is too small for.

    The garbage collector waits meanwhile: nearly all that is built is kept, and looking through it costs a third.
    """
    limit, collects = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(limit, _DEEPEST_STACK))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collects:
            gc.enable()

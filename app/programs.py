"""Check, verify and run programs, and tell what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from ..catalog import Catalog
from ..dsl import Program
from ..dsl.analysis import Analysis, analyse
from ..errors import Fault, LanguageError, RuntimeFault, Span
from ..runtime.inputs import Given
from ..runtime.tracing import Trace
from ..verify import Claim
from .obligations import owed_by
from .options import console, print_json, read_source
from .tracing.table import print_steps

__all__ = ["check", "print_answer", "read_input", "read_token_list"]


def check(file: Path, catalog: Catalog | None, *, as_json: bool, quiet: bool) -> bool:
    """Tell every fault and warning of a program, the types of its outputs and what it owes; whether it has no fault."""
    source, dialect = read_source(file)
    found = analyse(source, dialect=dialect, scope=catalog)
    owed = owed_by(found.program, catalog) if found.program else ()
    if as_json:
        print_json(_checked(found, owed))
    elif found.faults:
        _print_warnings(found.warnings)
        raise LanguageError(found.faults)
    elif not quiet and found.program:
        _print_checked(found.program, owed)
    return not found.faults


def _checked(found: Analysis, owed: Sequence[Claim]) -> dict[str, Any]:
    program = found.program
    outputs = {name: str(program.functions[name].result.type) for name in program.outputs} if program else {}
    return {
        "faults": [_fault(fault) for fault in found.faults],
        "warnings": [_fault(fault) for fault in found.warnings],
        "outputs": outputs,
        "owed": [{"claim": claim.text, "file": claim.span.source.name, **_place(claim.span)} for claim in owed],
        "digest": program.digest if program else None,
    }


def _print_warnings(warnings: Sequence[Fault]) -> None:
    for warning in warnings:
        console.print(Text.assemble(("warning: ", "yellow"), str(warning)), soft_wrap=True)


def _print_checked(program: Program, owed: Sequence[Claim]) -> None:
    _print_warnings(program.warnings)
    for claim in owed:
        console.print(Text.assemble(("owed: ", "yellow"), f"{claim.span.place}: {claim.text}"), soft_wrap=True)
    for name in program.outputs:
        console.print(Text(f"{name}: {program.functions[name].result.type}"), soft_wrap=True)
    left = f", {len(owed)} owed (stdcell verify {program.source.name})" if owed else ""
    console.print(f"[green]no faults[/]{left}, digest {program.digest[:12]}", soft_wrap=True)


def read_input(text: str) -> Given:
    """An input as typed: JSON where it reads as a list, an object or a quoted string, else the text itself.

    Raises:
        RuntimeFault: if the text begins like JSON and is none.
    """
    if text[:1] not in ("[", "{", '"'):
        return text
    try:
        value: Given = json.loads(text)
    except ValueError as error:
        raise RuntimeFault(f"the input {text!r} is not JSON: {error}; write a list such as '[3, 1, 2]'") from None
    return value


def read_token_list(text: str) -> list[Any] | None:
    """A vocabulary as a JSON list of words, numbers and booleans; None where the text does not begin like JSON.

    Raises:
        RuntimeFault: if it begins like JSON and is no such list, or one without tokens.
    """
    if text[:1] not in ("[", "{"):
        return None
    hint = "write a list such as '[\"a\", \"b\"]' or '[0, 1, 2]'"
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RuntimeFault(f"the vocabulary {text!r} is not JSON: {error}; {hint}") from None
    if not isinstance(found, list) or not found:
        raise RuntimeFault(f"expected a vocabulary of some tokens, found {text!r}; {hint}")
    for token in found:
        if not isinstance(token, str | int | float):
            written = json.dumps(token, ensure_ascii=False)
            raise RuntimeFault(f"expected words, numbers or booleans in the vocabulary, found {written}; {hint}")
    return found


def print_answer(trace: Trace, *, with_trace: bool, as_json: bool) -> None:
    """The answer of a run, the promises that it breaks, and how it came about."""
    if as_json:
        print_json(trace.to_json())
        return
    if with_trace:
        print_steps(trace)
    typer.echo(json.dumps(trace.answer, ensure_ascii=False))
    for promise in trace.broken:
        typer.echo(f"broken promise: {promise}", err=True)


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "message": fault.message,
        "file": fault.span.source.name,
        **_place(fault.span),
        "hint": fault.hint,
        "imported_at": [span.place for span in fault.trail],
    }


def _place(span: Span) -> dict[str, int]:
    """Where a range begins and how many characters it has."""
    return {"line": span.line, "column": span.column, "length": span.stop - span.start}

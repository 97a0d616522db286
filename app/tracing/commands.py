"""The commands about traces; what they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..options import CatalogOption, JsonOption, QuietOption, find_catalog, parse_file

__all__ = ["explain_run", "traces"]

traces = typer.Typer(no_args_is_help=True, help="Check and show reasoning traces.")

TraceArgument = Annotated[Path, typer.Argument(help="A trace, .json.", show_default=False)]


@traces.command("check")
def trace_check(
    file: TraceArgument,
    again: Annotated[bool, typer.Option("--again", help="Also run the whole program again, and compare.")] = False,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Execute each step again from its recorded inputs; exit 1 if one does not follow."""
    from ...runtime.tracing import check_trace
    from .files import read_trace_file
    from .printing import print_check

    trace, opened = read_trace_file(file), find_catalog(catalog)
    networks = None
    if opened is not None and trace.backend == "stitched":
        from ...runtime.tracing.networks import CatalogNetworks  # torch takes seconds to import

        networks = CatalogNetworks(opened)
    found = check_trace(trace, opened, networks)
    if again:
        from .again import checked_again

        found = checked_again(trace, found, opened)
    print_check(found, as_json=as_json, quiet=quiet)
    raise typer.Exit(0 if found.is_sound else 1)


@traces.command("show")
def trace_show(
    file: TraceArgument,
    out: Annotated[Path | None, typer.Option(help="An .html page to write (else the terminal).")] = None,
) -> None:
    """Print a recorded trace, or make a page of it."""
    from ..programs import print_answer
    from .files import read_trace_file, write_document

    trace = read_trace_file(file)
    if out is None:
        print_answer(trace, with_trace=True, as_json=False)
        return
    write_document(trace, out)
    typer.echo(f"written: {out}")


@traces.command("schema")
def trace_schema(
    markdown: Annotated[bool, typer.Option("--markdown", help="As tables for readers.")] = False,
) -> None:
    """Print the JSON Schema of a trace."""
    from ..options import print_json
    from .schema import json_schema, schema_tables

    if markdown:
        typer.echo(schema_tables(), nl=False)
    else:
        print_json(json_schema())


def explain_run(
    file: Path,
    given: str | None,
    at: int | None,
    output: str | None,
    backend: str,
    catalog: str | None,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    """Run a program, or read a trace, and tell why its output has its value.

    Raises:
        StdcellError: if a program is given without an input, or a trace with one.
    """
    from ...errors import StdcellError
    from ...runtime.tracing import explain
    from ..backends import traced_run
    from ..programs import read_input
    from .files import read_trace_file, write_document
    from .printing import print_explanation

    if file.suffix == ".json":
        if given is not None or output is not None:
            raise StdcellError(f"{str(file)!r} is a trace of one run: leave out --input and --output")
        trace = read_trace_file(file)
    else:
        if given is None:
            raise StdcellError("what is explained is one run: give it its input, as in --input '[3, 1, 2]'")
        opened = find_catalog(catalog)
        trace = traced_run(parse_file(file, opened), read_input(given), output, opened, backend)
    explanation = explain(trace, at)
    if out is not None:
        write_document(explanation, out)
        typer.echo(f"written: {out}")
    else:
        print_explanation(explanation, as_json=as_json)

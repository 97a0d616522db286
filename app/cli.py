"""The command line: what each command is called, what it takes, and errors without tracebacks.

Implementations are imported when their command runs: torch takes seconds, and who only checks, queries or proves does
not wait for it.
"""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from .. import __version__
from ..errors import StdcellError
from .catalog import catalogs
from .certificates import certificates
from .compilation import LONGEST, Beginning, compile_program
from .options import (
    CatalogOption,
    JsonOption,
    QuietOption,
    SeedOption,
    find_catalog,
    open_catalog,
    parse_file,
    printable,
)
from .questions import QUESTIONS
from .servers import servers
from .sheet.command import sheet
from .tracing.commands import traces
from .verification.commands import PROOFS

__all__ = ["app", "main"]

_SETTINGS = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, context_settings=_SETTINGS)
extract = typer.Typer(no_args_is_help=True, help="Cut circuits and formulas out of a trained model.")
app.add_typer(extract, name="extract")
app.add_typer(catalogs, name="catalog")
app.add_typer(certificates, name="certificate")
app.add_typer(servers, name="server")
app.add_typer(traces, name="trace")
app.command("compile")(compile_program)
for question, ask in QUESTIONS.items():
    app.command(question)(ask)
for proof, prove_it in PROOFS.items():
    app.command(proof)(prove_it)
app.command("sheet")(sheet)

RunArgument = Annotated[Path, typer.Argument(help="The folder of a training run.", show_default=False)]
FileArgument = Annotated[Path, typer.Argument(help="A program, .cell or .rasp.", show_default=False)]
MaxStepsOption = Annotated[int, typer.Option(min=1, help="Give up after so many steps.")]


class Dialect(Enum):
    """A dialect of the language."""

    cell = "cell"
    rasp = "rasp"


class GrammarFormat(Enum):
    """What reads a grammar."""

    llguidance = "llguidance"


class Backend(Enum):
    """What computes an answer."""

    interpret = "interpret"
    stitched = "stitched"
    transformer = "transformer"


@app.callback(invoke_without_command=True)
def stdcell(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """A standard-cell library for neural networks: extract, catalog, compose, run, prove."""
    if version:
        typer.echo(f"stdcell {__version__}")
        raise typer.Exit


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder that everything is written into.")] = Path("stdcell-demo"),
    seed: SeedOption = 0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Train, extract, catalog, compose, prove, run and report: the whole path, in at most three minutes."""
    from .demo import run_demo

    run_demo(out, seed, as_json=as_json, quiet=quiet or as_json)


@app.command()
def train(
    task: Annotated[str, typer.Option(help="What to learn.")] = "add-mod",
    modulus: Annotated[int, typer.Option(help="Modulus of the task.")] = 37,
    seed: SeedOption = 0,
    out: Annotated[Path | None, typer.Option(help="Folder of the run (else runs/TASK-MODULUS-seed-SEED).")] = None,
    max_steps: MaxStepsOption = 3000,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Train a one-layer transformer until it answers every input right."""
    from .models import print_run, train_model

    folder = out or Path("runs") / f"{task}-{modulus}-seed-{seed}"
    run = train_model(folder, task, modulus, seed, max_steps=max_steps, resume=resume, quiet=quiet or as_json)
    print_run(run, as_json=as_json)


@extract.command("circuit")
def extract_circuit(run: RunArgument, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Find the smallest set of edges that still answers every input right, and cut it out."""
    from . import models

    models.print_circuit(models.extract_circuit(run, quiet=quiet or as_json), as_json=as_json)


@extract.command("formula")
def extract_formula(run: RunArgument, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Read the formula of the logits off the network's Fourier spectrum."""
    from . import models

    models.print_formula(models.extract_formula(run, quiet=quiet or as_json), as_json=as_json)


@app.command()
def stitch(
    file: FileArgument,
    soft: Annotated[bool, typer.Option("--soft", help="Fit an adapter for each wire, and store it.")] = False,
    minimum_fidelity: Annotated[
        float, typer.Option(min=0, max=1, help="Exit 1 if a soft wire keeps less of the hard one's answers.")
    ] = 0.9,
    reads: Annotated[
        str, typer.Option(help="What is read upstream: the stream, or a writer such as L0.mlp.")
    ] = "stream",
    width: Annotated[int | None, typer.Option(min=1, help="How many directions are read (else all that vary).")] = None,
    budgets: Annotated[bool, typer.Option("--budgets", help="Bound what is off at each soft wire: minutes.")] = False,
    catalog: CatalogOption = None,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List the wires from circuit to circuit; with --soft, learn what joins their residual streams, and measure it."""
    from . import stitching

    with open_catalog(catalog) as opened:
        if not soft:
            stitching.print_hard_wires(*stitching.hard_wires(file, opened), as_json=as_json)
            return
        how = stitching.Fitting(seed, reads, width, minimum_fidelity, budgets)
        found = stitching.fit_wires(file, opened, how, quiet=quiet or as_json)
    stitching.print_wires(found, as_json=as_json)
    raise typer.Exit(0 if found.are_faithful else 1)


@app.command()
def query(
    cypher: Annotated[str, typer.Argument(help="A Cypher query that only reads.", show_default=False)],
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the catalog's graph."""
    from .tables import print_rows

    with open_catalog(catalog) as opened:
        print_rows(opened.query(cypher), as_json=as_json)


@app.command()
def check(
    file: FileArgument, catalog: CatalogOption = None, as_json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """Parse and type a program; report every fault with its place and a way out."""
    from . import programs

    if not programs.check(file, find_catalog(catalog), as_json=as_json, quiet=quiet):
        raise typer.Exit(1)


@app.command()
def fmt(
    files: Annotated[list[Path], typer.Argument(help="Programs, .cell or .rasp.", show_default=False)],
    check: Annotated[bool, typer.Option("--check", help="Only show what would change; exit 1 if anything.")] = False,
) -> None:
    """Write programs in their canonical layout; every comment is kept."""
    from .texts import format_files

    raise typer.Exit(0 if format_files(files, check=check) else 1)


@app.command()
def convert(
    file: Annotated[Path, typer.Argument(help="A program, .rasp.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="The .cell file to write (else the terminal).")] = None,
) -> None:
    """Turn a RASP program into a strict one of the same answers."""
    from .texts import convert_file

    convert_file(file, out)


@app.command()
def grammar(
    reader: Annotated[GrammarFormat, typer.Option("--for", help="What reads it.")] = GrammarFormat.llguidance,
    dialect: Annotated[Dialect, typer.Option(help="Which dialect.")] = Dialect.cell,
    catalog: CatalogOption = None,
) -> None:
    """Print the grammar that holds a language model to the language, and to the cells of the catalog."""
    from .texts import print_grammar

    print_grammar(dialect.value, find_catalog(catalog))


@app.command()
def repl(
    dialect: Annotated[Dialect, typer.Option(help="Which dialect.")] = Dialect.rasp, catalog: CatalogOption = None
) -> None:
    """Read, evaluate and print, interactively; the original RASP's commands and a few more (:help)."""
    from .repl import run_repl

    run_repl(dialect.value, find_catalog(catalog))


@app.command()
def draw(
    file: FileArgument,
    out: Annotated[Path, typer.Option(help="The picture to write, .svg or .png.")],
    given: Annotated[str | None, typer.Option("--input", help="The example, as for run (else the file's own).")] = None,
    output: Annotated[str | None, typer.Option(help="The output drawn (else main, else the last).")] = None,
    catalog: CatalogOption = None,
) -> None:
    """Draw what a program attends to, and how its s-ops depend on one another."""
    from .drawing import draw_program
    from .programs import read_input

    program = parse_file(file, find_catalog(catalog))
    draw_program(program, output, None if given is None else read_input(given), out)
    typer.echo(f"written: {out}")


@app.command()
def lsp(catalog: CatalogOption = None) -> None:
    """Serve an editor over standard input and output (the Language Server Protocol)."""
    from .lsp import serve

    serve(catalog)


@app.command()
def run(
    file: FileArgument,
    given: Annotated[
        str | None, typer.Option("--input", help="A JSON list, an object by parameter name, or plain text.")
    ] = None,
    inputs: Annotated[str | None, typer.Option(help="A file of inputs, one JSON value a line; - is stdin.")] = None,
    device: Annotated[str, typer.Option(help="Where --inputs are computed: cpu, cuda or cuda:1.")] = "cpu",
    backend: Annotated[Backend, typer.Option(help="What computes the answer.")] = Backend.interpret,
    output: Annotated[str | None, typer.Option(help="The output asked for (else main, else the last).")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Print how the answer came about.")] = False,
    trace_out: Annotated[Path | None, typer.Option(help="Write how it came about, .json or .html.")] = None,
    prove: Annotated[bool, typer.Option("--prove", help="Trace, with the verdicts that cover each step.")] = False,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a program on one input, or on a file of them."""
    from . import streams
    from .backends import traced_run
    from .programs import print_answer, read_input
    from .tracing.files import write_document

    streams.choose_inputs(given, inputs)
    streams.check_device(device)
    opened = find_catalog(catalog)
    program = parse_file(file, opened)
    if given is None:
        streams.refuse_beside_inputs(backend.value, trace=trace or prove or trace_out is not None)
        streams.run_lines(program, inputs or streams.STANDARD_INPUT, output, device)
        return
    told = traced_run(program, read_input(given), output, opened, backend.value)
    if prove:
        from .tracing.proved import proved

        told = proved(told, program, opened)
    if trace_out is not None:
        write_document(told, trace_out)
    print_answer(told, with_trace=trace or prove, as_json=as_json)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A program, .cell or .rasp, or a trace, .json.", show_default=False)],
    given: Annotated[str | None, typer.Option("--input", help="The input, as for run; a trace has its own.")] = None,
    at: Annotated[int | None, typer.Option(help="The position of the output (else all of it).")] = None,
    output: Annotated[str | None, typer.Option(help="The output asked for (else main, else the last).")] = None,
    backend: Annotated[Backend, typer.Option(help="What computes the answer.")] = Backend.interpret,
    out: Annotated[Path | None, typer.Option(help="Write it, .json or .html (else the terminal).")] = None,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why an output has its value: the values that it depends on, back to the input."""
    from .tracing.commands import explain_run

    explain_run(file, given, at, output, backend.value, catalog, out, as_json=as_json)


@app.command()
def agree(
    file: FileArgument,
    max_length: Annotated[int, typer.Option(min=1, max=LONGEST, help="Longest input tried.")],
    vocabulary: Annotated[
        str | None, typer.Option(help="Values that inputs consist of: a,b,c or a JSON list (else the usual ones).")
    ] = None,
    output: Annotated[str | None, typer.Option(help="The output asked for (else main, else the last).")] = None,
    samples: Annotated[int, typer.Option(min=1, help="Inputs tried at most; all if there are fewer.")] = 5000,
    seed: SeedOption = 0,
    causal: Annotated[bool, typer.Option("--causal", help="Compile to a transformer that cannot look ahead.")] = False,
    dtype: Annotated[str, typer.Option(help="Number format of its weights.")] = "float32",
    beginning: Annotated[Beginning, typer.Option(help="What heads attend to for want of keys.")] = Beginning.token,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare interpreter, transformer and stitched networks; print the first input on which they differ."""
    from .agreement import compare_backends, print_agreement

    opened = find_catalog(catalog)
    found = compare_backends(
        file,
        opened,
        vocabulary=vocabulary,
        output=output,
        max_length=max_length,
        samples=samples,
        seed=seed,
        causal=causal,
        dtype=dtype,
        beginning=beginning.value,
    )
    print_agreement(found, as_json=as_json)
    raise typer.Exit(0 if found.is_agreed else 1)


@app.command()
def report(
    run: RunArgument,
    files: Annotated[list[Path], typer.Argument(help="Programs over the run's cells.", show_default=False)],
    given: Annotated[str, typer.Option("--input", help="What the first program is run on.")],
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("report.html"),
    catalog: CatalogOption = None,
    quiet: QuietOption = False,
) -> None:
    """Write the report of a run, and of programs over its circuit, as one HTML file."""
    from .composition import compose
    from .programs import read_input
    from .reporting import report_run

    with open_catalog(catalog) as opened:
        report_run(run, compose(files, read_input(given), opened, quiet=quiet), out, quiet=quiet)
    typer.echo(f"written: {out}")


def main() -> None:
    """Run the command line; a fault of the user's becomes one message and an exit code that is not 0."""
    try:
        app()
    except StdcellError as error:
        typer.echo(f"error: {printable(str(error))}", err=True)
        sys.exit(1)
    except OSError as error:
        place = error.filename2 or error.filename  # of a move the place that it was to
        typer.echo(f"error: cannot use {str(place)!r}: {error.strerror}; name another folder or file", err=True)
        sys.exit(1)

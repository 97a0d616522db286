"""Compile a program to a transformer, keep it in a folder, and tell which of its edges do something."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from .options import CatalogOption, JsonOption, QuietOption, console, find_catalog, parse_file, print_json

if TYPE_CHECKING:
    from ..runtime.compiler import CompiledTransformer
    from ..runtime.ground_truth import GroundTruth

__all__ = ["LONGEST", "Beginning", "compile_program"]

EDGES = "edges.json"
LONGEST = 1_000_000
"""Positions have rows of their own in the weights: beyond this they fill memory before anything is refused."""


class Beginning(Enum):
    """What heads attend to where nothing is selected."""

    token = "token"
    sink = "sink"


def compile_program(
    file: Annotated[Path, typer.Argument(help="A program, .cell or .rasp.", show_default=False)],
    max_length: Annotated[int, typer.Option(min=1, max=LONGEST, help="Length of the longest input.")],
    out: Annotated[Path, typer.Option(help="Folder that the transformer is written into.")],
    vocabulary: Annotated[
        str | None, typer.Option(help="The tokens: a JSON list, or text of which each character is one.")
    ] = None,
    output: Annotated[str | None, typer.Option(help="The output asked for (else main, else the last).")] = None,
    causal: Annotated[bool, typer.Option("--causal", help="Let positions see only what stands before them.")] = False,
    dtype: Annotated[str, typer.Option(help="Number format of the weights: float32, float64, bfloat16.")] = "float32",
    beginning: Annotated[Beginning, typer.Option(help="What heads attend to where nothing is selected.")] = (
        Beginning.token
    ),
    edges: Annotated[bool, typer.Option("--edges", help=f"Try every edge, and write {EDGES}.")] = False,
    inputs_max: Annotated[int, typer.Option(min=1, help="Most inputs that edges are tried on.")] = 1000,
    catalog: CatalogOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compile a program to one exact transformer, and write it into a folder."""
    from ..catalog.durable import write_atomically
    from ..runtime.compiler import compile_transformer
    from ..runtime.exchange import save_transformer
    from ..runtime.ground_truth import ground_truth
    from .programs import read_input, read_token_list

    tokens = None if vocabulary is None else read_token_list(vocabulary) or list(read_input(vocabulary))
    program = parse_file(file, find_catalog(catalog))
    compiled = compile_transformer(
        program,
        output=output,
        vocabulary=tokens,
        max_length=max_length,
        causal=causal,
        dtype=dtype,
        beginning=beginning.value,
    )
    save_transformer(compiled, out)
    truth = None
    if edges:
        truth = ground_truth(compiled, n_inputs_max=inputs_max)
        write_atomically(out / EDGES, json.dumps(truth.to_dict(), indent=1).encode())
    if as_json:
        print_json({"folder": str(out), **_shape(compiled), **({"edges": _counts(truth)} if truth else {})})
        return
    typer.echo(f"written: {out}")
    if not quiet:
        _print_shape(compiled)
        if truth:
            _print_edges(truth)


def _shape(compiled: CompiledTransformer) -> dict[str, Any]:
    config = compiled.config
    return {
        "n_parameters": compiled.n_parameters,
        "error_bound": compiled.error_bound,
        "d_model": config.d_model,
        "n_context": config.n_context,
        "n_vocabulary": config.n_vocabulary,
        "n_outputs": config.n_outputs,
        "layers": [{"n_heads": layer.n_heads, "d_mlp": layer.d_mlp} for layer in config.layers],
    }


def _counts(truth: GroundTruth) -> dict[str, Any]:
    return {
        "scope": truth.scope,
        "n_inputs": truth.n_inputs,
        "n_edges": len(truth.edges),
        "n_wired": len(truth.wired),
        "n_live": len(truth.live),
        "n_moving": len(truth.moving),
        "n_causal": len(truth.causal),
    }


def _print_shape(compiled: CompiledTransformer) -> None:
    shape = _shape(compiled)
    layers = ", ".join(f"{layer['n_heads']} heads and {layer['d_mlp']} neurons" for layer in shape["layers"])
    typer.echo(f"layers: {len(shape['layers'])}" + (f" ({layers})" if layers else ""))
    typer.echo(f"residual stream: {shape['d_model']} dimensions, context of {shape['n_context']} tokens")
    typer.echo(f"parameters: {shape['n_parameters']:,}, zeros included")
    typer.echo(f"error of a logit: at most {shape['error_bound']:.2g}")


def _print_edges(truth: GroundTruth) -> None:
    counts = _counts(truth)
    typer.echo(
        f"edges: {counts['n_edges']}, of which {counts['n_wired']} can carry something, {counts['n_live']} carry what "
        f"differs between inputs, {counts['n_moving']} move the logits, {counts['n_causal']} change an answer"
    )
    typer.echo(f"tried on: {truth.scope}")
    table = Table("edge", "live", "resampled", "displaced", box=None, header_style="bold")
    for edge in truth.edges:
        if edge.is_wired:
            effects = (f"{e.n_answers_changed} of {e.n_interventions}" for e in (edge.resampled, edge.displaced))
            table.add_row(str(edge.edge), "yes" if edge.is_live else "no", *effects)
    console.print(table)

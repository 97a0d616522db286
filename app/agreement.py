"""Tell whether the interpreter, the transformer and the stitched networks agree, and on which input they do not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.text import Text

from ..catalog import Catalog
from ..dsl import Program
from ..errors import RuntimeFault
from ..runtime.agreement import Agreement, Disagreement, agree, read_tokens
from .options import console, parse_file, print_json
from .programs import read_token_list

__all__ = ["compare_backends", "print_agreement"]


def compare_backends(
    file: Path,
    catalog: Catalog | None,
    *,
    vocabulary: str | None,
    output: str | None,
    max_length: int,
    samples: int,
    seed: int,
    causal: bool,
    dtype: str,
    beginning: str,
) -> Agreement:
    """Read a program and run it in three ways.

    Raises:
        StdcellError: if the program cannot be read, or the vocabulary does not fit it.
    """
    program = parse_file(file, catalog)
    return agree(
        program,
        catalog,
        max_length=max_length,
        output=output,
        vocabulary=None if vocabulary is None else _tokens(program, output, vocabulary),
        limit=samples,
        seed=seed,
        causal=causal,
        dtype=dtype,
        beginning=beginning,
    )


def _tokens(program: Program, output: str | None, text: str) -> Sequence[Any]:
    """A JSON list as it is; words with commas between them as the program takes them."""
    found = read_token_list(text)
    if found is not None:
        return found
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise RuntimeFault(f"expected values with commas between them, found {text!r}; write such as 'a,b,c'")
    return read_tokens(program, program.output(output), words)


def print_agreement(report: Agreement, *, as_json: bool) -> None:
    """What was compared on how many inputs, who took part, and the first disagreement."""
    if as_json:
        print_json({**asdict(report), "is_agreed": report.is_agreed})
        return
    if report.disagreement:
        heading = Text("disagreement", "bold red")
    elif report.is_agreed:
        heading = Text("agreement", "bold green")
    else:
        heading = Text("nothing compared", "bold yellow")
    who = ", ".join(participant.name for participant in report.participants if participant.took_part)
    console.print(Text.assemble(heading, f" ({who}) on {report.output}: {_inputs(report)}"), soft_wrap=True)
    for participant in report.participants:
        told = participant.note if participant.took_part else f"did not take part: {participant.note}"
        console.print(Text(f"  {participant.name:12} {told}", "dim"), soft_wrap=True)
    if report.disagreement:
        _print_disagreement(report.disagreement)


def _inputs(report: Agreement) -> str:
    """How many inputs, whether that is all, and over which values."""
    faults = f", {report.n_faults:,} of them without an answer" if report.n_faults else ""
    left_out = f", {report.n_outside:,} left out that break a requirement" if report.n_outside else ""
    values = "; ".join(f"{name} from {_listed(values)}" for name, values in report.vocabularies.items())
    return f"{_scope(report)}{faults}{left_out}; {values}"


def _scope(report: Agreement) -> str:
    """How many inputs were tried, and which."""
    inputs = f"{report.n_inputs:,} input{'' if report.n_inputs == 1 else 's'}"
    reach = f"up to length {report.max_length}" if report.has_length else "there are"
    if report.disagreement:
        return f"the last of {inputs} tried"
    if report.is_exhaustive:
        return f"{inputs}, all {reach}"
    drawn = f"drawn {reach} with seed {report.seed}" if report.has_length else f"drawn with seed {report.seed}"
    if report.exhausted < 0:
        return f"{inputs} {drawn}"
    return f"{inputs}: all up to length {report.exhausted}, longer ones {drawn}"


def _listed(values: Sequence[Any]) -> str:
    if isinstance(values, range) or len(values) > 12:
        return f"{values[0]!r} … {values[-1]!r} ({len(values)} values)"
    return " ".join(map(repr, values))


def _print_disagreement(found: Disagreement) -> None:
    shown = json.dumps(found.given, ensure_ascii=False)
    met = json.dumps(found.found, ensure_ascii=False)
    console.print(Text(f"on {shown}" + ("" if met == shown else f", shrunk from {met}")), soft_wrap=True)
    for name, answer in found.answers.items():
        console.print(Text(f"  {name:12} {answer}"), soft_wrap=True)

"""Programs as texts: format them, convert them, and print the grammar of their dialect."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer

from ..catalog import Catalog
from ..catalog.schema import CELLS
from ..dsl.conversion.convert import convert
from ..dsl.scope import library_names
from ..dsl.syntax.formatting import format_text
from ..errors import LanguageError, StdcellError
from ..grammars.constrained import constrained_grammar
from .options import read_source

__all__ = ["convert_file", "format_files", "print_grammar"]


def format_files(files: Sequence[Path], *, check: bool) -> bool:
    """Write each program in its canonical layout, or only show what would change; whether nothing had to."""
    faults: list[str] = []
    n_changed = 0
    for path in files:
        source, dialect = read_source(path)
        try:
            formatted = format_text(source, dialect)
        except LanguageError as error:
            # One file that does not parse is left as it is, and does not keep the others from being formatted.
            faults.append(str(error))
            continue
        if formatted == _text(path):
            continue
        n_changed += 1
        if check:
            typer.echo(_difference(path, source.text, formatted), nl=False)
        else:
            path.write_text(formatted, encoding="utf-8", newline="\n")
            typer.echo(f"formatted: {path}")
    if faults:
        raise StdcellError("\n\n".join(faults))
    return not (check and n_changed)


def _text(path: Path) -> str:
    """The text as it lies in the file, line ends included."""
    return path.read_bytes().decode("utf-8")


def _difference(path: Path, before: str, after: str) -> str:
    lines, wanted = (text.splitlines(keepends=True) for text in (before, after))
    return "".join(difflib.unified_diff(lines, wanted, str(path), f"{path} (formatted)"))


def convert_file(file: Path, out: Path | None) -> None:
    """Write a RASP program as a strict one of the same answers; to the terminal where no file is named.

    Raises:
        StdcellError: if the file is no RASP program, or the other one exists.
        LanguageError: if it has faults, or says what the strict dialect cannot.
    """
    source, dialect = read_source(file)
    if dialect != "rasp":
        raise StdcellError(f"{str(file)!r} is strict already: only a .rasp file is converted")
    text = convert(source)
    if out is None:
        typer.echo(text, nl=False)
        return
    if out.exists():
        raise StdcellError(f"{str(out)!r} exists already: name another file with --out")
    out.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(f"written: {out}")


def print_grammar(dialect: str, catalog: Catalog | None) -> None:
    """Print the grammar that holds a language model to the dialect, and to the cells of a catalog if one is open."""
    typer.echo(constrained_grammar(dialect, None if catalog is None else cells_by_kind(catalog)), nl=False)


def cells_by_kind(catalog: Catalog) -> dict[str, Iterable[str]]:
    """The names that `use` may take of each kind; the library's programs are there without a catalog."""
    cells = list(catalog.cells())
    named = {kind.lower(): [name for found, name in cells if found == kind.lower()] for kind in CELLS}
    return {**named, "program": [*named["program"], *library_names()]}

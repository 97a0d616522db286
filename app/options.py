"""What every command shares: its options, how a catalog is opened, how answers are printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ..catalog import Catalog
from ..catalog.embedded.folder import holds_catalog
from ..dsl import Program, parse
from ..dsl.syntax.parser import DIALECTS
from ..errors import Source, StdcellError
from .reading import reading

__all__ = [
    "DEFAULT_CATALOG",
    "CatalogOption",
    "JsonOption",
    "QuietOption",
    "SeedOption",
    "console",
    "find_catalog",
    "open_catalog",
    "parse_file",
    "print_json",
    "printable",
    "read_source",
]

DEFAULT_CATALOG = "catalog"

CatalogOption = Annotated[
    str | None,
    typer.Option("--catalog", envvar="STDCELL_CATALOG", help="Folder or Neo4j URI of the catalog (else ./catalog)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress and no details.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of everything that is drawn at random.")]

console = Console(highlight=False)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def printable(text: str) -> str:
    r"""A text with every character that would steer the terminal written out, such as `\x1b`; lines stay lines."""
    return "".join(one if one.isprintable() or one in "\n\t" else one.encode("unicode_escape").decode() for one in text)


def open_catalog(place: str | None, *, create: bool = False) -> Catalog:
    """Open the catalog that was asked for.

    Raises:
        CatalogError: if there is none there and none is to be made, or it cannot be used.
    """
    return Catalog(place or DEFAULT_CATALOG, create=create)


def find_catalog(place: str | None) -> Catalog | None:
    """The catalog that was asked for, or the usual one if there is one; None where no one asked and there is none."""
    if place is None and not holds_catalog(DEFAULT_CATALOG):
        return None
    return open_catalog(place)


def parse_file(path: Path, catalog: Catalog | None) -> Program:
    """Read and check a program; the file's ending says the dialect.

    Raises:
        StdcellError: if the file cannot be read.
        LanguageError: with all its faults.
    """
    source, dialect = read_source(path)
    return parse(source, dialect=dialect, scope=catalog)


def read_source(path: Path) -> tuple[Source, str]:
    """The text of a program and the dialect that the file's ending says.

    Raises:
        StdcellError: if the file cannot be read.
    """
    dialect = path.suffix.removeprefix(".")
    if dialect not in DIALECTS:
        raise StdcellError(f"{str(path)!r} is no program: expected a file that ends in .cell or .rasp")
    with reading(path):
        text = path.read_text(encoding="utf-8-sig")
    return Source(text, str(path)), dialect

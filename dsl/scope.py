"""What a program may name beyond its own text: cells of a catalog and texts of other programs.

`dsl` never imports the catalog: it asks a `Scope`, and the catalog supplies one.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from os.path import normpath
from pathlib import Path
from typing import Protocol

from ..errors import Source, UnknownCell, did_you_mean
from .types import Type

__all__ = ["CellPort", "CellSignature", "Scope", "library_names", "read_program"]

_LIBRARY = "stdcell/"


@dataclass(frozen=True, slots=True)
class CellPort:
    """A named, typed input or output of a cell."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class CellSignature:
    """What a program needs to know of a catalogued cell: its ports and the text of its contract."""

    kind: str
    name: str
    digest: str
    inputs: tuple[CellPort, ...]
    output: CellPort
    requires: str | None = None
    ensures: str | None = None


class Scope(Protocol):
    """Where a program's `use` declarations are looked up."""

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        """The signature of a circuit or formula, by name or digest; UnknownCell where there is none."""

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        """The text and dialect of a catalogued program, by name or digest; UnknownCell where there is none."""


def library_names() -> list[str]:
    """The names of the standard programs, as `use program` takes them."""
    folder = files("stdcell.library")
    return sorted(
        _LIBRARY + entry.name.removesuffix(".cell") for entry in folder.iterdir() if entry.name.endswith(".cell")
    )


def read_program(name: str, importer: Source) -> tuple[Source, str] | None:
    """The text and dialect of a library program (`stdcell/…`) or of a file beside the importing one.

    None where the name is of neither form, so that a catalog has to know it.

    Raises:
        UnknownCell: if the name has the form, but there is no such program or file.
    """
    if name.startswith(_LIBRARY):
        resource = files("stdcell.library") / f"{name.removeprefix(_LIBRARY)}.cell"
        if name not in library_names():
            raise UnknownCell(_unknown(f"no program {name!r} in the library", name, library_names()))
        return Source(resource.read_text(encoding="utf-8"), f"{name}.cell"), "cell"
    if not name.endswith((".cell", ".rasp")):
        return None
    path = Path(normpath(Path(importer.name).parent / name))
    try:
        return Source(path.read_text(encoding="utf-8-sig"), str(path)), path.suffix[1:]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise UnknownCell(f"cannot read the program {name!r}: {reason}") from error


def _unknown(message: str, name: str, known: list[str]) -> str:
    near = did_you_mean(name, known)
    return f"{message}; {near}" if near else message

"""What a program may name beyond its own text: cells of a catalog and texts of other programs.

`dsl` never imports the catalog: it asks a `Scope`, and the catalog supplies one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from os.path import normpath
from pathlib import Path
from typing import Protocol

from ..errors import Source, UnknownCell, did_you_mean
from .operators import exact
from .types import Type, Value, in_digits

__all__ = [
    "CellPort",
    "CellSignature",
    "Condition",
    "Scope",
    "as_tolerance",
    "library_names",
    "promise_text",
    "rasp_library",
    "read_loaded",
    "read_program",
]

_LIBRARY = "stdcell/"
_SUFFIXES = (".cell", ".rasp")


@dataclass(frozen=True, slots=True)
class CellPort:
    """A named, typed input or output of a cell."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class CellSignature:
    """What a program needs to know of a catalogued cell: its ports, the text of its contract and its tolerance."""

    kind: str
    name: str
    digest: str
    inputs: tuple[CellPort, ...]
    output: CellPort
    requires: str | None = None
    ensures: str | None = None
    tolerance: int | Fraction = 0

    @property
    def promise(self) -> str | None:
        """What it ensures of which inputs, with the tolerance: what evidence has to be about."""
        return None if self.ensures is None else promise_text(self.requires, self.ensures, self.tolerance)


@dataclass(frozen=True, slots=True)
class Condition:
    """What `use … where` asks of a cell: a property of its record, a comparison and a value."""

    subject: str
    comparison: str
    value: Value


class Scope(Protocol):
    """Where a program's `use` declarations are looked up."""

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        """The signature of a circuit or formula, by name or digest; UnknownCell where there is none."""

    def find_matching(self, kind: str, conditions: Sequence[Condition]) -> CellSignature:
        """The newest cell, or program, that meets all conditions; UnknownCell where there is none."""

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        """The text and dialect of a catalogued program, by name or digest; UnknownCell where there is none."""


def as_tolerance(number: float) -> int | Fraction:
    """A tolerance as the decimal number that it is written as: 0.01 is 1/100."""
    return exact(Fraction(repr(number)))


def promise_text(requires: str | None, ensures: str, tolerance: int | Fraction) -> str:
    """What a contract ensures, of which inputs, and its tolerance if it has one: what evidence is evidence for."""
    of_which = f", where {requires}" if requires else ""
    return f"{ensures}{of_which}, within {in_digits(tolerance)}" if tolerance else f"{ensures}{of_which}"


def library_names() -> list[str]:
    """The names of the standard programs, as `use program` takes them."""
    return sorted(_library())


def _library() -> dict[str, str]:
    """The file of each standard program."""
    names = [entry.name for entry in files("stdcell.library").iterdir()]
    return {_LIBRARY + name.rpartition(".")[0]: name for name in names if name.endswith(_SUFFIXES)}


def rasp_library() -> Source:
    """What every RASP program finds defined."""
    return _library_source("stdcell/rasp")


def _library_source(name: str) -> Source:
    file = _library()[name]
    text = (files("stdcell.library") / file).read_text(encoding="utf-8")
    return Source(text, f"stdcell/{file}")


def read_program(name: str, importer: Source) -> tuple[Source, str] | None:
    """The text and dialect of a library program (`stdcell/…`) or of a file beside the importing one.

    None where the name is of neither form, so that a catalog has to know it.

    Raises:
        UnknownCell: if the name has the form, but there is no such program or file.
    """
    if name.startswith(_LIBRARY):
        if name not in _library():
            raise UnknownCell(_unknown(f"no program {name!r} in the library", name, library_names()))
        source = _library_source(name)
        return source, source.name.rpartition(".")[2]
    if not name.endswith(_SUFFIXES):
        return None
    path = Path(normpath(Path(importer.name).parent / name))
    return _read(path, name), path.suffix[1:]


def read_loaded(name: str, importer: Source) -> Source:
    """The text of `load "name"`, whose suffix is added.

    The original interpreter looks in the folder that it is started in; a file is looked for beside the importing
    one first, then there, then in the folders above the importing one.

    Raises:
        UnknownCell: if there is no such file.
    """
    file = name if name.endswith(".rasp") else f"{name}.rasp"
    folder = Path(importer.name).parent
    for place in (folder, Path(), *folder.absolute().parents):
        path = Path(normpath(place / file))
        if path.is_file():
            return _read(path, file)
    message = f"there is no file {file!r} beside {importer.name!r} nor in {str(Path.cwd())!r}"
    raise UnknownCell(_unknown(message, file, [path.name for path in folder.glob("*.rasp")]))


def _read(path: Path, name: str) -> Source:
    try:
        return Source(path.read_text(encoding="utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise UnknownCell(f"cannot read the program {name!r}: {reason}") from error


def _unknown(message: str, name: str, known: list[str]) -> str:
    near = did_you_mean(name, known)
    return f"{message}; {near}" if near else message

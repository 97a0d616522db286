"""The family of errors: what was found, what was expected, where, and a way out.

StdcellError
├── LanguageError       a fault in a program's text, with its place
├── CatalogError        a catalog that cannot be opened, read, written or asked
│   ├── UnknownCell     no cell of that name or digest
│   └── DamagedBlob     bytes whose digest is not their name
├── RuntimeFault        an input or a backend that a program cannot run with
│   └── NotCompilable   a program that no exact transformer of that size serves
├── VerificationError   a claim that cannot be put to a prover
├── TrainingError       a task, configuration or checkpoint that cannot be trained
└── ExtractionError     a model from which nothing can be extracted
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "CatalogError",
    "DamagedBlob",
    "ExtractionError",
    "Fault",
    "LanguageError",
    "NotCompilable",
    "RuntimeFault",
    "Source",
    "Span",
    "StdcellError",
    "TrainingError",
    "UnknownCell",
    "VerificationError",
    "did_you_mean",
]


_WIDEST = 160


class StdcellError(Exception):
    """Any fault that stdcell reports to its user."""


@dataclass(frozen=True, slots=True)
class Source:
    """A program's text and the name it is reported under."""

    text: str
    name: str = "<program>"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters, `source.text[start:stop]`."""

    source: Source
    start: int
    stop: int

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.start - self.source.text.rfind("\n", 0, self.start)

    @property
    def text(self) -> str:
        """The characters of the range."""
        return self.source.text[self.start : self.stop]

    @property
    def place(self) -> str:
        """`name:line:column`."""
        return f"{self.source.name}:{self.line}:{self.column}"

    @property
    def first_line(self) -> str:
        """The first line of the range."""
        return self.text.split("\n", 1)[0].rstrip()

    def first(self, n_characters: int) -> Span:
        """The first characters of the range."""
        return Span(self.source, self.start, min(self.stop, self.start + n_characters))

    def excerpt(self) -> str:
        """The line with a caret under the range, tabs kept so that the caret stands where the eye expects it.

        Of a very long line only what is near.
        """
        line = self.source.text.split("\n")[self.line - 1].rstrip("\r")
        at = self.column - 1
        first = max(0, at - _WIDEST // 2) if len(line) > _WIDEST else 0
        before, after = ("…" if first else ""), ("…" if len(line) > first + _WIDEST else "")
        shown = line[first : first + _WIDEST]
        lead = "".join("\t" if character == "\t" else " " for character in before + shown[: at - first])
        width = max(1, min(self.stop - self.start, len(shown) - (at - first)))
        return f"{before}{shown}{after}\n{lead}{'^' * width}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a program's text, and a way out where one is known.

    `trail` are the statements that import the file it stands in, the outermost first.
    """

    message: str
    span: Span
    hint: str | None = None
    trail: tuple[Span, ...] = ()

    def __str__(self) -> str:
        """`name:line:column: message`, the line, a caret, the hint, and where the file was imported."""
        hint = f"\nhint: {self.hint}" if self.hint else ""
        trail = "".join(f"\nimported at {span.place}: {span.first_line}" for span in reversed(self.trail))
        return f"{self.span.place}: {self.message}\n{self.span.excerpt()}{hint}{trail}"


class LanguageError(StdcellError):
    """All faults that one pass found in a program, in text order; `line`, `column` and so on are the first's."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: Sequence[Fault] = tuple(
            sorted(faults, key=lambda fault: (fault.span.source.name, fault.span.start))
        )
        assert self.faults, "a language error without a fault"
        super().__init__("\n\n".join(str(fault) for fault in self.faults))

    @property
    def message(self) -> str:
        """What the first fault says, without its place."""
        return self.faults[0].message

    @property
    def line(self) -> int:
        """Line of the first fault, from 1."""
        return self.faults[0].span.line

    @property
    def column(self) -> int:
        """Column of the first fault, from 1."""
        return self.faults[0].span.column

    @property
    def hint(self) -> str | None:
        """The first fault's way out."""
        return self.faults[0].hint


class CatalogError(StdcellError):
    """A catalog cannot be opened, read, written or asked."""


class UnknownCell(CatalogError):
    """No cell of that name or digest."""


class DamagedBlob(CatalogError):
    """A blob's bytes do not hash to its name."""


class RuntimeFault(StdcellError):
    """An input or a backend that a program cannot run with."""


class NotCompilable(RuntimeFault):
    """A program that no exact transformer of the asked size serves; the message says why."""


class VerificationError(StdcellError):
    """A claim that cannot be put to a prover."""


class TrainingError(StdcellError):
    """A task, configuration or checkpoint that cannot be trained."""


class ExtractionError(StdcellError):
    """A model from which the asked part cannot be extracted."""


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The nearest known name as a hint, or None where nothing is near."""
    near = get_close_matches(name, sorted(known), n=1)
    return f"did you mean {near[0]!r}?" if near else None

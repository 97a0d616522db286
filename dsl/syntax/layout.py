"""Documents, and how they are laid out in lines of text.

1. A document is text, places where a line may break, and groups that stand on one line or break.
2. A `Piece` is a part that can stand on lines of its own: a statement, a clause, a parameter, an argument, an element,
   an operand of logic. Before and after a piece there is room for comments (`formatting`).
3. The document is laid out: a group that fits into the line stands on it, another breaks at each of its places.

Source: Wadler 2003, "A prettier printer", for documents and groups.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "BLANK",
    "LINE",
    "SOFT",
    "SPACE",
    "Bracket",
    "Break",
    "Document",
    "Group",
    "Indent",
    "Note",
    "Piece",
    "Rows",
    "lay_out",
]

_WIDTH = 100
_INDENT = 4


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the line may break; `flat` stands there where it does not, and with None it always does."""

    flat: str | None
    is_blank: bool = False


SOFT, SPACE, LINE = Break(""), Break(" "), Break(None)
BLANK = Break(None, is_blank=True)


@dataclass(frozen=True, slots=True)
class Indent:
    """Lines that begin within stand further to the right."""

    contents: Document


@dataclass(frozen=True, slots=True)
class Group:
    """Stands on one line if it fits, else breaks at each of its own places."""

    contents: Document


@dataclass(slots=True)
class Note:
    """A comment, and the text between it and the beginning of its line in the source."""

    text: str
    start: int = 0
    lead: str = ""
    is_apart: bool = False

    @property
    def stop(self) -> int:
        """Where the comment's characters end in the source."""
        return self.start + len(self.text)

    @property
    def is_own_line(self) -> bool:
        """Whether nothing but blanks stands before the comment."""
        return not self.lead.strip()

    def after(self, line: str) -> str:
        """The comment at the end of a line; one that already stood at the end of this very line keeps its distance."""
        gap = self.lead[len(self.lead.rstrip()) :]
        is_kept = self.lead.strip() == line.strip() and len(gap) > 1 and not gap.strip(" ")
        return f"{line}{gap if is_kept else '  '}{self.text}"


@dataclass(slots=True)
class Piece:
    """What can stand on lines of its own, with the comments around it and a blank line before it."""

    contents: Document
    start: int
    stop: int
    before: list[Note] = field(default_factory=list)
    after: Note | None = None
    is_apart: bool = False

    def set_apart(self, is_apart: bool) -> None:
        """Put a blank line before the piece and its comments, or none."""
        first = self.before[0] if self.before else self
        first.is_apart = is_apart

    def parts(self) -> Document:
        """The piece among its comments."""
        blank = (BLANK,) if self.is_apart else ()
        return (*(_line_of(note) for note in self.before), *blank, self.contents, self.after or "")


@dataclass(slots=True)
class Rows:
    """Pieces that no bracket holds together, as they stand in `contents`."""

    contents: Document
    pieces: tuple[Piece, ...]
    start: int
    stop: int


@dataclass(slots=True)
class Bracket:
    """Pieces between brackets; in the source it opens at `after` or, past blanks and comments, behind it."""

    opening: str
    pieces: tuple[Piece, ...]
    closing: str
    after: int
    is_block: bool = False
    opening_note: Note | None = None
    last_notes: list[Note] = field(default_factory=list)

    def lines(self, between: Break) -> tuple[Document, ...]:
        """The pieces and the comments behind the last one, each after a place where the line breaks."""
        pieces = [part for piece in self.pieces for part in (between, piece)]
        notes = [part for note in self.last_notes for part in (LINE, BLANK if note.is_apart else "", note.text)]
        return (*pieces, *notes)

    def parts(self) -> Document:
        """The pieces, one a line where they do not fit into one."""
        if self.is_block:
            return (self.opening, self.opening_note or "", Indent(self.lines(LINE)), LINE, self.closing)
        lines = self.lines(SPACE)
        first = SOFT if self.pieces else ""
        last = SOFT if lines or self.opening_note else ""
        inner = lines[1:] if self.pieces else lines
        return Group((self.opening, self.opening_note or "", Indent((first, inner)), last, self.closing))


Document = str | tuple["Document", ...] | Break | Indent | Group | Note | Piece | Rows | Bracket


def _line_of(note: Note) -> Document:
    return (BLANK if note.is_apart else "", note.text, LINE)


def lay_out(document: Document, width: float = _WIDTH) -> str:
    """The text of a document, of lines up to `width` characters wide where its parts allow it."""
    lines, line = list[str](), ""
    pending: list[tuple[int, bool, Document]] = [(0, False, document)]
    while pending:
        indent, is_flat, part = pending.pop()
        match part:
            case str():
                line += part
            case tuple():
                pending.extend((indent, is_flat, inner) for inner in reversed(part))
            case Break(flat, is_blank):
                if is_blank:
                    lines.append("")
                elif is_flat and flat is not None:
                    line += flat
                else:
                    lines.append(line.rstrip(" "))
                    line = " " * indent
            case Indent(contents):
                pending.append((indent + _INDENT, is_flat, contents))
            case Group(contents):
                pending.append((indent, is_flat or _fits(contents, pending, width - len(line)), contents))
            case Note():
                line = part.after(line)
            case Rows(contents):
                pending.append((indent, is_flat, contents))
            case Piece() | Bracket():
                pending.append((indent, is_flat, part.parts()))
    return "\n".join((*lines, line))


def _fits(document: Document, rest: list[tuple[int, bool, Document]], room: float) -> bool:
    """Whether the document, and what follows it up to the next place where a line breaks, fits into the room."""
    pending: list[tuple[bool, Document]] = [(True, document)]
    n_rest = len(rest)
    while room >= 0:
        if not pending:
            if not n_rest:
                return True
            n_rest -= 1
            pending.append(rest[n_rest][1:])
        is_flat, part = pending.pop()
        match part:
            case str():
                room -= len(part)
            case tuple():
                pending.extend((is_flat, inner) for inner in reversed(part))
            case Break(flat):
                if not is_flat or flat is None:
                    return not is_flat
                room -= len(flat)
            case Note():
                return not is_flat
            case Indent(contents) | Group(contents) | Rows(contents):
                pending.append((is_flat, contents))
            case Piece() | Bracket():
                pending.append((is_flat, part.parts()))
    return False

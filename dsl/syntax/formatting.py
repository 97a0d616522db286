"""A program in the canonical layout, with every comment that it has.

1. The text is parsed, and each item becomes a document (`printer`).
2. Each comment goes to the innermost piece of the document that has room for it: behind the piece that it follows at
   the end of a line, else on a line before the next piece, else before the bracket that closes. A comment inside a
   piece that is laid out on one line goes before that piece, with those before it, so that their order stays.
3. Blank lines between statements stay, one at most; a definition with a block has one around it.
4. The document is laid out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from ...errors import Fault, LanguageError, Source
from . import tree
from .layout import LINE, Bracket, Document, Group, Indent, Note, Piece, Rows, lay_out
from .parser import parse_items
from .printer import TreePrinter

__all__ = ["format_text"]

_LEXEME = re.compile(r"""\#[^\n]*|"[^"\n]*"|'[^'\n]*'|[()\[\]{}]""")
_BLANK = re.compile(r"\s*")


def format_text(source: Source, dialect: str) -> str:
    """The program in the canonical layout: the same tree, and every comment once and in order.

    Raises:
        LanguageError: if the text does not parse; with all its faults.
    """
    items, faults = parse_items(source, dialect)
    if faults:
        raise LanguageError(faults)
    text = Text(source.text)
    file = Bracket("", tuple(_piece(item, dialect) for item in items), "", 0, is_block=True)
    Placement(text).place_between(file, text.notes)
    _set_definitions_apart(items, file)
    formatted = lay_out(file.lines(LINE)[1:])
    return f"{formatted}\n" if formatted else ""


def _piece(item: tree.Item, dialect: str) -> Piece:
    try:
        return Piece(TreePrinter(dialect).item(item), item.span.start, item.span.stop)
    except RecursionError:
        fault = Fault("the statement is nested too deeply", item.span.first(1), "name its parts")
        raise LanguageError([fault]) from None


def _set_definitions_apart(items: Sequence[tree.Item], file: Bracket) -> None:
    """One blank line before and after each definition that has a block, its comments among it."""
    was_block = False
    for n, (item, piece) in enumerate(zip(items, file.pieces, strict=True)):
        is_block = isinstance(item, tree.Definition) and not (item.is_entry and not item.body)
        if n and (is_block or was_block):
            piece.set_apart(True)
        was_block = is_block
    if was_block and file.last_notes:
        file.last_notes[0].is_apart = True


class Text:
    """A program's text: where its comments stand, and where its brackets open and close."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.notes: list[Note] = []
        self._closings: dict[int, int] = {}
        self._openings: dict[str, list[int]] = {"(": [], "[": [], "{": []}
        open_brackets = list[int]()
        for lexeme in _LEXEME.finditer(text):
            match lexeme[0][0]:
                case "#":
                    self.notes.append(self._note(lexeme[0].rstrip(), lexeme.start()))
                case "(" | "[" | "{" as bracket:
                    self._openings[bracket].append(lexeme.start())
                    open_brackets.append(lexeme.start())
                case ")" | "]" | "}":
                    self._closings[open_brackets.pop()] = lexeme.end()

    def _note(self, comment: str, start: int) -> Note:
        line_start = self._text.rfind("\n", 0, start) + 1
        note = Note(comment, start, self._text[line_start:start])
        before = line_start
        while before > 0 and self._text[before - 1].isspace():
            before -= 1
        note.is_apart = note.is_own_line and self._text.count("\n", before, line_start) > 1
        return note

    def bracket(self, bracket: Bracket) -> tuple[int, int]:
        """Where a bracket of the document opens, and where it ends."""
        places = self._openings[bracket.opening[-1]]
        opening = places[bisect_left(places, bracket.after)]
        return opening, self._closings[opening]

    def is_blank_line_behind(self, place: int) -> bool:
        """Whether an empty line follows the line of the place."""
        blank = _BLANK.match(self._text, place)
        return blank is not None and blank[0].count("\n") > 1


def _containers(document: Document) -> Iterator[Bracket | Rows]:
    """The outermost parts of a document that hold pieces, in order."""
    pending = [document]
    while pending:
        match pending.pop():
            case Bracket() | Rows() as container:
                yield container
            case tuple() as parts:
                pending.extend(reversed(parts))
            case Group(contents) | Indent(contents):
                pending.append(contents)


def _n_until(notes: Sequence[Note], place: int) -> int:
    """How many of the comments stand before a place."""
    return bisect_left(notes, place, key=lambda note: note.start)


class Placement:
    """Finds each comment its place among the pieces of a document."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def place_between(self, container: Bracket | Rows, notes: Sequence[Note]) -> None:
        """Hand the comments within a container to its pieces; a bracket keeps those behind the last one."""
        is_block = isinstance(container, Bracket) and container.is_block
        previous: Piece | None = None
        for n, piece in enumerate(container.pieces, start=1):
            start, stop = self._range(piece) if notes else (0, 0)
            if isinstance(container, Rows) and n == len(container.pieces):
                stop = container.stop  # no room behind the last of several rows
            n_before, n_through = _n_until(notes, start), _n_until(notes, stop)
            behind = notes[n_before - 1].stop if n_before else previous.stop if previous else None
            piece.before += self._follow(container, previous, notes[:n_before])
            piece.is_apart = is_block and behind is not None and self._text.is_blank_line_behind(behind)
            self._place_within(piece, notes[n_before:n_through])
            previous, notes = piece, notes[n_through:]
        if isinstance(container, Bracket):
            container.last_notes += self._follow(container, previous, notes)
            _set_first_near(container)

    def _follow(self, container: Bracket | Rows, previous: Piece | None, notes: Sequence[Note]) -> Sequence[Note]:
        """Leave the first comment at the end of its line, where there is room; return those for lines of their own."""
        if isinstance(container, Rows) or not container.is_block:
            for note in notes:
                note.is_apart = False
        if not notes or notes[0].is_own_line:
            return notes
        if previous and not previous.after:
            previous.after = notes[0]
        elif not previous and isinstance(container, Bracket):
            container.opening_note = notes[0]
        else:
            return notes
        return notes[1:]

    def _place_within(self, piece: Piece, notes: Sequence[Note]) -> None:
        """Put the comments inside a piece into its containers, those that find no room before the piece."""
        n_homeless = self._n_homeless(piece, notes)
        if n_homeless:
            for note in notes[:n_homeless]:
                note.is_apart = False
            notes[0].is_apart, piece.is_apart = piece.is_apart, False
            piece.before += notes[:n_homeless]
            notes = notes[n_homeless:]
        for container in _containers(piece.contents):
            n_within = _n_until(notes, self._ends(container)[1]) if notes else 0
            if n_within or isinstance(container, Rows) or container.is_block:
                self.place_between(container, notes[:n_within])
            notes = notes[n_within:]
        assert not notes, "a comment without a place"

    def _n_homeless(self, piece: Piece, notes: Sequence[Note]) -> int:
        """How many comments inside a piece, from the first on, have to go before it so that none is lost or overtaken.

        Brackets have room for each comment within. Rows have room behind each row, and before each but the first.
        """
        n_homeless, n_seen = 0, 0
        for container in _containers(piece.contents) if notes else ():
            n_before, n_through = (_n_until(notes, place) for place in self._ends(container))
            n_homeless = n_before if n_before > n_seen else n_homeless
            if isinstance(container, Rows) and n_through > n_before:
                n_first, n_next = (_n_until(notes, place) for place in self._range(container.pieces[0]))
                n_within = self._n_homeless(container.pieces[0], notes[n_first:n_next])
                n_homeless = n_first + n_within if n_first > n_before or n_within else n_homeless
            n_seen = max(n_seen, n_through)
        return len(notes) if n_seen < len(notes) else n_homeless

    def _ends(self, container: Bracket | Rows) -> tuple[int, int]:
        """From where on a container has room for comments, and where it ends."""
        if isinstance(container, Rows):
            return container.start, container.stop
        return container.after, self._text.bracket(container)[1]

    def _range(self, piece: Piece) -> tuple[int, int]:
        """Where a piece starts and ends; its own places do not know all of its brackets."""
        start, stop = piece.start, piece.stop
        for container in _containers(piece.contents):
            opening, closing = self._ends(container) if isinstance(container, Rows) else self._text.bracket(container)
            start, stop = min(start, opening), max(stop, closing)
        return start, stop


def _set_first_near(container: Bracket) -> None:
    """No blank line stands before what is first within a bracket."""
    if container.pieces:
        container.pieces[0].set_apart(False)
    elif container.last_notes:
        container.last_notes[0].is_apart = False

"""Another name for what a document defines, or a reason why it cannot have that one."""

from __future__ import annotations

from lsprotocol.types import PrepareRenamePlaceholder, TextEdit

from ...dsl.analysis import Analysis, Symbol, analyse
from ...dsl.checking.builtins import BUILTIN_DOCS
from ...dsl.scope import Scope
from ...dsl.syntax.keywords import keywords
from ...errors import Source, Span, StdcellError
from .positions import Positions
from .symbols import symbol_near
from .words import Outline, is_name, open_lexeme, word_at

__all__ = ["CannotRename", "prepare_rename", "rename"]


class CannotRename(StdcellError):
    """A name that cannot be changed, or not to what was asked."""


def prepare_rename(analysis: Analysis, positions: Positions, offset: int) -> PrepareRenamePlaceholder | None:
    """The range of the name that a rename at a place would change; None where there is no name.

    Raises:
        CannotRename: if there is one that cannot be renamed here.
    """
    start, stop = word_at(analysis.source.text, offset)
    if start == stop or open_lexeme(analysis.source.text, offset):
        return None
    symbol = _renamed(analysis, offset)[0]
    return PrepareRenamePlaceholder(range=positions.range(start, stop), placeholder=symbol.name)


def rename(analysis: Analysis, positions: Positions, offset: int, new_name: str, scope: Scope | None) -> list[TextEdit]:
    """The edits that give the name at a place a new one, wherever the document has it.

    Raises:
        CannotRename: if the name is not the document's own, or the new one is no name, is taken, or would mean
            something else in some place.
    """
    symbols = _renamed(analysis, offset)
    _check_new(new_name, symbols, analysis)
    spans = [span for span in _spans(symbols) if span.source == analysis.source and span.text == symbols[0].name]
    if new_name != symbols[0].name:
        _check_faults(analysis, spans, new_name, scope)
    return [TextEdit(positions.of(span), new_name) for span in spans]


def _renamed(analysis: Analysis, offset: int) -> list[Symbol]:
    """The symbols that share the name at a place: RASP may assign one variable several times."""
    symbol = symbol_near(analysis, offset)
    if symbol is None:
        raise CannotRename(_not_defined(analysis, offset))
    if symbol.span.source != analysis.source:
        raise CannotRename(f"{symbol.name!r} is defined in {symbol.span.source.name}: rename it there")
    if symbol.span.text != symbol.name:
        raise CannotRename(f"{symbol.name!r} is not written in this file as a name")
    if symbol.kind == "cell" and not _has_alias(symbol):
        raise CannotRename(f"{symbol.name!r} is the catalog's name: write `use … {symbol.name} as another_name`")
    outline = Outline(analysis.source.text, analysis.dialect)
    home = outline.home(symbol)
    alike = [one for one in analysis.symbols if (one.name, one.kind) == (symbol.name, symbol.kind)]
    return [one for one in alike if one.span.source == analysis.source and outline.home(one) == home]


def _not_defined(analysis: Analysis, offset: int) -> str:
    start, stop = word_at(analysis.source.text, offset)
    word = analysis.source.text[start:stop]
    if word in keywords(analysis.dialect):
        return f"{word!r} is a word of the language"
    return (
        f"{word!r} is built in"
        if word in BUILTIN_DOCS[analysis.dialect]
        else f"{word!r} is no name that this file defines"
    )


def _check_new(new_name: str, symbols: list[Symbol], analysis: Analysis) -> None:
    if not is_name(new_name):
        raise CannotRename(f"{new_name!r} cannot be a name: expected letters, digits and '_', no digit first")
    if new_name in keywords(analysis.dialect):
        raise CannotRename(f"{new_name!r} is a word of the language; choose another name")
    if new_name in BUILTIN_DOCS[analysis.dialect]:
        raise CannotRename(f"{new_name!r} is built in; choose another name")
    outline = Outline(analysis.source.text, analysis.dialect)
    homes = (None, outline.home(symbols[0]))
    for other in analysis.symbols:
        is_near = homes[1] is None or outline.home(other) in homes
        if other.name == new_name and other not in symbols and is_near:
            raise CannotRename(f"{new_name!r} is taken: it is defined at {other.span.place}")


def _check_faults(analysis: Analysis, spans: list[Span], new_name: str, scope: Scope | None) -> None:
    """Refuse a rename after which the program has a fault that it did not have."""
    text = analysis.source.text
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        text = text[: span.start] + new_name + text[span.stop :]
    after = analyse(Source(text, analysis.source.name), dialect=analysis.dialect, scope=scope)
    if len(after.faults) > len(analysis.faults):
        raise CannotRename(f"with the name {new_name!r} the program has a fault: {after.faults[0].message}")


def _has_alias(symbol: Symbol) -> bool:
    words = symbol.span.source.text[: symbol.span.start].split()
    return bool(words) and words[-1] == "as"


def _spans(symbols: list[Symbol]) -> list[Span]:
    spans = {span for symbol in symbols for span in (symbol.span, *symbol.uses)}
    return sorted(spans, key=lambda span: (span.source.name, span.start))

"""The name at a place: the document's own, or one of the library that every RASP program sees."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ...dsl.analysis import Analysis, Symbol, analyse
from ...dsl.scope import rasp_library
from .words import Outline, open_lexeme, word_at

__all__ = ["library_symbols", "symbol_near"]


def symbol_near(analysis: Analysis, offset: int) -> Symbol | None:
    """The name at a place, or that ends there."""
    found = analysis.symbol_at(offset)
    if found or open_lexeme(analysis.source.text, offset):
        return found
    start, stop = word_at(analysis.source.text, offset)
    return library_symbols(analysis.dialect).get(analysis.source.text[start:stop])


@cache
def library_symbols(dialect: str) -> Mapping[str, Symbol]:
    """The library's names in programs of a dialect; it keeps to itself those that begin with '_'."""
    if dialect != "rasp":
        return {}
    library = rasp_library()
    outline = Outline(library.text, dialect)
    symbols = (symbol for symbol in analyse(library, dialect=dialect).symbols if symbol.span.source == library)
    return {one.name: one for one in symbols if outline.home(one) is None and not one.name.startswith("_")}

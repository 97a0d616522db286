"""Where a name is defined and read, and what a document defines."""

from __future__ import annotations

import re

from lsprotocol.types import DocumentSymbol, Location, Position, Range, SymbolKind

from ...dsl.analysis import Analysis, Symbol
from ...dsl.scope import read_loaded, read_program
from ...errors import Source, StdcellError
from .places import Places
from .positions import Positions
from .symbols import symbol_near
from .words import Outline

__all__ = ["definition", "document_symbols", "references"]

_IMPORTED = re.compile(r"""\b(?P<how>use\s+program|load)\s+["'](?P<name>[^"'\n]*)["']""")
_TOP = Range(Position(0, 0), Position(0, 0))
_KINDS = {
    "function": SymbolKind.Function,
    "entry": SymbolKind.Function,
    "cell": SymbolKind.Module,
    "type": SymbolKind.Class,
    "import": SymbolKind.Module,
}


def definition(analysis: Analysis, places: Places, offset: int) -> Location | None:
    """Where the name at a place is defined, or the file that is imported there."""
    symbol = symbol_near(analysis, offset)
    if symbol is None:
        return _imported_file(analysis.source, places, offset)
    return places.location(symbol.span)


def references(analysis: Analysis, places: Places, offset: int, *, with_definition: bool) -> list[Location]:
    """Every place that reads the name at a place."""
    symbol = symbol_near(analysis, offset)
    if symbol is None:
        return []
    spans = [symbol.span, *symbol.uses] if with_definition else symbol.uses
    return [location for span in dict.fromkeys(spans) if (location := places.location(span))]


def document_symbols(analysis: Analysis, positions: Positions) -> list[DocumentSymbol]:
    """What a document defines: what the whole text sees, each with what only it sees."""
    outline = Outline(analysis.source.text, analysis.dialect)
    own = [symbol for symbol in analysis.symbols if symbol.span.source == analysis.source]
    inner = [symbol for symbol in own if outline.home(symbol)]
    shown = []
    for symbol in (symbol for symbol in own if symbol not in inner):
        item = outline.item(symbol.span.start)
        children = [one for one in inner if outline.home(one) == item and symbol.kind in ("function", "entry")]
        node = _node(symbol, positions, [_node(child, positions, []) for child in children])
        if item and symbol.kind not in ("import", "cell"):
            node.range = positions.range(item.start, item.stop)
        shown.append(node)
    return shown


def _node(symbol: Symbol, positions: Positions, children: list[DocumentSymbol]) -> DocumentSymbol:
    place = positions.of(symbol.span)
    return DocumentSymbol(
        name=symbol.name,
        kind=_KINDS.get(symbol.kind, SymbolKind.Variable),
        range=place,
        selection_range=place,
        detail=symbol.type,
        children=children,
    )


def _imported_file(source: Source, places: Places, offset: int) -> Location | None:
    for found in _IMPORTED.finditer(source.text):
        if found.start("name") <= offset <= found.end("name"):
            imported = _imported(found, source)
            uri = places.uri(imported) if imported else None
            return Location(uri, _TOP) if uri else None
    return None


def _imported(found: re.Match[str], source: Source) -> Source | None:
    try:
        if found["how"] == "load":
            return read_loaded(found["name"], source)
        program = read_program(found["name"], source)
        return program[0] if program else None
    except StdcellError:
        return None

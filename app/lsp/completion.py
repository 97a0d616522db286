"""How what is being typed can go on.

1. In a comment, or in a quoted token that names no program, nothing is offered.
2. After `use` and `load` what can be imported (`imports`).
3. Where only a type can stand the types; elsewhere the names that are seen there, the language's own, its words, and
   the words of the item that is being written, whose names nobody knows while it does not parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol.types import CompletionItem, CompletionItemKind, CompletionList, Range, TextEdit

from ...dsl.analysis import Analysis, Symbol
from ...dsl.checking.builtins import BUILTIN_DOCS
from ...dsl.syntax.keywords import keywords
from .cells import CatalogReader
from .hover import builtin_text, markdown, symbol_text
from .imports import import_items, import_prefix
from .positions import Positions
from .symbols import library_symbols
from .words import Outline, open_lexeme, word_at

__all__ = ["TRIGGERS", "complete"]

TRIGGERS = (" ", '"', "'", "/", "(")

_TYPES = {
    "bool": "True or False",
    "int": "a whole number, such as int 0..9",
    "real": "a number, such as real 0..1",
    "token": 'a token, such as token {"a", "b"}',
    "vector": "d coordinates, such as vector[8]",
    "seq": "one element at each position, such as seq[int 0..9]",
}
_WORD = re.compile(r"\b[A-Za-z_]\w*")
_WANTS_TYPE = re.compile(r"(?:->|\bseq\s*\[|\btype\s+\w+\s*=)\s*\w*$")
_MAY_WANT_TYPE = re.compile(r":\s*\w*$")
_KINDS = {
    "function": CompletionItemKind.Function,
    "entry": CompletionItemKind.Function,
    "cell": CompletionItemKind.Module,
    "type": CompletionItemKind.Class,
    "import": CompletionItemKind.Function,
}


def complete(
    analysis: Analysis, positions: Positions, offset: int, catalog: CatalogReader | None, *, only_imports: bool
) -> CompletionList:
    """What can be written at a place; `only_imports` where a trigger character asked, and not the writer."""
    text = analysis.source.text
    begun, opened = import_prefix(text, offset, analysis.dialect), open_lexeme(text, offset)
    if begun and not opened.startswith("#"):
        start, items = offset - len(begun["typed"]), import_items(begun, analysis.source, catalog)
    elif opened or only_imports or not analysis.dialect:
        start, items = offset, iter(())
    else:
        start = word_at(text, offset)[0]
        items = _names(analysis, start)
    replaced = positions.range(start, offset)
    unique = {item.label: _placed(item, replaced, rank) for rank, item in reversed(list(enumerate(items)))}
    return CompletionList(is_incomplete=bool(begun), items=list(reversed(unique.values())))


def _placed(item: CompletionItem, replaced: Range, rank: int) -> CompletionItem:
    """The item as an edit: editors disagree on which characters make a word."""
    item.text_edit = TextEdit(replaced, item.insert_text or item.label)
    item.insert_text, item.filter_text, item.sort_text = None, item.label, f"{rank:05}"
    return item


def _names(analysis: Analysis, start: int) -> Iterator[CompletionItem]:
    before = analysis.source.text[max(0, start - 200) : start]
    outline = Outline(analysis.source.text, analysis.dialect)
    seen = [symbol for symbol in analysis.symbols if _is_offered(symbol, analysis, outline, start)]
    if analysis.dialect == "cell" and (_WANTS_TYPE.search(before) or _MAY_WANT_TYPE.search(before)):
        yield from (_symbol_item(symbol, analysis.dialect) for symbol in seen if symbol.kind == "type")
        yield from (CompletionItem(name, kind=CompletionItemKind.Class, detail=_TYPES[name]) for name in _TYPES)
        if _WANTS_TYPE.search(before):
            return
    seen.sort(key=lambda symbol: outline.home(symbol) is None)
    yield from (_symbol_item(symbol, analysis.dialect) for symbol in seen if symbol.kind != "type")
    yield from (_symbol_item(symbol, analysis.dialect) for symbol in library_symbols(analysis.dialect).values())
    yield from (_builtin_item(name, analysis.dialect) for name in sorted(BUILTIN_DOCS[analysis.dialect]))
    words = sorted(keywords(analysis.dialect))
    yield from (CompletionItem(word, kind=CompletionItemKind.Keyword) for word in words)
    yield from (CompletionItem(word, kind=CompletionItemKind.Text) for word in _written(analysis, outline, start))


def _is_offered(symbol: Symbol, analysis: Analysis, outline: Outline, start: int) -> bool:
    """Whether a name is seen at a place; in the strict dialect what is defined further down is not."""
    is_here = symbol.span.source == analysis.source
    is_later = is_here and symbol.span.start >= start
    return outline.is_seen(symbol, start) and not (is_later and analysis.dialect == "cell")


def _symbol_item(symbol: Symbol, dialect: str) -> CompletionItem:
    kind = _KINDS.get(symbol.kind, CompletionItemKind.Variable)
    text = markdown(symbol_text(symbol, dialect))
    return CompletionItem(symbol.name, kind=kind, detail=symbol.type, documentation=text)


def _builtin_item(name: str, dialect: str) -> CompletionItem:
    declared = BUILTIN_DOCS[dialect][name].partition("\n")[0]
    kind = CompletionItemKind.Function if "(" in declared else CompletionItemKind.Constant
    return CompletionItem(name, kind=kind, detail=declared, documentation=markdown(builtin_text(name, dialect)))


def _written(analysis: Analysis, outline: Outline, start: int) -> list[str]:
    """The words that the item has so far."""
    item = outline.item(start)
    return sorted(set(_WORD.findall(analysis.source.text[item.start : start]))) if item else []

"""What an editor shows of the name under the pointer."""

from __future__ import annotations

from lsprotocol.types import Hover, MarkupContent, MarkupKind

from ...dsl.analysis import Analysis, Symbol
from ...dsl.checking.builtins import BUILTIN_DOCS
from .positions import Positions
from .symbols import symbol_near
from .words import open_lexeme, word_at

__all__ = ["builtin_text", "hover", "markdown", "signature", "symbol_text"]


def hover(analysis: Analysis, positions: Positions, offset: int) -> Hover | None:
    """Kind, type, contract and comment of the name at a place; None where nothing is known."""
    start, stop = word_at(analysis.source.text, offset)
    symbol = symbol_near(analysis, offset)
    word = analysis.source.text[start:stop]
    if symbol:
        return Hover(markdown(symbol_text(symbol, analysis.dialect)), positions.range(start, stop))
    if word in BUILTIN_DOCS[analysis.dialect] and not open_lexeme(analysis.source.text, offset):
        return Hover(markdown(builtin_text(word, analysis.dialect)), positions.range(start, stop))
    return None


def signature(symbol: Symbol) -> str:
    """A name with its type, as a definition begins."""
    return f"{symbol.name}{symbol.type}" if symbol.type[:1] in ("(", "[") else f"{symbol.name}: {symbol.type}"


def symbol_text(symbol: Symbol, dialect: str) -> str:
    """All that is known of a name, as Markdown."""
    declared = "\n    ".join([signature(symbol), *symbol.contract])
    parts = [f"**{symbol.name}**: {symbol.kind}", f"```{dialect}\n{declared}\n```", symbol.doc]
    return "\n\n".join(part for part in parts if part)


def builtin_text(name: str, dialect: str) -> str:
    """What a built-in function or s-op takes and means, as Markdown."""
    declared, _, meaning = BUILTIN_DOCS[dialect][name].partition("\n\n")
    return f"**{name}**: built in\n\n```{dialect}\n{declared}\n```\n\n{meaning}".rstrip()


def markdown(text: str) -> MarkupContent:
    """Text that the editor is to lay out."""
    return MarkupContent(MarkupKind.Markdown, text)

"""Text to syntax tree, for both dialects.

1. The text is cut into items (`items`).
2. Each item is parsed on its own (LALR), so that one call reports the syntax faults of every item.
3. Lark's exceptions become faults (`syntax_faults`), its trees become ours (`tree_builder`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from lark import Lark, ParseTree
from lark.exceptions import UnexpectedInput

from ...errors import Fault, LanguageError, Source, Span
from . import tree
from .faults import no_program, syntax_fault
from .items import item_at, names_defined, resumption
from .tree_builder import TreeBuilder

__all__ = ["DIALECTS", "parse_expression", "parse_items", "parse_type"]

DIALECTS = ("cell", "rasp")

_MOST_FAULTS = 100


@cache
def _parser(dialect: str, start: str) -> Lark:
    return Lark.open_from_package(
        "stdcell.grammars",
        f"{dialect}.lark",
        start=start,
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=True,
    )


def parse_items(source: Source, dialect: str) -> tuple[list[tree.Item], list[Fault]]:
    """Parse a whole program; what does not parse gives a fault, and a `Broken` item for each name in its place.

    Raises:
        LanguageError: if so much does not parse that the text is hardly a program.
    """
    items: list[tree.Item] = []
    faults: list[Fault] = []
    found = item_at(source.text, 0, dialect)
    while found is not None:
        stop, rule = found.stop, "command" if found.is_command else "item"
        try:
            items.append(_parse(source, dialect, rule, found.start, stop))
        except LanguageError as error:
            if not items and not faults and (fault := no_program(source)):
                raise LanguageError([fault]) from None
            stop = resumption(source.text, found, dialect)
            faults.extend(_faults_within(error, source, dialect, found.start, stop))
            if len(faults) >= _MOST_FAULTS:
                raise LanguageError(faults) from None
            items.extend(_broken(source, found.start, stop))
        found = item_at(source.text, stop, dialect)
    return items, faults


def _faults_within(error: LanguageError, source: Source, dialect: str, start: int, stop: int) -> Sequence[Fault]:
    """The faults of an item, or what it lacks where another one begins before them."""
    if error.faults[0].span.start < stop:
        return error.faults
    try:
        _parse(source, dialect, "item", start, stop)
    except LanguageError as shorter:
        return shorter.faults
    return ()


def _broken(source: Source, start: int, stop: int) -> list[tree.Item]:
    names = names_defined(source.text[start:stop])
    return [tree.Broken(name, Span(source, start + at, start + at + len(name))) for name, at in names]


def parse_expression(source: Source, dialect: str = "cell") -> tree.Expr:
    """Parse one expression, such as a contract's clause.

    Raises:
        LanguageError: if the text is no expression.
    """
    expression: tree.Expr = _parse(source, dialect, "expr", 0, len(source.text))
    return expression


def parse_type(source: Source) -> tree.TypeExpr:
    """Parse one type expression of the cell dialect.

    Raises:
        LanguageError: if the text is no type.
    """
    expression: tree.TypeExpr = _parse(source, "cell", "type", 0, len(source.text))
    return expression


def _parse(source: Source, dialect: str, start_rule: str, start: int, stop: int) -> Any:
    """Parse `text[start:stop]`; every place in the tree counts from the start of the whole text."""
    builder = TreeBuilder(source, start)
    try:
        parsed = _lark_tree(dialect, start_rule, source.text[start:stop])
    except UnexpectedInput as error:
        raise LanguageError([syntax_fault(error, _parser(dialect, start_rule), dialect, source, start, stop)]) from None
    item = builder.transform(parsed)
    if builder.faults:
        raise LanguageError(builder.faults)
    return item


@lru_cache(maxsize=4096)
def _lark_tree(dialect: str, start_rule: str, text: str) -> ParseTree:
    """What Lark reads; kept, because an edit leaves most items of a text as they were."""
    return _parser(dialect, start_rule).parse(text)

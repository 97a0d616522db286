"""The columns that a query returns: what they are called, and which hold collected lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from .tokens import Token, tokens_of

__all__ = ["collected_columns", "column_names"]

_ITEMS_END = {"ORDER", "SKIP", "OFFSET", "LIMIT", "UNION"}


@lru_cache(1_000)
def column_names(cypher: str) -> tuple[str, ...] | None:
    """The columns as the user wrote them: the alias, or the text of the expression; None where RETURN holds a `*`."""
    items = list(_return_items(tokens_of(cypher)))
    if any(item[0].text == "*" for item in items):
        return None
    return tuple(_column_name(cypher, item) for item in items)


@lru_cache(1_000)
def collected_columns(cypher: str) -> tuple[int, ...]:
    """The numbers of the columns that are a collected list, or a name given to one."""
    tokens = tokens_of(cypher)
    named = {
        tokens[at + 1].name
        for at in range(1, len(tokens) - 1)
        if tokens[at].keyword == "AS" and _is_collected(tokens, at)
    }
    items = [_without_alias(item) for item in _return_items(tokens)]
    return tuple(
        number
        for number, item in enumerate(items)
        if (item[0].name in named and len(item) == 1) or _is_collected(item, len(item))
    )


def _is_collected(tokens: Sequence[Token], stop: int) -> bool:
    """Whether a call of collect ends before an index, and nothing stands before it in its column."""
    if stop < 4 or tokens[stop - 1].text != ")":
        return False
    depth, at = 1, stop - 1
    while depth and at:
        at -= 1
        depth += (tokens[at].text == ")") - (tokens[at].text == "(")
    before = tokens[at - 2].keyword or tokens[at - 2].text if at > 1 else ","
    return tokens[at - 1].keyword == "COLLECT" and before in (",", "WITH", "RETURN", "DISTINCT")


def _without_alias(item: list[Token]) -> list[Token]:
    return item[:-2] if len(item) > 2 and item[-2].keyword == "AS" else item


def _return_items(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """The tokens of each column of the first RETURN outside brackets, without DISTINCT."""
    depth, inside, before = 0, False, ""
    item: list[Token] = []
    for token in tokens:
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth == 0 and not inside:
            inside = token.keyword == "RETURN" and before != "."
        elif inside and depth == 0 and token.keyword in _ITEMS_END and before not in (".", "AS"):
            break
        elif inside and depth == 0 and token.text == ",":
            yield item
            item = []
        elif inside and not (token.keyword == "DISTINCT" and before == "RETURN"):
            item.append(token)
        before = token.keyword or token.text
    if item:
        yield item


def _column_name(cypher: str, item: list[Token]) -> str:
    if len(item) > 2 and item[-2].keyword == "AS":
        return item[-1].name
    return cypher[item[0].start : item[-1].stop]

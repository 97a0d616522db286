"""What no query may do, in any dialect: write, reach outside the catalog, or be more than one statement.

Every word is looked at that the language could read as one of its own, also inside brackets and subqueries, so the
check needs no grammar: it may refuse a harmless query whose variable is called `create`, and lets no writing one pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import CatalogError
from .tokens import Token, is_keyword

__all__ = ["check_safe"]

_STARTS = {"MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN"}
_WRITES = {"CREATE", "INSERT", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "FOREACH", "DROP", "ALTER"}
_REACHES = {"LOAD", "COPY", "ATTACH", "INSTALL", "UNINSTALL", "EXPORT", "IMPORT", "CALL", "USE", "PROJECT_GRAPH"}
_REACHING_FUNCTIONS = {
    *("FILE_INFO", "GLOB", "READ_CSV", "READ_JSON", "READ_NPY", "READ_PARQUET", "READ_PANDAS", "READ_PYARROW"),
    *("NEXTVAL", "CURRVAL", "SETSEED", "LINENUMBER", "FILE"),
}
_NAMESPACES = {"DATE", "DATETIME", "TIME", "LOCALTIME", "LOCALDATETIME", "DURATION", "POINT"}
_MARKS = set("()[]{}<>=+-*/%^.,:|&!$;~'\"`")


def check_safe(cypher: str, tokens: Sequence[Token], parameters: Mapping[str, Any]) -> None:
    """Refuse a text that is not one reading statement whose parameters are all given.

    Raises:
        CatalogError: saying which word is refused, and where.
    """
    if "\\u" in cypher or "\\U" in cypher:
        raise CatalogError(r"a query may not hold the escape '\u'; write the character itself")
    if not tokens or tokens[0].keyword not in _STARTS:
        found = repr(tokens[0].text) if tokens else "nothing"
        raise CatalogError(f"a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found {found}")
    for at, token in enumerate(tokens):
        _check_mark(token)
        if is_keyword(tokens, at):
            _check_word(tokens, at)
        if at + 1 < len(tokens) and tokens[at + 1].text == "(":
            _check_function(tokens, at)
        if at and tokens[at - 1].text == "$" and token.name not in parameters:
            raise CatalogError(f"the query uses ${token.name}, which was not given; pass it as {token.name}=…")


def _check_mark(token: Token) -> None:
    if token.kind != "mark":
        return
    if token.text == ";":
        raise CatalogError(f"a query is one statement; found ';' at character {token.start + 1}")
    if token.text in "'\"`":
        raise CatalogError(f"the quote {token.text} at character {token.start + 1} is not closed")
    if token.text not in _MARKS:
        raise CatalogError(f"the character {token.place} means nothing in Cypher; write it in a string or in backticks")


def _check_word(tokens: Sequence[Token], at: int) -> None:
    token = tokens[at]
    if token.keyword in _WRITES:
        raise CatalogError(f"a query only reads, found {token.place}; write with Catalog.add")
    if token.keyword in _REACHES:
        raise CatalogError(f"a query may not reach files, procedures or other databases, found {token.place}")


def _check_function(tokens: Sequence[Token], at: int) -> None:
    """What stands before an opening parenthesis: a function by its plain name, or one of a harmless namespace."""
    token = tokens[at]
    dotted = at > 1 and tokens[at - 1].text == "." and token.is_name
    reaches = token.keyword in _REACHING_FUNCTIONS or (
        dotted and (tokens[at - 2].keyword not in _NAMESPACES or (at > 2 and tokens[at - 3].text == "."))
    )
    if reaches or token.kind == "quoted":
        raise CatalogError(f"a query may not reach files, procedures or other databases, found {token.place}")

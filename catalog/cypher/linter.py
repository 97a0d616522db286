"""What a user's Cypher must be before a store runs it, and the names of its columns.

A query is read as tokens, so that a word in a string, a comment or backticks is never taken for a clause. It is
refused where it writes, where it reaches files, procedures or another database, and where it names a label, a type or
a parameter that is not there. Both stores run the same check; a Neo4j server also runs queries in read mode.

The portable subset: MATCH, OPTIONAL MATCH, WHERE, WITH, UNWIND, RETURN, UNION, ORDER BY, SKIP, LIMIT; `type(r)` and
`labels(n)`, the latter asked with IN; properties by name. An unknown property is a fault in the embedded catalog and
null in Neo4j.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from ...errors import CatalogError, did_you_mean
from ..relationships import RELATIONSHIP_TYPES
from ..schema import LABELS

__all__ = ["Dialect", "Token", "check_query", "column_names", "fault_of", "tokens_of"]

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\r\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<quoted>`(?:[^`]|``)*`)
      | (?P<number>\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
Dialect = Literal["portable", "native"]
_OPENERS = {"MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN"}
_WRITES = {"CREATE", "INSERT", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "FOREACH", "DROP", "ALTER"}
_REACHES = {"LOAD", "COPY", "ATTACH", "INSTALL", "EXPORT", "IMPORT", "CALL", "USE"}
_ITEMS_END = {"ORDER", "SKIP", "OFFSET", "LIMIT", "UNION"}


class Token(NamedTuple):
    """A piece of a query: `string`, `quoted`, `number`, `word` or `mark`, with the offset of its first character."""

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The upper-case word, or empty text for what is no word."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """The text without backticks around it."""
        return self.text[1:-1].replace("``", "`") if self.kind == "quoted" else self.text


def check_query(cypher: str, parameters: Collection[str], *, dialect: Dialect = "portable") -> None:
    """Refuse a query that is not a plain reading one over the catalog's schema.

    Raises:
        CatalogError: saying which word is refused or unknown, and where.
    """
    if "\\u" in cypher:
        raise CatalogError(r"a query may not hold the escape '\u'; write the character itself")
    tokens = tokens_of(cypher)
    if not tokens or tokens[0].keyword not in _OPENERS:
        found = repr(tokens[0].text) if tokens else "nothing"
        raise CatalogError(f"a query starts with MATCH, OPTIONAL MATCH, WITH, UNWIND or RETURN; found {found}")
    for before, token, after in _neighbours(tokens):
        _check_mark(token)
        if before not in (".", ":", "$", "AS") and after != ":":
            _check_word(token)
        if before == "$" and token.name not in parameters:
            raise CatalogError(f"the query uses ${token.name}, which was not given; pass it as {token.name}=…")
    for token in _label_tokens(tokens):
        _check_label(token)


def column_names(cypher: str) -> list[str] | None:
    """The columns as the user wrote them: the alias, or the text of the expression; None where RETURN holds a `*`."""
    items = list(_return_items(tokens_of(cypher)))
    if any(item[0].text == "*" for item in items):
        return None
    return [_column_name(cypher, item) for item in items]


def fault_of(message: str) -> str:
    """An engine's message about a bad query as one line, with the nearest property where it misses one."""
    line = next(iter(message.strip().splitlines()), "unknown fault")
    missing = re.search(r"property (\w+) for", line)
    properties = {name for label in LABELS.values() for name in label.model_fields}
    hint = did_you_mean(missing[1], properties) if missing else None
    return f"{line.rstrip('.')}; {hint}" if hint else line.rstrip(".")


def tokens_of(cypher: str) -> list[Token]:
    """The tokens of a query, without white space and comments."""
    matches = _TOKEN.finditer(cypher)
    return [Token(str(one.lastgroup), one[0], one.start()) for one in matches if one.lastgroup != "space"]


def _neighbours(tokens: list[Token]) -> Iterator[tuple[str, Token, str]]:
    """Each token between the texts of those beside it, words in upper case."""
    texts = ["", *(token.keyword or token.text for token in tokens), ""]
    return zip(texts, tokens, texts[2:], strict=False)


def _check_mark(token: Token) -> None:
    if token.kind != "mark":
        return
    if token.text == ";":
        raise CatalogError(f"a query is one statement; found ';' at character {token.start + 1}")
    if token.text in "'\"`":
        raise CatalogError(f"the quote {token.text} at character {token.start + 1} is not closed")


def _check_word(token: Token) -> None:
    place = f"{token.text!r} at character {token.start + 1}"
    if token.keyword in _WRITES:
        raise CatalogError(f"a query only reads, found {place}; write with Catalog.add")
    if token.keyword in _REACHES:
        raise CatalogError(f"a query may not reach files, procedures or other databases, found {place}")


def _label_tokens(tokens: list[Token]) -> Iterator[Token]:
    """The labels and relationship types: what follows `:` outside the braces of a map, and `|` or `&` after such."""
    open_brackets: list[str] = []
    expected = after_label = False
    for token in tokens:
        is_label = expected and token.kind in ("word", "quoted")
        if is_label:
            yield token
        elif token.text in ("(", "[", "{"):
            open_brackets.append(token.text)
        elif token.text in (")", "]", "}") and open_brackets:
            open_brackets.pop()
        begins = token.text == ":" and open_brackets[-1:] != ["{"]
        expected = begins or (token.text in ("|", "&") and after_label) or (token.text == "!" and expected)
        after_label = is_label


def _check_label(token: Token) -> None:
    name = token.name
    if name not in LABELS and name not in RELATIONSHIP_TYPES:
        hint = did_you_mean(name, [*LABELS, *RELATIONSHIP_TYPES])
        raise CatalogError(f"no label or relationship type {name!r} in the catalog" + (f"; {hint}" if hint else ""))


def _return_items(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each column of the first RETURN outside brackets, without DISTINCT."""
    depth, inside = 0, False
    item: list[Token] = []
    for before, token, _ in _neighbours(tokens):
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
    if item:
        yield item


def _column_name(cypher: str, item: list[Token]) -> str:
    if len(item) > 2 and item[-2].keyword == "AS":
        return item[-1].name
    return cypher[item[0].start : item[-1].start + len(item[-1].text)]

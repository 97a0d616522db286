"""What a user's Cypher must be before a store runs it.

1. It is safe: one statement that reads, and nothing outside the catalog (`safety`); this holds in every dialect.
2. Its labels, types and parameters are there.
3. In the portable dialect both stores answer it alike: its patterns, words, functions and operators are those of the
   tables in `portability`, its properties are the schema's, and no text is compared with a number. What is refused is
   told with its place and with the spelling that is portable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ...errors import CatalogError, did_you_mean
from ..relationships import RELATIONSHIP_TYPES
from ..schema import LABELS
from .portable import check_portable
from .safety import check_safe
from .tokens import Token, tokens_of
from .values import check_parameters

__all__ = ["Dialect", "check_query", "fault_of"]

Dialect = Literal["portable", "native"]
_REMEMBERED = 1_000
_PASSED: set[tuple[object, ...]] = set()
"""Queries that passed, with all of their parameters that a check can see: the same ones are asked again and again."""


def check_query(cypher: str, parameters: Mapping[str, Any], *, dialect: Dialect = "portable") -> None:
    """Refuse a query that writes, reaches outside, names what is not there, or that the stores answer differently.

    Raises:
        CatalogError: saying which word is refused or unknown, where, and what to write instead.
    """
    if dialect not in ("portable", "native"):
        raise CatalogError(f"no dialect {dialect!r}; it is 'portable' or 'native'")
    if dialect == "portable":
        check_parameters(parameters)
    shapes = tuple((name, _shape(value)) for name, value in sorted(parameters.items()))
    asked = (cypher, dialect, shapes)
    if asked in _PASSED:
        return
    tokens = tokens_of(cypher)
    check_safe(cypher, tokens, parameters)
    for token in _label_tokens(tokens):
        _check_label(token)
    if dialect == "portable":
        check_portable(tokens, parameters)
    if len(_PASSED) == _REMEMBERED:
        _PASSED.clear()
    if all(shape for _, shape in shapes):
        _PASSED.add(asked)


def fault_of(message: str) -> str:
    """An engine's message about a bad query as one line, with the nearest property where it misses one."""
    line = next(iter(message.strip().splitlines()), "unknown fault")
    missing = re.search(r"property (\w+) for", line)
    properties = {name for label in LABELS.values() for name in label.model_fields}
    hint = did_you_mean(missing[1], properties) if missing else None
    return f"{line.rstrip('.')}; {hint}" if hint else line.rstrip(".")


def _shape(value: Any) -> tuple[object, ...] | None:
    """What checks see of a parameter: its kind, and whether it is empty; None where they see more."""
    if isinstance(value, list):
        inner = {_shape(one) for one in value}
        return None if None in inner or any(shape and shape[0] is list for shape in inner) else (list, frozenset(inner))
    return None if isinstance(value, dict) else (type(value), bool(value))


def _label_tokens(tokens: list[Token]) -> Iterator[Token]:
    """The labels and relationship types: what follows `:` outside the braces of a map, and `|` or `&` after such."""
    open_brackets: list[str] = []
    expected = after_label = False
    for before, token in zip([None, None, *tokens], [None, *tokens], strict=False):
        if token is None:
            continue
        is_label = expected and token.is_name
        if is_label:
            yield token
        elif token.text in ("(", "[", "{"):
            subquery = token.text == "{" and before is not None and before.keyword in ("EXISTS", "COUNT", "COLLECT")
            open_brackets.append("subquery" if subquery else token.text)
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

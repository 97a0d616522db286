"""Refuses what the two stores answer differently, with the spelling that both answer alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import CatalogError
from .clauses import check_clauses
from .expressions import check_expressions
from .reading import Query
from .shapes import check_shapes
from .tokens import Token
from .values import check_values

__all__ = ["check_portable"]


def check_portable(tokens: Sequence[Token], parameters: Mapping[str, Any]) -> None:
    """Refuse a safe query that is outside the portable subset.

    Raises:
        CatalogError: naming the place and the portable spelling.
    """
    query = Query(tokens)
    for at, token in enumerate(tokens):
        if token.text in "()[]{}" and token.kind == "mark" and at not in query.partners:
            raise CatalogError(f"the bracket {token.place} has no partner")
    for check in (check_expressions, check_shapes, check_clauses):
        check(query)
    check_values(query, parameters)

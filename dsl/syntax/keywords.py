"""The words that a dialect keeps for itself, out of its grammar."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

__all__ = ["keywords"]

_LITERAL = re.compile(r'"([A-Za-z]+)"')


@cache
def keywords(dialect: str) -> frozenset[str]:
    """The words that cannot be names."""
    grammar = (files("stdcell.grammars") / f"{dialect}.lark").read_text(encoding="utf-8")
    return frozenset(_LITERAL.findall(grammar))

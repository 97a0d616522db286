"""The facts that a question needs: those about its inputs, and about the unknowns that it comes to speak of.

To leave a fact out proves nothing that does not hold; it makes the text shorter.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import z3

from ...dsl.types import Seq
from ..encode import Encoded

__all__ = ["WIDTH", "Facts", "names_in"]

WIDTH = "width."
"""How the names begin of unknowns that stand for widths; others, such as means, are defined by facts."""
Names = dict[str, None]


class Facts:
    """Facts about the inputs of one length and about named unknowns, such as widths."""

    def __init__(self, encoded: Encoded, n_positions: int) -> None:
        keys = encoded.nodes.items()
        self._inputs: Names = dict.fromkeys(
            name
            for key, node in keys
            for name in ([f"{key}[{place}]" for place in range(n_positions)] if isinstance(node.type, Seq) else [key])
        )
        self._known: dict[int, tuple[Any, Names]] = {}

    def add(self, facts: Iterable[Any]) -> None:
        """Take facts in, each once."""
        for fact in facts:
            if fact.get_id() not in self._known:
                self._known[fact.get_id()] = (fact, self._unknowns([fact]))

    def about(self, terms: Iterable[Any]) -> list[Any]:
        """Those about inputs alone, and those that share an unknown with the terms, or with each other.

        A fact that defines an unknown by widths is shared only by what speaks of the unknown.
        """
        waiting = list(self._unknowns(terms))
        sharing: dict[str, list[tuple[int, Names]]] = {}
        for key, (_, names) in self._known.items():
            defined = [name for name in names if not name.startswith(WIDTH)]
            for name in defined or names:
                sharing.setdefault(name, []).append((key, names))
        reached = dict.fromkeys(waiting)
        chosen = {key: None for key, (_, names) in self._known.items() if not names}
        while waiting:
            for key, names in sharing.get(waiting.pop(), ()):
                chosen[key] = None
                new = [name for name in names if name not in reached]
                reached |= dict.fromkeys(new)
                waiting += new
        return [fact for key, (fact, _) in self._known.items() if key in chosen]

    def _unknowns(self, terms: Iterable[Any]) -> Names:
        return {name: None for name in names_in(terms) if name not in self._inputs}


def names_in(terms: Iterable[Any]) -> Names:
    """The names of the constants that terms speak of."""
    seen: dict[int, None] = {}
    names: Names = {}
    stack = list(terms)
    while stack:
        term = stack.pop()
        if term.get_id() in seen:
            continue
        seen[term.get_id()] = None
        if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            names[term.decl().name()] = None
        stack.extend(term.children())
    return names

"""What is proved of s-ops: how many keys a query selects, and which of them differ, or agree, at all positions."""

from __future__ import annotations

from ...dsl.graph import Aggregate, Indices, Input, Select, SelectorWidth, SOp
from .facts import Facts, Knowledge
from .nodes import Floor
from .orders import is_ranking, is_reflexive, is_single
from .selectors import Polynomial
from .totality import always_selects, is_width_of

__all__ = ["Proofs"]


class Proofs:
    """Answers from what is known of nodes and selectors so far."""

    def __init__(self, known: Knowledge) -> None:
        self._known = known
        self._uniform: dict[SOp, bool] = {}

    def selector(self, node: SOp) -> Polynomial:
        """The normal form of a width's or aggregate's selector."""
        return self._known.selectors[node.arguments[0]]

    def is_single(self, node: SOp) -> bool:
        """Whether no query of a width or aggregate selects two keys."""
        return self._known.max_length == 1 or is_single(self.selector(node), self.is_distinct)

    def is_never_empty(self, node: SOp) -> bool:
        """Whether every query of a width or aggregate selects a key."""
        selector, asked = self.selector(node), node.arguments[0]
        if is_reflexive(selector):
            return True
        if self._known.is_causal or not isinstance(asked, Select):
            return False
        return always_selects(selector, self._facts(asked.arguments[1]), self.is_consecutive, self._known.max_length)

    def is_consecutive(self, node: SOp) -> bool:
        """Whether the values at the positions of a sequence of length n are the first n of all, in some order."""
        if isinstance(node, SelectorWidth):
            return is_ranking(self.selector(node), self.is_distinct)
        return isinstance(node, Indices)

    def is_distinct(self, node: SOp) -> bool:
        """Whether no two positions have the same value: a whole multiple of consecutive numbers, plus a uniform one."""
        if self.is_consecutive(node):
            return True
        known = self._facts(node.arguments[0] if isinstance(node, Floor) else node).linear or {}
        varying = [(part, weight) for part, weight in known.items() if part and not self.is_uniform(part)]
        return len(varying) == 1 and varying[0][1].denominator == 1 and self.is_consecutive(varying[0][0])

    def is_uniform(self, node: SOp) -> bool:
        """Whether all positions have the same value."""
        if node not in self._uniform:
            base = self._facts(node).base
            self._uniform[node] = self._has_one_value(node) if base == (node,) else all(map(self.is_uniform, base))
        return self._uniform[node]

    def _has_one_value(self, node: SOp) -> bool:
        match node:
            case Input() | Indices():
                return False
            case SelectorWidth() | Aggregate():
                queries = (query for term in self.selector(node) for _, query in term.tables)
                return all(map(self.is_uniform, (*queries, *node.arguments[2:])))
        return all(map(self.is_uniform, node.arguments))

    def is_width(self, node: SOp, of: Aggregate) -> bool:
        """Whether a number is proved to be how many keys are selected."""
        if isinstance(node, SelectorWidth):
            return node.arguments == of.arguments[:1]
        return is_width_of(self.selector(of), self._facts(node), self._known.max_length)

    def _facts(self, node: SOp) -> Facts:
        return self._known.facts[node]

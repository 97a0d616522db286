"""Comparisons of sums of which one summand decides, and the other only where it is equal: `count + indices / 100`.

Compared summand by summand such a sum needs no table of all its values, and is known to order the positions.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ...dsl.graph import Select, SOp
from .facts import Knowledge
from .selectors import Polynomial, conjoin, disjoin, negate

__all__ = ["compared_by_summands"]

Compared = Callable[[SOp, str], Polynomial]
"""The selector that compares an s-op at the keys with itself at the queries."""

_STRICT = {"<": "<", "<=": "<", ">": ">", ">=": ">"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compared_by_summands(node: Select, known: Knowledge, compared: Compared) -> Polynomial | None:
    """The selector as one of two comparisons; None where keys and queries are not the same such sum."""
    keys, queries = (known.facts[side] for side in node.arguments)
    if keys.linear is None or keys.linear != queries.linear:
        return None
    summands = [(part, weight) for part, weight in keys.linear.items() if part is not None]
    if len(summands) != 2 or any(known.facts[part].places is None for part, _ in summands):
        return None
    for (major, major_weight), (minor, minor_weight) in (summands, summands[::-1]):
        step, domain = abs(major_weight) * known.facts[major].domain.gap, known.facts[minor].domain
        if step > abs(minor_weight) * (domain.high - domain.low):
            return _decided(node.comparison, (major, major_weight), (minor, minor_weight), compared)
    return None


def _decided(
    comparison: str, major: tuple[SOp, Fraction], minor: tuple[SOp, Fraction], compared: Compared
) -> Polynomial:
    tie = compared(major[0], "==")
    if comparison in ("==", "!="):
        equal = conjoin(tie, compared(minor[0], "=="))
        return equal if comparison == "==" else negate(equal)
    first = _directed(_STRICT[comparison], major[1])
    return disjoin(compared(major[0], first), conjoin(tie, compared(minor[0], _directed(comparison, minor[1]))))


def _directed(comparison: str, weight: Fraction) -> str:
    return comparison if weight > 0 else _MIRRORED[comparison]

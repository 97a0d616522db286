"""How the table of a comparison is brought into channels: by codes where they match as numbers, else classes.

1. A table over two one-hot encodings is coded by classes.
2. A table that holds where two numbers differ by a constant is coded by the numbers themselves: a position, a width or
   a sum needs no one-hot encoding then. Of a number that is computed the square takes one layer of neurons.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np

from ...dsl.graph import Indices, SOp
from .analysis import Analysis
from .channels import Channels, Code, by_classes, by_codes, codes_of
from .domains import common_unit
from .selectors import Pair, Table
from .stream import ONE, Functional, Stream, as_float, total

__all__ = ["Encodings", "channels_of"]

_FEW_CLASSES = 4
"""So many channels are no more than codes take."""


class Encodings(Protocol):
    """Encodings of s-ops, made on demand."""

    def categorical(self, node: SOp) -> Sequence[Functional]:
        """A functional for each value of the s-op's domain, in its order."""

    def cleaned(self, node: SOp) -> Sequence[Functional]:
        """The same, with the errors taken away by another layer."""

    def numerical(self, node: SOp) -> Functional:
        """The functional of a number."""

    def number_within(self, node: SOp, error: float) -> Functional:
        """The functional of a number, with its error taken away if it is larger and can be."""

    def square(self, node: SOp, error: float) -> Functional:
        """The square of `number_within`, in the unit of the number's domain."""

    def is_listed(self, node: SOp) -> bool:
        """Whether a variable is encoded one-hot by nature, or has been already."""


def channels_of(
    pair: Pair,
    table_qk: Table,
    encodings: Encodings,
    analysis: Analysis,
    stream: Stream,
    share: float,
    *,
    is_exact: bool,
) -> Channels:
    """The channels of a table over the variables of its keys and queries.

    Args:
        pair: the variable of the keys and that of the queries.
        table_qk: the table, over the values of both.
        encodings: makes encodings of the variables.
        analysis: knows their values.
        stream: where the encodings are.
        share: the noise that the sum of products may have.
        is_exact: whether encodings are to be exact, at the cost of another layer.
    """
    key, query = pair
    if _n_classes(table_qk) > _FEW_CLASSES:
        for exactly in sorted({is_exact, True}):
            coded = _coded(key, query, table_qk, encodings, analysis, stream, share, is_exact=exactly)
            if coded is not None and coded.noise <= share:
                return coded
    read = encodings.cleaned if is_exact else encodings.categorical
    return by_classes(stream, table_qk, read(query), read(key))


def _n_classes(table_qk: Table) -> int:
    """How many channels classes take."""
    return min(int(np.unique(table, axis=0).any(axis=1).sum()) for table in (table_qk, table_qk.T))


def _coded(
    key: SOp,
    query: SOp,
    table_qk: Table,
    encodings: Encodings,
    analysis: Analysis,
    stream: Stream,
    share: float,
    *,
    is_exact: bool,
) -> Channels | None:
    if all(encodings.is_listed(side) and not isinstance(side, Indices) for side in (key, query)):
        codes = codes_of(table_qk)
        read = encodings.cleaned if is_exact else encodings.categorical
        sides = None if codes is None else zip((query, key), codes, strict=True)
        return (
            None
            if sides is None
            else by_codes(stream, *(_listed_code(read(side), places.tolist()) for side, places in sides))
        )
    offset = _offset(key, query, table_qk, analysis)
    if offset is None:
        return None
    domains = [analysis.facts(side).domain for side in (key, query)]
    unit = Fraction(common_unit(*domains))
    reach = max(as_float(domain.reach / unit) for domain in domains) + as_float(abs(offset) / unit)
    # A number's error counts 2k times in its product, and as often in its square.
    error = 0.0 if is_exact else share / (8 * reach) * as_float(unit)
    if 4 * reach**2 > 2.0**stream.arithmetic.n_bits:
        return None
    code_of_query = _number_code(query, unit, Fraction(0), encodings, analysis, error)
    return by_codes(stream, code_of_query, _number_code(key, unit, offset / unit, encodings, analysis, error))


def _listed_code(categories: Sequence[Functional], codes: Sequence[int]) -> Code:
    pairs = list(zip(codes, categories, strict=True))
    return Code(total(pairs), total((code**2, functional) for code, functional in pairs))


def _offset(key: SOp, query: SOp, table_qk: Table, analysis: Analysis) -> Fraction | None:
    """What a key is more than the queries that select it, if that is what the table says; None if it is not."""
    domains = [analysis.facts(side).domain for side in (key, query)]
    if not all(domain.is_numeric and domain.count == 1 for domain in domains):
        return None
    unit = common_unit(*domains)
    keys, queries = (np.array([int(Fraction(value) / unit) for value in domain.values or ()]) for domain in domains)
    differences_qk = keys[None, :] - queries[:, None]
    found = np.unique(differences_qk[table_qk])
    if len(found) != 1 or not np.array_equal(differences_qk == found[0], table_qk):
        return None
    return int(found[0]) * unit


def _number_code(
    node: SOp, unit: Fraction, offset: Fraction, encodings: Encodings, analysis: Analysis, error: float
) -> Code:
    """The number of a side in a unit, less an offset in that unit, and its square."""
    own = analysis.facts(node).domain.unit
    number, square = encodings.number_within(node, error), encodings.square(node, error)
    shifted = total([(1 / unit, number), (-offset, {ONE: 1})])
    terms = [((own / unit) ** 2, square), (-2 * offset / unit, number), (offset**2, {ONE: 1})]
    return Code(shifted, total(terms))

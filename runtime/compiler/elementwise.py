"""Facts of elementwise nodes: operators, cells, promised types, steps of folds.

1. A comparison of two numbers that depend on several variables is taken as a comparison of their difference with 0;
   where the difference has very many values, as one of its sign.
2. Operands that share no variable with others, and have fewer values than theirs, are taken as variables themselves.
3. A node is tabulated over its variables, each distinct combination of operands once, with exact values.
4. Where the table would be too large, a sum stays a number without a table, and any other node takes its widest
   operands as variables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from ...dsl.graph import CellCall, Elementwise, Indices, Length, SOp
from ...dsl.operators import COMPARISONS, compare, exact
from ...dsl.types import Value
from .domains import finite, listed_on
from .facts import Facts, Knowledge, Linear, Places, number, variable
from .linear import SUM_LIMIT, TABLE_LIMIT, grid_of, linear_domain, linear_form
from .nodes import FAULTS, FoldStep, Joint, Sign, apply, fault_text

__all__ = ["infer_elementwise"]

_MANY_FRACTIONS = 1 << 10


def infer_elementwise(node: SOp, known: Knowledge, image: Callable[[SOp], SOp]) -> tuple[Facts, bool]:
    """The facts of an elementwise node, and whether it may be undefined.

    Args:
        node: the node; the facts of its arguments are known.
        known: all facts; variables are added.
        image: makes facts of another node known, and returns the node that stands for it.

    Raises:
        NotCompilable: if its table is too large, or it has no value for any input.
    """
    operands = [known.facts[argument] for argument in node.arguments]
    if isinstance(node, CellCall) and node.meaning is None:
        reason = f"the contract of {node.cell.name!r} does not say `result == …`"
        raise known.origins.refuse(node, reason, "run it with the stitched backend")
    difference = _difference(node, operands, known, image)
    if isinstance(node, Elementwise) and difference is not None:
        symbol = node.operator
        return _tabulated(node, [difference], lambda given: compare(symbol, given[0], 0), None, known)
    linear = linear_form(node, operands)
    limit = SUM_LIMIT if linear is not None else TABLE_LIMIT
    is_large = any(facts.places is None for facts in operands) or known.n_rows(known.union(operands)) > limit
    if linear is not None and is_large:
        return number(node, linear_domain(node, linear, operands, known.facts), linear), False
    if isinstance(node, Elementwise) and node.operator in ("+", "-") and linear is not None:
        return _summed(node, operands, linear, known), False
    return _tabulated(node, _cut(node, operands, known), lambda given: apply(node, given), linear, known)


def _difference(node: SOp, operands: Sequence[Facts], known: Knowledge, image: Callable[[SOp], SOp]) -> Facts | None:
    """For a comparison of numbers, the difference to compare with 0, or its sign; None where the numbers do as well."""
    is_comparison = isinstance(node, Elementwise) and node.operator in COMPARISONS
    is_listed = not any(map(_is_crowded, operands))
    is_single = len(known.union(operands)) < 2
    if not is_comparison or any(facts.linear is None for facts in operands) or (is_single and is_listed):
        return None
    subtracted = image(Elementwise(node.arguments, "-"))
    facts = known.facts[subtracted]
    return known.facts[image(Sign((subtracted,)))] if _is_crowded(facts) else facts


def _is_crowded(facts: Facts) -> bool:
    """Whether a number takes so many values, most of them fractions, that its sign is all that is asked of it."""
    return facts.places is None or (facts.domain.is_crowded and len(facts.domain) > _MANY_FRACTIONS)


def _summed(node: Elementwise, operands: Sequence[Facts], linear: Linear, known: Knowledge) -> Facts:
    """The facts of a sum or difference of numbers, whose table may be large."""
    base = known.union(operands)
    scale = lcm(*(Fraction(value).denominator for facts in operands for value in facts.values))
    left, right = (
        np.array([int(Fraction(value) * scale) for value in facts.values])[known.column(facts, base)]
        for facts in operands
    )
    exists = np.stack([known.column(facts, base) for facts in operands]).min(axis=0) >= 0
    exists &= ~_impossible(base, tuple(known.sizes[variable] for variable in base))
    found, inverse = np.unique((left + right if node.operator == "+" else left - right)[exists], return_inverse=True)
    places = np.full(len(exists), -1)
    places[exists] = inverse
    domain = listed_on(grid_of(linear, known.facts), (exact(Fraction(value, scale)) for value in found.tolist()))
    shaped = places.reshape([known.sizes[variable] for variable in base])
    return Facts(domain, base, shaped, linear, _via(node, operands, linear))


def _via(node: SOp, operands: Sequence[Facts], linear: Linear | None) -> SOp | None:
    """The number that a function of it is read from: a sum itself, or the one that all operands are read from."""
    if linear is not None and len(linear.keys() - {None}) > 1:
        return node
    vias = {facts.via for facts in operands if facts.base}
    return vias.pop() if len(vias) == 1 else None


def _tabulated(
    node: SOp,
    operands: Sequence[Facts],
    function: Callable[[Sequence[Value]], Value],
    linear: Linear | None,
    known: Knowledge,
) -> tuple[Facts, bool]:
    base = known.union(operands)
    values, places, fault = _tabulate(base, operands, function, known)
    if fault is not None and not values:
        raise known.origins.refuse(node, f"it has no value for any input: {fault}", "mend the program")
    domain = finite(values) if linear is None else listed_on(grid_of(linear, known.facts), values)
    if isinstance(node, FoldStep):
        return variable(node, domain, (base, places)), fault is not None
    own = variable(node, domain).linear if linear is None else linear
    return Facts(domain, base, places, own, _via(node, operands, linear)), fault is not None


def _tabulate(
    base: Sequence[SOp], operands: Sequence[Facts], function: Callable[[Sequence[Value]], Value], known: Knowledge
) -> tuple[tuple[Value, ...], Places, str | None]:
    """The values of a function, their places for all combinations that can occur, and why it may have no value."""
    shape = tuple(known.sizes[node] for node in base)
    rows = np.stack([known.column(facts, base) for facts in operands], axis=1)
    rows[_impossible(base, shape)] = -1
    distinct, inverse = np.unique(rows, axis=0, return_inverse=True)
    found: dict[Value, int] = {}
    fault: str | None = None
    places = np.full(len(distinct), -1)
    for row_number, row in enumerate(distinct.tolist()):
        if min(row) < 0:
            continue
        try:
            value = function([facts.values[place] for facts, place in zip(operands, row, strict=True)])
            places[row_number] = found.setdefault(value, len(found))
        except FAULTS as error:
            fault = fault or fault_text(error)
    values = finite(found).values or ()
    order = {value: place for place, value in enumerate(values)}
    renumbered = np.array([*(order[value] for value in found), -1])
    return values, renumbered[places][inverse].reshape(shape), fault


def _impossible(base: Sequence[SOp], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Combinations that cannot occur, as one column: a position is below the length."""
    masked = np.zeros(shape, dtype=np.bool_)
    axis = {type(node): axis for axis, node in enumerate(base)}
    if Indices in axis and Length in axis:
        places = np.indices(shape, sparse=True)
        # Place p of Indices is the position p, place p of Length the length p + 1.
        masked |= places[axis[Indices]] > places[axis[Length]]
    return masked.reshape(-1)


def _cut(node: SOp, operands: Sequence[Facts], known: Knowledge) -> list[Facts]:
    """The operands, some of them as variables: those that stand apart, and the widest where the table is too large.

    Of a fold's step, all.
    """
    cut = [known.as_variable(argument) for argument in node.arguments] if isinstance(node, Joint) else list(operands)
    _require_values(node, cut, known)
    for place, facts in enumerate(operands):
        if len(operands) > 1 and _stands_apart(facts, [*cut[:place], *cut[place + 1 :]], known):
            cut[place] = known.as_variable(node.arguments[place])
    while True:
        n_rows = known.n_rows(known.union(cut))
        wide = [place for place, facts in enumerate(cut) if len(facts.base) > 1]
        if n_rows <= TABLE_LIMIT and not (isinstance(node, FoldStep) and wide):
            return cut
        if not wide:
            reason = f"it depends on {n_rows} combinations of values, more than {TABLE_LIMIT}"
            raise known.origins.refuse(node, reason, "take a smaller max_length or vocabulary, or compute it in parts")
        widest = max(wide, key=lambda place: known.n_rows(cut[place].base))
        cut[widest] = known.as_variable(node.arguments[widest])


def _stands_apart(facts: Facts, others: Sequence[Facts], known: Knowledge) -> bool:
    """Whether an operand shares no variable with others, and its values are fewer than those of its variables."""
    shared = {variable for other in others for variable in other.base}
    return (
        any(other.base for other in others)
        and shared.isdisjoint(facts.base)
        and len(facts.domain) < known.n_rows(facts.base)
    )


def _require_values(node: SOp, operands: Sequence[Facts], known: Knowledge) -> None:
    for argument, facts in zip(node.arguments, operands, strict=True):
        if facts.places is None:
            reason = f"{known.origins.name(argument)!r} takes too many values to tabulate"
            raise known.origins.refuse(node, reason, "round it, or take a smaller max_length or vocabulary")

"""A claim tried on inputs, in exact arithmetic: which inputs there are, smallest first, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product
from math import comb
from typing import Any

from ...dsl.graph import Input, SOp
from ...dsl.types import Bool, Element, Int, Real, Seq, Token, Value
from ...errors import RuntimeFault
from ...runtime.evaluate import evaluate
from ...runtime.reference import Exact, call_by_contract
from ..claims.claim import Claim

__all__ = ["Domains", "Inputs", "every_value", "few_values", "holds_on", "how_many", "inputs_over"]

Inputs = Mapping[str, Any]
"""The value of every input, by key; of a sequence a list."""
Domains = Mapping[Input, Sequence[Value]]
"""The values of each input, or of each element of it."""
_EXACT = Exact(None, call_by_contract)


def holds_on(claim: Claim, n_positions: int, inputs: Inputs) -> bool | None:
    """Whether the claim holds of one input, as it does where an assumption fails; None where something is undefined."""
    roots = (*claim.given, claim.condition)
    try:
        values = evaluate(roots, _EXACT, n_positions, inputs)
        return not all(values[node] for node in claim.given) or bool(values[claim.condition])
    except RuntimeFault:
        pass
    try:
        # What comes before an assumption that fails is defined; what comes after it need not be.
        for condition in claim.given:
            if not _value(condition, n_positions, inputs):
                return True
        return bool(_value(claim.condition, n_positions, inputs))
    except RuntimeFault:
        return None


def _value(node: SOp, n_positions: int, inputs: Inputs) -> Any:
    return evaluate([node], _EXACT, n_positions, inputs)[node]


def every_value(element: Element) -> Sequence[Value] | None:
    """All values of a finite type, the smallest first; None of another."""
    match element:
        case Bool():
            return (False, True)
        case Int(int() as low, int() as high):
            return sorted(range(low, high + 1), key=lambda number: (abs(number), number))
        case Token(tuple() as vocabulary):
            return sorted(vocabulary)
        case Real(low, high) if low is not None and low == high:
            return (low,)
    return None


def inputs_over(domains: Domains, n_positions: int, *, in_order: bool = False) -> Iterator[Inputs]:
    """Every input of one length, in the order of the values; `in_order` keeps one of those that differ in order alone.

    That is for one sequence among the inputs.
    """
    columns: list[Iterator[Any]] = []
    for node, values in domains.items():
        if not isinstance(node.type, Seq):
            columns.append(iter(values))
        elif in_order:
            columns.append(combinations_with_replacement(values, n_positions))
        else:
            columns.append(product(values, repeat=n_positions))
    is_sequence = [isinstance(node.type, Seq) for node in domains]
    for chosen in product(*columns):
        given = (list(value) if many else value for value, many in zip(chosen, is_sequence, strict=True))
        yield dict(zip((node.key for node in domains), given, strict=True))


def how_many(domains: Domains, n_positions: int, *, in_order: bool = False) -> int:
    """How many these are."""
    n_inputs = 1
    for node, values in domains.items():
        if not isinstance(node.type, Seq):
            n_inputs *= len(values)
        elif in_order:
            n_inputs *= comb(len(values) + n_positions - 1, n_positions) if values else 0**n_positions
        else:
            n_inputs *= len(values) ** n_positions
    return n_inputs


def few_values(element: Element, named: Sequence[str]) -> Sequence[Value]:
    """Some values of a type, the smallest first, and tokens that a program names before others."""
    found = every_value(element)
    if found is not None:
        return found
    match element:
        case Int(low, high) | Real(low, high):
            candidates = (0, 1, 2, 3, -1, *(end for end in (low, high) if end is not None))
            return [n for n in candidates if (low is None or low <= n) and (high is None or n <= high)]
        case Token():
            return list(dict.fromkeys((*named, "a", "b", "c")))
    return ()

"""Solver terms at each position of a sequence of known length.

Widths are sums of conditions, and a mean m of c selected values with sum s is the number with c·m = s, one linear
case for each c, so that no term is divided by a term. A catalogued cell is what its contract says. Where there is no
answer (a position outside, a key that is not in the table) any term serves: that there is one is a claim of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import combinations, pairwise
from typing import Any

import z3

from ..dsl.graph import Aggregate, Ascribe, At, CellCall, Lookup, Reduce, SOp
from ..dsl.types import Bool, Int, Real, Token, Value, element_of
from ..errors import VerificationError
from ..runtime.evaluate import Algebra, evaluate
from .terms import TokenCodes, apply, apply_at, as_term, is_known, looked_up, sort_of

__all__ = ["Unrolled"]


class Unrolled(Algebra[Any]):
    """Solver terms at each position; `facts` define the means."""

    def __init__(self, codes: TokenCodes) -> None:
        self._codes = codes
        self.facts: list[Any] = []

    def constant(self, value: Value) -> Any:
        """A number or truth as it is, a token as its code."""
        return self._codes.code(value) if isinstance(value, str) else value

    def elementwise(self, operator: str, operands: Sequence[Any], node: SOp) -> Any:
        """The operator on terms."""
        return apply_at(node, operator, operands)

    def cell(self, call: CellCall, operands: Sequence[Any]) -> Any:
        """What the contract says."""
        if call.meaning is None:
            raise VerificationError(f"the contract of {call.cell.name!r} does not say `result == …`")
        inputs = {f"port.{place}": operand for place, operand in enumerate(operands)}
        return evaluate([call.meaning], self, 0, inputs)[call.meaning]

    def lookup(self, node: Lookup, operands: Sequence[Any]) -> Any:
        """One case for each entry."""
        return looked_up(node, operands, self._codes)

    def ascribe(self, node: Ascribe, value: Any) -> Any:
        """The value: that it belongs to the declared type is a claim of its own."""
        whole = isinstance(element_of(node.type), Int) and z3.is_real(as_term(value))
        return z3.ToInt(value) if whole and not is_known(value) else value

    def at(self, node: At, sequence: Sequence[Any], position: Any) -> Any:
        """The element, one case for each position where that is not known."""
        n_positions = len(sequence)
        if isinstance(position, int) and -n_positions <= position < n_positions:
            return sequence[position]
        chosen: Any = z3.FreshConst(sort_of(element_of(node.type)), "absent")
        for place, value in enumerate(sequence):
            is_there = [apply("==", (position, same)) for same in (place, place - n_positions)]
            chosen = apply("if", (apply("or", is_there), value, chosen))
        return chosen

    def width(self, selected: Sequence[Any]) -> Any:
        """A sum of ones."""
        return _sum(map(_one, selected))

    def aggregate(
        self, node: Aggregate, position: int, selected: Sequence[Any], values: Sequence[Any], default: Any
    ) -> Any:
        """What the operator makes of the selected values, or the default where nothing is selected."""
        sort_of(element_of(node.type))
        match node.operator:
            case "mean" if not isinstance(element_of(node.type), Token | Bool):
                return self._mean(selected, values, default)
            case "sum" | "any" | "all":
                return _combined(node.operator, selected, values, default)
            case "min" | "max":
                return _extreme_of(node.operator, selected, values, default)
        # The chosen key is the first one, in this order, that is selected; of a mean of tokens the only one.
        order = sorted(range(len(values)), key=_ORDER_OF_KEYS[node.operator](position), reverse=True)
        chosen = values[0] if default is None else default
        for key in order:
            chosen = apply("if", (selected[key], values[key], chosen))
        return chosen

    def _mean(self, selected: Sequence[Any], values: Sequence[Any], default: Any) -> Any:
        """The value m with count · m = sum, or the default."""
        count = self.width(selected)
        total = _combined("sum", selected, values, None)
        empty = 0 if default is None else default
        if isinstance(count, int):
            return empty if count == 0 else apply("/", (total, count))
        mean = z3.FreshReal("mean")
        self.facts += [z3.Implies(count == c, c * mean == as_term(total)) for c in range(2, len(selected) + 1)]
        return apply("if", (count == 0, empty, apply("if", (count == 1, total, mean))))

    def reduce(self, node: Reduce, sequences: Sequence[Sequence[Any]]) -> Any:
        """The property, written out over all positions."""
        if node.operator == "permutation" and len({_kind(argument) for argument in node.arguments}) > 1:
            return not any(sequences)  # True and 1, or a token and its code, are two values here.
        return _REDUCTIONS[node.operator](*sequences)

    def truth(self, value: Any) -> bool | None:
        """Known of a constant only."""
        return bool(value) if is_known(value) else None

    def whole(self, node: SOp, value: Any) -> int:
        """A bound of a range, where it does not depend on values.

        Raises:
            VerificationError: if it does.
        """
        if not isinstance(value, int):
            raise VerificationError("the range of a quantifier depends on the input's values, not on its length alone")
        return value


def _kind(node: SOp) -> str:
    """Whether the elements are numbers, tokens or truths."""
    element = element_of(node.type)
    return "number" if isinstance(element, Int | Real) else type(element).__name__


_ORDER_OF_KEYS: Mapping[str, Any] = {
    "mean": lambda query: lambda key: key,
    "first": lambda query: lambda key: key,
    "last": lambda query: lambda key: -key,
    "nearest_left": lambda query: lambda key: (abs(key - query), key),
    "nearest_right": lambda query: lambda key: (abs(key - query), -key),
}


def _combined(operator: str, selected: Sequence[Any], values: Sequence[Any], default: Any) -> Any:
    """The sum, or whether any or all hold, of the selected values; of none what the default says."""
    pairs = list(zip(selected, values, strict=True))
    cases: Mapping[str, Any] = {
        "sum": lambda: _sum(apply("if", (is_selected, value, 0)) for is_selected, value in pairs),
        "any": lambda: _any(apply("and", pair) for pair in pairs),
        "all": lambda: _all(apply("or", (apply("not", (is_selected,)), value)) for is_selected, value in pairs),
    }
    combined = cases[operator]()
    return combined if default is None else apply("if", (_any(selected), combined, default))


def _extreme_of(operator: str, selected: Sequence[Any], values: Sequence[Any], default: Any) -> Any:
    """The smallest or largest selected value, the keys one after the other."""
    is_any: Any = False
    best = values[0] if default is None else default
    for is_selected, value in zip(selected, values, strict=True):
        better = apply("if", (is_any, apply(operator, (best, value)), value))
        best = apply("if", (is_selected, better, best))
        is_any = apply("or", (is_any, is_selected))
    return best


def _one(condition: Any) -> Any:
    return apply("if", (condition, 1, 0))


def _all(conditions: Iterable[Any]) -> Any:
    return reduce(lambda left, right: apply("and", (left, right)), conditions, True)


def _any(conditions: Iterable[Any]) -> Any:
    return reduce(lambda left, right: apply("or", (left, right)), conditions, False)


def _sum(values: Iterable[Any]) -> Any:
    return reduce(lambda left, right: apply("+", (left, right)), values, 0)


def _occurrences(value: Any, values: Sequence[Any]) -> Any:
    return _sum([_one(apply("==", (value, other))) for other in values])


def _extreme(operator: str) -> Any:
    return lambda values: reduce(lambda left, right: apply(operator, (left, right)), values) if values else 0


_REDUCTIONS: Mapping[str, Any] = {
    "sum": _sum,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "count": lambda values: _sum([_one(value) for value in values]),
    "any": _any,
    "all": _all,
    "sorted": lambda values: _all([apply("<=", pair) for pair in pairwise(values)]),
    "distinct": lambda values: _all([apply("!=", pair) for pair in combinations(values, 2)]),
    "permutation": lambda left, right: _all(
        [apply("==", (_occurrences(value, left), _occurrences(value, right))) for value in left]
    ),
}

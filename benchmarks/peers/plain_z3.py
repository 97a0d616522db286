"""What one would write by hand in Z3: every operator at every position, one question for the whole promise.

Nothing is folded, shared beforehand, split or restricted; the mean is a quotient of two sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import combinations, pairwise
from time import perf_counter
from typing import Any

import z3

from stdcell import parse
from stdcell.dsl.graph import Aggregate, Ascribe, At, CellCall, Lookup, Reduce, SOp, substitute
from stdcell.dsl.types import Int, Value, element_of
from stdcell.runtime.evaluate import Algebra, evaluate

__all__ = ["longest_proved", "seconds_to_refute"]

_BINARY = {
    "+": lambda a, b: _number(a) + _number(b),
    "-": lambda a, b: _number(a) - _number(b),
    "*": lambda a, b: _number(a) * _number(b),
    "%": lambda a, b: a % b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "and": z3.And,
    "or": z3.Or,
}
_UNARY = {"not": z3.Not, "negate": lambda a: -a, "indicator": lambda a: z3.If(a, 1, 0)}


def _number(term: Any) -> Any:
    return z3.If(term, 1, 0) if z3.is_bool(term) else term


class PlainTerms(Algebra[Any]):
    """Each operator as Z3's own, whatever its operands."""

    def constant(self, value: Value) -> Any:
        """A literal."""
        return z3.BoolVal(value) if isinstance(value, bool) else z3.IntVal(int(value))

    def elementwise(self, operator: str, operands: Sequence[Any], node: SOp) -> Any:
        """The operator of the same name."""
        if operator == "if":
            return z3.If(*operands)
        return _UNARY[operator](*operands) if operator in _UNARY else _BINARY[operator](*operands)

    def width(self, selected: Sequence[Any]) -> Any:
        """A sum of ones and zeros."""
        return z3.Sum([z3.If(one, 1, 0) for one in selected])

    def aggregate(
        self, node: Aggregate, position: int, selected: Sequence[Any], values: Sequence[Any], default: Any
    ) -> Any:
        """A sum, a quotient of sums, or a disjunction."""
        pairs = list(zip(selected, values, strict=True))
        if node.operator == "any":
            return z3.Or([z3.And(*pair) for pair in pairs])
        total = z3.Sum([z3.If(one, value, 0) for one, value in pairs])
        if node.operator == "sum":
            return total
        width = self.width(selected)
        mean = z3.ToReal(total) / z3.ToReal(width)
        return mean if default is None else z3.If(width == 0, z3.ToReal(default), mean)

    def reduce(self, node: Reduce, sequences: Sequence[Sequence[Any]]) -> Any:
        """The definition, over all positions or pairs of them."""
        first, *others = sequences
        match node.operator:
            case "sum":
                return z3.Sum([*map(_number, first), z3.IntVal(0)])
            case "all":
                return z3.And(list(first))
            case "any":
                return z3.Or(list(first))
            case "sorted":
                return z3.And([left <= right for left, right in pairwise(first)])
            case "distinct":
                return z3.And([left != right for left, right in combinations(first, 2)])
        (second,) = others
        counts = [
            [z3.Sum([z3.If(value == other, 1, 0) for other in column]) for column in (first, second)] for value in first
        ]
        return z3.And([left == right for left, right in counts])

    def at(self, node: At, sequence: Sequence[Any], position: Any) -> Any:
        """One case for each position."""
        cases = [*enumerate(sequence), *((place - len(sequence), value) for place, value in enumerate(sequence))]
        return reduce(lambda other, case: z3.If(position == case[0], case[1], other), cases, sequence[0])

    def truth(self, value: Any) -> bool | None:
        """Nothing is known of a term."""
        return None

    def whole(self, node: SOp, value: Any) -> int:
        """The bounds of a range are literals here."""
        return int(z3.simplify(value).as_long())

    def cell(self, call: CellCall, operands: Sequence[Any]) -> Any:
        """None is called by what is measured."""
        raise NotImplementedError

    def lookup(self, node: Lookup, operands: Sequence[Any]) -> Any:
        """None is asked by what is measured."""
        raise NotImplementedError

    def ascribe(self, node: Ascribe, value: Any) -> Any:
        """The value."""
        return value


def _answer(text: str, n_positions: int, limit_s: float) -> tuple[Any, float]:
    """What Z3 says of the whole promise at one length, and how long it takes with the terms built."""
    start = perf_counter()
    function = parse(text).output()
    (parameter,) = function.parameters
    element = element_of(parameter.type)
    sort = z3.IntSort() if isinstance(element, Int) else z3.BoolSort()
    unknown = [z3.Const(f"x{place}", sort) for place in range(n_positions)]
    promise = substitute(function.ensures[0].condition, {function.result_input: function.result})
    holds = evaluate([promise], PlainTerms(), n_positions, {parameter.key: unknown})[promise]
    solver = z3.Solver()
    solver.set("timeout", int(limit_s * 1000))
    if isinstance(element, Int):
        solver.add(*(z3.And(element.low <= term, term <= element.high) for term in unknown))
    solver.add(z3.Not(holds))
    return solver.check(), perf_counter() - start


def longest_proved(text: str, limit_s: float) -> int:
    """The greatest length up to which each question is answered within the limit."""
    length = 0
    while True:
        answer, seconds = _answer(text, length + 1, limit_s)
        if answer != z3.unsat or seconds > limit_s:
            return length
        length += 1


def seconds_to_refute(text: str, n_positions: int) -> float:
    """How long a model takes at the length that has one."""
    answer, seconds = _answer(text, n_positions, 10)
    assert answer == z3.sat, "the promise breaks at this length"
    return seconds

"""Candidates for an invariant, from what sampled states have in common.

1. *equations*: all linear equations that hold of the sampled values of the numeric variables (their affine hull), and
   of those among the samples where a boolean variable holds, or does not;
2. *inequalities*: bounds of variables, of sums and of differences of two, in the same cases;
3. *conditions*: what a boolean variable says of another one, and the goal and its parts.

Remainders and the like that the machine asks for count as variables of their own. That a candidate agrees with the
samples proves nothing: it is the solver who says which of them are invariant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations
from math import gcd, lcm

from ...dsl.graph import Ascribe, Constant, Elementwise, Input, SOp, topological
from ...dsl.operators import COMPARISONS, exact
from ...dsl.types import Bool, Int, Real, Token, Value, element_of
from .expressions import FALSE, TRUE, applied, conj, disj, neg, plus
from .machine import Machine, Undefined, compiled

__all__ = ["Case", "candidates", "cases_of", "equations", "rows_of"]

_MOST_NUMBERS, _FEW_NUMBERS, _MOST_TRUTHS, _FEW_TRUTHS, _MOST_TOKENS = 14, 6, 10, 4, 6
_SMALL, _MOST_FACTORS, _MOST_CANDIDATES = 3, 3, 500
State = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Where a guard holds: what is said of the numbers there is an invariant behind the guard."""

    guard: SOp
    numbers: tuple[SOp, ...]

    def guarded(self, condition: SOp) -> SOp:
        """The condition, where the guard holds."""
        return disj(neg(self.guard), condition)


def cases_of(machine: Machine) -> list[Case]:
    """Everywhere, where each truth holds or does not, and where two of a few truths hold together."""
    numbers = tuple([node for node in machine.state if _is_number(node)] + _terms(machine))[:_MOST_NUMBERS]
    truths = [*_truths(machine), *_limits(machine)]
    guards = [side for truth in truths for side in (truth, neg(truth))]
    together = [conj(*pair) for pair in combinations(truths, 2)] if len(truths) <= _FEW_TRUTHS else []
    return [Case(guard, numbers) for guard in (TRUE, *guards, *together)]


def candidates(machine: Machine, samples: Sequence[State]) -> list[SOp]:
    """Conditions on the state that hold of every sample, the most telling first, and no more than some hundreds."""
    cases = cases_of(machine)
    found = dict.fromkeys(_that_hold(dict.fromkeys(_conditions(machine)), machine, samples))
    rows = {case: rows_of(machine, case, samples) for case in cases}
    for case in cases:
        found.update((condition, None) for condition in equations(case, rows[case]))
    for make in (_singles, _pairs):
        for case in cases:
            if make is _singles or case.guard == TRUE or len(case.numbers) <= _FEW_NUMBERS:
                found.update((condition, None) for condition in _inequalities(case, make(case, rows[case])))
    found.pop(TRUE, None)
    return list(found)[:_MOST_CANDIDATES]


def _that_hold(conditions: Iterable[SOp], machine: Machine, samples: Sequence[State]) -> Iterator[SOp]:
    """The conditions that hold of all samples; none that has no answer for some."""
    for condition in conditions:
        holds = compiled([condition], machine.state)
        try:
            if all(holds(state)[0] for state in samples):
                yield condition
        except Undefined:
            continue


def _is_number(node: SOp) -> bool:
    return isinstance(element_of(node.type), Int | Real)


def _asked(machine: Machine) -> list[SOp]:
    nexts = [variable.next for variable in machine.variables]
    return [machine.goal, *machine.ending, *machine.assumed, *nexts]


def _over_state(machine: Machine) -> list[SOp]:
    """The parts of the machine's expressions that speak of the state alone."""
    known = set(machine.state)
    parts = topological(_asked(machine))
    reads: dict[SOp, bool] = {}
    for part in parts:
        is_known = part in known or isinstance(part, Constant)
        inner = bool(part.arguments) and all(reads[argument] for argument in part.arguments)
        reads[part] = is_known or (inner and not isinstance(part, Ascribe))
    return [part for part in parts if reads[part] and not isinstance(part, Constant | Input)]


def _terms(machine: Machine) -> list[SOp]:
    """Numbers that the machine asks of its state and that are not linear in it."""
    bent = ("%", "abs", "round", "min", "max", "*", "^")
    return [
        part
        for part in _over_state(machine)
        if isinstance(part, Elementwise) and part.operator in bent and _is_number(part)
        if part.operator != "*" or not any(isinstance(argument, Constant) for argument in part.arguments)
    ]


def _truths(machine: Machine) -> list[SOp]:
    """The boolean variables, and which token a variable is."""
    truths: list[SOp] = []
    for node in machine.state:
        match element_of(node.type):
            case Bool():
                truths.append(node)
            case Token(tuple() as vocabulary) if len(vocabulary) <= _MOST_TOKENS:
                truths += [applied("==", node, Constant((), token)) for token in vocabulary]
    return truths[:_MOST_TRUTHS]


def _limits(machine: Machine) -> list[SOp]:
    """Comparisons of a number with a constant that are assumed at the end, such as that there is some element."""
    parts = topological(machine.assumed_at_end)
    found: list[SOp] = [
        part
        for part in parts
        if isinstance(part, Elementwise) and part.operator in COMPARISONS
        if part.arguments[0] in machine.state and isinstance(part.arguments[1], Constant)
    ]
    return found[:_FEW_TRUTHS]


def _factors(machine: Machine) -> list[int]:
    """The whole numbers from 2 that the machine names, and the ends of its items' types: how steep a bound may be."""
    ends = [getattr(element_of(item.type), "high", None) for item in machine.items]
    named = [node.value for node in topological(_asked(machine)) if isinstance(node, Constant)]
    whole = [value for value in (*ends, *named) if isinstance(value, int) and not isinstance(value, bool)]
    return list(dict.fromkeys(value for value in whole if value > 1))[:_MOST_FACTORS]


def _conditions(machine: Machine) -> Iterator[SOp]:
    """The goal, the comparisons that the machine makes, its declared types, and how its truths hang together."""
    if not any(isinstance(node, Ascribe) for node in topological([machine.goal])):
        yield machine.goal
    for variable in machine.variables:
        element = variable.hoped or element_of(variable.node.type)
        if isinstance(element, Int | Real):
            for operator, end in ((">=", element.low), ("<=", element.high)):
                if end is not None:
                    yield applied(operator, variable.node, Constant((), end))
    truths = _truths(machine)
    for truth in truths:
        yield truth
        yield neg(truth)
    for left, right in combinations(truths, 2):
        yield applied("==", left, right)
        yield applied("!=", left, right)
        yield from (disj(a, b) for a in (left, neg(left)) for b in (right, neg(right)))
    variables = [variable.node for variable in machine.variables if _is_number(variable.node)]
    for left, right in permutations(variables[:_FEW_NUMBERS], 2):
        for factor in _factors(machine):
            steep = applied("*", Constant((), factor), right)
            yield from (applied("<=", left, steep), applied(">=", left, steep))
    for part in _over_state(machine):
        if isinstance(part, Elementwise) and part.operator in COMPARISONS:
            yield part
            yield neg(part)
            for truth in truths:
                yield applied("==", truth, part)
                yield from (disj(a, b) for a in (truth, neg(truth)) for b in (part, neg(part)))


def rows_of(machine: Machine, case: Case, samples: Sequence[State]) -> list[list[Fraction]]:
    """The numbers of the case, for each sample where its guard holds."""
    look = compiled([case.guard, *case.numbers], machine.state)
    rows: dict[tuple[Value, ...], None] = {}
    for state in samples:
        try:
            is_there, *numbers = look(state)
        except Undefined:
            continue
        if is_there:
            rows[tuple(numbers)] = None
    return [[Fraction(number) for number in row] for row in rows]


# Equations.


def equations(case: Case, rows: Sequence[Sequence[Fraction]]) -> Iterator[SOp]:
    """The linear equations that hold of all rows, as few as say them all."""
    if not rows:
        yield case.guarded(FALSE)
        return
    for coefficients, constant in _hull([list(row) for row in rows], len(case.numbers)):
        left = _combination(case.numbers, coefficients)
        yield case.guarded(applied("==", left, Constant((), exact(constant))))


def _hull(rows: list[list[Fraction]], size: int) -> Iterator[tuple[list[int], Fraction]]:
    """A basis of the vectors that have the same product with every row: coefficients, and that product."""
    first = rows[0]
    reduced, pivots = _reduced([[a - b for a, b in zip(row, first, strict=True)] for row in rows[1:]], size)
    for free in (column for column in range(size) if column not in pivots):
        vector = [Fraction(0)] * size
        vector[free] = Fraction(1)
        for row, pivot in zip(reduced, pivots, strict=True):
            vector[pivot] = -row[free]
        scale = lcm(*(entry.denominator for entry in vector))
        whole = [int(entry * scale) for entry in vector]
        shared = gcd(*whole)
        whole = [entry // shared for entry in whole]
        yield whole, sum((c * value for c, value in zip(whole, first, strict=True)), Fraction(0))


def _reduced(rows: list[list[Fraction]], size: int) -> tuple[list[list[Fraction]], list[int]]:
    """The rows in reduced echelon form, and the column of each one's leading entry."""
    done: list[list[Fraction]] = []
    pivots: list[int] = []
    for row in rows:
        left = list(row)
        for known, pivot in zip(done, pivots, strict=True):
            if left[pivot]:
                left = _less(left, known, left[pivot])
        lead = next((column for column in range(size) if left[column]), None)
        if lead is None:
            continue
        left = [entry / left[lead] for entry in left]
        done = [_less(known, left, known[lead]) if known[lead] else known for known in done]
        done.append(left)
        pivots.append(lead)
    return done, pivots


def _less(row: list[Fraction], other: list[Fraction], times: Fraction) -> list[Fraction]:
    return [a - times * b for a, b in zip(row, other, strict=True)]


def _combination(numbers: Sequence[SOp], coefficients: Sequence[int]) -> SOp:
    parts = [
        node if coefficient == 1 else applied("*", Constant((), coefficient), node)
        for node, coefficient in zip(numbers, coefficients, strict=True)
        if coefficient
    ]
    total = parts[0]
    for part in parts[1:]:
        total = plus(total, part)
    return total


# Inequalities.


_Seen = tuple[SOp, Sequence[Fraction]]
"""A number, and what the samples say it is."""


def _singles(case: Case, rows: Sequence[Sequence[Fraction]]) -> Iterator[_Seen]:
    for place, node in enumerate(case.numbers):
        yield node, [row[place] for row in rows]


def _pairs(case: Case, rows: Sequence[Sequence[Fraction]]) -> Iterator[_Seen]:
    for (left, first), (right, second) in combinations(list(_singles(case, rows)), 2):
        yield applied("-", left, right), [a - b for a, b in zip(first, second, strict=True)]
        yield applied("+", left, right), [a + b for a, b in zip(first, second, strict=True)]


def _inequalities(case: Case, seen: Iterable[_Seen]) -> Iterator[SOp]:
    """Bounds of what is seen; only small ones, which may hold for a reason, and 0 beside them, which is weaker."""
    for node, values in seen:
        if not values:
            continue
        least, most = min(values), max(values)
        for operator, ends in ((">=", (least, min(least, _ZERO))), ("<=", (most, max(most, _ZERO)))):
            for end in dict.fromkeys(ends):
                if abs(end) <= _SMALL:
                    yield case.guarded(applied(operator, node, Constant((), exact(end))))


_ZERO = Fraction(0)

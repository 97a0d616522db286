"""Candidates for an invariant, from what sampled states have in common.

1. *equations*: all linear equations that hold of the sampled values of the numeric variables (their affine hull), and
   of those among the samples where a boolean variable holds, or does not;
2. *inequalities*: bounds of variables, of sums and of differences of two, in the same cases;
3. *conditions*: what a boolean variable says of another one, and the goal and its parts.

Remainders and the like that the machine asks for count as variables of their own. That a candidate agrees with the
samples proves nothing: it is the solver who says which of them are invariant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations

from ...dsl.graph import Ascribe, Constant, Elementwise, Input, SOp, topological
from ...dsl.operators import COMPARISONS, exact
from ...dsl.types import Bool, Int, Real, Token, Value, element_of
from .expressions import TRUE, applied, conj, disj, neg, plus
from .hulls import AffineHull, Row
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


def candidates(machine: Machine, samples: Sequence[State], hulls: Mapping[Case, AffineHull]) -> list[SOp]:
    """Conditions on the state that hold of every sample, the most telling first, and no more than some hundreds.

    The hulls of the cases are filled with the samples.
    """
    found = dict.fromkeys(_that_hold(dict.fromkeys(_conditions(machine)), machine, samples))
    rows = {case: list(rows_of(machine, case, samples)) for case in hulls}
    for case, hull in hulls.items():
        for row in rows[case]:
            hull.add(row)
        found.update((condition, None) for condition in equations(case, hull))
    for make in (_singles, _pairs):
        for case in hulls:
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


def _limits(machine: Machine) -> Sequence[SOp]:
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


def rows_of(machine: Machine, case: Case, samples: Sequence[State]) -> Iterator[Row]:
    """The numbers of the case, for each sample where its guard holds; each once."""
    look = compiled([case.guard, *case.numbers], machine.state)
    seen: dict[tuple[Value, ...], None] = {}
    for state in samples:
        try:
            is_there, *numbers = look(state)
        except Undefined:
            continue
        if is_there and tuple(numbers) not in seen:
            seen[tuple(numbers)] = None
            yield numbers


# Equations.


def equations(case: Case, hull: AffineHull) -> Iterator[SOp]:
    """The linear equations that hold of all points, as few as say them all; of no point, that the guard fails."""
    if hull.is_empty:
        yield neg(case.guard)
    for coefficients, constant in hull.equations():
        left = _combination(case.numbers, coefficients)
        yield case.guarded(applied("==", left, Constant((), exact(constant))))


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


_Seen = tuple[SOp, Row]
"""A number, and what the samples say it is."""


def _singles(case: Case, rows: Sequence[Row]) -> Iterator[_Seen]:
    for place, node in enumerate(case.numbers):
        yield node, [row[place] for row in rows]


def _pairs(case: Case, rows: Sequence[Row]) -> Iterator[_Seen]:
    for (left, first), (right, second) in combinations(list(_singles(case, rows)), 2):
        yield applied("-", left, right), [a - b for a, b in zip(first, second, strict=True)]
        yield applied("+", left, right), [a + b for a, b in zip(first, second, strict=True)]


def _inequalities(case: Case, seen: Iterable[_Seen]) -> Iterator[SOp]:
    """Bounds of what is seen; only small ones, which may hold for a reason, and 0 beside them, which is weaker."""
    for node, values in seen:
        if not values:
            continue
        least, most = Fraction(min(values)), Fraction(max(values))
        for operator, ends in ((">=", (least, min(least, _ZERO))), ("<=", (most, max(most, _ZERO)))):
            for end in dict.fromkeys(ends):
                if abs(end) <= _SMALL:
                    yield case.guarded(applied(operator, node, Constant((), exact(end))))


_ZERO = Fraction(0)

"""Whether a boolean node holds everywhere on a box.

1. The graph is evaluated over intervals.
2. Where that leaves the answer open, each comparison l ≤ r of scalars is asked for the least value of r − l: along an
   input whose slope has one sign that is at an end, so the box shrinks to a face; there the difference is evaluated
   again, and in its mean-value form f(m) + Σ slope · (x − m).
3. With what the comparisons turned out to be the graph is evaluated once more.
4. Where the condition of an `if`, or what is given, is still open, each case is asked apart, on what is left of the
   box if the condition narrows an input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...dsl.graph import Elementwise, SOp, inputs_of, topological
from ...dsl.types import Bool, Int, Real, Selector, Seq, element_of
from ...runtime.evaluate import evaluate
from .algebra import OPEN, Known, Ranges, range_of
from .boxes import Box, Dimension
from .expression import UndefinedValue
from .form import Form
from .interval import ONE, End, Interval, point
from .sums import collected

__all__ = ["Question"]

Derived = Callable[[Mapping[str, Known]], Mapping[str, Known]]
"""Values that follow from the inputs, by key, beside them."""
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TURNED = {"==": "==", "!=": "!=", "<": ">", ">=": "<=", ">": "<", "<=": ">="}
_TRUTHS = Ranges()
_MOST_CASES = 3


def _as_they_are(inputs: Mapping[str, Known]) -> Mapping[str, Known]:
    return inputs


class Question:
    """A boolean node over some inputs, to be asked on boxes of them; `digest` names it."""

    def __init__(self, goal: SOp, dimensions: Sequence[Dimension], derived: Derived = _as_they_are) -> None:
        """Ask about a node.

        Args:
            goal: a scalar boolean node.
            dimensions: its inputs, in the order of a box's intervals.
            derived: what other inputs of the node are, where they follow from these; it may raise `UndefinedValue`.
        """
        self.digest = goal.digest
        self._goal = goal = collected(goal)
        self.dimensions = tuple(dimensions)
        self._derived = derived
        self._comparisons = [node for node in topological([goal]) if _compares_numbers(node)]
        self._cases = _conditions_in(goal)
        self._places: Mapping[SOp, int] = {
            node: place
            for place, dimension in enumerate(self.dimensions)
            for node in inputs_of([goal])
            if node.key == dimension.key
        }
        # Two nodes for each comparison: the right side less the left one, and the other way round.
        self._differences = [
            (collected(Elementwise((right, left), "-")), collected(Elementwise((left, right), "-")))
            for left, right in (node.arguments for node in self._comparisons)
        ]

    def holds(self, box: Box) -> bool | None:
        """Whether the node is true everywhere on the box, or false everywhere; None where that is not known.

        Raises:
            VerificationError: if the graph holds what has no intervals.
        """
        try:
            return self._answer(box, {})
        except UndefinedValue:
            return None

    def _answer(self, box: Box, known: Mapping[SOp, bool]) -> bool | None:
        """The answer at the points of the box where some conditions have known truths."""
        values = self._values(box, known)
        truth = _TRUTHS.truth(values[self._goal])
        if truth is None and self._comparisons:
            values = self._values(box, {**self._decided(box, known), **known})
            truth = _TRUTHS.truth(values[self._goal])
        open_cases = (node for node in self._cases if node not in known and _TRUTHS.truth(values[node]) is None)
        case = next(open_cases, None)
        if truth is not None or case is None or len(known) >= _MOST_CASES:
            return truth
        parts = [(is_so, self._narrowed(box, case, is_so, values)) for is_so in (True, False)]
        answers = (self._answer(part, {**known, case: is_so}) for is_so, part in parts if part is not None)
        return True if all(answer is True for answer in answers) else None

    def _values(self, box: Box, known: Mapping[SOp, bool]) -> Mapping[SOp, Known]:
        return evaluate([self._goal], Ranges(known), 0, self._inputs(box, has_slopes=False))

    def _narrowed(self, box: Box, case: SOp, is_so: bool, values: Mapping[SOp, Known]) -> Box | None:
        """What is left of a box where a comparison is known; None if that is nothing."""
        assert isinstance(case, Elementwise), "comparisons are elementwise"
        operator = case.operator if is_so else _NEGATED[case.operator]
        left, right = case.arguments
        narrowed = list(box)
        for node, other, comparison in ((left, right, operator), (right, left, _TURNED[operator])):
            if (place := self._places.get(node)) is None:
                continue
            bound, own = range_of(values[other]), narrowed[place]
            low = max(own.low, bound.low) if comparison in (">", ">=", "==") else own.low
            high = min(own.high, bound.high) if comparison in ("<", "<=", "==") else own.high
            if low > high:
                return None
            narrowed[place] = Interval(low, high)
        return tuple(narrowed)

    def _inputs(self, box: Box, *, has_slopes: bool) -> Mapping[str, Known]:
        given: dict[str, Known] = {}
        for place, (dimension, interval) in enumerate(zip(self.dimensions, box, strict=True)):
            if isinstance(element_of(dimension.type), Bool):
                given[dimension.key] = interval == ONE if interval.is_point else OPEN
            else:
                given[dimension.key] = Form(interval, {place: ONE} if has_slopes else None)
        return self._derived(given)

    def _decided(self, box: Box, known: Mapping[SOp, bool]) -> dict[SOp, bool]:
        """The comparisons whose truth on the box the slopes tell."""
        nodes = [node for pair in self._differences for node in pair]
        values = evaluate(nodes, Ranges(known), 0, self._inputs(box, has_slopes=True))
        decided: dict[SOp, bool] = {}
        for node, pair in zip(self._comparisons, self._differences, strict=True):
            rises, falls = (self._least(difference, values[difference], box, known) for difference in pair)
            truth = _verdict_of(node, rises, falls)
            if truth is not None:
                decided[node] = truth
        return decided

    def _least(self, node: SOp, value: Known, box: Box, known: Mapping[SOp, bool]) -> End:
        """A number that no value of the node on the box is below."""
        assert isinstance(value, Form), "a difference is a number"
        if value.slopes is None:
            return value.range.low
        face, rest = list(box), dict(value.slopes)
        for place, interval in enumerate(box):
            slope = value.slopes.get(place, point(0))
            end = interval.low if slope.low >= 0 else interval.high if slope.high <= 0 else None
            if end is not None and not isinstance(end, float):
                face[place] = point(end)
                rest.pop(place, None)
        on_face = self._range(node, tuple(face), known).low
        if not all(face[place].is_bounded for place in rest):
            return on_face
        centre = tuple(point(part.middle) if place in rest else part for place, part in enumerate(face))
        by_slopes = self._range(node, centre, known)
        for place, slope in rest.items():
            by_slopes = by_slopes + slope * (face[place] - centre[place])
        return max(on_face, by_slopes.low)

    def _range(self, node: SOp, box: Box, known: Mapping[SOp, bool]) -> Interval:
        return range_of(evaluate([node], Ranges(known), 0, self._inputs(box, has_slopes=False))[node])


def _compares_numbers(node: SOp) -> bool:
    """Whether a node compares two scalar numbers."""
    if not isinstance(node, Elementwise) or node.operator not in _NEGATED:
        return False
    types = [argument.type for argument in node.arguments]
    return not any(
        isinstance(type_, Seq | Selector) or not isinstance(element_of(type_), Int | Real) for type_ in types
    )


def _conditions_in(goal: SOp) -> list[SOp]:
    """The comparisons of numbers that decide an `if`, or that the goal asks nothing about where they fail."""
    nodes = topological([goal])
    roots = [
        node.arguments[0]
        for node in nodes
        if isinstance(node, Elementwise) and node.operator in ("if", "not") and not isinstance(node.type, Seq)
    ]
    return [node for node in topological(roots, parts_of=_logical_parts) if _compares_numbers(node)]


def _logical_parts(node: SOp) -> Sequence[SOp]:
    return node.arguments if isinstance(node, Elementwise) and node.operator in ("and", "or", "not") else ()


def _verdict_of(node: SOp, right_less_left: End, left_less_right: End) -> bool | None:
    """Whether a comparison holds, from the least that each side is above the other."""
    assert isinstance(node, Elementwise), "comparisons are elementwise"
    least, least_other = right_less_left, left_less_right
    match node.operator:
        case "<=" | ">":
            is_so = True if least >= 0 else False if least_other > 0 else None
        case ">=" | "<":
            is_so = True if least_other >= 0 else False if least > 0 else None
        case _:
            is_so = True if least >= 0 and least_other >= 0 else False if least > 0 or least_other > 0 else None
    return is_so if node.operator in ("<=", ">=", "==") or is_so is None else not is_so

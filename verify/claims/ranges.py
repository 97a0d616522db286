"""Conditions that the ranges of their quantifiers meet, decided without a solver.

In `forall i in range(1, length): … xs[i - 1] …` the position is in the sequence, whatever the sequence is. Most that
contracts owe is of this kind.

1. A number is a *linear form*: of the length, of variables, of a constant, and of what operators make of inputs, which
   lies in the range of its type. Of anything else nothing is said.
2. A variable lies between forms: the ends of its range, and what the guards on the way say.
3. A form is not negative if it is not where each variable, the innermost first, is replaced by one of its ends, and
   the length by the least that it can be where the ranges are not empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ...dsl.graph import Constant, Elementwise, Indices, Input, Length, Quantified, Reduce, SOp, topological
from ...dsl.types import Int, Seq, element_of

__all__ = ["follows_from_ranges"]

_LENGTH = Length()
_MOST_BOUND, _MOST_ENDS = 4, 8
"""More variables within one another, or ends of one, are left to others: all choices among ends are tried."""


@dataclass(frozen=True, slots=True)
class _Form:
    """Multiples of the length and of variables, and a constant."""

    terms: Mapping[SOp, int]
    constant: int

    def plus(self, other: _Form, times: int = 1) -> _Form:
        nodes = dict.fromkeys((*self.terms, *other.terms))
        terms = {node: self.terms.get(node, 0) + times * other.terms.get(node, 0) for node in nodes}
        return _Form({node: n for node, n in terms.items() if n}, self.constant + times * other.constant)

    def where(self, node: SOp, form: _Form) -> _Form:
        """The form with another one in a variable's place."""
        others = _Form({other: n for other, n in self.terms.items() if other != node}, self.constant)
        return others.plus(form, self.terms[node])


@dataclass(frozen=True, slots=True)
class _Bound:
    """A variable, and what it is at least and at most: in forms of the variables around it, and of the length."""

    variable: SOp
    least: tuple[_Form, ...]
    most: tuple[_Form, ...]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is bound, the innermost last, and what the length is at least."""

    inputs: tuple[Input, ...] = ()
    bounds: tuple[_Bound, ...] = ()
    shortest: int = 0

    def over(self, variable: SOp, start: _Form, stop: _Form) -> _Scope:
        """With a variable of a range; where the range is empty, nothing is claimed."""
        last = stop.plus(_number(1), -1)
        outer = self.where(last.plus(start, -1))
        return replace(outer, bounds=(*outer.bounds, _Bound(variable, (start,), (last,))))

    def where(self, form: _Form) -> _Scope:
        """With a form that is not negative.

        It bounds the innermost variable that it speaks of, and so those around it: no end lies beyond another one.
        """
        place = next((place for place in reversed(range(len(self.bounds))) if self._speaks(form, place)), None)
        if place is None:
            is_of_length = form.terms == {_LENGTH: 1}
            return replace(self, shortest=max(self.shortest, -form.constant)) if is_of_length else self
        bound = self.bounds[place]
        factor = form.terms[bound.variable]
        if abs(factor) != 1 or len(bound.least) + len(bound.most) >= _MOST_ENDS:
            return self
        others = form.where(bound.variable, _number(0))
        end = others if factor < 0 else _number(0).plus(others, -1)
        ends = bound.least if factor < 0 else bound.most
        least, most = (bound.least, (*bound.most, end)) if factor < 0 else ((*bound.least, end), bound.most)
        known = (*self.bounds[:place], replace(bound, least=least, most=most), *self.bounds[place + 1 :])
        scope = replace(self, bounds=known)
        for other in ends:
            scope = scope.where(end.plus(other, -1) if factor < 0 else other.plus(end, -1))
        return scope

    def _speaks(self, form: _Form, place: int) -> bool:
        return self.bounds[place].variable in form.terms

    def is_positive(self, form: _Form, outermost: int | None = None) -> bool:
        """Whether a form is not negative, whatever the variables are."""
        for place in reversed(range(len(self.bounds) if outermost is None else outermost)):
            bound = self.bounds[place]
            if bound.variable in form.terms:
                ends = bound.least if form.terms[bound.variable] > 0 else bound.most
                return any(self.is_positive(form.where(bound.variable, end), place) for end in ends)
        least = form.constant
        for node, factor in form.terms.items():
            low, high = (self.shortest, None) if node == _LENGTH else _range(node)
            end = low if factor > 0 else high
            if end is None:
                return False
            least += factor * end
        return least >= 0

    def is_typed(self, node: SOp) -> bool:
        """Whether a value is made of the inputs by operators alone, so that its type says what it may be."""
        parts = topological([node])
        kinds = Constant | Length | Indices | Elementwise
        return all(isinstance(part, kinds) or part in self.inputs for part in parts) and _range(node) != (None, None)


def follows_from_ranges(condition: SOp, inputs: Iterable[Input] = ()) -> bool:
    """Whether a condition holds of all inputs, for the ranges of its quantifiers say so; False where in doubt.

    Args:
        condition: a scalar boolean node.
        inputs: those whose values are known to be of their types.
    """
    return _holds(condition, _Scope(tuple(inputs)))


def _range(node: SOp) -> tuple[int | None, int | None]:
    """The ends of the type of a whole number."""
    element = element_of(node.type)
    return (element.low, element.high) if isinstance(element, Int) else (None, None)


def _holds(condition: SOp, scope: _Scope) -> bool:
    match condition:
        case _ if len(scope.bounds) > _MOST_BOUND:
            return False
        case Constant(value=value):
            return value is True
        case Quantified(operator="forall", arguments=(start, stop), variable=variable, body=body):
            first, end = _form(start, scope), _form(stop, scope)
            return first is not None and end is not None and _holds(body, scope.over(variable, first, end))
        case Reduce(operator="all", arguments=(everywhere,)) if isinstance(everywhere.type, Seq):
            return _holds(everywhere, scope.over(Indices(), _number(0), _Form({_LENGTH: 1}, 0)))
        case Elementwise(operator="and", arguments=parts):
            return all(_holds(part, scope) for part in parts)
        case Elementwise(operator="or", arguments=(left, right)):
            return _holds(left, scope) or _holds(right, _assumed(left, scope, is_true=False))
        case Elementwise(operator="<" | "<=" | ">" | ">="):
            form = _compared(condition, scope)
            return form is not None and scope.is_positive(form)
    return False


def _assumed(condition: SOp, scope: _Scope, *, is_true: bool) -> _Scope:
    """The scope where a condition holds, or where it does not; as it is where that says nothing of a form."""
    match condition:
        case Elementwise(operator="not", arguments=(inner,)):
            return _assumed(inner, scope, is_true=not is_true)
        case Elementwise(operator="and" | "or" as operator, arguments=parts) if is_true is (operator == "and"):
            for part in parts:
                scope = _assumed(part, scope, is_true=is_true)
        case Elementwise(operator="<" | "<=" | ">" | ">="):
            form = _compared(condition, scope)
            if form is not None:
                # What is not at least 0 is at most -1.
                return scope.where(form if is_true else _number(-1).plus(form, -1))
    return scope


def _compared(condition: Elementwise, scope: _Scope) -> _Form | None:
    """The form that is not negative where a comparison of whole numbers holds."""
    smaller, larger = condition.arguments if condition.operator in ("<", "<=") else reversed(condition.arguments)
    low, high = _form(smaller, scope), _form(larger, scope)
    if low is None or high is None:
        return None
    return high.plus(low, -1).plus(_number(1), -1 if condition.operator in ("<", ">") else 0)


def _form(node: SOp, scope: _Scope) -> _Form | None:
    """A whole number as a linear form; None where it is none."""
    match node:
        case Constant(value=int() as value) if not isinstance(value, bool):
            return _number(value)
        case Length():
            return _Form({_LENGTH: 1}, 0)
        case Input() | Indices() if any(bound.variable == node for bound in scope.bounds):
            return _Form({node: 1}, 0)
        case Elementwise(operator="+" | "-" | "negate" as operator, arguments=arguments):
            forms = [_form(argument, scope) for argument in arguments]
            if None in forms:
                return None
            first, *others = (form for form in forms if form is not None)
            return first.plus(others[0], 1 if operator == "+" else -1) if others else _number(0).plus(first, -1)
        case Input() | Elementwise() if scope.is_typed(node):
            return _Form({node: 1}, 0)
    return None


def _number(value: int) -> _Form:
    return _Form({}, value)

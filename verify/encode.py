"""Solver terms at each position of a sequence of known length.

1. Positions are numbers, so that what depends on them alone is computed and never encoded.
2. A width is the sum of its conditions; a mean is a sum over a count. What a width is may be told by another function,
   such as one that only names it (`bounded/widths.py`).
3. A catalogued cell is what its contract says. Where there is no answer (a position outside, a key that is not in the
   table) any value serves: that there is one is a claim of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any, Protocol

import z3

from ..dsl.graph import (
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Indices,
    Input,
    Lookup,
    Reduce,
    Select,
    SelectorLogic,
    SOp,
    inputs_of,
)
from ..dsl.types import Bool, Element, Int, Real, Seq, Token, Value, element_of
from ..errors import VerificationError
from ..runtime.evaluate import Algebra, evaluate
from ..runtime.exact import answer_to_nothing
from .claims.tolerance import meaning_of
from .encoding.codes import Codes
from .encoding.linear import Atoms, Linear
from .encoding.logic import Condition, all_of, any_of, negated
from .encoding.operators import apply
from .encoding.values import Ratio, Values, Word
from .terms import tokens_in

__all__ = ["Encoded", "Unrolled", "WidthOf", "encode", "width_of"]


class WidthOf(Protocol):
    """How many of some conditions hold, as a sum."""

    def __call__(self, atoms: Atoms, selected: Sequence[Condition], *, is_alone: bool = False) -> Any:
        """Of the keys that a query selects, for one query after the other; or of a count that stands alone."""


def width_of(atoms: Atoms, selected: Sequence[Condition], *, is_alone: bool = False) -> Any:
    """A sum of ones."""
    return atoms.add(map(atoms.indicator, selected))


class Unrolled(Algebra[Any]):
    """The value at each position (`values.py`)."""

    def __init__(self, values: Values, width: WidthOf = width_of, single: Container[SOp] = ()) -> None:
        """Read widths by `width`; every query of the selectors in `single` is known to select exactly one key."""
        self._of = values
        self._width = width
        self._single = single

    def constant(self, value: Value) -> Any:
        """The value itself."""
        return value

    def elementwise(self, operator: str, operands: Sequence[Any], node: SOp) -> Any:
        """The operator on values."""
        return apply(self._of, operator, operands)

    def joined(self, operator: str, cases: Sequence[Any], node: SOp) -> Any:
        """All cases at once, for conditions are flat."""
        return (all_of if operator == "and" else any_of)(map(self._of.truth, cases))

    def cell(self, call: CellCall, operands: Sequence[Any]) -> Any:
        """What the contract says.

        Raises:
            VerificationError: if it does not determine the answer.
        """
        meaning = meaning_of(call)
        inputs = {f"port.{place}": operand for place, operand in enumerate(operands)}
        return evaluate([meaning], self, 0, inputs)[meaning]

    def lookup(self, node: Lookup, operands: Sequence[Any]) -> Any:
        """One case for each entry."""
        *entries, (_, chosen) = node.entries
        for keys, answer in reversed(entries):
            pairs = zip(operands, keys, strict=True)
            chosen = self._of.choose(all_of(self._of.equal(*pair) for pair in pairs), answer, chosen)
        return chosen

    def ascribe(self, node: Ascribe, value: Any) -> Any:
        """The value: that it belongs to the declared type is a claim of its own, and is not assumed.

        Where a number has to be whole it is made so, which changes no number that is.
        """
        wanted = element_of(node.type)
        if isinstance(wanted, Int | Real) and isinstance(value, Word | str):
            return self._of.undefined()
        if isinstance(wanted, Int) and not self._of.atoms.is_whole(number := self._of.sum_of(value)):
            return self._of.atoms.atom(z3.ToInt(self._of.atoms.term(number)))
        return value

    def at(self, node: At, sequence: Sequence[Any], position: Any) -> Any:
        """The element, one case for each position where that is not known."""
        n_positions = len(sequence)
        if isinstance(position, int) and -n_positions <= position < n_positions:
            return sequence[position]
        if not sequence or isinstance(position, int | Word | str):
            return self._absent(sequence)
        chosen = sequence[-1]
        for place, value in enumerate(sequence[:-1]):
            is_there = any_of(self._of.equal(position, same) for same in (place, place - n_positions))
            chosen = self._of.choose(is_there, value, chosen)
        return chosen

    def _absent(self, sequence: Sequence[Any]) -> Any:
        """Any value, of the kind of the others."""
        return sequence[-1] if sequence else self._of.undefined()

    def width(self, selected: Sequence[Any]) -> Any:
        """How many are selected."""
        return self._width(self._of.atoms, [self._of.truth(each) for each in selected])

    def aggregate(
        self, node: Aggregate, position: int, selected: Sequence[Any], values: Sequence[Any], default: Any
    ) -> Any:
        """What the operator makes of the selected values, or the default where nothing is selected."""
        truths = (self._of.truth(each) for each in selected)
        chosen = [(truth, key, value) for key, (truth, value) in enumerate(zip(truths, values, strict=True))]
        chosen = [each for each in chosen if each[0] is not False]
        empty = answer_to_nothing(node.operator) if default is None else default
        if not chosen:
            return self._absent(values) if empty is None else empty
        match node.operator:
            case "mean" if not self._is_of_one(node, [value for _, _, value in chosen]):
                return self._mean(chosen, empty)
            case "sum":
                total = self._of.total(self._of.choose(truth, self._of.number(value), 0) for truth, _, value in chosen)
                return total if default is None else self._unless_empty(chosen, total, default)
            case "any":
                found = any_of(all_of((truth, self._of.truth(value))) for truth, _, value in chosen)
                return found if default is None else self._unless_empty(chosen, found, default)
            case "all":
                found = all_of(any_of((negated(truth), self._of.truth(value))) for truth, _, value in chosen)
                return found if default is None else self._unless_empty(chosen, found, default)
            case "min" | "max":
                return self._extreme(node.operator, chosen, empty)
        # The chosen key is the first one, in this order, that is selected; of a mean of one value the only one.
        ordered = sorted(chosen, key=lambda each: _ORDER_OF_KEYS[node.operator](position, each[1]))
        is_found = empty is None or node.arguments[0] in self._single
        return self._first(ordered, ordered[-1][2] if is_found else empty)

    def _is_of_one(self, node: Aggregate, values: Sequence[Any]) -> bool:
        """Whether no more than one value is selected, wherever there is an answer."""
        selector = node.arguments[0]
        return len(values) == 1 or selector in self._single or _selects_one(selector) or not _are_numbers(values)

    def _first(self, ordered: Sequence[tuple[Condition, int, Any]], otherwise: Any) -> Any:
        for truth, _, value in reversed(ordered):
            otherwise = self._of.choose(truth, value, otherwise)
        return otherwise

    def _unless_empty(self, chosen: Sequence[tuple[Condition, int, Any]], value: Any, default: Any) -> Any:
        return self._of.choose(any_of(truth for truth, _, _ in chosen), value, default)

    def _mean(self, chosen: Sequence[tuple[Condition, int, Any]], empty: Any) -> Any:
        """The sum of the selected values over how many they are; of none the default over one."""
        is_none = negated(any_of(truth for truth, _, _ in chosen))
        if isinstance(empty, Word | str) and is_none is not False:
            raise VerificationError("the solver has no value that may be a token or a number")
        default = 0 if empty is None else empty
        selected = [self._of.choose(truth, self._of.number(value), 0) for truth, _, value in chosen]
        numerator = self._of.total([*selected, self._of.choose(is_none, self._of.number(default), 0)])
        denominator = width_of(self._of.atoms, [*(truth for truth, _, _ in chosen), is_none])
        if not isinstance(denominator, Linear):
            return apply(self._of, "/", (numerator, denominator))
        return Ratio(numerator, denominator)

    def _extreme(self, operator: str, chosen: Sequence[tuple[Condition, int, Any]], empty: Any) -> Any:
        """The smallest or largest selected value, the keys one after the other."""
        is_any: Condition = False
        best = chosen[0][2] if empty is None else empty
        for truth, _, value in chosen:
            is_better = any_of((negated(is_any), self._is_better(operator, value, best)))
            best = self._of.choose(all_of((truth, is_better)), value, best)
            is_any = any_of((is_any, truth))
        return best

    def _is_better(self, operator: str, value: Any, best: Any) -> Condition:
        return self._of.less(value, best) if operator == "min" else self._of.less(best, value)

    def reduce(self, node: Reduce, sequences: Sequence[Sequence[Any]]) -> Any:
        """The property, written out over all positions."""
        of, values = self._of, sequences[0]
        match node.operator:
            case "sum":
                conditions = [of.condition(value) for value in values]
                is_count = all(condition is not None for condition in conditions)
                return self._width(of.atoms, conditions, is_alone=True) if is_count else of.total(values)
            case "min" | "max":
                return self._extreme(node.operator, [(True, 0, value) for value in values], None) if values else 0
            case "count":
                return self._width(of.atoms, [of.truth(value) for value in values], is_alone=True)
            case "any":
                return any_of(of.truth(value) for value in values)
            case "all":
                return all_of(of.truth(value) for value in values)
            case "sorted":
                return all_of(negated(of.less(later, earlier)) for earlier, later in pairwise(values))
            case "distinct":
                return all_of(negated(of.equal(*pair)) for pair in combinations(values, 2))
        return self._is_permutation(*sequences)

    def _is_permutation(self, left: Sequence[Any], right: Sequence[Any]) -> Condition:
        """Every value stands in both equally often; a boolean is no number here.

        Raises:
            VerificationError: if there are booleans and numbers.
        """
        if len({isinstance(value, bool | z3.BoolRef) for value in (*left, *right)}) > 1:
            raise VerificationError("the solver does not tell booleans from the numbers 0 and 1")
        counts = [
            [width_of(self._of.atoms, [self._of.equal(v, w) for w in many]) for many in (left, right)] for v in left
        ]
        return all_of(self._of.equal(*pair) for pair in counts)

    def truth(self, value: Any) -> bool | None:
        """Known of a constant only."""
        return None if isinstance(value, z3.BoolRef | Linear | Ratio | Word) else bool(value)

    def whole(self, node: SOp, value: Any) -> int:
        """A bound of a range, where it does not depend on values.

        Raises:
            VerificationError: if it does.
        """
        if not isinstance(value, int):
            raise VerificationError("the range of a quantifier depends on the input's values, not on its length alone")
        return int(value)


_ORDER_OF_KEYS: Mapping[str, Callable[[int, int], Any]] = {
    "mean": lambda query, key: key,
    "first": lambda query, key: key,
    "last": lambda query, key: -key,
    "nearest_left": lambda query, key: (abs(key - query), key),
    "nearest_right": lambda query, key: (abs(key - query), -key),
}


def _selects_one(selector: SOp) -> bool:
    """Whether a query selects no more than one key: the one whose position is asked for."""
    match selector:
        case Select(comparison="==", arguments=(Indices(), _)):
            return True
        case SelectorLogic(operator="and", arguments=arguments):
            return any(map(_selects_one, arguments))
    return False


def _are_numbers(values: Sequence[Any]) -> bool:
    """Whether several values have a mean: tokens have none, nor have booleans alone."""
    is_word = any(isinstance(value, Word | str) for value in values)
    return not is_word and not all(isinstance(value, bool | z3.BoolRef) for value in values)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A graph at one length, as values.

    Attributes:
        of: the values' operators, with the atoms and the facts about named unknowns.
        nodes: the inputs, by key.
        inputs: the unknown value of each, by key; of a sequence a list.
        values: the value of every node that the roots depend on.
        facts: what holds of the inputs by their types, then what defines named unknowns.
    """

    of: Values
    nodes: Mapping[str, Input]
    inputs: Mapping[str, Any]
    values: Mapping[SOp, Any]
    facts: Sequence[Any]

    def revalued(self, roots: Sequence[SOp], n_positions: int, width: WidthOf, single: Container[SOp]) -> Encoded:
        """The same inputs; every query of the selectors in `single` is known by now to select exactly one key."""
        known = len(self.of.facts)
        found = evaluate(roots, Unrolled(self.of, width, single), n_positions, self.inputs)
        return replace(self, values=found, facts=[*self.facts, *self.of.facts[known:]])


def encode(roots: Sequence[SOp], parameters: Iterable[Input], n_positions: int, width: WidthOf = width_of) -> Encoded:
    """What the roots come to on sequences of this length, with the inputs as unknowns.

    Raises:
        VerificationError: if they speak of values that the solver has no terms for.
    """
    nodes = {node.key: node for node in (*parameters, *inputs_of(roots))}
    values = Values(Codes(tokens_in([*roots, *nodes.values()])))
    facts: list[Any] = []
    inputs: dict[str, Any] = {}
    for key, node in nodes.items():
        element = element_of(node.type)
        is_sequence = isinstance(node.type, Seq)
        names = [f"{key}[{position}]" for position in range(n_positions)] if is_sequence else [key]
        unknown = [_unknown(values, element, name, facts) for name in names]
        inputs[key] = unknown if is_sequence else unknown[0]
    found = evaluate(roots, Unrolled(values, width), n_positions, inputs)
    return Encoded(values, nodes, inputs, found, [*facts, *values.facts])


def _unknown(values: Values, element: Element, name: str, facts: list[Any]) -> Any:
    """A new unknown of an element type; what its type says of it is added to the facts.

    Raises:
        VerificationError: if the type has no terms.
    """
    match element:
        case Bool():
            return z3.Bool(name)
        case Int(low, high) | Real(low, high):
            if low is not None and low == high:
                return low
            term = z3.Int(name) if isinstance(element, Int) else z3.Real(name)
            facts += [term >= values.atoms.term(low)] if low is not None else []
            facts += [term <= values.atoms.term(high)] if high is not None else []
            return values.atoms.atom(term, (low, high))
        case Token(None):
            return Word(values.atoms.atom(z3.Real(name)))
        case Token(tuple() as vocabulary):
            return _one_of(values, sorted(set(vocabulary)), name, facts)
    raise VerificationError(f"the solver has no values of type {element}: declare a type with a range or a vocabulary")


def _one_of(values: Values, vocabulary: Sequence[str], name: str, facts: list[Any]) -> Any:
    codes = [int(values.codes.code(token)) for token in vocabulary]
    if len(codes) == 1:
        return vocabulary[0]
    term = z3.Int(name)
    if codes[-1] - codes[0] == len(codes) - 1:
        facts += [term >= codes[0], term <= codes[-1]]
    else:
        facts.append(z3.Or([term == code for code in codes]))
    return Word(values.atoms.atom(term, (codes[0], codes[-1])), tuple(vocabulary))

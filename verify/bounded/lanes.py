"""Many inputs interpreted at once, in exact arithmetic: the graph is walked once for all of them.

A value is a plain one where all inputs agree on it, as positions do, else a list with one entry for each input, its
*lane*. More is evaluated than by one input alone, for guards may let some inputs through: a lane in which anything is
undefined counts for nothing, and its input is tried by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, repeat
from typing import Any

from ...dsl.graph import Aggregate, Ascribe, At, CellCall, Input, Lookup, Reduce, SOp
from ...dsl.operators import OPERATORS
from ...dsl.types import Seq, Value
from ...errors import RuntimeFault
from ...runtime.evaluate import Algebra, evaluate
from ...runtime.reference import Exact, call_by_contract
from ..claims.claim import Claim
from .trial import Inputs, holds_on

__all__ = ["tried_on"]

_AT_ONCE = 64
_UNDEFINED = (RuntimeFault, TypeError, ZeroDivisionError)
_EXACT = Exact(None, call_by_contract)


def tried_on(claim: Claim, n_positions: int, inputs: Iterable[Inputs]) -> Iterator[tuple[Inputs, bool | None]]:
    """Each input, with whether the claim holds of it, as `holds_on` tells."""
    waiting = iter(inputs)
    while many := list(islice(waiting, _AT_ONCE)):
        yield from zip(many, _hold_on(claim, n_positions, many), strict=True)


def _hold_on(claim: Claim, n_positions: int, many: Sequence[Inputs]) -> Iterator[bool | None]:
    lanes = _Lanes(len(many))
    try:
        columns = {node.key: _column(node, n_positions, many) for node in claim.inputs}
        values = evaluate((*claim.given, claim.condition), lanes, n_positions, columns)
    except RuntimeFault:
        yield from (holds_on(claim, n_positions, inputs) for inputs in many)
        return
    given = [lanes.spread(values[node]) for node in claim.given]
    condition = lanes.spread(values[claim.condition])
    for lane, inputs in enumerate(many):
        if lane in lanes.faulty:
            yield holds_on(claim, n_positions, inputs)
        else:
            yield not all(column[lane] for column in given) or bool(condition[lane])


def _column(node: Input, n_positions: int, many: Sequence[Inputs]) -> Any:
    """The values of an input; of a sequence, at each position."""
    values = [inputs[node.key] for inputs in many]
    if not isinstance(node.type, Seq):
        return values
    return [[value[position] for value in values] for position in range(n_positions)]


class _Lanes(Algebra[Any]):
    """A plain value, or a list of one value for each lane.

    Attributes:
        faulty: the lanes in which something was undefined.
    """

    def __init__(self, n_lanes: int) -> None:
        self.faulty: dict[int, None] = {}
        self._n_lanes = n_lanes

    def spread(self, value: Any) -> Sequence[Value]:
        """The value in every lane."""
        return value if type(value) is list else [value] * self._n_lanes

    def _each(self, function: Callable[..., Value], *operands: Any) -> Any:
        """A function of the operands, in each lane; of plain operands once."""
        if not any(type(operand) is list for operand in operands):
            return function(*operands)
        columns = (operand if type(operand) is list else repeat(operand, self._n_lanes) for operand in operands)
        lanes = list(zip(*columns, strict=True))
        try:
            return _plain([function(*lane) for lane in lanes])
        except _UNDEFINED:
            return _plain([self._in_lane(number, function, lane) for number, lane in enumerate(lanes)])

    def _in_lane(self, number: int, function: Callable[..., Value], operands: Sequence[Any]) -> Value:
        try:
            return function(*operands)
        except _UNDEFINED:
            self.faulty[number] = None
            return False

    def constant(self, value: Value) -> Value:
        """The same in each lane."""
        return value

    def elementwise(self, operator: str, operands: Sequence[Any], node: SOp) -> Any:
        """What the operator table says."""
        if not any(type(operand) is list for operand in operands):
            return _EXACT.elementwise(operator, operands, node)
        return self._each(OPERATORS[operator].apply, *operands)

    def cell(self, call: CellCall, operands: Sequence[Any]) -> Any:
        """What the contract says."""
        return self._each(lambda *each: _EXACT.cell(call, each), *operands)

    def lookup(self, node: Lookup, operands: Sequence[Any]) -> Any:
        """The entry of the table."""
        return self._each(lambda *each: _EXACT.lookup(node, each), *operands)

    def ascribe(self, node: Ascribe, value: Any) -> Any:
        """The value, where it is of the type."""
        return self._each(lambda each: _EXACT.ascribe(node, each), value)

    def at(self, node: At, sequence: Sequence[Any], position: Any) -> Any:
        """The element at the position."""
        if type(position) is not list:
            return _EXACT.at(node, sequence, position)
        columns = [self.spread(value) for value in sequence]
        places = enumerate(position)
        return _plain([self._in_lane(lane, _EXACT.at, (node, _across(columns, lane), place)) for lane, place in places])

    def aggregate(
        self, node: Aggregate, position: int, selected: Sequence[Any], values: Sequence[Any], default: Any
    ) -> Any:
        """What the operator makes of the selected values."""

        def of_one(*each: Value) -> Value:
            n_keys = len(selected)
            given = each[-1] if default is not None else None
            return _EXACT.aggregate(node, position, each[:n_keys], each[n_keys : 2 * n_keys], given)

        return self._each(of_one, *selected, *values, *([] if default is None else [default]))

    def width(self, selected: Sequence[Any]) -> Any:
        """How many are selected."""
        return self._each(lambda *each: _EXACT.width(each), *selected)

    def reduce(self, node: Reduce, sequences: Sequence[Sequence[Any]]) -> Any:
        """A property of whole sequences."""
        n_positions = len(sequences[0])

        def of_one(*each: Value) -> Value:
            starts = range(0, len(each), n_positions) if each else ()
            rows = [each[start : start + n_positions] for start in starts]
            return _EXACT.reduce(node, rows or [()] * len(sequences))

        return self._each(of_one, *(value for sequence in sequences for value in sequence))

    def truth(self, value: Any) -> bool | None:
        """Whether it counts as true in every lane, or in none."""
        truths = [bool(each) for each in self.spread(value)]
        return None if any(truth is not truths[0] for truth in truths) else truths[0]

    def whole(self, node: SOp, value: Any) -> int:
        """A bound on which all lanes agree."""
        first, *others = self.spread(value)
        if any(other != first for other in others):
            raise RuntimeFault("the inputs have ranges of different lengths")
        return _EXACT.whole(node, first)


def _across(columns: Sequence[Sequence[Value]], lane: int) -> Sequence[Value]:
    return [column[lane] for column in columns]


def _plain(values: list[Value]) -> Any:
    """Truths on which all lanes agree, as one; so a quantifier can stop where it fails in all."""
    first = values[0]
    return first if isinstance(first, bool) and all(value is first for value in values) else values

"""Places that are spoken of from a bound variable, or from the end of the sequence."""

from __future__ import annotations

from dataclasses import dataclass

from ...dsl.graph import Constant, Elementwise, Indices, Input, Length, Quantified, SOp, nodes_within, substitute
from ...dsl.operators import COMPARISONS, compare
from .expressions import applied
from .selection import offset_of

__all__ = ["End", "ends_in", "from_end", "offset_from"]


@dataclass(frozen=True, slots=True)
class End:
    """A comparison of a variable, plus an offset, with the length or with minus the length."""

    operator: str
    offset: int
    is_negated: bool

    @property
    def reach(self) -> int:
        """How many elements after the variable's position decide that it is far from both."""
        return -self.offset if self.is_negated else self.offset

    def far_from(self) -> SOp:
        """Whether it holds where more than as many elements follow."""
        return Constant((), compare(self.operator, *((1, 0) if self.is_negated else (0, 1))))

    def at(self, distance: int, length: SOp) -> SOp:
        """Whether it holds of the variable that is so far before the end."""
        if not self.is_negated:
            return Constant((), compare(self.operator, self.offset, distance))
        twice = applied("+", length, length)
        return applied(self.operator, twice, Constant((), distance - self.offset))


def ends_in(node: Quantified) -> dict[SOp, End]:
    """The comparisons of a body that ask how far the variable is from the end."""
    found: dict[SOp, End] = {}
    for part in nodes_within([node.body]):
        if isinstance(part, Elementwise) and part.operator in COMPARISONS:
            left, right = part.arguments
            for place, end, operator in ((left, right, part.operator), (right, left, _MIRRORED[part.operator])):
                offset, short = offset_from(place, node.variable), from_end(end)
                if offset is not None and end == Elementwise((Length(),), "negate"):
                    found[part] = End(operator, offset, True)
                elif offset is not None and short is not None and not isinstance(end, Constant):
                    found[part] = End(operator, offset + short, False)
    return found


_MIRRORED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def offset_from(node: SOp, variable: Input) -> int | None:
    """C where a node is the variable plus c."""
    return offset_of(substitute(node, {variable: Indices()})) if node != variable else 0


def from_end(place: SOp) -> int | None:
    """C where a place is the length less c; None where it is no such place."""
    match place:
        case Length():
            return 0
        case Constant(value=int() as value) if value < 0:
            return -value
        case Elementwise(operator="-", arguments=(Length(), Constant(value=int() as value))):
            return value
    return None

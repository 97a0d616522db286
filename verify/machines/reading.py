"""A claim read as a machine: each node at the current position is an expression over the state and the next elements.

1. What is read elementwise stays as it is; a position is a counter, an element further left is kept for so long.
2. A running fold is a variable; what selected keys come to is accumulated (`selection.py`); a mean is a sum over a
   count, compared by cross multiplication.
3. What a position needs of the whole sequence (a total, the last element) is guessed, and checked at the end.
4. A claim about every position is a condition that is accumulated; a quantifier that looks a few positions ahead
   follows behind by as many.

What is assumed is read in the same way. An assumption that is not read is left out, and the machine says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ...dsl.checking.guards import read_whole
from ...dsl.graph import (
    DEFINED_WHEN_EMPTY,
    Aggregate,
    Ascribe,
    At,
    CellCall,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Lookup,
    Quantified,
    Reduce,
    SelectorWidth,
    SOp,
    inputs_of,
    nodes_within,
    substitute,
    topological,
)
from ...dsl.types import Element, Int, Real, Seq, element_of
from ..claims.claim import Claim
from ..claims.conditions import are_of_one_kind, conjuncts
from .expressions import FALSE, ONE, TRUE, ZERO, applied, choose, conj, disj, lifted, neg, neutral, plus
from .machine import Machine, Variable
from .places import ends_in, from_end, offset_from
from .reductions import distinct_so_far, permuted_so_far, sorted_so_far
from .selection import Selections, Unreadable, is_mean_of_numbers, offset_of, selects_one
from .state import StateBuilder

__all__ = ["machine_of"]

_MOST_NODES = 600
_FARTHEST = 16


def machine_of(claim: Claim) -> Machine | str:
    """The machine whose runs are the inputs of a claim; or why there is none."""
    if not claim.has_sequences:
        return "it is not about sequences"
    answered = [claim.function.result] if claim.is_promised else []
    certain = frozenset(_evaluated([claim.condition, *claim.given, *answered]))
    given = tuple(read_whole(condition, certain) for condition in claim.given)
    claim = replace(claim, condition=read_whole(claim.condition, certain), given=given)
    if len(nodes_within([claim.condition, *claim.given])) > _MOST_NODES:
        return f"its graph has more than {_MOST_NODES} nodes"
    reader = _Reader(claim, certain)
    try:
        goal = reader.at_end(claim.condition)
    except Unreadable as reason:
        return f"it is not read from left to right: {reason}"
    for condition in claim.given:
        for part in conjuncts(condition):
            reader.assume(part)
    return reader.machine(goal)


class _Reader:
    """The state that the nodes read so far need."""

    def __init__(self, claim: Claim, certain: Collection[SOp]) -> None:
        self._state = StateBuilder()
        self._selections = Selections(self._state, self.here)
        self._sources = tuple(node for node in claim.inputs if isinstance(node.type, Seq))
        self._rigid = tuple(node for node in claim.inputs if not isinstance(node.type, Seq))
        self._items: dict[SOp, Input] = {
            source: Input((), f"item.{place}", element_of(source.type), f"item.{place}")
            for place, source in enumerate(self._sources)
        }
        self._here: dict[SOp, SOp] = {}
        self._assumed: dict[SOp, None] = {}
        self._assumed_at_end: dict[SOp, None] = {}
        self._forgotten: list[str] = []
        self._certain = certain

    def machine(self, goal: SOp) -> Machine:
        """What was read, with its goal, and of the state what they depend on."""
        variables, totals = self._state.needed_by([goal, *self._assumed, *self._assumed_at_end])
        return Machine(
            self._sources,
            tuple(self._items.values()),
            self._rigid,
            totals,
            variables,
            tuple(self._assumed),
            tuple(self._assumed_at_end),
            goal,
            tuple(self._forgotten),
        )

    def assume(self, condition: SOp) -> None:
        """Take an assumption into account, at every position where it is about every position."""
        try:
            match condition:
                case Reduce(operator="all", arguments=(everywhere,)):
                    self._assumed[self.here(everywhere)] = None
                case Quantified(operator="forall"):
                    here, at_end = self._quantified(condition)
                    self._assumed[here] = None
                    self._assumed_at_end[at_end] = None
                case _:
                    self._assumed_at_end[self.at_end(condition)] = None
        except Unreadable as reason:
            self._forgotten.append(str(reason))

    # Values at the current position.

    def here(self, node: SOp) -> SOp:
        """The value of a node at the current position; a scalar stands at every one.

        Raises:
            Unreadable: if the value depends on later positions in a way that the state cannot tell.
        """
        if not isinstance(node.type, Seq):
            return self._everywhere(node)
        for part in topological([node], self._here, _parts_in_place):
            self._here[part] = self._read(part)
        return self._here[node]

    def _read(self, node: SOp) -> SOp:
        if not isinstance(node.type, Seq):
            return self._everywhere(node)
        match node:
            case Input():
                return self._items[node]
            case Indices():
                return self._state.index().node
            case Elementwise() | Lookup() | CellCall() | Ascribe():
                return _lifted(node, [self._here[argument] for argument in node.arguments])
            case At(arguments=(sequence, places)):
                return self._ago(sequence, offset_of(places))
            case SelectorWidth(arguments=(selector,)):
                return self._selections.come_to("count", selector, TRUE)[0]
            case Aggregate():
                return self._aggregated(node)
            case Fold():
                return self._folded(node).next
        raise Unreadable(f"a {type(node).__name__}")

    def _ago(self, sequence: SOp, offset: int | None) -> SOp:
        """The element at a constant distance to the left, around the start if need be."""
        if offset is None or not -_FARTHEST <= offset <= 0:
            raise Unreadable("an element at a place that is not at a small constant distance to the left")
        value = self.here(sequence)
        return value if offset == 0 else self._state.around(value, -offset)

    def _folded(self, node: Fold) -> Variable:
        *sequences, initial = node.arguments
        fold = replace(node, running=False)
        items = [self.here(sequence) for sequence in sequences]
        start = self._everywhere(initial)
        state, *parameters = node.parameters
        element = element_of(state.type)
        loose: dict[type, Element] = {Int: Int(), Real: Real()}

        def step(before: Input) -> SOp:
            values: dict[SOp, SOp] = {state: before, **dict(zip(parameters, items, strict=True))}
            return self._within(substitute(node.step, values), before)

        key = f"fold.{fold.digest[:16]}"
        kept = self._state.variable(key, loose.get(type(element), element), start, step)
        if kept.hoped is None:
            kept = self._state.variables[key] = replace(kept, hoped=element)
        return kept

    def _within(self, root: SOp, *own: Input) -> SOp:
        """A scalar over what this machine keeps, such as a fold's step over its state."""
        return self._everywhere(root, frozenset(own))

    def _everywhere(self, node: SOp, own: frozenset[Input] = frozenset()) -> SOp:
        """The value of a scalar that is needed at a position; what the whole sequence decides is guessed."""
        built: dict[SOp, SOp] = {}
        for part in topological([node], (), _parts_in_place):
            if isinstance(part, Constant | Input):
                built[part] = part
            elif _parts_in_place(part):
                built[part] = _lifted(part, [built[argument] for argument in part.arguments])
            else:
                built[part] = self._guessed(part, own)
        return built[node]

    def _guessed(self, node: SOp, own: frozenset[Input]) -> SOp:
        if any(free in own or self._state.owns(free) or free in self._items.values() for free in inputs_of([node])):
            raise Unreadable("a step or a body that reads whole sequences")
        at_end = self.at_end(node)
        return at_end if isinstance(at_end, Constant) else self._state.total(at_end)

    # Selections.

    def _aggregated(self, node: Aggregate) -> SOp:
        selector, values, *default = node.arguments
        value, is_single = self.here(values), selects_one(selector)
        if is_mean_of_numbers(node) and not is_single:
            return self._mean(node, value)
        kind = "first" if node.operator == "mean" or (is_single and node.operator not in DEFINED_WHEN_EMPTY) else ""
        kind = kind or self._kind(node)
        piece = self._selections.come_to(kind, selector, value)
        if not default:
            return piece[-1]
        other = self.here(default[0])
        found = piece[0] if len(piece) == 2 else self._selections.come_to("any", selector, TRUE)[0]
        return choose(found, piece[-1], other)

    def _kind(self, node: Aggregate) -> str:
        if node.operator != "nearest_left" and node.operator != "nearest_right":
            return node.operator
        (count,) = self._selections.come_to("count", node.arguments[0], TRUE)
        if any(part in self._state.totals for part in inputs_of([count])):
            raise Unreadable("the nearest of keys that may come after the query")
        return "last"

    def _mean(self, node: Aggregate, value: SOp) -> SOp:
        selector, _, *default = node.arguments
        (count,) = self._selections.come_to("count", selector, TRUE)
        (total,) = self._selections.come_to("sum", selector, value)
        if not default:
            return Elementwise((total, applied("max", count, ONE)), "/")
        is_empty = applied("==", count, ZERO)
        return Elementwise((choose(is_empty, self.here(default[0]), total), applied("max", count, ONE)), "/")

    # Values at the end.

    def at_end(self, node: SOp) -> SOp:
        """The value of a scalar after the last element.

        Raises:
            Unreadable: if the state does not tell.
        """
        built: dict[SOp, SOp] = {}
        for part in topological([node], (), _parts_in_place):
            if _parts_in_place(part):
                built[part] = _lifted(part, [built[argument] for argument in part.arguments])
            else:
                built[part] = self._ended(part)
        return built[node]

    def _ended(self, node: SOp) -> SOp:
        match node:
            case Constant() | Input():
                return node
            case Length():
                return self._state.index().node
            case Reduce():
                return self._reduced(node)
            case Fold():
                return self._folded(node).node
            case At(arguments=(sequence, place)):
                return self._element(sequence, place)
            case Quantified(operator=operator):
                here, at_end = self._quantified(node)
                kind, join = ("all", conj) if operator == "forall" else ("any", disj)
                return join(self._state.accumulated(kind, TRUE, here)[0], at_end)
        raise Unreadable(f"a {type(node).__name__}")

    def _reduced(self, node: Reduce) -> SOp:
        values = [self.here(argument) for argument in node.arguments]
        match node.operator:
            case "count":
                return self._state.accumulated("count", values[0], TRUE)[0]
            case "sorted":
                return sorted_so_far(self._state, values[0])
            case "distinct":
                return distinct_so_far(self._state, values[0])
            case "permutation":
                if not are_of_one_kind(node.arguments):
                    raise Unreadable("a rearrangement of values of another kind")
                return permuted_so_far(self._state, *values)
        return self._state.accumulated(node.operator, TRUE, values[0])[-1]

    def _element(self, sequence: SOp, place: SOp) -> SOp:
        """The element at a place; any value where the sequence does not reach so far."""
        value, index = self.here(sequence), self._state.index().node
        before_end = from_end(place)
        some = neutral(element_of(value.type))
        if before_end is not None and 1 <= before_end <= _FARTHEST:
            return self._state.delayed(value, before_end, some)
        wanted = self._everywhere(place)
        if not isinstance(element_of(wanted.type), Int):
            raise Unreadable("an element at a place that may not be whole")
        if not _is_natural(wanted):
            length = self._everywhere(Length())
            wanted = choose(applied("<", wanted, ZERO), plus(wanted, length), wanted)
        return self._state.accumulated("first", applied("==", index, wanted), value)[1]

    # Quantifiers.

    def _quantified(self, node: Quantified) -> tuple[SOp, SOp]:
        """What a quantifier says of the current position, and of the last few at the end."""
        start, stop = node.arguments
        short, first = from_end(stop), self._everywhere(start)
        places = self._places_in(node)
        if short is None or not 0 <= short <= _FARTHEST or not _is_natural(first):
            raise Unreadable("a quantifier that does not run over the positions")
        ends = ends_in(node)
        ahead = max(short, 0, *places.values(), *(end.reach for end in ends.values()))
        if ahead > _FARTHEST:
            raise Unreadable("a quantifier that looks far ahead")
        index, is_forall = self._state.index().node, node.operator == "forall"

        def said(position: SOp, known: Mapping[SOp, SOp]) -> SOp:
            body = self._within(substitute(node.body, {**known, node.variable: position}), index)
            is_meant = applied(">=", position, first)
            return disj(neg(is_meant), body) if is_forall else conj(is_meant, body)

        # Here the variable is so far behind that no place ahead of it reaches the end.
        elements: dict[SOp, SOp] = {at: self._ago(at.arguments[0], offset - ahead) for at, offset in places.items()}
        sides: dict[SOp, SOp] = {test: end.far_from() for test, end in ends.items()}
        here = said(applied("-", index, Constant((), ahead)), {**elements, **sides})
        at_end: SOp = TRUE if is_forall else FALSE
        for distance in range(ahead, short, -1):
            elements = {at: self._near_end(at.arguments[0], distance - offset) for at, offset in places.items()}
            sides = {test: end.at(distance, index) for test, end in ends.items()}
            case = said(applied("-", index, Constant((), distance)), {**elements, **sides})
            at_end = conj(at_end, case) if is_forall else disj(at_end, case)
        return here, at_end

    def _places_in(self, node: Quantified) -> dict[SOp, int]:
        """The elements that a body reads, and how far from the variable's position.

        A body is evaluated only as far as needed: that a promise within holds is not known unless it is made outside.
        """
        places: dict[SOp, int] = {}
        for part in nodes_within([node.body]):
            if isinstance(part, Ascribe) and part not in self._certain:
                raise Unreadable("a type that is promised in the body of a quantifier")
            if isinstance(part, At) and node.variable in set(inputs_of([part])):
                sequence, place = part.arguments
                offset = offset_from(place, node.variable)
                if offset is None or abs(offset) > _FARTHEST or node.variable in set(inputs_of([sequence])):
                    raise Unreadable("an element at a place that is not at a small constant distance")
                places[part] = offset
        return places

    def _near_end(self, sequence: SOp, distance: int) -> SOp:
        value = self.here(sequence)
        return self._state.around(value, distance) if distance > 0 else neutral(element_of(value.type))


def _lifted(node: SOp, operands: list[SOp]) -> SOp:
    """An elementwise node on what its arguments are; a cell is what its contract says."""
    match node:
        case Elementwise(operator=operator):
            return lifted(operator, *operands)
        case CellCall(meaning=meaning, cell=cell):
            if meaning is None:
                raise Unreadable(f"the contract of {cell.name!r} does not say `result == …`")
            ports: dict[SOp, SOp] = {
                port: operands[int(port.key.removeprefix("port."))] for port in inputs_of([meaning])
            }
            return substitute(meaning, ports)
    return replace(node, arguments=tuple(operands))


def _parts_in_place(node: SOp) -> Sequence[SOp]:
    """The arguments of what is read elementwise; other nodes are read as a whole."""
    return node.arguments if isinstance(node, Elementwise | Lookup | CellCall | Ascribe) else ()


def _evaluated(roots: Sequence[SOp]) -> Sequence[SOp]:
    """Every node that is evaluated whatever the values are: all but those within quantifiers."""
    return topological(roots, (), lambda node: (*node.arguments, *([node.step] if isinstance(node, Fold) else [])))


def _is_natural(node: SOp) -> bool:
    element = element_of(node.type)
    return isinstance(element, Int) and element.low is not None and element.low >= 0

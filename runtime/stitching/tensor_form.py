"""A program as a function of tensors: whole batches at once, differentiable through its networks, exportable.

1. Sequences are padded to one length; what stands beyond an example's own length is computed and never used.
2. A fold is unrolled: at each position its step runs for the whole batch, and only the rows that reach so far take the
   new state.
3. Networks are asked through a `Calling`; they are told what their operands carry, and which rows are live.
4. What has no answer is refused where a live row meets it; in an exported graph by an assertion.

Values are whole numbers and booleans. What needs words, fractions or the evaluation of a quantifier is refused with its
place: `interpret`, and hard-wired execution, run that.

Axes: b batch, n position, q query position, k key position.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import torch
from torch import Tensor

from ...dsl.graph import (
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
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    topological,
)
from ...dsl.program import Program
from ...dsl.types import Bool, Int, Real, Seq, Token, Unknown, element_of
from ...errors import RuntimeFault
from ..binding import inner_graph_of
from ..exact import answer_to_nothing
from .carried import Carried, chosen, stacked
from .tensor_nodes import ELEMENTWISE, aggregate, looked_up, reduce
from .wires import place_of

__all__ = ["Calling", "Lengths", "evaluate_tensors", "require"]

Calling = Callable[[CellCall, Sequence[Carried], Tensor], Carried]
"""Answers a call for operands of one shape; the last argument says where they are live."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long each example is, and to how many positions all are padded; at least one position."""

    lengths_b: Tensor
    n_positions: int

    @property
    def live_bn(self) -> Tensor:
        """Which positions belong to their example."""
        return torch.arange(self.n_positions, device=self.lengths_b.device) < self.lengths_b[:, None]


def evaluate_tensors(
    program: Program, root: SOp, inputs: Mapping[str, Carried], lengths: Lengths, calling: Calling
) -> Carried:
    """The value of a node for a batch of inputs, by the inputs' keys.

    Raises:
        RuntimeFault: if the graph needs what tensors of integers do not carry, or a live row has no answer.
    """
    all_live_b = torch.ones_like(lengths.lengths_b, dtype=torch.bool)
    return _Scope(program, lengths, calling, inputs, all_live_b, {}).value_of(root)


def require(holds: Tensor, live: Tensor, message: str) -> None:
    """Refuse a batch in which something does not hold of a live element.

    Raises:
        RuntimeFault: with the message; an exported graph fails with it when it runs.
    """
    is_right = (holds | ~live).all()
    if torch.compiler.is_compiling() or torch.compiler.is_exporting():
        torch._assert_async(is_right, message)
    elif not is_right:
        raise RuntimeFault(message)


@dataclass(slots=True)
class _Scope:
    """The values of the nodes over one binding of inputs; `live_b` are the rows that this step is run for."""

    program: Program
    lengths: Lengths
    calling: Calling
    inputs: Mapping[str, Carried]
    live_b: Tensor
    values: dict[SOp, Carried]

    def value_of(self, root: SOp) -> Carried:
        for node in topological([root], self.values):
            self.values[node] = self._value(node)
        return self.values[root]

    def _value(self, node: SOp) -> Carried:
        match node:
            case Input(key=key):
                return self.inputs[key]
            case Constant(value=bool() | int() as value):
                kind = torch.bool if isinstance(value, bool) else torch.int64
                return Carried(torch.full_like(self.lengths.lengths_b, int(value), dtype=kind))
            case Indices():
                places_n = torch.arange(self.lengths.n_positions, device=self.live_b.device)
                return Carried(places_n.expand(self.live_b.shape[0], -1))
            case Length():
                return Carried(self.lengths.lengths_b)
            case CellCall():
                return self.calling(node, self._lifted(node), self._live(node))
            case Ascribe(arguments=(argument,)):
                return self._ascribed(node, self.values[argument])
            case Fold():
                return self._folded(node)
            case Quantified():
                raise self._refused(node, "a quantifier is not a fixed number of steps")
            case Constant(value=value):
                raise self._refused(node, f"{value} is no whole number")
        return Carried(self._symbolic(node))

    def _symbolic(self, node: SOp) -> Tensor:
        """A node that computes with numbers, whoever gave them."""
        match node:
            case Elementwise(operator=operator):
                if operator not in ELEMENTWISE:
                    raise self._refused(node, f"the answers of {operator!r} need not be whole numbers")
                value, is_defined = ELEMENTWISE[operator](*(one.values for one in self._lifted(node)))
                return self._defined(node, value, is_defined, "division by zero")
            case Lookup(entries=entries):
                words = (part for keys, answer in entries for part in (*keys, answer) if not isinstance(part, int))
                if (word := next(words, None)) is not None:
                    raise self._refused(node, f"{word!r} is no whole number")
                value, is_defined = looked_up(node, [one.values for one in self._lifted(node)])
                return self._defined(node, value, is_defined, "the table has no entry for a value")
            case At():
                return self._element_at(node)
            case Select(arguments=(keys, queries), comparison=comparison):
                keys_b1k = self._sequence(keys).values[:, None, :]
                queries_bq1 = self._sequence(queries).values[:, :, None]
                return ELEMENTWISE[comparison](keys_b1k, queries_bq1)[0]
            case SelectorLogic(arguments=arguments, operator=operator):
                return ELEMENTWISE[operator](*(self.values[argument].values for argument in arguments))[0]
            case SelectorWidth(arguments=(selector,)):
                return self._live_keys(selector).sum(-1)
            case Aggregate():
                return self._aggregated(node)
            case Reduce(operator=operator, arguments=(argument, *_)):
                found = reduce(operator, self.lengths.live_bn, self._sequence(argument).values)
                if found is None:
                    raise self._refused(node, f"{operator!r} is a property for contracts")
                return self._defined(node, *found, f"the {operator} of an empty sequence is not defined")
        raise AssertionError(f"an unforeseen node: {type(node).__name__}")

    def _live(self, node: SOp) -> Tensor:
        """Where a value of this node's shape is looked at."""
        return self.lengths.live_bn & self.live_b[:, None] if isinstance(node.type, Seq) else self.live_b

    def _sequence(self, node: SOp) -> Carried:
        value = self.values[node]
        return value if isinstance(node.type, Seq) else value.everywhere(self.lengths.n_positions)

    def _lifted(self, node: SOp) -> list[Carried]:
        """The arguments in one shape: sequences if any of them is one."""
        if not isinstance(node.type, Seq):
            return [self.values[argument] for argument in node.arguments]
        return [self._sequence(argument) for argument in node.arguments]

    def _defined(self, node: SOp, value: Tensor, is_defined: Tensor, otherwise: str) -> Tensor:
        require(is_defined, self._live(node), place_of(self.program, node) + otherwise)
        return value

    def _refused(self, node: SOp, reason: str) -> RuntimeFault:
        return RuntimeFault(
            f"{place_of(self.program, node)}no tensors of integers do this: {reason}; run it hard-wired, or with "
            "the interpret backend"
        )

    def _ascribed(self, node: Ascribe, value: Carried) -> Carried:
        """The value, with all that it carries, if it keeps the promise."""
        wanted, found = element_of(node.declared), value.values
        match wanted:
            case Int(low, high) | Real(low, high):
                number = found.to(torch.int64)
                is_right = torch.ones_like(number, dtype=torch.bool)
                is_right = is_right if low is None else is_right & (number >= ceil(low))
                is_right = is_right if high is None else is_right & (number <= floor(high))
                self._defined(node, number, is_right, f"a value outside {wanted}")
            case Bool() | Unknown():
                pass
            case Token() | _:
                raise self._refused(node, f"{wanted} is no whole number")
        return value

    def _element_at(self, node: At) -> Tensor:
        sequence, position = (self.values[argument] for argument in node.arguments)
        is_many = isinstance(node.arguments[1].type, Seq)
        asked_bq = position.values if is_many else position.values[:, None]
        lengths_b1 = self.lengths.lengths_b[:, None]
        place_bq = torch.where(asked_bq < 0, asked_bq + lengths_b1, asked_bq)
        is_there_bq = (place_bq >= 0) & (place_bq < lengths_b1)
        found_bq = torch.gather(sequence.values, 1, place_bq.clamp(0, self.lengths.n_positions - 1))
        found, is_there = (found_bq, is_there_bq) if is_many else (found_bq[:, 0], is_there_bq[:, 0])
        return self._defined(node, found, is_there, "a position outside the sequence")

    def _live_keys(self, selector: SOp) -> Tensor:
        """Which of an example's own keys each query selects."""
        return self.values[selector].values & self.lengths.live_bn[:, None, :]

    def _aggregated(self, node: Aggregate) -> Tensor:
        selector, values, *given = node.arguments
        selected_bqk = self._live_keys(selector)
        found = aggregate(node.operator, selected_bqk, self._sequence(values).values)
        if found is None:
            raise self._refused(node, f"the aggregation {node.operator!r} is not among them")
        answer_bq, is_defined_bq = found
        is_empty_bq = ~selected_bqk.any(-1)
        if given:
            default_bq = self._sequence(given[0]).values.to(answer_bq.dtype)
            answer_bq, is_defined_bq = torch.where(is_empty_bq, default_bq, answer_bq), is_defined_bq | is_empty_bq
        elif answer_to_nothing(node.operator) is None:
            is_defined_bq = is_defined_bq & ~is_empty_bq
        return self._defined(node, answer_bq, is_defined_bq, "nothing is selected, or the mean is no whole number")

    def _folded(self, node: Fold) -> Carried:
        graph = inner_graph_of(node)
        *sequences, initial = node.arguments
        items = [self._sequence(sequence) for sequence in sequences]
        state, states = self.values[initial], []
        live_bn = self.lengths.live_bn & self.live_b[:, None]
        # What the step holds beside the bound inputs is looked at only by rows that take a step.
        around = replace(self, live_b=live_bn.any(1), values=dict(self.values))
        fixed = {part: around.value_of(part) for part in graph.fixed}
        for position in range(self.lengths.n_positions):
            bound = dict(zip(graph.bound, (state, *(item.at(position) for item in items)), strict=True))
            live_b = live_bn[:, position]
            step = _Scope(self.program, self.lengths, self.calling, {**self.inputs, **bound}, live_b, dict(fixed))
            state = chosen(live_b, step.value_of(graph.root), state)
            states.append(state)
        return stacked(states) if node.running else state

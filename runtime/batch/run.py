"""Running a function on a whole batch of inputs of any lengths.

1. Inputs are put in the order of their lengths and cut into groups, so that little of a group is padding, and the
   values of all nodes of one group stand in memory together.
2. Each group is evaluated as tensors. An input of which anything is undefined, or stands in no tensor, is left out.
3. Inputs that were left out are evaluated exactly, one by one, in their own order: the first one that is at fault
   raises, with its place in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from ...dsl.graph import SOp, nodes_within
from ...dsl.program import Function, Program
from ..inputs import Given
from ..reference import CellFunction, answer_of, call_by_contract, run
from ..threads import one_thread
from .cells import TensorCell, cell_for_one
from .decoding import NO_FLOAT, exact_values, shown_values
from .devices import find_device
from .inputs import arrange, bind_columns
from .rows import Rows
from .scope import Outcome, Scope
from .table import Table

__all__ = ["BatchRun", "run_batch"]

_LARGEST_GROUP = 2**25
"""How many values a group may hold, over all nodes and positions."""


def run_batch(
    program: Program,
    function: Function,
    inputs: Sequence[Given],
    *,
    cell: TensorCell | None = None,
    device: str = "cpu",
) -> BatchRun:
    """Evaluate a function on many inputs at once; nothing is computed before it is asked for.

    Args:
        program: the program of the function, for its dialect and for places in its text.
        function: what to evaluate, such as `program.output(None)`.
        inputs: as for `interpret`, of any lengths.
        cell: what answers for catalogued cells, instead of their contracts; it is asked about whole tensors of
            operands, and about one element where an input is evaluated on its own.
        device: where the tensors are.

    Returns:
        The run, of which `answers()` gives what `interpret` would, and `values(node)` what any node comes to.

    Raises:
        RuntimeFault: if there is no such device.
    """
    return BatchRun(program, function, inputs, cell, find_device(device))


@dataclass(frozen=True, slots=True)
class _Group:
    """Inputs of similar lengths, by their places among all, with the scope that evaluates them."""

    places: Sequence[int]
    scope: Scope


class BatchRun:
    """A function on a batch of inputs."""

    def __init__(
        self,
        program: Program,
        function: Function,
        inputs: Sequence[Given],
        cell: TensorCell | None,
        device: torch.device,
    ) -> None:
        """Arrange the inputs; nothing is computed yet."""
        self._program = program
        self._function = function
        self._inputs = inputs
        self._cell = cell
        self._device = device
        self._one: CellFunction = call_by_contract if cell is None else cell_for_one(cell, device)
        self._arranged = arrange(function, inputs)
        self._kept: list[_Group] | None = None
        self._exact: dict[int, dict[SOp, Any]] = {}

    def answers(self) -> Iterator[Any]:
        """The answer to each input, in their order, as `interpret` gives it; groups are forgotten when decoded.

        Raises:
            RuntimeFault: as `interpret` does; the answers before the faulty input come first.
        """
        result, groups = self._function.result, self._kept if self._kept is not None else self._groups()
        found = self._found(result, groups, shown_values)
        is_rasp = self._program.dialect == "rasp"
        for place, given in enumerate(self._inputs):
            if place not in found:
                yield answer_of(self._program, self._exactly(place)[result], given)
            elif is_rasp and not isinstance(found[place], list):
                yield answer_of(self._program, found[place], given)
            else:
                yield found[place]

    def values(self, node: SOp) -> list[Any]:
        """The exact value of a node for each input, in their order, as `runtime.reference.run` has it.

        A value is an int, a Fraction, a bool or a token; of a sequence a list of them, of a selector a list of rows
        of keys. The node must be one that the function's result depends on, outside of steps and bodies. What was
        computed stays in memory for the next node.

        Raises:
            RuntimeFault: for the first input of which anything that the result depends on is undefined.
        """
        left_out = set(self.left_out())
        found = self._found(node, self._keep(), exact_values)
        return [self._exactly(place)[node] if place in left_out else found[place] for place in range(len(self._inputs))]

    def left_out(self) -> list[int]:
        """The places of the inputs that tensors do not answer, in order: the exact evaluator does, or says why not."""
        found = self._found(self._function.result, self._keep(), lambda _, rows: [None] * len(rows.lengths))
        return [place for place in range(len(self._inputs)) if place not in found]

    def _keep(self) -> list[_Group]:
        if self._kept is None:
            self._kept = list(self._groups())
        return self._kept

    def _exactly(self, place: int) -> dict[SOp, Any]:
        """The value of every node for one input, by the exact evaluator."""
        if place not in self._exact:
            self._exact = {place: run(self._program, self._function, self._inputs[place], self._one)}
        return self._exact[place]

    def _groups(self) -> Iterator[_Group]:
        """The inputs that fit the parameters, in groups of similar lengths."""
        fitting = [(each.n_positions, place) for place, each in enumerate(self._arranged) if each is not None]
        ordered = sorted(fitting)
        largest = max(1, _LARGEST_GROUP // len(nodes_within([self._function.result])))
        start = 0
        for stop in range(1, len(ordered) + 1):
            is_last = stop == len(ordered)
            if is_last or (stop + 1 - start) * max(1, ordered[stop][0]) > largest:
                yield self._group([place for _, place in ordered[start:stop]])
                start = stop

    def _group(self, places: Sequence[int]) -> _Group:
        arranged = [each for place in places if (each := self._arranged[place]) is not None]
        rows = Rows.of([each.n_positions for each in arranged], Table(self._device))
        inputs = bind_columns(self._function, arranged, rows)
        return _Group(places, Scope(rows, inputs, self._program.dialect, self._cell))

    def _found(
        self, node: SOp, groups: Iterator[_Group] | list[_Group], decode: Callable[[Outcome, Rows], list[Any]]
    ) -> dict[int, Any]:
        """The decoded values of a node, by the place of the input, where they are defined."""
        found: dict[int, Any] = {}
        # Threads share out pieces that one of them has done sooner; the layers of a network may be worth it.
        with one_thread() if self._cell is None else nullcontext():
            for group in groups:
                outcome = group.scope.outcome(node)
                values = decode(outcome, group.scope.rows)
                found.update(zip(group.places, values, strict=True))
                for row in _undefined(outcome).union(row for row, value in enumerate(values) if value is NO_FLOAT):
                    del found[group.places[row]]
        return found


def _undefined(outcome: Outcome) -> set[int]:
    """The sequences of which a node is undefined."""
    return set() if outcome.undefined is None else set(outcome.undefined.nonzero().flatten().tolist())

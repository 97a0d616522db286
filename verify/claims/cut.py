"""A function's graph, cut at the calls that it makes: what its own text says, whatever the called functions do.

The result of each call becomes an input of its type, equal results the same input. What holds for all values of these
inputs that the called functions promise holds of the values that they have.

A promise may be counted on only where the call was answered: its result and its arguments were computed on the way to
something that has a value. Which calls these are is read off the graph: what stands in the text of the roots, and,
through a call, the arguments that the called function reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from ...dsl.graph import (
    Ascribe,
    CellCall,
    Elementwise,
    Input,
    Lookup,
    SOp,
    inner_graph,
    rebuilt,
    topological,
)
from ...dsl.program import CallSite, Function
from ...dsl.types import Selector, Seq, Unknown, element_of
from .definedness import Ledger

__all__ = ["Cut", "is_lifted", "is_pointwise"]


class Cut:
    """What a function's own text says, over its parameters and the results of its calls.

    `ledger` is what the nodes of the whole graph owe.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.ledger = Ledger()
        calls = [call for call in function.calls if _is_cut(call)]
        # A function that gives an argument back computes nothing that could be left to it.
        computed = [call for call in calls if call.result.arguments and call.result not in call.arguments]
        self._inputs: Mapping[SOp, SOp] = {call.result: _stand_in(call) for call in computed}
        self._stand_ins = dict.fromkeys(self._inputs.values())
        self._abstract: dict[SOp, SOp] = dict(self._inputs)
        self._read: dict[int, tuple[bool, ...]] = {}
        self._calls: dict[SOp, dict[tuple[int, tuple[SOp, ...]], CallSite]] = {}
        for call in calls:
            alike = self._calls.setdefault(self.abstract(call.result), {})
            alike.setdefault((id(call.callee), call.arguments), call)

    def abstract(self, node: SOp) -> SOp:
        """A node of the graph, as far as the function's own text goes."""
        for part in topological([node], self._abstract):
            self._abstract[part] = rebuilt(part, self._abstract, self._inputs)
        return self._abstract[node]

    @cached_property
    def text(self) -> Mapping[SOp, None]:
        """The nodes of the whole graph that are not inside of a called function."""
        found: dict[SOp, None] = {}
        roots = [self.function.result, *(part for call in self.function.calls for part in call.arguments)]
        while roots:
            fresh = [node for node in topological(roots, self._inputs) if node not in found]
            found.update(dict.fromkeys(fresh))
            roots = [inner[1] for node in fresh if (inner := inner_graph(node))]
        return found

    def answered(self, roots: Iterable[SOp], depth: int) -> tuple[list[CallSite], Mapping[SOp, None]]:
        """The calls that were answered wherever the roots have values, as far as so many calls deep.

        Also the nodes, cut, that have values there.
        """
        reached: dict[SOp, None] = {}
        found: dict[SOp, None] = {}
        wave = [self.abstract(root) for root in roots]
        for _ in range(depth):
            fresh = topological(wave, reached)
            reached.update(dict.fromkeys(fresh))
            results = [node for node in fresh if node in self._calls]
            found.update(dict.fromkeys(results))
            calls = [call for node in results for call in self._calls[node].values()]
            wave = [self.abstract(read) for call in calls for read in self._read_by(call)]
        alike = (call for node in found for call in self._calls[node].values())
        return [call for call in alike if self._has_arguments(call, reached)], reached

    def given_by_text(self, given: Iterable[SOp], answered: Sequence[SOp]) -> tuple[SOp, ...]:
        """What is given, cut; of what the answered nodes owe as much as the function's own text owes."""
        owed = dict.fromkeys(self.ledger.conditions_owed(answered))
        others = (self.abstract(condition) for condition in given if condition not in owed)
        return (*others, *self.ledger.conditions_owed([self.abstract(root) for root in answered]))

    def _read_by(self, call: CallSite) -> list[SOp]:
        """The arguments that the called function computes with, whatever they are."""
        if id(call.callee) not in self._read:
            nodes = dict.fromkeys(topological([call.callee.result]))
            self._read[id(call.callee)] = tuple(parameter in nodes for parameter in call.callee.parameters)
        is_read = self._read[id(call.callee)]
        return [argument for argument, read in zip(call.arguments, is_read, strict=True) if read]

    def _has_arguments(self, call: CallSite, reached: Mapping[SOp, None]) -> bool:
        """Whether every argument has a value: its function reads it, or it was reached, or it always has one."""
        read = self._read_by(call)
        others = (self.abstract(argument) for argument in call.arguments if argument not in read)
        return all(argument in reached or self._is_total(argument) for argument in others)

    def _is_total(self, node: SOp) -> bool:
        parts = topological([node])
        is_plain = not any(isinstance(part, Ascribe) or part in self._stand_ins or inner_graph(part) for part in parts)
        return is_plain and not self.ledger.owed_by([node])


def _stand_in(call: CallSite) -> Input:
    return Input((), f"call.{call.result.digest[:16]}", call.result.type, f"the result of {call.callee.name}")


def _is_cut(call: CallSite) -> bool:
    """Whether the called function's own claims cover what happens inside."""
    types = [*(parameter.type for parameter in call.callee.parameters), call.result.type]
    if call.binders or any(isinstance(type_, Selector) or isinstance(element_of(type_), Unknown) for type_ in types):
        return False
    return not is_lifted(call) or is_pointwise([call.callee.result])


def is_lifted(call: CallSite) -> bool:
    """Whether a function of elements is called on sequences, position by position."""
    pairs = zip(call.callee.parameters, call.arguments, strict=True)
    return any(isinstance(argument.type, Seq) and not isinstance(wanted.type, Seq) for wanted, argument in pairs)


def is_pointwise(roots: Iterable[SOp]) -> bool:
    """Whether what graphs over scalars say of sequences in their place is the same at every position."""
    kinds = Elementwise | Lookup | CellCall | Ascribe
    return all(isinstance(node, kinds) or _is_single(node) for node in topological(roots))


def _is_single(node: SOp) -> bool:
    return not node.arguments and not isinstance(node.type, Seq)

"""Cells whose contracts do not say `result == …`: what they answer is anything that their contracts allow.

In a claim each such call becomes an input of the type that the cell answers. What is given of it: the contract,
wherever its requirements are met; and that calls of one cell answer alike where their arguments are equal. So what is
proved holds of every cell that keeps the contract. The calls that a fold's step makes become one more sequence that the
fold reads, of which the contract is given at every step. Within a quantifier's body a call answers something else each
time, which one input is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from ...dsl.checking.contracts import read_contract
from ...dsl.graph import (
    CellCall,
    Fold,
    Input,
    Length,
    SOp,
    inner_graph,
    inputs_of,
    nodes_within,
    substitute,
    topological,
)
from ...dsl.types import Seq, element_of
from .claim import Claim
from .conditions import all_of, any_of, compared, everywhere, implied
from .cut import is_pointwise
from .definedness import at_every_step

__all__ = ["has_open_answers", "with_answers"]

_MOST_CALLS = 8
"""Of more calls of one cell it is not said that equal arguments have equal answers: that grows with the square."""


def has_open_answers(claim: Claim) -> bool:
    """Whether a claim calls a cell whose contract leaves its answer open, wherever in it."""
    return any(_is_open(node) for node in nodes_within([claim.condition, *claim.given]))


def with_answers(claim: Claim) -> Claim:
    """The claim about every answer that the contracts of its cells allow."""
    roots = [claim.condition, *claim.given]
    nodes = nodes_within(roots)
    if not any(map(_is_open, nodes)):
        return claim
    bound = {variable: None for node in nodes if (inner := inner_graph(node)) for variable in inner[0]}
    if any(node in bound for node in inputs_of(roots)):
        # A call over a name that is both bound and free would be one node with two meanings.
        return claim
    answers = _Answers()
    for node in nodes:
        if not any(variable in bound for variable in inputs_of([node])):
            answers.take(node)
    given = (*(answers.put(condition) for condition in claim.given), *dict.fromkeys(answers.known()))
    return replace(claim, condition=answers.put(claim.condition), given=given)


class _Answers:
    """What stands for the calls of a claim, and what is known of it."""

    def __init__(self) -> None:
        self._values: dict[SOp, SOp] = {}
        self._calls: dict[CellCall, Input] = {}
        self._of_steps: list[SOp] = []

    def put(self, node: SOp) -> SOp:
        """A node with the answers in place of the calls."""
        return substitute(node, self._values)

    def take(self, node: SOp) -> None:
        """Name the answers of a node, the nodes that it reads taken before."""
        if isinstance(node, CellCall) and _is_open(node):
            answer = Input((), f"answer.{node.digest[:16]}", node.type, f"the answer of {node.cell.name}")
            call = replace(node, arguments=tuple(map(self.put, node.arguments)))
            self._values[node] = self._calls[call] = answer
        elif isinstance(node, Fold):
            calls = [part for part in topological([node.step]) if isinstance(part, CellCall) and _is_open(part)]
            if calls and not any(isinstance(call.type, Seq) for call in calls):
                self._values[node] = self._fold(node, calls)

    def _fold(self, fold: Fold, calls: Sequence[CellCall]) -> Fold:
        """The fold that reads the answers of its step from sequences; the same ones if it is running."""
        name = replace(fold, running=True).digest[:12]
        *sequences, initial = map(self.put, fold.arguments)
        read: dict[SOp, SOp] = {}
        known: list[SOp] = []
        answers: list[Input] = []
        for place, call in enumerate(calls):
            answer = Input((), f"answer.{name}.{place}.one", call.type, f"the answer of {call.cell.name}")
            asked = replace(call, arguments=tuple(substitute(argument, read) for argument in call.arguments))
            known += _contract(asked, answer)
            read[call] = answer
            answers.append(answer)
        many = [
            replace(one, key=one.key.removesuffix(".one"), declared=Seq(element_of(one.declared))) for one in answers
        ]
        step, parameters = substitute(self.put(fold.step), read), (*fold.parameters, *answers)
        taken = replace(fold, arguments=(*sequences, *many, initial), parameters=parameters, step=step)
        at_all: dict[SOp, SOp] = dict(zip(answers, many, strict=True))
        for condition in known:
            is_of_answers = all(node in at_all for node in inputs_of([condition]))
            everywhere_so = everywhere(substitute(condition, at_all))
            self._of_steps.append(everywhere_so if is_of_answers else at_every_step(taken, condition))
        return taken

    def known(self) -> Iterator[SOp]:
        """What the contracts say of the answers, and that equal arguments have equal ones."""
        for call, answer in self._calls.items():
            yield from (_where_called(answer, condition) for condition in _contract(call, answer))
        yield from self._of_steps
        by_cell: dict[str, list[CellCall]] = {}
        for call in self._calls:
            by_cell.setdefault(call.cell.digest, []).append(call)
        for calls in by_cell.values():
            for pair in combinations(calls if len(calls) <= _MOST_CALLS else (), 2):
                yield _alike(*pair, self._calls)


def _is_open(node: SOp) -> bool:
    return isinstance(node, CellCall) and node.meaning is None


def _contract(call: CellCall, answer: SOp) -> Iterator[SOp]:
    """What the contract of a call ensures of its answer, where its arguments are such as it requires."""
    contract = read_contract(call.cell)
    values: dict[SOp, SOp] = dict(zip(contract.ports, call.arguments, strict=True))
    required = [substitute(clause.condition, values) for clause in contract.requires]
    if is_pointwise([clause.condition for clause in (*contract.requires, *contract.ensures)]):
        for clause in contract.ensures:
            ensured = substitute(clause.condition, {**values, contract.result: answer})
            yield implied(all_of(required), ensured) if required else ensured


def _alike(one: CellCall, other: CellCall, answers: Mapping[CellCall, Input]) -> SOp:
    """That two calls of one cell answer alike where their arguments are equal."""
    same = all_of(map(_equal, one.arguments, other.arguments))
    alike = implied(same, _equal(answers[one], answers[other]))
    return _where_called(next((call for call in (one, other) if _is_many(call)), one), alike)


def _equal(left: SOp, right: SOp) -> SOp:
    return compared(left, "==", right)


def _where_called(answer: SOp, condition: SOp) -> SOp:
    """At every position where a call is one of many; without positions it never is made."""
    if _is_many(answer) and not _is_many(condition):
        return any_of((compared(Length(), "==", 0), condition))
    return everywhere(condition)


def _is_many(node: SOp) -> bool:
    return isinstance(node.type, Seq)

"""What has to be proved of a program, as boolean nodes of its graph.

1. *wire*: a value belongs to the type that the port it enters declares.
2. *requires*: what a called function or cell asks for holds where it is called.
3. *defined*: every partial operation has an answer, those of contracts included (`definedness.py`).
4. *ensures*: what a function promises; one claim for each conjunct.

Both provers and the interpreter read the same nodes, so that a counterexample can always be replayed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...dsl.graph import Ascribe, Constant, Input, Quantified, SOp, inputs_of, nodes_within, substitute
from ...dsl.program import CallSite, Clause, Function, Obligation, Program
from ...dsl.types import Fit, Seq, element_of, fit
from ...errors import Span
from .conditions import all_of, conjuncts, everywhere, implied, is_member
from .definedness import conditions_owed, owed_by

__all__ = ["Claim", "call_claims", "fitting_claims", "functions_in_order", "own_claims", "promises_of", "requirements"]

_TRUE = Constant((), True)


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition that must hold for every input of a function.

    Attributes:
        condition: a scalar boolean node over the function's parameters.
        given: what may be assumed: the function's requirements, and that the values which are read are defined.
        is_promised: whether callers may count on it: it belongs to an `ensures`.
    """

    kind: str
    text: str
    function: Function
    span: Span
    condition: SOp
    given: tuple[SOp, ...]
    is_promised: bool = False

    @property
    def inputs(self) -> list[Input]:
        """What the claim is about every value of: the function's parameters, and what inner graphs bind."""
        return list(dict.fromkeys((*self.function.parameters, *inputs_of([self.condition, *self.given]))))

    @property
    def has_sequences(self) -> bool:
        """Whether there are inputs of more than one length."""
        return any(isinstance(node.type, Seq) for node in self.inputs)

    @property
    def speaks_of_inner_inputs(self) -> bool:
        """Whether it is asked of every state of a fold's step or every value of a quantifier's variable.

        That one of them breaks it does not say that it is reached.
        """
        given = {node for node in inputs_of([self.condition, *self.given]) if not node.key.startswith("tokens")}
        return not given <= set(self.function.parameters)


def functions_in_order(program: Program) -> list[Function]:
    """Every function of the program's own text and those that they call, callees before callers."""
    order: dict[int, Function] = {}

    def visit(function: Function) -> None:
        if id(function) not in order:
            for call in function.calls:
                visit(call.callee)
            order[id(function)] = function

    for name, function in program.functions.items():
        if ":" not in name:
            visit(function)
    return list(order.values())


def call_claims(call: CallSite, caller: Function) -> Iterator[Claim]:
    """What a call owes to the function that it calls; what its requirements speak of must be defined as well."""
    given = (*requirements(caller), *conditions_owed(call.arguments))
    for clause in call.callee.requires:
        text, condition = f"{call.callee.name} {clause.text}", _at_call(clause, call)
        well_formed = list(_well_formed(text, caller, call.span, condition, given))
        defined = (*given, *(claim.condition for claim in well_formed))
        yield from well_formed
        yield from _split("requires", text, caller, call.span, condition, defined)


def fitting_claims(call: CallSite, caller: Function) -> Iterator[Claim]:
    """That the arguments of a call have the types that are promised of them; else its promises say nothing."""
    for node in nodes_within(call.arguments):
        if isinstance(node, Ascribe):
            (value,) = node.arguments
            condition = everywhere(is_member(value, element_of(node.declared), element_of(value.type)))
            given = (*requirements(caller), *conditions_owed([value]))
            yield Claim("wire", f"{call.callee.name} is called", caller, call.span, condition, given)


def promises_of(call: CallSite, given: Sequence[SOp]) -> tuple[SOp, ...]:
    """What a call may count on, once it owes nothing and the called function's promises are proved.

    It may where its arguments have values, for a call within a quantifier is about any value of the variable, and where
    it answers: a promise says nothing of a call that has no answer.
    """
    guard = all_of(owed for owed in conditions_owed([*call.arguments, call.result]) if owed not in given)
    promises = (_at_call(clause, call) for clause in call.callee.ensures)
    return tuple(promise if guard == _TRUE else implied(guard, promise) for promise in promises)


def requirements(function: Function) -> tuple[SOp, ...]:
    """What a function may assume of its parameters: its requirements, and that what they were read by is defined."""
    parts = (part for clause in function.requires for part in conjuncts(clause.condition))
    return tuple(condition for part in parts for condition in (*_defined_where_it_holds(part), part))


def _defined_where_it_holds(condition: SOp) -> Iterator[SOp]:
    """What is defined where a condition was found to hold.

    A quantifier is read only as far as its answer needs: of one that is not `forall` itself, nothing is known.
    """
    quantifiers = [node for node in nodes_within([condition]) if isinstance(node, Quantified)]
    unread = [node.body for node in quantifiers if node != condition or node.operator == "exists"]
    behind = dict.fromkeys(nodes_within(unread))
    return (owed.condition for owed in owed_by([condition]) if owed.node not in behind)


def own_claims(function: Function, places: Mapping[SOp, Span]) -> Iterator[Claim]:
    """What a function owes by itself: its wires, the cells that it calls, that it has an answer, and its promises.

    `places` are where the program's nodes are written.
    """
    requires = requirements(function)
    for wire in function.obligations:
        given = (*requires, *conditions_owed([wire.value]))
        yield Claim("wire", f"{wire.wire} is {wire.wanted}", function, wire.span, _belongs(wire), given)
    for owed in owed_by([function.result]):
        if owed.kind == "wire":
            continue  # It is claimed where it is written: above, or by the function that is called.
        place = places.get(owed.node, function.span) if owed.node else function.span
        yield Claim(owed.kind, owed.text, function, place, owed.condition, (*requires, *owed.given))
    yield from (replace(claim, is_promised=True) for claim in _promised_claims(function))


def _promised_claims(function: Function) -> Iterator[Claim]:
    """What a function promises, and that its promises are defined; each whether or not another one is."""
    given = (*requirements(function), *conditions_owed([function.result]))
    for clause in function.ensures:
        condition = substitute(clause.condition, {function.result_input: function.result})
        well_formed = list(_well_formed(clause.text, function, clause.span, condition, given))
        defined = (*given, *(claim.condition for claim in well_formed))
        yield from well_formed
        yield from _split("ensures", clause.text, function, clause.span, condition, defined)


def _well_formed(text: str, function: Function, span: Span, condition: SOp, given: tuple[SOp, ...]) -> Iterator[Claim]:
    """That a clause has an answer: what it owes beside what is given already."""
    found = [owed for owed in owed_by([condition]) if owed.condition not in given and owed.bare not in given]
    for number, owed in enumerate(found, 1):
        place = text if len(found) == 1 else f"{text} [{number} of {len(found)}]"
        yield Claim(owed.kind, f"{owed.text} in {place}", function, span, owed.condition, (*given, *owed.given))


def _split(
    kind: str,
    text: str,
    function: Function,
    span: Span,
    condition: SOp,
    given: tuple[SOp, ...],
) -> Iterator[Claim]:
    """One claim for each conjunct: each is a question of its own to the solver."""
    parts = conjuncts(condition)
    for number, part in enumerate(parts, 1):
        label = text if len(parts) == 1 else f"{text} [{number} of {len(parts)}]"
        yield Claim(kind, label, function, span, part, given)


def _at_call(clause: Clause, call: CallSite) -> SOp:
    values: dict[SOp, SOp] = dict(zip(call.callee.parameters, call.arguments, strict=True))
    return substitute(clause.condition, {**values, call.callee.result_input: call.result})


def _belongs(owed: Obligation) -> SOp:
    """That every value is of the wanted type; True where the types say so already."""
    if fit(owed.value.type, owed.wanted) is Fit.ALWAYS:
        return _TRUE
    return everywhere(is_member(owed.value, element_of(owed.wanted), element_of(owed.value.type)))

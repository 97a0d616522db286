"""What has to be proved of a program, as boolean nodes of its graph.

1. *wire*: a value belongs to the type that the port it enters declares.
2. *requires*: what a called function or cell asks for holds where it is called.
3. *defined*: nothing is divided by zero, and no aggregate selects nothing, or several tokens, without an answer.
4. *ensures*: what a function promises; one claim for each conjunct.

Both provers and the interpreter read the same nodes, so that a counterexample can always be replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..dsl.contracts import read_contract
from ..dsl.graph import (
    Aggregate,
    CellCall,
    Constant,
    Elementwise,
    Length,
    Reduce,
    SelectorWidth,
    SOp,
    substitute,
    topological,
)
from ..dsl.program import CallSite, Clause, Function, Obligation, Program
from ..dsl.types import Bool, Element, Fit, Int, Real, Seq, Token, contains, element_of, fit
from ..errors import Span

__all__ = ["Claim", "call_claims", "functions_in_order", "own_claims", "promises_of", "requirements"]

_TRUE = Constant((), True)


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition that must hold for every input of a function.

    Attributes:
        condition: a scalar boolean node over the function's parameters.
        given: what may be assumed: the function's requirements, and that the values which are read are defined.
    """

    kind: str
    text: str
    function: Function
    span: Span
    condition: SOp
    given: tuple[SOp, ...]


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
    """What a call owes to the function that it calls."""
    defined = tuple(condition for _, condition in _definedness(call.arguments))
    for clause in call.callee.requires:
        text = f"{call.callee.name} {clause.text}"
        yield from _split(
            "requires", text, caller, call.span, _at_call(clause, call), (*requirements(caller), *defined)
        )


def promises_of(call: CallSite) -> tuple[SOp, ...]:
    """What a call may count on, once it owes nothing and the called function's promises are proved."""
    return tuple(_at_call(clause, call) for clause in call.callee.ensures)


def requirements(function: Function) -> tuple[SOp, ...]:
    """What a function may assume of its parameters."""
    return tuple(clause.condition for clause in function.requires)


def own_claims(function: Function) -> Iterator[Claim]:
    """What a function owes by itself: its wires, the cells that it calls, definedness and promises."""
    requires, defined = requirements(function), _definedness([function.result])
    given = (*requires, *(condition for _, condition in defined))
    for owed in function.obligations:
        inner = tuple(condition for _, condition in _definedness([owed.value]))
        yield Claim("wire", f"{owed.wire} is {owed.wanted}", function, owed.span, _belongs(owed), (*requires, *inner))
    for node in topological([function.result]):
        if isinstance(node, CellCall):
            yield from _cell_requirements(node, function, given)
    for node, condition in defined:
        inner = tuple(earlier for _, earlier in _definedness(node.arguments))
        yield Claim("defined", _said(node), function, function.span, condition, (*requires, *inner))
    for clause in function.ensures:
        condition = substitute(clause.condition, {function.result_input: function.result})
        yield from _split("ensures", clause.text, function, clause.span, condition, given)


def _split(
    kind: str,
    text: str,
    function: Function,
    span: Span,
    condition: SOp,
    given: tuple[SOp, ...],
) -> Iterator[Claim]:
    """One claim for each conjunct: each is a question of its own to the solver."""
    parts = _conjuncts(condition)
    for number, part in enumerate(parts, 1):
        label = text if len(parts) == 1 else f"{text} [{number} of {len(parts)}]"
        yield Claim(kind, label, function, span, part, given)


def _conjuncts(condition: SOp) -> list[SOp]:
    if isinstance(condition, Elementwise) and condition.operator == "and" and not isinstance(condition.type, Seq):
        return [part for argument in condition.arguments for part in _conjuncts(argument)]
    return [condition]


def _at_call(clause: Clause, call: CallSite) -> SOp:
    values: dict[SOp, SOp] = dict(zip(call.callee.parameters, call.arguments, strict=True))
    return substitute(clause.condition, {**values, call.callee.result_input: call.result})


def _cell_requirements(node: CellCall, function: Function, given: tuple[SOp, ...]) -> Iterator[Claim]:
    contract = read_contract(node.cell)
    values: dict[SOp, SOp] = dict(zip(contract.ports, node.arguments, strict=True))
    for clause in contract.requires:
        condition = substitute(clause.condition, values)
        whole = Reduce((condition,), "all") if isinstance(condition.type, Seq) else condition
        yield Claim("requires", f"{node.cell.name} {clause.text}", function, function.span, whole, given)


def _belongs(owed: Obligation) -> SOp:
    """That every value is of the wanted type; True where the types say so already."""
    if fit(owed.value.type, owed.wanted) is Fit.ALWAYS:
        return _TRUE
    condition = _membership(owed.value, element_of(owed.wanted), element_of(owed.value.type))
    return Reduce((condition,), "all") if isinstance(condition.type, Seq) else condition


def _membership(value: SOp, wanted: Element, found: Element) -> SOp:
    conditions: list[SOp] = []
    match wanted:
        case Int(low, high) | Real(low, high):
            if low is not None:
                conditions.append(Elementwise((value, Constant((), low)), ">="))
            if high is not None:
                conditions.append(Elementwise((value, Constant((), high)), "<="))
            if isinstance(wanted, Int) and not isinstance(found, Int):
                remainder = Elementwise((value, Constant((), 1)), "%")
                conditions.append(Elementwise((remainder, Constant((), 0)), "=="))
        case Token(tuple() as vocabulary):
            return _any_of([Elementwise((value, Constant((), token)), "==") for token in vocabulary])
    whole = conditions[0] if conditions else _TRUE
    for condition in conditions[1:]:
        whole = Elementwise((whole, condition), "and")
    return whole


def _any_of(conditions: list[SOp]) -> SOp:
    whole = conditions[0]
    for condition in conditions[1:]:
        whole = Elementwise((whole, condition), "or")
    return whole


def _definedness(roots: Iterable[SOp]) -> list[tuple[SOp, SOp]]:
    """Each node that may have no answer, with the condition that it has one."""
    found = [(node, condition) for node in topological(roots) for condition in _conditions(node)]
    return [(node, Reduce((c,), "all") if isinstance(c.type, Seq) else c) for node, c in found]


def _conditions(node: SOp) -> Iterator[SOp]:
    match node:
        case Elementwise(operator="/" | "%", arguments=(_, divisor)) if contains(element_of(divisor.type), 0):
            yield Elementwise((divisor, Constant((), 0)), "!=")
        case Aggregate(arguments=(selector, values, *default)):
            width = SelectorWidth((selector,))
            if not default:
                yield Elementwise((width, Constant((), 0)), ">")
            if isinstance(element_of(values.type), Token | Bool):
                yield Elementwise((width, Constant((), 1)), "<=")
        case Reduce(operator="min" | "max"):
            yield Elementwise((Length(), Constant((), 0)), ">")


def _said(node: SOp) -> str:
    match node:
        case Aggregate(arguments=(_, _, *default)):
            return "the aggregate selects at most one value" if default else "the aggregate selects exactly one value"
        case Elementwise():
            return "the divisor is not zero"
    return "the sequence is not empty"

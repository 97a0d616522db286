"""What has to be proved of a program, as boolean nodes of its graph.

1. *wire*: a value belongs to the type that the port it enters declares.
2. *requires*: what a called function or cell asks for holds where it is called.
3. *defined*: every partial operation has an answer, those of contracts included (`definedness.py`).
4. *ensures*: what a function promises; one claim for each conjunct.

Both provers and the interpreter read the same nodes, so that a counterexample can always be replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from ...dsl.graph import (
    At,
    Constant,
    Elementwise,
    Fold,
    Input,
    Length,
    Quantified,
    SOp,
    inputs_of,
    nodes_within,
    substitute,
)
from ...dsl.program import CallSite, Clause, Function, Obligation, Program
from ...dsl.types import Fit, Int, Seq, element_of, fit
from ...errors import Span
from .conditions import all_of, conjuncts, everywhere, implied, is_member
from .cut import Cut, is_lifted, is_pointwise
from .definedness import Ledger, at_every_step

__all__ = [
    "Claim",
    "at_call",
    "call_claims",
    "callees_first",
    "functions_in_order",
    "named",
    "own_claims",
    "quoted",
    "requirements",
]

_TRUE = Constant((), True)


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition that must hold for every input of a function.

    Attributes:
        condition: a scalar boolean node over the function's parameters.
        given: what may be assumed: the function's requirements, and that the values which are read are defined.
        is_promised: whether callers may count on it: it belongs to an `ensures`.
        answered: what has a value wherever the claim is asked, beside what is given.
        call: the call within a fold whose requirement it is, of every state that is passed through.
        node: what of the function's graph it is about; None: its result.
        clause: the clause of a contract that it comes from.
        part: which conjunct of that clause it is, as the contract has it; None where it is not one of several.
    """

    kind: str
    text: str
    function: Function
    span: Span
    condition: SOp
    given: tuple[SOp, ...]
    is_promised: bool = False
    answered: tuple[SOp, ...] = ()
    call: CallSite | None = None
    node: SOp | None = None
    clause: Clause | None = None
    part: SOp | None = None

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


def named(written: Clause | Claim) -> str:
    """A clause or a claim as written, and where in its file."""
    return f"{written.text} [{written.span.line}:{written.span.column}]"


def quoted(clause: Clause) -> str:
    """A clause in the same way, its text in quotation marks."""
    return f"`{clause.text}` [{clause.span.line}:{clause.span.column}]"


def file_and_place(span: Span) -> str:
    """Where something is written: the file without its folders, line and column."""
    return f"{PurePath(span.source.name).name}:{span.line}:{span.column}"


def functions_in_order(program: Program) -> list[Function]:
    """Every function of the program's own text and those that they call, callees before callers."""
    return callees_first(function for name, function in program.functions.items() if ":" not in name)


def callees_first(functions: Iterable[Function]) -> list[Function]:
    """Functions and those that they call, each once, callees before callers."""
    order: dict[int, Function] = {}

    def visit(function: Function) -> None:
        if id(function) not in order:
            for call in function.calls:
                visit(call.callee)
            order[id(function)] = function

    for function in functions:
        visit(function)
    return list(order.values())


def call_claims(call: CallSite, cut: Cut) -> Iterator[Claim]:
    """What a call owes to the function that it calls; what its requirements speak of must be defined as well.

    A call within a fold owes it of every state that is passed through.
    """
    requires, closed = requirements(cut.function), _closing(call)
    asked = _asked(call, cut)
    if closed is None:
        given = (*requires, *_ranges(call))
        yield from (replace(claim, given=(*given, *claim.given), answered=call.arguments) for claim in asked)
        return
    answered = call.binders[-1][1].arguments
    given = (*requires, *cut.ledger.conditions_owed(answered))
    for claim in asked:
        condition = implied(all_of(claim.given), claim.condition) if claim.given else claim.condition
        yield replace(claim, condition=closed(condition), given=given, answered=answered, call=call)


def _asked(call: CallSite, cut: Cut) -> Iterator[Claim]:
    """What a call owes where its arguments have values, of any value of what is bound around it."""
    given = cut.ledger.conditions_owed(call.arguments)
    base = Claim("requires", "", cut.function, call.span, _TRUE, given, node=call.result)
    for parameter, argument in zip(call.callee.parameters, call.arguments, strict=True):
        wanted, found = element_of(parameter.type), element_of(argument.type)
        if fit(found, wanted) is not Fit.ALWAYS:
            text = f"{call.callee.name}.{parameter.name} is {wanted}"
            yield replace(base, kind="wire", text=text, condition=everywhere(is_member(argument, wanted, found)))
    for clause in call.callee.requires:
        base = replace(base, text=f"{call.callee.name} {clause.text}", given=given, clause=clause)
        condition = at_call(clause, call)
        well_formed = list(_well_formed(base, condition, cut.ledger))
        defined = (*given, *(claim.condition for claim in well_formed))
        yield from well_formed
        yield from _split(replace(base, given=defined), condition)


def at_call(clause: Clause, call: CallSite) -> SOp:
    """A clause of the called function, about the call's arguments and its result; of elements, at every position."""
    names = (*call.callee.parameters, call.callee.result_input)
    values: dict[SOp, SOp] = dict(zip(names, (*call.arguments, call.result), strict=True))
    if not is_lifted(call):
        return substitute(clause.condition, values)
    if is_pointwise([clause.condition]):
        return everywhere(substitute(clause.condition, values))
    place = Input((), f"place.{call.result.digest[:12]}", Int(0, None), "place")
    there: dict[SOp, SOp] = {
        name: At((value, place)) if isinstance(value.type, Seq) and not isinstance(name.type, Seq) else value
        for name, value in values.items()
    }
    return Quantified((Constant((), 0), Length()), "forall", place, substitute(clause.condition, there))


def _closing(call: CallSite) -> Callable[[SOp], SOp] | None:
    """How a condition on what a fold binds becomes one on every state that is passed through.

    None of a call that stands in no fold, or within a quantifier, which may not come to it.
    """
    if not call.binders or not all(isinstance(binder, Fold) for _, binder in call.binders):
        return None

    def closed(condition: SOp) -> SOp:
        for inputs, binder in call.binders:
            assert isinstance(binder, Fold), "there are folds alone"
            bound: dict[SOp, SOp] = dict(zip(inputs, binder.parameters, strict=True))
            condition = at_every_step(binder, substitute(condition, bound))
        return condition

    return closed


def _ranges(call: CallSite) -> Iterator[SOp]:
    """The ranges of the quantifiers that a call stands in."""
    for (variable, *_), binder in call.binders:
        if isinstance(binder, Quantified):
            start, stop = binder.arguments
            yield Elementwise((start, variable), "<=")
            yield Elementwise((variable, stop), "<")


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
    return (owed.condition for owed in Ledger().owed_by([condition]) if owed.node not in behind)


def own_claims(function: Function, places: Mapping[SOp, Span], cut: Cut | None = None) -> Iterator[Claim]:
    """What a function owes by itself: its wires, the cells that it calls, that it has an answer, and its promises.

    What a called function owes inside is that function's own claim, of all inputs that meet its requirements.

    Args:
        function: whose claims they are.
        places: where the program's nodes are written.
        cut: its graph, where it was cut already.
    """
    cut = cut or Cut(function)
    requires = requirements(function)
    for wire in function.obligations:
        given = (*requires, *cut.ledger.conditions_owed([wire.value]))
        text = f"{wire.wire} is {wire.wanted}"
        condition, value = _belongs(wire), wire.value
        yield Claim("wire", text, function, wire.span, condition, given, answered=(value,), node=value)
    for owed in cut.ledger.owed_by([function.result]):
        # A value at a port is claimed where it is written: above, or by the function that is called.
        if owed.kind != "wire" and owed.node is not None and owed.node in cut.text:
            place = places.get(owed.node, function.span)
            answered = owed.node.arguments if owed.condition == owed.bare else ()
            given = (*requires, *owed.given)
            yield Claim(owed.kind, owed.text, function, place, owed.condition, given, answered=answered, node=owed.node)
    yield from _promised_claims(cut)


def _promised_claims(cut: Cut) -> Iterator[Claim]:
    """What a function promises, and that its promises are defined; each whether or not another one is."""
    function = cut.function
    given = (*requirements(function), *cut.ledger.conditions_owed([function.result]))
    for clause in function.ensures:
        condition = substitute(clause.condition, {function.result_input: function.result})
        base = Claim(
            "ensures", clause.text, function, clause.span, _TRUE, given, True, (function.result,), clause=clause
        )
        well_formed = list(_well_formed(base, condition, cut.ledger))
        defined = (*given, *(claim.condition for claim in well_formed))
        yield from well_formed
        yield from _split(replace(base, given=defined), condition)


def _well_formed(base: Claim, condition: SOp, ledger: Ledger) -> Iterator[Claim]:
    """That a clause has an answer: what it owes beside what is given already."""
    given = dict.fromkeys(base.given)
    found = [owed for owed in ledger.owed_by([condition]) if owed.condition not in given and owed.bare not in given]
    for number, owed in enumerate(found, 1):
        place = base.text if len(found) == 1 else f"{base.text} [{number} of {len(found)}]"
        text = f"{owed.text} in {place}"
        yield replace(base, kind=owed.kind, text=text, condition=owed.condition, given=(*base.given, *owed.given))


def _split(base: Claim, condition: SOp) -> Iterator[Claim]:
    """One claim for each conjunct: each is a question of its own to the solver."""
    parts, written = conjuncts(condition), conjuncts(base.clause.condition) if base.clause else []
    for number, part in enumerate(parts, 1):
        label = base.text if len(parts) == 1 else f"{base.text} [{number} of {len(parts)}]"
        # An argument may be a conjunction itself: then the clause has fewer.
        own = written[number - 1] if 1 < len(written) == len(parts) else None
        yield replace(base, text=label, condition=part, part=own)


def _belongs(owed: Obligation) -> SOp:
    """That every value is of the wanted type; True where the types say so already."""
    if fit(owed.value.type, owed.wanted) is Fit.ALWAYS:
        return _TRUE
    return everywhere(is_member(owed.value, element_of(owed.wanted), element_of(owed.value.type)))

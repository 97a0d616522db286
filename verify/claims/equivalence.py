"""Two programs side by side: that they answer alike, and that one may stand where the other does.

*Equivalence* speaks of the inputs that both accept: the values of both declared types that meet both requirements. On
these both have an answer, or neither; and the answers are equal at every position. *Refinement* of a second program by
a first one: the first accepts what the second requires, answers there, and its answers keep what the second promises.

Inputs are matched by their places. An input of open type (the `tokens` of a program that declares none) takes the type
that the other program declares, or the one that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...dsl.graph import Elementwise, Input, Length, SOp, inputs_of, substitute
from ...dsl.passes import canonical
from ...dsl.program import CallSite, Clause, Function, Obligation
from ...dsl.types import Bool, Element, Fit, Int, Real, Seq, Token, Type, Unknown, element_of, fit, is_numeric, meet
from ...errors import VerificationError
from .claim import Claim, requirements
from .conditions import compared, everywhere, implied
from .cut import Cut

__all__ = ["Pair", "Side", "equivalence_claims", "paired", "refinement_claims", "refining"]

_OPEN: Mapping[str, type | None] = {
    "tokens": None,
    "tokens_asis": None,
    "tokens_str": Token,
    "tokens_int": Int,
    "tokens_float": Real,
    "tokens_bool": Bool,
}


@dataclass(frozen=True, slots=True)
class Side:
    """A function that is compared, and what it is called to the user."""

    function: Function
    label: str

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What it reads: its parameters, or the open inputs of a program that declares none."""
        return self.function.parameters or tuple(inputs_of([self.function.result]))

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of what it takes; a program that declares no input takes one sequence of anything."""
        return tuple(node.type for node in self.function.parameters) or (Seq(Unknown()),)

    def called_with(self, given: Sequence[Input]) -> CallSite:
        """The function on these inputs; an open program reads the one sequence under every name."""
        inputs = self.inputs
        arguments = tuple(given) if self.function.parameters else tuple(given) * len(inputs)
        for node in () if self.function.parameters else inputs:
            self._demand_kind(node, element_of(given[0].type))
        values: dict[SOp, SOp] = dict(zip(inputs, arguments, strict=True))
        callee = self.function if self.function.parameters else replace(self.function, parameters=inputs)
        return CallSite(callee, arguments, substitute(self.function.result, values), self.function.span)

    def _demand_kind(self, node: Input, found: Element) -> None:
        kind = _OPEN.get(node.key)
        if kind is not None and not isinstance(found, kind | Unknown):
            raise VerificationError(
                f"{self.label} reads {node.key!r}, which are not of the type {found}: "
                "declare inputs of one kind in both programs"
            )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two functions over the same inputs, as the calls of one function that requires what both require."""

    function: Function
    sides: tuple[Side, Side]

    @property
    def is_one_graph(self) -> bool:
        """Whether both compute the same, node by node."""
        first, second = (canonical(call.result, self.function.parameters) for call in self.function.calls)
        return first == second


def paired(first: Side, second: Side, open_type: Element | None = None) -> Pair:
    """Two functions over the inputs that both accept.

    Args:
        first: one of them.
        second: the other one.
        open_type: the elements of inputs whose type neither declares.

    Raises:
        VerificationError: if they take different numbers or kinds of inputs, or answer in different kinds.
    """
    joint = _joint_inputs(first, second, lambda one, other: _common(one, other, open_type))
    calls = (first.called_with(joint), second.called_with(joint))
    _demand_alike(first, second, *(call.result.type for call in calls))
    requires = tuple(clause for side in (first, second) for clause in _over(side, side.function.requires, joint))
    name = f"{first.label} and {second.label}"
    function = Function(name, joint, calls[0].result, requires, (), (), calls, first.function.span)
    return Pair(function, (first, second))


def _joint_inputs(first: Side, second: Side, join: Callable[[Element, Element], Element | None]) -> tuple[Input, ...]:
    if len(first.types) != len(second.types):
        counts = " and ".join(f"{side.label} takes {len(side.types)}" for side in (first, second))
        raise VerificationError(f"{counts} inputs: compare programs that take the same number")
    names = [side.function.parameters or [None] * len(side.types) for side in (first, second)]
    joint = []
    for place, (one, other) in enumerate(zip(first.types, second.types, strict=True)):
        element = None
        if isinstance(one, Seq) is isinstance(other, Seq):
            element = join(element_of(one), element_of(other))
        if element is None:
            raise VerificationError(
                f"input {place + 1} is {one} in {first.label} and {other} in {second.label}: "
                "no value is an input of both; declare types that share values"
            )
        named = next((node.name for node in (names[0][place], names[1][place]) if node is not None), "tokens")
        joint.append(Input((), f"input.{place}", Seq(element) if isinstance(one, Seq) else element, named))
    return tuple(joint)


def _is_open(element: Element) -> bool:
    return isinstance(element, Unknown) or element == Token(None)


def _common(one: Element, other: Element, open_type: Element | None) -> Element | None:
    """The values that both take; None if there are none."""
    match one, other:
        case _ if _is_open(one) and _is_open(other):
            return open_type or (one if isinstance(other, Unknown) else other)
        case (Unknown(), known) | (known, Unknown()):
            return known
        case Token(have), Token(want):
            words = have if want is None else want if have is None else tuple(word for word in have if word in want)
            return Token(words) if words else None
        case Int() | Real(), Int() | Real():
            return None if fit(one, other) is Fit.NEVER else meet(one, other)
    return one if one == other else None


def _demand_alike(first: Side, second: Side, one: Type, other: Type) -> None:
    kinds = [_kind(element_of(type_)) for type_ in (one, other)]
    if None not in kinds and kinds[0] != kinds[1]:
        raise VerificationError(
            f"{first.label} answers with {one} and {second.label} with {other}: "
            "answers of different kinds are never equal"
        )
    mixed = isinstance(one, Seq) is not isinstance(other, Seq)
    if mixed and first.function.parameters and second.function.parameters:
        raise VerificationError(
            f"{first.label} answers with {one} and {second.label} with {other}: "
            "compare two sequences or two single values"
        )


def _kind(element: Element) -> str | None:
    if isinstance(element, Unknown):
        return None
    return "number" if is_numeric(element) else type(element).__name__


def _over(side: Side, clauses: Sequence[Clause], joint: Sequence[SOp], result: SOp | None = None) -> Iterator[Clause]:
    """Clauses of a function, over the joint inputs and an answer."""
    values: dict[SOp, SOp] = dict(zip(side.function.parameters, joint, strict=False))
    values |= {side.function.result_input: result} if result is not None else {}
    return (replace(clause, condition=substitute(clause.condition, values)) for clause in clauses)


def equivalence_claims(pair: Pair, cut: Cut) -> Iterator[Claim]:
    """That both have answers for the same inputs, and equal ones."""
    function = pair.function
    requires, span = requirements(function), function.span
    results = [call.result for call in function.calls]
    owed = [cut.ledger.owed_by([result]) for result in results]
    conditions = [tuple(one.condition for one in some) for some in owed]
    for asked, other in ((0, 1), (1, 0)):
        for one in owed[asked]:
            if one.condition not in conditions[other]:
                text = f"{pair.sides[asked].label}: {one.text}, wherever {pair.sides[other].label} answers"
                given = dict.fromkeys((*requires, *conditions[other], *one.given))
                yield Claim("defined", text, function, span, one.condition, tuple(given), answered=(results[other],))
    equal = everywhere(Elementwise(tuple(results), "=="))
    if isinstance(equal, Elementwise) and not any(side.function.parameters for side in pair.sides):
        # One value at every position: of no elements both answer with none.
        equal = implied(compared(Length(), ">", 0), equal)
    text = f"{pair.sides[0].label} and {pair.sides[1].label} give equal answers"
    given = dict.fromkeys((*requires, *conditions[0], *conditions[1]))
    yield Claim("equal", text, function, span, equal, tuple(given), answered=tuple(results))


def refining(first: Side, second: Side) -> Function:
    """The first function in the second one's place: on its inputs, under its requirements, with its promises.

    Raises:
        VerificationError: if the first takes other inputs, or answers in another kind.
    """
    joint = _joint_inputs(first, second, lambda one, other: one if _is_open(other) else other)
    call = first.called_with(joint)
    wanted = second.function.result.type
    _demand_alike(first, second, call.result.type, wanted)
    wire = Obligation(f"{first.label}: result", call.result, wanted, first.function.span)
    return Function(
        first.function.name,
        joint,
        call.result,
        tuple(_over(second, second.function.requires, joint)),
        tuple(_over(second, second.function.ensures, joint, call.result)),
        () if isinstance(element_of(wanted), Unknown) else (wire,),
        (call,),
        first.function.span,
    )


def refinement_claims(function: Function, own: Callable[[], Iterator[Claim]], cut: Cut) -> Iterator[Claim]:
    """What a function owes in another one's place: an answer, of its type, that keeps its promises."""
    requires = requirements(function)
    for owed in cut.ledger.owed_by([function.result]):
        given = (*requires, *owed.given)
        yield Claim(owed.kind, owed.text, function, function.span, owed.condition, given)
    yield from (claim for claim in own() if claim.kind != "defined" or claim.is_promised)

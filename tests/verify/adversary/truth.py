"""What is true of a program, decided by the interpreter on every short input over small domains.

Nothing here asks a solver: verdicts are held against these answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from stdcell.dsl import Program
from stdcell.dsl.graph import SOp, inputs_of, substitute
from stdcell.dsl.operators import exact
from stdcell.dsl.program import Clause, Function
from stdcell.dsl.types import Bool, Element, Int, Real, Seq, Token, Value, element_of
from stdcell.errors import RuntimeFault
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.reference import Exact, call_by_contract
from stdcell.verify import Claim, functions_in_order

__all__ = ["Given", "breach_of", "clause_breach", "first_wrong", "given_to", "holds", "value_of"]

MOST_INPUTS = 1500


@dataclass(frozen=True)
class Given:
    """One input of a function: how many positions, and the value of each parameter by key."""

    n_positions: int
    values: Mapping[str, Any]


def given_to(function: Function, longest: int) -> Iterator[Given]:
    """Every input up to a length over a few values of each type, as long as there are not too many of one length."""
    has_sequences = any(isinstance(parameter.type, Seq) for parameter in function.parameters)
    for n in range(longest + 1 if has_sequences else 1):
        choices: list[list[Any]] = []
        for parameter in function.parameters:
            values = _few_values(element_of(parameter.type), 5 if has_sequences else 24)
            is_sequence = isinstance(parameter.type, Seq)
            choices.append([list(chosen) for chosen in product(values, repeat=n)] if is_sequence else list(values))
        n_inputs = 1
        for column in choices:
            n_inputs *= len(column)
        if n_inputs > MOST_INPUTS:
            return
        keys = [parameter.key for parameter in function.parameters]
        yield from (Given(n, dict(zip(keys, chosen, strict=True))) for chosen in product(*choices))


def _few_values(element: Element, most: int) -> tuple[Value, ...]:
    match element:
        case Bool():
            return (False, True)
        case Token(vocabulary):
            return (vocabulary or ("a", "b"))[:3]
        case Int(low, high):
            first = low if low is not None else high - 2 if high is not None else -3 if most > 5 else 0
            values = range(first, high + 1 if high is not None else first + (7 if most > 5 else 3))
            return tuple(values) if len(values) <= most else (*values[:2], values[len(values) // 2], values[-1])
        case Real(low, high):
            start = low if low is not None else 0
            end = high if high is not None else start + 2
            return tuple(dict.fromkeys((start, exact(Fraction(start) + Fraction(end - start) / 3), end)))
    return (0, 1)


def value_of(program: Program, node: SOp, given: Given, **further: Any) -> Any:
    """What the interpreter answers; None where it stops with a fault."""
    try:
        inputs = {**given.values, **further}
        return evaluate([node], Exact(program, call_by_contract), given.n_positions, inputs)[node]
    except RuntimeFault:
        return None


def holds(value: Any) -> bool:
    """Whether a condition holds: at every position, of a sequence; not where it has no answer."""
    return all(value) if isinstance(value, list) else bool(value)


def is_meant(program: Program, function: Function, given: Given) -> bool:
    """Whether a function promises anything about an input."""
    return all(holds(value_of(program, clause.condition, given)) for clause in function.requires)


def clause_breach(program: Program, function: Function, clause: Clause, longest: int) -> Given | None:
    """An input that is meant and answered, and whose answer breaks the promise; None if no short one does."""
    condition = substitute(clause.condition, {function.result_input: function.result})
    for given in given_to(function, longest):
        if is_meant(program, function, given) and value_of(program, function.result, given) is not None:
            value = value_of(program, condition, given)
            if value is not None and not holds(value):
                return given
    return None


def breach_of(program: Program, claim: Claim, longest: int) -> Given | None:
    """An input of which all that is given holds, and the claim does not; None if no short one does.

    A claim about every state of a fold or every value of a variable is not decided here.
    """
    if claim.speaks_of_inner_inputs:
        return None
    for given in given_to(claim.function, longest):
        if all(holds(value_of(program, condition, given)) for condition in claim.given):
            value = value_of(program, claim.condition, given)
            if value is not None and not holds(value):
                return given
    return None


def first_wrong(program: Program, longest: int) -> tuple[str, Given] | None:
    """The first thing that is wrong with a program, and the input that shows it; None if no short input does."""
    for function in functions_in_order(program):
        for given in given_to(function, longest) if function.parameters else ():
            found = _wrong_on(program, function, given) if is_meant(program, function, given) else None
            if found:
                return found, given
    return None


def _wrong_on(program: Program, function: Function, given: Given) -> str | None:
    if value_of(program, function.result, given) is None:
        return f"{function.name} has no answer"
    for clause in function.ensures:
        condition = substitute(clause.condition, {function.result_input: function.result})
        value = value_of(program, condition, given)
        if value is None or not holds(value):
            return f"{function.name} breaks {clause.text}" if value is not None else f"{clause.text} has no answer"
    for call in function.calls:
        values: dict[SOp, SOp] = dict(zip(call.callee.parameters, call.arguments, strict=True))
        for clause in call.callee.requires:
            condition = substitute(clause.condition, values)
            if _reads_only(condition, function) and not holds(value_of(program, condition, given)):
                return f"{function.name} breaks {call.callee.name} {clause.text}"
    return None


def _reads_only(condition: SOp, function: Function) -> bool:
    return set(inputs_of([condition])) <= set(function.parameters)

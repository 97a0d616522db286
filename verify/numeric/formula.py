"""The contract of a catalogued formula, checked for its expression.

1. *Value*: an expression in the ports' names is the formula's answer. The contract is asked of boxes of the ports, with
   the range of the expression as the result; the formula has to have a value wherever the contract allows the input.
2. *Logit*: an expression in the ports' names and one more (`c`) is the logit of each answer c of a finite output. Every
   input that the contract allows is enumerated. An answer counts only where the interval of its logit is above those of
   all others; where two overlap the check decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod

from ...dsl.checking.contracts import CellContract, read_contract
from ...dsl.graph import SOp
from ...dsl.program import Clause
from ...dsl.scope import CellPort, CellSignature
from ...dsl.types import Int, Seq, element_of
from ...errors import RuntimeFault, VerificationError
from ...runtime.evaluate import evaluate
from ...runtime.reference import Exact, call_by_contract
from ..claims.conditions import all_of, implied, negated
from ..outcome import DEFAULT_EFFORT, Boxes, Effort
from .algebra import Known, Ranges, whole_range
from .boxes import Dimension
from .expression import Expression, UndefinedValue
from .form import Form, anything
from .interval import Interval, point
from .question import Question
from .search import Found, Open, holds_on_all, search, told

__all__ = ["FormulaCheck", "certifies_formula", "check_formula"]

_MOST_LOGITS = 2_000_000


@dataclass(frozen=True, slots=True)
class FormulaCheck:
    """What was found out about a formula's contract.

    Attributes:
        status: `proved`, `exhaustive`, `refuted` or `unknown`.
        boxes: the boxes of a proof.
        n_inputs: how many inputs were enumerated, if they were.
        n_wrong: on how many of them the answer is certain and not allowed.
        smallest_lead: a number that no best logit leads by less than, where all answers are certain.
        counterexample: the input that breaks the contract, in words.
        reason: why nothing is decided.
    """

    status: str
    boxes: Boxes | None = None
    n_inputs: int | None = None
    n_wrong: int | None = None
    smallest_lead: Fraction | None = None
    counterexample: str | None = None
    reason: str | None = None


def check_formula(expression: str, signature: CellSignature, effort: Effort = DEFAULT_EFFORT) -> FormulaCheck:
    """Check the contract of a formula.

    Args:
        expression: its text, as the catalog keeps it.
        signature: its ports and its contract.
        effort: how many boxes may be looked at.

    Raises:
        VerificationError: if it has no contract, the expression does not read or names what is no port, or what it
            takes is not finite where every input has to be tried.
    """
    if signature.ensures is None:
        raise VerificationError(f"the formula {signature.name!r} has no contract to check")
    read = Expression(expression)
    ports = [port.name for port in signature.inputs]
    others = [name for name in read.names if name not in ports]
    if len(others) > 1:
        raise VerificationError(
            f"the formula {signature.name!r} names {', '.join(others)}; expected its ports ({', '.join(ports)}) and at "
            "most one name for the answer whose logit it is"
        )
    return _of_logits(read, others[0], signature) if others else _of_values(read, signature, effort)


def certifies_formula(boxes: Boxes, expression: str, signature: CellSignature) -> bool:
    """Whether the boxes of a proof prove a formula's contract: they are cut once more, and each is asked."""
    return holds_on_all(boxes, _question(Expression(expression), signature))


def _of_values(expression: Expression, signature: CellSignature, effort: Effort) -> FormulaCheck:
    question = _question(expression, signature)
    if told_empty := _without_inputs(signature, effort):
        return FormulaCheck("unknown", reason=told_empty)
    found: Found = search(question, effort.boxes)
    match found:
        case Boxes():
            return FormulaCheck("proved", boxes=found)
        case Open(told=where, n_boxes=n_boxes):
            return FormulaCheck("unknown", reason=f"open after {n_boxes} boxes, the smallest where {where}")
    return FormulaCheck("refuted", counterexample=f"{signature.name} at {told(found, question.dimensions)}")


def _without_inputs(signature: CellSignature, effort: Effort) -> str | None:
    """Why no input is known that meets the requirements; None where one is.

    Raises:
        VerificationError: if there is none: every promise would hold, and mean nothing.
    """
    contract = read_contract(signature)
    requires = all_of(clause.condition for clause in contract.requires)
    found = search(Question(negated(requires), _dimensions(contract)), effort.boxes)
    if isinstance(found, Boxes):
        raise VerificationError(f"no input of {signature.name!r} meets its requirements")
    return (
        f"no input was found that meets the requirements, nearest where {found.told}"
        if isinstance(found, Open)
        else None
    )


def _dimensions(contract: CellContract) -> tuple[Dimension, ...]:
    return tuple(Dimension(port.key, port.name, port.type) for port in contract.ports)


def _question(expression: Expression, signature: CellSignature) -> Question:
    contract = read_contract(signature)
    requires, ensures = (all_of(clause.condition for clause in part) for part in (contract.requires, contract.ensures))
    dimensions = _dimensions(contract)
    for dimension in dimensions:
        if isinstance(dimension.type, Seq):
            raise VerificationError(
                f"the port {dimension.name!r} of a formula carries one number, found {dimension.type}"
            )
        whole_range(dimension.type)
    return Question(implied(requires, ensures), dimensions, partial(_with_result, expression, contract, requires))


def _with_result(
    expression: Expression, contract: CellContract, requires: SOp, inputs: Mapping[str, Known]
) -> Mapping[str, Known]:
    """The inputs and the value of the expression.

    Raises:
        UndefinedValue: if it may have none; where an input is not allowed it need not have one.
    """
    forms = {port.name: known for port in contract.ports if isinstance(known := inputs[port.key], Form)}
    try:
        return {**inputs, "result": expression.over(forms)}
    except UndefinedValue:
        if evaluate([requires], Ranges(), 0, inputs)[requires] is not False:
            raise
        return {**inputs, "result": anything()}


def _of_logits(expression: Expression, answer: str, signature: CellSignature) -> FormulaCheck:
    contract = read_contract(signature)
    domains = [_domain(port) for port in signature.inputs]
    answers = _domain(signature.output)
    size = prod(map(len, (*domains, answers)))
    if size > _MOST_LOGITS:
        raise VerificationError(f"{size:,} logits are too many to try; at most {_MOST_LOGITS:,}")
    inputs = [values for values in product(*domains) if _allows(contract.requires, values)]
    if not inputs:
        raise VerificationError(f"no input of {signature.name!r} meets its requirements")
    logits = _Logits(expression, [port.name for port in signature.inputs], answer)
    found = [(values, logits.best(values, answers)) for values in inputs]
    wrong = [(values, best) for values, best in found if best and not _allows(contract.ensures, values, best.answer)]
    if wrong:
        values, best = wrong[0]
        call = f"{signature.name}({', '.join(map(str, values))}) answers {best.answer}"
        return FormulaCheck("refuted", n_inputs=len(inputs), n_wrong=len(wrong), counterexample=call)
    uncertain = [values for values, best in found if best is None]
    if uncertain:
        told_apart = f"the best logits of {uncertain[0]}, and of {len(uncertain):,} inputs in all, are not told apart"
        return FormulaCheck("unknown", n_inputs=len(inputs), reason=told_apart)
    leads = (best.lead for _, best in found if best and best.lead is not None)
    return FormulaCheck("exhaustive", n_inputs=len(inputs), n_wrong=0, smallest_lead=min(leads, default=None))


@dataclass(frozen=True, slots=True)
class _Best:
    """The answer whose logit is certainly the largest, and its least lead over all others, if there are any."""

    answer: int
    lead: Fraction | None


class _Logits:
    """The intervals of logits; those of equal rational parts, such as a + b − c, are one."""

    def __init__(self, expression: Expression, ports: Sequence[str], answer: str) -> None:
        self._expression = expression
        self._names = (*ports, answer)
        self._known: dict[tuple[int | Fraction, ...], Interval] = {}

    def best(self, values: tuple[int, ...], answers: range) -> _Best | None:
        """The certain answer to an input; None where logits overlap."""
        found = [self._logit((*values, answer)) for answer in answers]
        place = max(range(len(found)), key=lambda other: (found[other].low, -other))
        others = [logit.high for other, logit in enumerate(found) if other != place]
        if not others:
            return _Best(answers[place], None)
        lead = (point(found[place].low) - point(max(others))).low
        return _Best(answers[place], Fraction(lead)) if lead > 0 else None

    def _logit(self, values: tuple[int, ...]) -> Interval:
        try:
            parts = self._expression.parts_at(dict(zip(self._names, values, strict=True)))
            if parts not in self._known:
                self._known[parts] = self._expression.from_parts(parts)
        except UndefinedValue as error:
            raise VerificationError(
                f"the formula {self._expression.text!r} has no value at {values}: {error}"
            ) from error
        return self._known[parts]


def _domain(port: CellPort) -> range:
    element = element_of(port.type)
    if not isinstance(element, Int) or element.low is None or element.high is None:
        raise VerificationError(f"port {port.name!r} is {element}: only a finite range of integers can be enumerated")
    return range(element.low, element.high + 1)


def _allows(clauses: Sequence[Clause], values: Sequence[int], answer: int | None = None) -> bool:
    given = {f"port.{place}": value for place, value in enumerate(values)} | {"result": answer}
    exact = Exact(None, call_by_contract)
    try:
        return all(evaluate([clause.condition], exact, 0, given)[clause.condition] for clause in clauses)
    except RuntimeFault:
        return False

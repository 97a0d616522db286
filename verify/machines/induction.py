"""Claims about folds, proved for all lengths by induction over the sequence.

The claim about folds of sequences and totals of them (sum, count, any, all, length) is its own invariant:

1. *start*: it holds of the initial values and of the totals of the empty sequence;
2. *step*: if it holds of some states and totals, it holds after one more element of each sequence, any value of the
   element's type, has been folded and added.

What else is known of the sequences is forgotten: the proof holds for all sequences of these element types. Both
questions are graphs of scalars, built by substitution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ...dsl.graph import (
    At,
    Constant,
    Elementwise,
    Fold,
    Input,
    Length,
    Quantified,
    Reduce,
    SOp,
    nodes_within,
    substitute,
    topological,
)
from ...dsl.types import Seq, element_of
from ..claims.claim import Claim
from ..outcome import Effort, NoAnswer, Outcome, Proof
from ..positions.symbolic import Lemmas, Symbolic
from ..solver import Query, proved
from ..terms import TokenCodes, as_term, tokens_in

__all__ = ["by_induction"]

_ONE, _ZERO, _TRUE = Constant((), 1), Constant((), 0), Constant((), True)
_EMPTY: Mapping[str, SOp] = {"sum": _ZERO, "count": _ZERO, "all": _TRUE, "any": Constant((), False)}
_ADDED: Mapping[str, Callable[[SOp, SOp], SOp]] = {
    "sum": lambda total, value: Elementwise((total, value), "+"),
    "count": lambda total, value: Elementwise((total, Elementwise((value,), "indicator")), "+"),
    "all": lambda total, value: Elementwise((total, value), "and"),
    "any": lambda total, value: Elementwise((total, value), "or"),
}


_NO_FIT = NoAnswer("it is no claim about folds and totals alone")


def by_induction(claim: Claim, effort: Effort) -> Outcome:
    """Prove the claim by induction.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    condition = _with_last_states(claim.condition)
    nodes = topological([condition])
    folds = [node for node in nodes if isinstance(node, Fold)]
    totals = [node for node in nodes if isinstance(node, Reduce)]
    if not folds or not all(map(_fits, nodes_within([condition]))):
        return _NO_FIT
    sequences = dict.fromkeys(sequence for fold in folds for sequence in fold.arguments[:-1])
    items: dict[SOp, SOp] = {
        sequence: Input((), f"item.{place}", element_of(sequence.type), "item")
        for place, sequence in enumerate(sequences)
    }
    start: dict[SOp, SOp] = {fold: fold.arguments[-1] for fold in folds}
    start |= {total: _EMPTY[total.operator] for total in totals} | {Length(): _ZERO}
    running = {node: Input((), f"running.{place}", node.type, "running") for place, node in enumerate(start)}
    after: dict[SOp, SOp] = {fold: _folded(fold, running[fold], items) for fold in folds}
    after |= {total: _ADDED[total.operator](running[total], _at(total, items)) for total in totals}
    after |= {Length(): Elementwise((running[Length()], _ONE), "+")}
    at_start, before, later = (substitute(condition, values) for values in (start, dict(running), after))
    if any(isinstance(node.type, Seq) for node in topological([at_start, before, later])):
        return _NO_FIT
    start_holds = _implied("the start", at_start, (), effort)
    step_holds = start_holds and _implied("the step", later, (before,), effort)
    if not start_holds or not step_holds:
        return NoAnswer("it is not its own invariant")
    return Proof("induction over the fold", (start_holds, step_holds))


def _with_last_states(condition: SOp) -> SOp:
    """The last element of a running fold as the fold: that there is an element is a claim of its own."""
    last = {Constant((), -1), Elementwise((Length(), _ONE), "-")}
    folds: dict[SOp, SOp] = {
        node: replace(running, running=False)
        for node in topological([condition])
        if isinstance(node, At) and node.arguments[1] in last
        if isinstance(running := node.arguments[0], Fold)
    }
    return substitute(condition, folds)


def _fits(node: SOp) -> bool:
    """Whether a node has a value that follows from one element after the other."""
    match node:
        case At() | Quantified():
            return False
        case Reduce(operator=operator):
            return operator in _EMPTY
        case Fold(running=running):
            return not running
    return True


def _folded(fold: Fold, state: SOp, items: Mapping[SOp, SOp]) -> SOp:
    state_input, *item_inputs = fold.parameters
    elements = (items[sequence] for sequence in fold.arguments[:-1])
    return substitute(fold.step, {state_input: state, **dict(zip(item_inputs, elements, strict=True))})


def _at(total: Reduce, items: Mapping[SOp, SOp]) -> SOp:
    """What one element adds to a total; still a sequence where it depends on anything but the elements."""
    return substitute(total.arguments[0], items)


def _implied(purpose: str, conclusion: SOp, premises: tuple[SOp, ...], effort: Effort) -> Query | None:
    symbolic = Symbolic(TokenCodes(tokens_in([conclusion, *premises])), Lemmas())
    goal, *given = (as_term(symbolic.scalar(node)) for node in (conclusion, *premises))
    return proved(goal, [*symbolic.axioms, *given], effort.steps, purpose)

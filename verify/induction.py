"""Claims about folds, proved for all lengths by induction over the sequence.

The claim about folds of one sequence and totals of it (sum, count, all, length) is its own invariant:

1. *start*: it holds of the initial values and of the totals of the empty sequence;
2. *step*: if it holds of some states and totals, it holds after one more element, any value of the element's type,
   has been folded and added.

What else is known of the sequence is forgotten: the proof holds for every sequence of that element type. Both
questions are graphs of scalars, built by substitution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..dsl.graph import Constant, Elementwise, Fold, Input, Length, Reduce, SOp, substitute, topological
from ..dsl.types import Seq, element_of
from .claims import Claim
from .lemmas import follows
from .symbolic import Lemmas, Symbolic
from .terms import TokenCodes, as_term, tokens_in

__all__ = ["holds_by_induction"]

_ONE, _ZERO, _TRUE = Constant((), 1), Constant((), 0), Constant((), True)
_EMPTY: Mapping[str, SOp] = {"sum": _ZERO, "count": _ZERO, "all": _TRUE}
_ADDED: Mapping[str, Callable[[SOp, SOp], SOp]] = {
    "sum": lambda total, value: Elementwise((total, value), "+"),
    "count": lambda total, value: Elementwise((total, Elementwise((value,), "indicator")), "+"),
    "all": lambda total, value: Elementwise((total, value), "and"),
}


def holds_by_induction(claim: Claim, rlimit: int) -> bool:
    """Whether the claim is proved by induction; False where it does not fit the scheme or is not proved.

    Raises:
        VerificationError: if the claim speaks of values that the solver has no terms for.
    """
    nodes = topological([claim.condition])
    folds = [node for node in nodes if isinstance(node, Fold)]
    totals = [node for node in nodes if isinstance(node, Reduce)]
    sequences = {fold.arguments[0] for fold in folds}
    if len(sequences) != 1 or any(total.operator not in _EMPTY for total in totals):
        return False
    (sequence,) = sequences
    start: dict[SOp, SOp] = {fold: fold.arguments[1] for fold in folds}
    start |= {total: _EMPTY[total.operator] for total in totals} | {Length(): _ZERO}
    running = {node: Input((), f"running.{place}", node.type, "running") for place, node in enumerate(start)}
    item = Input((), "item", element_of(sequence.type), "item")
    after: dict[SOp, SOp] = {fold: _folded(fold, running[fold], item) for fold in folds}
    after |= {total: _ADDED[total.operator](running[total], _at(total, sequence, item)) for total in totals}
    after |= {Length(): Elementwise((running[Length()], _ONE), "+")}
    at_start, before, later = (substitute(claim.condition, values) for values in (start, dict(running), after))
    if any(isinstance(node.type, Seq) for node in topological([at_start, before, later])):
        return False
    return _implied(at_start, (), rlimit) and _implied(later, (before,), rlimit)


def _folded(fold: Fold, state: SOp, item: SOp) -> SOp:
    state_input, item_input = fold.parameters
    return substitute(fold.step, {state_input: state, item_input: item})


def _at(total: Reduce, sequence: SOp, item: SOp) -> SOp:
    """What one element adds to a total; still a sequence where it depends on anything but the element."""
    return substitute(total.arguments[0], {sequence: item})


def _implied(conclusion: SOp, premises: tuple[SOp, ...], rlimit: int) -> bool:
    symbolic = Symbolic(TokenCodes(tokens_in([conclusion, *premises])), Lemmas())
    goal, *given = (as_term(symbolic.scalar(node)) for node in (conclusion, *premises))
    return follows(goal, [*symbolic.axioms, *given], rlimit)

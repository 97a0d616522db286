"""The ladder: every claim of a program is proved, refuted, or plainly unknown.

For each function, callees first, and for each of its claims, the cheapest answer first:

1. by types, where the checker knew already, and by the ranges of quantifiers (`claims/ranges.py`);
2. by what the function requires and what called functions promise, without a look inside of them: promises may be used
   once their own claims and the call's requirements are proved (`composition/promises.py`);
3. a counterexample among a few short sequences, replayed in the interpreter (with the networks themselves where the
   contracts of cells leave their answers open, `claims/answers.py`);
4. for all lengths, by each strategy of `FOR_ALL_LENGTHS`;
5. a counterexample among all short sequences;
6. for all lengths once more, with the promises of called functions, and its own that were proved before;
7. for every sequence up to a length, by each strategy of `UP_TO_A_LENGTH`;
8. unknown.

A contract that nothing meets is an error (`composition/vacuity.py`). A claim that rests on a catalogued cell's contract
is proved only if that contract has conclusive evidence. Answers are limited in solver steps, not in time, so that they
repeat. A promise speaks of inputs on which the program answers; that it answers is a claim of its own.
"""

from __future__ import annotations

from functools import partial

from ..catalog import Catalog
from ..dsl.program import Program
from .bounded.enumeration import by_enumeration
from .bounded.refuting import by_few_inputs, by_short_inputs
from .bounded.unrolling import by_unrolling
from .claims.claim import functions_in_order
from .composition.functions import Functions, cells_of
from .composition.ladder import Ladder, Strategies
from .composition.memory import Memory
from .machines.automaton import by_automaton
from .machines.induction import by_induction, by_invariant
from .machines.search import by_search
from .machines.spacer import by_spacer
from .numeric.prove import by_boxes
from .numeric.reals import by_reals
from .outcome import DEFAULT_EFFORT, Effort, Strategy
from .positions.prove import by_positions, by_positions_soon
from .real_cells import RealCells
from .replay import replayed
from .verdict import Report

__all__ = ["AT_FIRST", "FOR_ALL_LENGTHS", "STRATEGIES", "TO_REFUTE", "UP_TO_A_LENGTH", "verify"]

FOR_ALL_LENGTHS: tuple[Strategy, ...] = (
    by_induction,
    by_automaton,
    by_reals,
    by_positions_soon,
    by_invariant,
    by_positions,
    by_spacer,
    by_boxes,
)
"""What may prove a claim for all lengths, cheapest first."""
AT_FIRST: tuple[Strategy, ...] = (by_few_inputs,)
"""What may refute a claim before anyone tries to prove it."""
TO_REFUTE: tuple[Strategy, ...] = (by_short_inputs,)
"""What may refute a claim that was not proved."""
UP_TO_A_LENGTH: tuple[Strategy, ...] = (by_search, by_unrolling, by_boxes, by_enumeration)
"""What may answer it for short sequences, cheapest first."""
STRATEGIES = Strategies(AT_FIRST, FOR_ALL_LENGTHS, TO_REFUTE, UP_TO_A_LENGTH)


def verify(
    program: Program,
    catalog: Catalog | None = None,
    *,
    effort: Effort = DEFAULT_EFFORT,
    strategies: Strategies = STRATEGIES,
    memory: Memory | None = None,
) -> Report:
    """Answer every claim of a program.

    Args:
        program: what `parse` returned.
        catalog: where the evidence for the contracts of its cells is kept; without one, no claim that rests on a
            cell is proved.
        effort: how much may be spent on a claim before the answer is unknown.
        strategies: what is tried.
        memory: what strategies answered before, of this program or another one.

    Returns:
        Verdicts on each wire, each requirement of a call, each partial operation and each promise.

    Raises:
        CatalogError: if a cell is not in the catalog, or its weights are damaged.
    """
    functions = functions_in_order(program)
    assumptions, faults = cells_of(functions, catalog, effort)
    ladder = Ladder(
        partial(replayed, program=program, cell=RealCells(catalog)), assumptions, effort, strategies, memory
    )
    answered = Functions(ladder, program.spans, effort)
    verdicts = (verdict for function in functions for verdict in answered.answers(function))
    return Report(program.digest, (*faults, *verdicts))

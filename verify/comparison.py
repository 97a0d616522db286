"""Two programs compared: `equivalent` and `refines`, by the same ladder as the claims of one program.

1. The functions of both programs are answered, so that their promises may be counted on.
2. Programs of one graph are equivalent without a question.
3. Otherwise each claim of `claims/equivalence.py` climbs the ladder.
4. A counterexample is replayed in both programs, and shown with both answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

import z3

from ..catalog import Catalog
from ..dsl.program import Function, Program
from ..dsl.types import Element, Seq
from ..errors import RuntimeFault, VerificationError
from ..runtime.evaluate import evaluate
from ..runtime.inputs import parameters_of
from ..runtime.reference import CellFunction, Exact, answer_of, shown
from .claims.claim import Claim, callees_first, own_claims
from .claims.cut import Cut
from .claims.equivalence import Pair, Side, equivalence_claims, paired, refinement_claims, refining
from .composition.functions import Functions, cells_of
from .composition.ladder import Ladder, Replay, Strategies
from .outcome import DEFAULT_EFFORT, Effort, Proof, Refutation
from .prove import STRATEGIES
from .real_cells import RealCells
from .replay import command_for, replayed
from .solver import Query
from .verdict import Counterexample, Report, Verdict

__all__ = ["equivalent", "refines", "replayed_in_both", "sides_of"]


def equivalent(
    a: Program,
    b: Program,
    catalog: Catalog | None = None,
    *,
    effort: Effort = DEFAULT_EFFORT,
    output_a: str | None = None,
    output_b: str | None = None,
    open_type: Element | None = None,
    strategies: Strategies = STRATEGIES,
) -> Report:
    """Whether two programs answer alike on all inputs that both accept.

    Args:
        a: one program.
        b: the other one.
        catalog: where the evidence for the contracts of cells is kept.
        effort: how much may be spent on a claim.
        output_a: the output of `a` that is meant (else main, else the last).
        output_b: the output of `b`.
        open_type: the elements of inputs whose type neither program declares.
        strategies: what is tried.

    Returns:
        Verdicts on whether both have answers, whether these are equal, and on what of the programs themselves is not
        proved and would be needed.

    Raises:
        RuntimeFault: if an output is not there.
        VerificationError: if their inputs or answers cannot be compared.
    """
    sides = sides_of(a, b, output_a, output_b)
    pair, cells = paired(*sides, open_type), RealCells(catalog)
    if pair.is_one_graph:
        return Report(_digest(a, b), (_one_graph(pair),))

    def replay(refutation: Refutation, claim: Claim) -> Counterexample | None:
        return replayed_in_both(refutation, pair, (a, b), cells)

    answered, verdicts = _answered(sides, (a, b), pair.function, replay, cells, catalog, effort, strategies)
    own = answered.answers(pair.function, partial(equivalence_claims, pair))
    return Report(_digest(a, b), (*verdicts, *(verdict for verdict in own if _is_told(verdict, ("equal", "defined")))))


def refines(
    a: Program,
    b: Program,
    catalog: Catalog | None = None,
    *,
    effort: Effort = DEFAULT_EFFORT,
    output_a: str | None = None,
    output_b: str | None = None,
    strategies: Strategies = STRATEGIES,
) -> Report:
    """Whether a program may stand where another one does: it requires no more, and promises no less.

    Args:
        a: the program that would be put in.
        b: the program whose contract is kept.
        catalog: where the evidence for the contracts of cells is kept.
        effort: how much may be spent on a claim.
        output_a: the output of `a` that is meant (else main, else the last).
        output_b: the output of `b`.
        strategies: what is tried.

    Returns:
        Verdicts on each requirement of `a`, that it answers, the type of its answer, and each promise of `b`.

    Raises:
        RuntimeFault: if an output is not there.
        VerificationError: if their inputs or answers cannot be compared.
    """
    sides, cells = sides_of(a, b, output_a, output_b), RealCells(catalog)
    function = refining(*sides)
    replay = partial(replayed, program=a, cell=cells)
    answered, verdicts = _answered(sides[:1], (a,), function, replay, cells, catalog, effort, strategies)

    def claims(cut: Cut) -> Iterator[Claim]:
        return refinement_claims(function, partial(own_claims, function, a.spans, cut), cut)

    return Report(_digest(a, b), (*verdicts, *answered.answers(function, claims)))


def sides_of(a: Program, b: Program, output_a: str | None, output_b: str | None) -> tuple[Side, Side]:
    """The outputs that are compared, and what they are called.

    Raises:
        RuntimeFault: if an output is not there.
    """
    first, second = a.output(output_a), b.output(output_b)
    labels = [_label(a, first), _label(b, second)]
    if labels[0] == labels[1]:
        labels = [f"the first {labels[0]}", f"the second {labels[1]}"]
    return Side(first, labels[0]), Side(second, labels[1])


def _label(program: Program, function: Function) -> str:
    file = PurePath(program.source.name).name
    return file if function.name == "main" else f"{function.name} of {file}"


def _answered(
    sides: Sequence[Side],
    programs: Sequence[Program],
    compared: Function,
    replay: Replay,
    cells: RealCells,
    catalog: Catalog | None,
    effort: Effort,
    strategies: Strategies,
) -> tuple[Functions, tuple[Verdict, ...]]:
    """The functions of both sides, answered, and what of them is needed and not proved."""
    functions = [callees_first([side.function]) for side in sides]
    homes = {id(one): program for some, program in zip(functions, programs, strict=True) for one in some}

    def replay_at_home(refutation: Refutation, claim: Claim) -> Counterexample | None:
        if claim.function is compared:
            return replay(refutation, claim)
        return replayed(refutation, claim, homes[id(claim.function)], cells)

    distinct = list({id(one): one for some in functions for one in some}.values())
    assumptions, faults = cells_of([*distinct, compared], catalog, effort)
    places = {node: span for program in reversed(programs) for node, span in program.spans.items()}
    answered = Functions(Ladder(replay_at_home, assumptions, effort, strategies), places, effort)
    verdicts = [verdict for one in distinct for verdict in answered.answers(one)]
    for side, call in zip(sides, compared.calls, strict=True):
        answered.count_as(call.callee, side.function)
    return answered, (*faults, *(verdict for verdict in verdicts if _is_told(verdict, ())))


def _is_told(verdict: Verdict, kinds: Sequence[str]) -> bool:
    """Whether a verdict belongs to the comparison: it is of these kinds, or needed and not proved."""
    needed = verdict.kind in ("wire", "requires") and verdict.status != "proved"
    return needed or verdict.kind in kinds or verdict.status == "error"


def _one_graph(pair: Pair) -> Verdict:
    function = pair.function
    same = z3.Bool(f"graph.{function.calls[0].result.digest[:16]}")
    proof = Proof("one graph", (Query("both compute the same, node by node", [same, z3.Not(same)], 0),))
    text = f"{pair.sides[0].label} and {pair.sides[1].label} give equal answers"
    is_any_length = any(isinstance(node.type, Seq) for node in function.parameters)
    scope = "all lengths" if is_any_length else "all inputs"
    return Verdict(text, "equal", function.span.place, "proved", scope, proof.strategy, proof=proof)


def replayed_in_both(
    refutation: Refutation, pair: Pair, programs: tuple[Program, Program], cell: CellFunction
) -> Counterexample | None:
    """Both answers to an input, where they differ; None where they do not, or the input is not meant.

    `cell` answers for catalogued cells; where it cannot, nothing was replayed.
    """
    try:
        return _differing(refutation, pair, programs, cell)
    except VerificationError:
        return None


def _differing(
    refutation: Refutation, pair: Pair, programs: tuple[Program, Program], cell: CellFunction
) -> Counterexample | None:
    function, inputs = pair.function, refutation.inputs
    exact = Exact(programs[0], cell)
    try:
        for clause in function.requires:
            if not evaluate([clause.condition], exact, refutation.n_positions, inputs)[clause.condition]:
                return None
    except RuntimeFault:
        return None
    told = {node.name: shown(inputs[node.key]) for node in function.parameters}
    given = next(iter(told.values())) if len(told) == 1 else told
    answers = [
        _answer(program, call.result, refutation, given, cell)
        for program, call in zip(programs, function.calls, strict=True)
    ]
    if answers[0] == answers[1]:
        return None
    labels = [side.label for side in pair.sides]
    call = f"{labels[0]} on {', '.join(map(json.dumps, told.values()))}"
    answer = dict(zip(labels, answers, strict=True))
    return Counterexample(call, given, answer, _commands(pair, programs, inputs))


def _answer(program: Program, result: Any, refutation: Refutation, given: Any, cell: CellFunction) -> Any:
    """The answer as a user sees it, or that there is none."""
    try:
        values = evaluate([result], Exact(program, cell), refutation.n_positions, refutation.inputs)
        return answer_of(program, values[result], given if isinstance(given, list | dict) else [])
    except RuntimeFault:
        return "no answer"


def _commands(pair: Pair, programs: tuple[Program, Program], inputs: Any) -> str:
    """What asks both programs, in a shell."""
    values = [shown(inputs[node.key]) for node in pair.function.parameters]
    commands = []
    for side, program in zip(pair.sides, programs, strict=True):
        names = [node.name for node in parameters_of(side.function)]
        given = values[0] if len(values) == 1 else dict(zip(names, values, strict=True))
        name = next(name for name, known in program.functions.items() if known is side.function)
        commands.append(command_for(program, name, given))
    return " ; ".join(commands)


def _digest(a: Program, b: Program) -> str:
    return f"{a.digest} {b.digest}"

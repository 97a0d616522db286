"""Traces that prove themselves: for each step of a run, the verdicts on what it owes and promises.

1. Every claim about the output's function, and about the functions that it calls, is about a node; the graph of a
   called function stands in the caller's with the arguments in place of the parameters.
2. A node within a fold's step or a quantifier's body belongs to the step of the trace that the fold or quantifier is,
   a value whose type was narrowed to what was narrowed. What no step computes belongs to the step that is written
   closest around it.
3. A verdict covers a step if it is a proof that reaches inputs as long as this one. A cell's answer is covered by
   conclusive evidence for its contract. What owes nothing is computed by definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..catalog import Catalog
from ..dsl.graph import Ascribe, SOp, inner_graph, nodes_within, substitute, topological
from ..dsl.program import Function, Program
from ..errors import Span
from ..runtime.inputs import bind_inputs
from ..runtime.tracing import Trace
from ..runtime.tracing.recording import cells_of
from ..runtime.tracing.trace import Cover
from .assumptions import assumption_of
from .claims.claim import Claim, call_claims, own_claims
from .claims.cut import Cut
from .verdict import Verdict

__all__ = ["with_cover"]


def with_cover(trace: Trace, program: Program, verdicts: Iterable[Verdict], catalog: Catalog | None = None) -> Trace:
    """The same trace; each step lists the verdicts about it.

    Args:
        trace: a run of the program.
        program: what ran.
        verdicts: answers to its claims; claims without one are listed as not asked.
        catalog: where the evidence for the contracts of its cells is kept.

    Raises:
        CatalogError: if a cell is not in the catalog, or its weights are damaged.
    """
    function = program.functions[trace.output]
    n_positions, _ = bind_inputs(function, trace.input)
    answers = {(verdict.kind, verdict.claim, verdict.place): verdict for verdict in verdicts}
    home = _steps_around(function.result)
    covers: dict[str, dict[Cover, None]] = {}
    for claim, node in _claims(program, function, {}):
        verdict = answers.get((claim.kind, claim.text, claim.span.place))
        step = home.get(node) or _written_around(claim.span, function.result, program)
        covers.setdefault(step.digest, {})[_cover(claim, verdict, n_positions)] = None
    for node in topological([function.result]):
        for cover in _evidence_for(node, catalog):
            covers.setdefault(node.digest, {})[cover] = None
    steps = (step.model_copy(update={"cover": tuple(covers.get(step.node, ()))}) for step in trace.steps)
    return trace.model_copy(update={"steps": tuple(steps)})


def _claims(program: Program, function: Function, values: Mapping[SOp, SOp]) -> Iterator[tuple[Claim, SOp]]:
    """Each claim about a function and those that it calls, with the node that it is about where it is called."""
    cut = Cut(function)
    for claim in own_claims(function, program.spans, cut):
        yield claim, substitute(claim.node or function.result, values)
    for call in function.calls:
        for claim in call_claims(call, cut):
            yield claim, substitute(call.result, values)
        arguments = (substitute(argument, values) for argument in call.arguments)
        yield from _claims(program, call.callee, dict(zip(call.callee.parameters, arguments, strict=True)))


def _steps_around(result: SOp) -> dict[SOp, SOp]:
    """For each node of a graph and of its inner graphs, the first node of the outer graph that it belongs to."""
    home: dict[SOp, SOp] = {}
    for node in topological([result]):
        home[node] = home[node.arguments[0]] if isinstance(node, Ascribe) else node
        inner = inner_graph(node)
        for part in nodes_within([inner[1]]) if inner else ():
            home.setdefault(part, node)
    return home


def _written_around(span: Span, result: SOp, program: Program) -> SOp:
    """The node of the graph whose text is the shortest that holds a place; the result where there is none."""
    texts = ((program.spans[node], node) for node in topological([result]) if node in program.spans)
    around = ((text.stop - text.start, node) for text, node in texts if _is_within(span, text))
    return min(around, key=lambda found: found[0], default=(0, result))[1]


def _is_within(inner: Span, outer: Span) -> bool:
    return inner.source == outer.source and outer.start <= inner.start and inner.stop <= outer.stop


def _cover(claim: Claim, verdict: Verdict | None, n_positions: int) -> Cover:
    if verdict is None:
        status, scope, method, holds = "not asked", "", "", False
    else:
        reach = verdict.reach
        status, scope, method = verdict.status, verdict.scope, verdict.method
        holds = status == "proved" and (reach is None or n_positions <= reach)
    return Cover.model_validate(
        {
            "kind": claim.kind,
            "claim": claim.text,
            "place": claim.span.place,
            "status": status,
            "scope": scope,
            "method": method,
            "holds_here": holds,
        }
    )


def _evidence_for(node: SOp, catalog: Catalog | None) -> Iterator[Cover]:
    for cell in cells_of(node):
        assumption = assumption_of(cell, catalog)
        yield Cover(
            kind="cell",
            claim=f"{cell.name}: {assumption.contract}",
            place="",
            status="exhaustive" if assumption.holds else "unknown",
            scope="all inputs" if assumption.holds else "",
            method=assumption.evidence or "no evidence",
            holds_here=assumption.holds,
        )

"""Compiled programs as parts: where a function is called, its exact transformer answers instead.

1. The calls of a plugged function are found in the graph, those within called functions included.
2. Each is cut out: what the function is called with is evaluated, the transformer answers, and its answers enter the
   rest of the graph as one more input.
3. The wires are hard: a transformer reads tokens and answers values of the language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...dsl.graph import Input, SOp, substitute, topological
from ...dsl.program import CallSite, Function, Program
from ...errors import RuntimeFault, did_you_mean
from ..batch import TensorCell, run_batch
from ..compiler import CompiledTransformer
from ..inputs import Given

__all__ = ["Plugged", "plug_parts"]


@dataclass(frozen=True, slots=True)
class _Cut:
    """One call of a plugged function: what it is called with, and the input that its answers become."""

    compiled: CompiledTransformer
    name: str
    argument: SOp
    answer: Input

    def whole(self, answer: Any) -> Any:
        """An answer that another part can be given: fractions would reach it as rounded floats."""
        elements = answer if isinstance(answer, list) else [answer]
        if any(isinstance(element, float) for element in elements):
            raise RuntimeFault(f"the part {self.name!r} answers {answer}: only whole numbers go from part to part")
        return answer


@dataclass(frozen=True, slots=True)
class Plugged:
    """A function whose calls of plugged functions are cut out, those that others read first."""

    program: Program
    function: Function
    cuts: tuple[_Cut, ...]

    def answers(self, inputs: Sequence[Given], cell: TensorCell, device: str) -> list[Any]:
        """One answer for each input, as `interpret` gives it.

        Raises:
            RuntimeFault: as `interpret` does, and if a part answers with fractions.
        """
        given: Sequence[Given] = [self._by_name(one) for one in inputs] if self.cuts else inputs
        own = self.function.parameters[: len(self.function.parameters) - len(self.cuts)]
        for place, cut in enumerate(self.cuts):
            earlier = tuple(one.answer for one in self.cuts[:place])
            asking = replace(self.function, parameters=(*own, *earlier), result=cut.argument)
            answers = cut.compiled(list(run_batch(self.program, asking, given, cell=cell, device=device).answers()))
            pairs = zip(given, map(cut.whole, answers), strict=True)
            given = [{**one, cut.answer.name: answer} for one, answer in pairs]  # type: ignore[dict-item]
        return list(run_batch(self.program, self.function, given, cell=cell, device=device).answers())

    def _by_name(self, given: Given) -> Mapping[str, Any]:
        if isinstance(given, Mapping):
            return given
        return {self.function.parameters[0].name: given}


def plug_parts(program: Program, function: Function, parts: Mapping[str, CompiledTransformer]) -> Plugged:
    """Cut a function's calls of the plugged functions out of its graph.

    Raises:
        RuntimeFault: if a part is plugged in for no function, for one of several parameters, or for one that is called
            nowhere, or only where there are single values, as within the step of a fold.
    """
    order = {node: place for place, node in enumerate(topological([function.result]))}
    sites = sorted(
        (site for name in parts for site in _sites_of(program, function, name) if site.result in order),
        key=lambda site: order[site.result],
    )
    for name in parts:
        if not any(site.callee is program.functions[name] for site in sites):
            raise RuntimeFault(
                f"a part is plugged in for {name!r}, but {function.name!r} calls it nowhere on a whole sequence"
            )
    answers: dict[SOp, SOp] = {}
    cuts: list[_Cut] = []
    for place, site in enumerate(sites):
        name = next(name for name in parts if program.functions[name] is site.callee)
        answer = Input((), f"part.{place}", site.result.type, f"{name}#{place}")
        cuts.append(_Cut(parts[name], name, substitute(site.arguments[0], answers), answer))
        answers[site.result] = answer
    parameters = (*function.parameters, *(cut.answer for cut in cuts))
    return Plugged(program, replace(function, parameters=parameters, result=substitute(function.result, answers)),
                   tuple(cuts))  # fmt: skip


def _sites_of(program: Program, function: Function, name: str) -> Iterator[CallSite]:
    """The calls of a plugged function in another one's graph."""
    if name not in program.functions:
        near = did_you_mean(name, program.functions) or f"there are {', '.join(program.functions)}"
        raise RuntimeFault(f"a part is plugged in for {name!r}, which the program does not define; {near}")
    callee = program.functions[name]
    if len(callee.parameters) != 1:
        raise RuntimeFault(
            f"a part is plugged in for {name!r}, which takes {len(callee.parameters)} inputs: a transformer reads one "
            "sequence"
        )
    return (site for site in _sites(function, {}) if site.callee is callee)


def _sites(function: Function, values: Mapping[SOp, SOp]) -> Iterator[CallSite]:
    """Every call that a function's graph holds, over the arguments that it is itself called with."""
    for site in function.calls:
        arguments = tuple(substitute(argument, values) for argument in site.arguments)
        yield replace(site, arguments=arguments, result=substitute(site.result, values))
        yield from _sites(site.callee, dict(zip(site.callee.parameters, arguments, strict=True)))

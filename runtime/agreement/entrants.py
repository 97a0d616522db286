"""The ways to run a program, made ready for its inputs; what cannot take part says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ...catalog import Catalog
from ...dsl.graph import CellCall, nodes_within
from ...dsl.program import Function, Program
from ...errors import RuntimeFault, StdcellError
from ..interpreter import interpret
from .backends import Backend
from .domain import Domain
from .report import Participant

__all__ = ["enter"]


def enter(
    program: Program,
    function: Function,
    domain: Domain,
    catalog: Catalog | None,
    options: Mapping[str, Any],
    others: Mapping[str, Backend],
) -> tuple[dict[str, Backend], tuple[Participant, ...]]:
    """The backends that can take part, by name, and what is told of all of them; `options` are the compiler's."""
    entering: Mapping[str, Callable[[], tuple[Backend, str]]] = {
        "interpret": partial(_interpreter, program, function),
        "transformer": partial(_transformer, program, function, domain, options),
        "stitched": partial(_stitched, program, function, catalog),
        **{name: partial(_as_given, backend) for name, backend in others.items()},
    }
    backends: dict[str, Backend] = {}
    participants = []
    for name, make in entering.items():
        try:
            backends[name], note = make()
            participants.append(Participant(name, True, note))
        except StdcellError as refusal:
            participants.append(Participant(name, False, str(refusal)))
    return backends, tuple(participants)


def _interpreter(program: Program, function: Function) -> tuple[Backend, str]:
    for node in nodes_within([function.result]):
        if isinstance(node, CellCall) and node.meaning is None:
            reason = f"the contract of {node.cell.name!r} does not say `result == …`"
            raise RuntimeFault(f"{reason}: there is nothing to interpret")
    return partial(interpret, program, output=function.name), "the meaning of the program"


def _transformer(
    program: Program, function: Function, domain: Domain, options: Mapping[str, Any]
) -> tuple[Backend, str]:
    from ..compiler import compile_transformer  # torch takes seconds to import

    vocabulary = next(iter(domain.vocabularies.values()))
    compiled = compile_transformer(
        program, output=function.name, vocabulary=vocabulary, max_length=domain.max_length, **options
    )
    n_layers = len(compiled.config.layers)
    return compiled, f"{n_layers} layer{'' if n_layers == 1 else 's'}, {compiled.n_parameters:,} parameters"


def _stitched(program: Program, function: Function, catalog: Catalog | None) -> tuple[Backend, str]:
    from ..stitching import stitch  # torch takes seconds to import

    called = {node.cell.name: None for node in nodes_within([function.result]) if isinstance(node, CellCall)}
    note = f"runs {', '.join(called)}" if called else "no networks in it: as interpreted by construction"
    return partial(stitch(program, catalog), output=function.name), note


def _as_given(backend: Backend) -> tuple[Backend, str]:
    return backend, "given"

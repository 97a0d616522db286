"""The ways to run a program, in a table: each gives the answer and the trace of one input."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..catalog import Catalog
from ..dsl import Program
from ..errors import RuntimeFault
from ..runtime.inputs import Given, bind_inputs
from ..runtime.promises import check_requirements
from ..runtime.reference import CellFunction, call_by_contract, run
from ..runtime.tracing import Recorder, Trace, trace_of
from ..runtime.tracing.recording import Margin

__all__ = ["BACKENDS", "traced_run"]

Run = Callable[[Program, Given, str | None, Catalog | None], Trace]


def traced_run(
    program: Program, given: Given, output: str | None, catalog: Catalog | None, backend: str = "interpret"
) -> Trace:
    """Run a program on one input and tell how the answer came about.

    Raises:
        RuntimeFault: if the input or the backend does not fit the program.
        CatalogError: if a circuit is missing or damaged.
    """
    check_requirements(program, program.output(output), given)
    return BACKENDS[backend](program, given, output, catalog)


def _interpret(program: Program, given: Given, output: str | None, catalog: Catalog | None) -> Trace:
    return _evaluated(program, given, output, catalog, "interpret", call_by_contract)


def _stitched(program: Program, given: Given, output: str | None, catalog: Catalog | None) -> Trace:
    from ..runtime.stitching import stitch  # torch takes seconds to import

    if catalog is None and program.cells:
        raise RuntimeFault("the stitched backend runs the networks themselves: name their catalog with --catalog")
    if catalog is None:
        return _evaluated(program, given, output, None, "stitched", call_by_contract)
    from ..runtime.tracing.networks import CatalogNetworks

    margin = CatalogNetworks(catalog).margin
    return _evaluated(program, given, output, catalog, "stitched", stitch(program, catalog).call, margin)


def _evaluated(
    program: Program,
    given: Given,
    output: str | None,
    catalog: Catalog | None,
    backend: str,
    cell: CellFunction,
    margin: Margin | None = None,
) -> Trace:
    function, recorder = program.output(output), Recorder(cell)
    values = run(program, function, given, recorder)
    return trace_of(program, function, given, values, backend, recorder=recorder, margin=margin, catalog=catalog)


def _transformer(program: Program, given: Given, output: str | None, catalog: Catalog | None) -> Trace:
    """Compile for this length and, where the input declares no finite type, for these tokens."""
    from ..runtime.compiler import compile_transformer  # torch takes seconds to import

    function = program.output(output)
    n_positions, inputs = bind_inputs(function, given)
    tokens = sorted({token for value in inputs.values() for token in value}, key=repr)
    compiled = compile_transformer(
        program,
        output=output,
        vocabulary=None if function.parameters else tokens,
        max_length=max(1, n_positions),
    )
    # The empty input has no position that a transformer could read its answer at: the interpreter answers it.
    values = compiled.values(given) if n_positions else run(program, function, given)
    bounds = {node: compiled.readouts[node].error for node in values if node in compiled.readouts}
    return trace_of(program, function, given, values, "transformer", error_bounds=bounds, catalog=catalog)


BACKENDS: Mapping[str, Run] = {"interpret": _interpret, "stitched": _stitched, "transformer": _transformer}

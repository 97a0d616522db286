"""A traced program run, and verified, once more: what no execution of single steps can tell."""

from __future__ import annotations

from dataclasses import replace

from ...catalog import Catalog
from ...runtime.tracing import Step, Trace, TraceCheck
from ...runtime.tracing.findings import Findings
from ...runtime.tracing.reading import read_again
from ...runtime.tracing.values import encoded
from ..backends import BACKENDS, traced_run
from .proved import proved

__all__ = ["checked_again"]

_SETTLED = ("value", "error_bound", "cover")


def checked_again(trace: Trace, check: TraceCheck, catalog: Catalog | None) -> TraceCheck:
    """Add to a check what another run gives: the values that the backend keeps, the compiler's error bounds, verdicts.

    Raises:
        RuntimeFault: if the program does not run.
        CatalogError: if a circuit is missing or damaged.
    """
    program = read_again(trace, catalog).program
    if program is None or trace.output not in program.functions or trace.backend not in BACKENDS:
        return check
    fresh = traced_run(program, trace.input, trace.output, catalog, trace.backend)
    if any(step.cover is not None for step in trace.steps):
        fresh = proved(fresh, program, catalog)
    findings = Findings()
    for expected, found in zip(fresh.steps, trace.steps, strict=False):
        findings.compare(found, "node, run again", expected.node, found.node)
        findings.compare(found, "value, run again", encoded(expected.value), encoded(found.value))
        findings.compare(found, "error_bound, run again", expected.error_bound, found.error_bound)
        findings.compare(found, "cover, verified again", _told(expected), _told(found))
    left = tuple(finding for finding in check.unchecked if finding.part not in _SETTLED)
    return replace(check, faults=(*check.faults, *findings.faults), unchecked=left)


def _told(step: Step) -> list[dict[str, object]] | None:
    return None if step.cover is None else [cover.model_dump() for cover in step.cover]

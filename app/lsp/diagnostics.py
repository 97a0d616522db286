"""Faults and warnings of a program, as an editor shows them.

What is wrong in an imported file is shown twice: where this program imports it, and in that file, unless the editor
has it open, because an open document speaks for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from lsprotocol.types import (
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    Location,
    PublishDiagnosticsParams,
)

from ...dsl.analysis import Analysis
from ...errors import Fault, Span
from .places import Places

__all__ = ["Publisher", "diagnostics_of"]

Shown = Mapping[str, Sequence[Diagnostic]]


def diagnostics_of(uri: str, analysis: Analysis, places: Places) -> dict[str, list[Diagnostic]]:
    """What to show in each file: in the document of that URI itself, perhaps nothing."""
    shown: dict[str, list[Diagnostic]] = defaultdict(list, {uri: []})
    severities = ((DiagnosticSeverity.Error, analysis.faults), (DiagnosticSeverity.Warning, analysis.warnings))
    for severity, fault in ((severity, fault) for severity, faults in severities for fault in faults):
        if fault.span.source == analysis.source:
            shown[uri].append(_diagnostic(fault, fault.span, severity, places))
            continue
        shown[uri].append(_imported(fault, analysis, severity, places))
        if there := places.uri(fault.span.source):
            shown[there].append(_diagnostic(fault, fault.span, severity, places))
    return dict(shown)


class Publisher:
    """Sends an editor what to show in each file, and takes it back."""

    def __init__(self, send: Callable[[PublishDiagnosticsParams], None], places: Places) -> None:
        self._send = send
        self._places = places
        self._shown: dict[str, Shown] = {}

    def publish(self, uri: str, analysis: Analysis, version: int | None) -> None:
        """Show what an open document says of itself, and of closed files that it imports."""
        shown = diagnostics_of(uri, analysis, self._places)
        before = self._shown.get(uri, {})
        self._shown[uri] = shown
        self._send(PublishDiagnosticsParams(uri, shown[uri], version))
        self._refresh((before.keys() | shown.keys()) - {uri})

    def withdraw(self, uri: str) -> None:
        """Take back what a document that is closed now has said; what others say of it may be shown again."""
        self._refresh(self._shown.pop(uri, {}).keys() | {uri})

    def _refresh(self, uris: set[str]) -> None:
        for uri in sorted(uris - self._shown.keys()):
            said = [diagnostic for shown in self._shown.values() for diagnostic in shown.get(uri, ())]
            different = [diagnostic for at, diagnostic in enumerate(said) if diagnostic not in said[:at]]
            self._send(PublishDiagnosticsParams(uri, different))


def _diagnostic(fault: Fault, span: Span, severity: DiagnosticSeverity, places: Places) -> Diagnostic:
    return Diagnostic(
        range=places.positions(span.source).of(span),
        message=_message(fault),
        severity=severity,
        source="stdcell",
        related_information=_related([("imported here", at) for at in reversed(fault.trail)], places),
    )


def _imported(fault: Fault, analysis: Analysis, severity: DiagnosticSeverity, places: Places) -> Diagnostic:
    """A fault of another file, at the statement of this one that imports it."""
    here = next((at for at in fault.trail if at.source == analysis.source), Span(analysis.source, 0, 0))
    others = [("imported here", at) for at in reversed(fault.trail) if at != here]
    return Diagnostic(
        range=places.positions(analysis.source).of(here),
        message=f"{fault.span.place}: {_message(fault)}",
        severity=severity,
        source="stdcell",
        related_information=_related([(fault.message, fault.span), *others], places),
    )


def _message(fault: Fault) -> str:
    return f"{fault.message}\nhint: {fault.hint}" if fault.hint else fault.message


def _related(found: Sequence[tuple[str, Span]], places: Places) -> list[DiagnosticRelatedInformation] | None:
    located: list[tuple[str, Location | None]] = [(message, places.location(span)) for message, span in found]
    return [DiagnosticRelatedInformation(location, message) for message, location in located if location] or None

"""What a check of a certificate found, on a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from rich.text import Text

from ...verify.certificates.finding import Finding
from ..options import console, print_json

__all__ = ["print_findings"]

_STYLES = {"failed": "red", "not confirmed": "yellow", "confirmed": "green", "noted": "cyan"}


def print_findings(findings: Sequence[Finding], *, as_json: bool, quiet: bool) -> None:
    """One block for each finding, then how many of each kind; quiet tells these alone."""
    if as_json:
        print_json([asdict(finding) for finding in findings])
        return
    for finding in () if quiet else findings:
        console.print(Text.assemble((f"{finding.standing:14}", f"bold {_STYLES[finding.standing]}"), finding.subject))
        console.print(Text(f"              {finding.text}", style="dim"), soft_wrap=True)
    counts = Counter(finding.standing for finding in findings)
    told = (f"[{_STYLES[one]}]{n} {one}[/]" for one, n in sorted(counts.items()))
    console.print(", ".join(told) or "nothing to check")

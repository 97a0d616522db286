"""Section 7: what the page is about, in digests, so that it can be made again."""

from __future__ import annotations

from hashlib import sha256

from ..pages.markup import Markup, element, joined
from .contents import ReportContents

__all__ = ["provenance"]


def provenance(contents: ReportContents) -> Markup:
    """Seed, versions and digests; nothing here tells the time or the machine."""
    run, circuit = contents.run, contents.circuit
    rows = [
        ("seed", str(run.config.seed)),
        ("code version", run.code_version),
        ("checkpoint", f"step {circuit.checkpoint_step}"),
        ("data set", run.dataset_digest),
        ("circuit weights", sha256(circuit.weights).hexdigest()),
        *((f"program {title}", report.program_digest) for title, _, report in contents.proofs),
    ]
    listed = [joined([element("dt", name), element("dd", element("code", value))]) for name, value in rows]
    return element("footer", element("h2", "Provenance"), element("dl", *listed))

"""Section 1: what was trained, found, checked and proved, at a glance."""

from __future__ import annotations

import math

from ...runtime.transformer import parameter_shapes
from ..pages.markup import Markup, element
from ..verification.words import verdict_counts
from .contents import ReportContents
from .learning import step_all_right

__all__ = ["headline"]


def headline(contents: ReportContents) -> Markup:
    """The title of the page and a row of figures, each with one sentence."""
    run = contents.run
    name = " ".join([run.task.name, *map(str, run.task.parameters.values())])
    title = element("h1", name, element("small", "learned, cut out, written down and proved"))
    tiles = (_training(contents), _circuit(contents), _check(contents), _formula(contents), _verdicts(contents))
    return element(
        "header", element("p", "stdcell report", class_="eyebrow"), title, element("div", *tiles, class_="tiles")
    )


def _tile(label: str, number: str, unit: str, *sentence: str) -> Markup:
    value = element("p", number, element("small", unit), class_="value")
    return element("div", element("p", label, class_="label"), value, element("p", *sentence, class_="sentence"))


def _training(contents: ReportContents) -> Markup:
    run = contents.run
    right = step_all_right(run)
    promise = element("code", run.task.contract)
    sentence = ["Trained on ", promise, f" with seed {run.config.seed}: {run.status}"]
    sentence += [f", all right from step {right:,} on."] if right is not None else ["."]
    return _tile("Training", f"{contents.circuit.checkpoint_step:,}", "steps", *sentence)


def _circuit(contents: ReportContents) -> Markup:
    circuit, run = contents.circuit, contents.run
    n_parameters = sum(weight.numel() for weight in circuit.cell.model.parameters())
    n_in_parent = sum(map(math.prod, parameter_shapes(run.config.transformer(run.task)).values()))
    sentence = f"The {circuit.search['claim']} circuit, with {n_parameters:,} of {n_in_parent:,} parameters."
    return _tile("Circuit", str(len(circuit.edges)), f"of {len(circuit.effects)} edges", sentence)


def _check(contents: ReportContents) -> Markup:
    check = contents.check
    sentence = f"Every input of the circuit was run; the smallest logit margin is {check.smallest_margin:.2f}."
    return _tile("Exhaustive check", f"{check.n_wrong:,}", f"of {check.n_inputs:,} wrong", sentence)


def _formula(contents: ReportContents) -> Markup:
    formula = contents.formula.formula
    n_terms = len(formula.frequencies)
    agreement = f"Answers as the network on {formula.n_agreeing:,} of {formula.n_inputs:,} inputs"
    sentence = f"{agreement} and explains {formula.r_squared:.1%} of its logits' variance."
    return _tile("Formula", str(n_terms), "cosine" if n_terms == 1 else "cosines", sentence)


def _verdicts(contents: ReportContents) -> Markup:
    counts = verdict_counts(verdict for *_, report in contents.proofs for verdict in report.verdicts)
    proved = counts.pop("proved", 0)
    others = ", ".join(f"{n} {status}" for status, n in counts.items())
    n_programs = len(contents.proofs)
    programs = f"in {n_programs} program{'' if n_programs == 1 else 's'}"
    sentence = f"{others} {programs}." if others else f"Nothing is left open {programs}."
    return _tile("Verdicts", str(proved), "proved", sentence)

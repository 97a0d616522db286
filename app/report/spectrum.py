"""Section 3: the formula, and the spectrum that it was read off."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ...extraction import AdditionFormula
from .markup import Markup, element, figure, joined, section
from .palette import LIGHT
from .plots import plot

__all__ = ["spectrum_section"]


def spectrum_section(formula: AdditionFormula) -> Markup:
    """Powers and shares of each frequency, the formula as text, and its waves."""
    embedding = plot(
        "Share of each frequency in the spectrum of the embeddings; the key frequencies stand out",
        lambda axes: _draw_bars(axes, formula, formula.embedding_powers, "Embedding spectrum"),
    )
    logits = plot(
        "Share of the logits' variance that each frequency explains",
        lambda axes: _draw_bars(axes, formula, formula.logit_shares, "Explained variance of the logits"),
    )
    waves = plot(
        "The formula's logit by the distance of c from the right answer, with the cosines that it is the sum of",
        lambda axes: _draw_waves(axes, formula),
    )
    figures = [
        figure(embedding, "Power of each frequency in the number embeddings. ", _key_frequencies(formula)),
        figure(logits, "What one cosine of each frequency explains of the network's logits."),
        figure(
            waves,
            "One cosine (thin) cannot tell all answers apart; the sum of them (blue) leads at the right one alone.",
        ),
        element("div", _typeset(formula), _fit(formula), class_="formula"),
    ]
    introduction = (
        f"The network does modular addition with {_count(len(formula.frequencies), 'frequency', 'frequencies')}: "
        "its logits are, nearly, a sum of cosines in a + b − c."
    )
    return section("Formula", introduction, element("div", *figures, class_="pair"))


def _key_frequencies(formula: AdditionFormula) -> str:
    return f"Blue: the key frequencies {', '.join(map(str, sorted(formula.frequencies)))}."


def _typeset(formula: AdditionFormula) -> Markup:
    """`logit(c) = 16.8 cos 13θ + …` with θ explained below."""
    terms = [
        element("span", f"{amplitude:.3g} cos {k}", element("i", "θ"), class_="term")
        for amplitude, k in zip(formula.amplitudes, formula.frequencies, strict=True)
    ]
    left = joined([element("i", "logit"), "(", element("i", "c"), ") ≈ "])
    angle = joined([element("i", "θ"), " = 2π (", element("i", "a + b − c"), f") / {formula.modulus}"])
    sum_ = Markup(joined(terms, " + ").replace(' + <span class="term">-', ' − <span class="term">'))
    return element("div", element("p", left, sum_), element("p", angle, class_="where"), class_="math")


def _fit(formula: AdditionFormula) -> Markup:
    agreement = f"{formula.n_agreeing:,} of {formula.n_inputs:,}"
    rows = [
        ("answers as the network on", f"{agreement} inputs"),
        (
            "explains of the logits’ variance",
            joined([element("i", "R"), element("sup", "2"), f" = {formula.r_squared:.4f}"]),
        ),
    ]
    return element("dl", *(joined([element("dt", name), element("dd", value)]) for name, value in rows))


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _draw_bars(axes: Axes, formula: AdditionFormula, shares: Sequence[float], title: str) -> None:
    frequencies = range(1, len(shares) + 1)
    colours = [LIGHT["blue" if k in formula.frequencies else "faint"] for k in frequencies]
    bars = axes.bar(frequencies, shares, color=colours, width=0.72)
    names = [str(k) if k in formula.frequencies else "" for k in frequencies]
    axes.bar_label(bars, names, padding=2, fontsize=9, color=LIGHT["blue"])
    axes.set(title=title, xlabel="frequency k")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.grid(visible=False, axis="x")
    axes.margins(x=0.02, y=0.12)


def _draw_waves(axes: Axes, formula: AdditionFormula) -> None:
    half = formula.modulus // 2
    distances = range(half + 1 - formula.modulus, half + 1)
    total = formula.logits_by_residue().tolist()
    for amplitude, k in zip(formula.amplitudes, formula.frequencies, strict=True):
        wave = [amplitude * math.cos(2 * math.pi * k * s / formula.modulus) for s in distances]
        axes.plot(distances, wave, color=LIGHT["faint"], linewidth=0.9)
    axes.plot(distances, [total[s] for s in distances], color=LIGHT["blue"], marker="o", markersize=2.6)
    axes.set(title="The sum peaks at the right answer", xlabel="a + b − c, modulo p", ylabel="logit")
    axes.margins(x=0.02)

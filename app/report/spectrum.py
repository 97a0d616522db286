"""Section 3: the formula, and the spectrum that it was read off."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from ...extraction import AdditionFormula
from ..pages.markup import Markup, element, figure, joined, section
from ..pages.palette import LIGHT
from .plots import plot

__all__ = ["spectrum_section"]


def spectrum_section(formula: AdditionFormula) -> Markup:
    """Powers and shares of each frequency, the formula as text, and its total."""
    embedding = plot(
        "Share of each frequency in the spectrum of the embeddings; the key frequencies stand out",
        lambda axes: _draw_bars(axes, formula, formula.embedding_powers, "Embedding spectrum"),
    )
    logits = plot(
        "Share of the logits' variance that each frequency explains",
        lambda axes: _draw_bars(axes, formula, formula.logit_shares, "Explained variance of the logits"),
    )
    total = plot(
        "The formula's logit by the distance of c from the right answer; it is largest at distance 0",
        lambda axes: _draw_sum(axes, formula),
    )
    figures = [
        figure(embedding, "Power of each frequency in the number embeddings. ", _key_frequencies(formula)),
        figure(logits, "What one cosine of each frequency explains of the network's logits."),
        figure(total, f"The cosines add up at the right answer (blue), which leads by {_lead(formula):.2f}."),
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
        element("span", f"{amplitude:.3g} cos {k if k > 1 else ''}", element("i", "θ"), class_="term")
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


def _lead(formula: AdditionFormula) -> float:
    """The logit of the right answer minus the best other one; negative where the formula is wrong."""
    right, *others = formula.logits_by_residue().tolist()
    return float(right - max(others))


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


def _draw_sum(axes: Axes, formula: AdditionFormula) -> None:
    half = formula.modulus // 2
    distances = range(half + 1 - formula.modulus, half + 1)
    logits = formula.logits_by_residue().tolist()
    colours = [LIGHT["blue" if distance == 0 else "faint"] for distance in distances]
    axes.bar(distances, [logits[distance] for distance in distances], color=colours, width=0.72)
    axes.axhline(0, color=LIGHT["faint"], linewidth=0.8)
    axes.set(title="The sum peaks at the right answer", xlabel=f"a + b − c, modulo {formula.modulus}", ylabel="logit")
    axes.grid(visible=False, axis="x")
    axes.margins(x=0.02)

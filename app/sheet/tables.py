"""The tables of a data sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...catalog import Contract, Evidence, Port, Verdict
from ..pages.markup import Markup, element, joined
from .contents import Added, Ancestor, Neighbour, SheetContents, Version
from .figures import Figure, number

__all__ = [
    "SIGNS",
    "badge",
    "compatible_table",
    "contract_list",
    "evidence_table",
    "figures_table",
    "history_table",
    "lineage_list",
    "table",
    "verdicts_table",
    "when_added",
]

SIGNS = {"proved": "✓", "exhaustive": "✓", "unknown": "?", "error": "!", "refuted": "✗"}
N_COMPATIBLE = 8
_COLOURS = {"exhaustive": "proved"}
_STEPS = {
    "DERIVED_FROM": "derived from",
    "COMPOSED_OF": "composed of",
    "EXTRACTED_FROM": "cut out of",
    "READS": "reads",
    "WRITES": "writes",
    "PRODUCED": "produced by",
    "TRAINED_ON": "trained on",
    "INSTANCE_OF": "samples of",
}
_WAYS = {"in": ("can be fed by", "--feeds"), "out": ("can feed", "--reads")}


def badge(status: str, text: str) -> Markup:
    """A status as a word, a sign and a colour."""
    return element("span", f"{SIGNS[status]} {text}", class_=f"badge {_COLOURS.get(status, status)}")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], class_: str = "data") -> Markup:
    """Rows under their headings; a column whose heading begins with # holds numbers."""
    classes = ["number" if column.startswith("#") else "text" for column in columns]
    head = [
        element("th", column.removeprefix("#"), scope="col", class_=one)
        for column, one in zip(columns, classes, strict=True)
    ]
    body = [
        element("tr", *(element("td", cell, class_=one) for cell, one in zip(row, classes, strict=True)))
        for row in rows
    ]
    framed = element("table", element("thead", element("tr", *head)), element("tbody", *body), class_=class_)
    return element("div", framed, class_="scroll")


def contract_list(contracts: Sequence[Contract]) -> Markup:
    """What is required and ensured, as code."""
    if not contracts:
        return element("p", "The catalog holds no contract of it.", class_="none")
    parts = []
    for contract in contracts:
        rows = [("requires", contract.requires or "nothing"), ("ensures", contract.ensures)]
        rows += [("tolerance", f"{contract.tolerance:g}" if contract.tolerance else "0, exact")]
        parts += [element("dt", name) + element("dd", element("code", value)) for name, value in rows]
    return element("dl", *map(Markup, parts), class_="facts-list")


def figures_table(figures: Sequence[Figure]) -> Markup:
    """Typical figures."""
    return table(("figure", "#value", "unit", "condition"), figures)


def evidence_table(evidence: Sequence[Evidence]) -> Markup:
    """One row for each piece of evidence."""
    columns = ("kind", "claim", "#inputs", "#wrong", "#value [95 %]", "#margin", "method", "format", "#seed", "id")
    return table(columns, map(_evidence_row, evidence))


def _evidence_row(one: Evidence) -> tuple[str, ...]:
    interval = ""
    if one.interval_low is not None and one.interval_high is not None:
        interval = f" [{number(one.interval_low)}, {number(one.interval_high)}]"
    computed = " ".join(part for part in (one.dtype, one.device) if part) or "–"
    value = number(one.value) + interval
    counts = (number(one.n_inputs), number(one.n_wrong), value, number(one.smallest_margin))
    return (one.kind, _code(one.claim), *counts, one.method, computed, number(one.seed), _digest(one.id))


def verdicts_table(verdicts: Sequence[Verdict]) -> Markup:
    """One row for each verdict, those against the cell first."""
    order = list(SIGNS)[::-1]
    rows = [
        (
            badge(one.status, one.status),
            joined(
                [
                    _code(one.claim),
                    *([element("div", _code(one.counterexample), class_="witness")] if one.counterexample else []),
                ]
            ),
            one.scope,
            one.method,
            joined([element("div", text) for text in one.assumptions]) if one.assumptions else "none",
        )
        for one in sorted(verdicts, key=lambda one: order.index(one.status))
    ]
    return table(("verdict", "claim", "scope", "method", "assumptions"), rows)


def compatible_table(compatible: Sequence[tuple[Port, Sequence[Neighbour]]], called: str) -> Markup:
    """For each port of the cell that is called so, the ports of other cells that fit."""
    return table(("port", "ports of other cells"), [_compatible_row(*one, called) for one in compatible])


def _compatible_row(port: Port, neighbours: Sequence[Neighbour], called: str) -> tuple[str, str]:
    told, option = _WAYS[port.direction]
    shown = [element("div", _code(f"{one.cell}.{one.port}"), f" {one.type}") for one in neighbours[:N_COMPATIBLE]]
    if len(neighbours) > len(shown):
        command = _code(f"stdcell find {option} {called}.{port.name}")
        shown.append(element("div", "more with ", command, class_="none"))
    return joined([_code(port.name), " ", told]), joined(shown) or "none in this catalog"


def lineage_list(lineage: Sequence[Ancestor]) -> Markup:
    """What the cell was made of, nearest first, indented by distance."""
    rows = [
        (
            element(
                "span",
                f"{_STEPS[one.relationship]} ",
                class_="none step",
                style=f"padding-left:{14 * (one.depth - 1)}px",
            ),
            one.node.label,
            str(getattr(one.node, "name", "")),
            _said(one),
            when_added(one.added),
            _digest(one.node.id),
        )
        for one in lineage
    ]
    return table(("", "what", "name", "figures", "added", "id"), rows)


def _said(one: Ancestor) -> str:
    """What matters of an ancestor in a few words."""
    told = {
        "step": "step {:,}",
        "test_accuracy": "test accuracy {:.2%}",
        "n_steps": "{:,} steps",
        "seed": "seed {}",
        "code_version": "code {}",
        "n_samples": "{:,} samples",
        "n_train": "{:,} trained on",
    }
    found = ((text, getattr(one.node, name, None)) for name, text in told.items())
    return ", ".join(text.format(value) for text, value in found if value is not None)


def history_table(contents: SheetContents) -> Markup:
    """Every version of the cell's names."""
    return table(
        ("name", "#version", "means", "when", "who", "#event"),
        map(lambda one: _version_row(one, contents), contents.versions[::-1]),
    )


def _version_row(one: Version, contents: SheetContents) -> tuple[str, ...]:
    means = "this cell" if one.of == contents.node.id else _digest(one.of)
    return one.name, str(one.version), means, _time(one.added.at), one.added.who, str(one.added.event)


def when_added(added: Added) -> str:
    """When and by whom, as a part of a sentence."""
    return f"{_time(added.at)} UTC by {added.who}, event {added.event}"


def _time(at: str) -> str:
    """A time without what is below the minute."""
    return at[:16].replace("T", " ")


def _code(text: str) -> Markup:
    return element("code", text)


def _digest(id: str) -> Markup:
    return element("code", id[:12], title=id, class_="digest")

"""Nodes as texts: what the writer named by its name, what is short as it is, and the rest as `…`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import inf

from ...dsl.conversion.writing import expression_of
from ...dsl.graph import Aggregate, Ascribe, At, CellCall, Fold, Input, Quantified, Reduce, SOp
from ...dsl.syntax import tree
from ...dsl.syntax.layout import lay_out
from ...dsl.syntax.printer import TreePrinter
from ...errors import Source, Span

__all__ = ["expression", "lines_of", "one_line", "visible"]

_NOWHERE = Span(Source(""), 0, 0)
_FOLDED = re.compile(r"\b(?:fold|scan)\s*\(\s*(?:f\s*=\s*)?([A-Za-z_]\w*)")
_MOST_LINES = 12


def expression(node: SOp, parts: Sequence[tree.Expr], spans: Mapping[SOp, Span]) -> tree.Expr:
    """A node of any kind as an expression of the strict dialect, the expressions of its parts known."""
    match node:
        case Input(name=name, key=key):
            return _name(name or key)
        case Ascribe():
            return parts[0]
        case Aggregate(operator="nearest_right"):
            ties = tree.Named("ties", tree.Text("right", _NOWHERE), _NOWHERE, _NOWHERE)
            return _call("nearest", (*parts, ties))
        case Aggregate(operator=operator) if operator != "mean":
            return _call(operator.removesuffix("_left"), parts)
        case At():
            return tree.Index(parts[0], (parts[1],), _NOWHERE)
        case Reduce(operator="count"):
            return _call("count", (*parts, tree.Boolean(True, _NOWHERE)))
        case Reduce(operator=operator):
            return _call(operator, parts)
        case CellCall(cell=cell):
            return _call(cell.name, parts)
        case Fold():
            *sequences, start = parts
            zipped = sequences[0] if len(sequences) == 1 else _call("zip", sequences)
            return _call("scan" if node.running else "fold", (_name(_step(node, spans)), zipped, start))
        case Quantified(operator=operator):
            span = spans.get(node)
            return _name(" ".join(span.text.split()) if span else f"{operator} …")
    return expression_of(node, parts)


def one_line(written: tree.Expr) -> str:
    """An expression on one line."""
    return lay_out(TreePrinter("cell").expression(written), inf)


def visible(text: str) -> str:
    """A text whose characters all can be seen."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def lines_of(written: tree.Expr, width: int) -> list[str]:
    """An expression on a few lines of about that many characters; what is too long ends with `…`."""
    lines = [visible(line) for line in lay_out(TreePrinter("cell").expression(written), width).split("\n")]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], "…"]
    return [line if len(line) <= width + 8 else f"{line[: width + 7]}…" for line in lines]


def _step(fold: Fold, spans: Mapping[SOp, Span]) -> str:
    """What the text calls the function of a fold."""
    if isinstance(fold.step, CellCall):
        return fold.step.cell.name
    span = spans.get(fold)
    found = _FOLDED.search(span.text) if span else None
    return found[1] if found else "…"


def _name(name: str) -> tree.Name:
    return tree.Name(name, _NOWHERE)


def _call(name: str, arguments: Sequence[tree.Argument]) -> tree.Call:
    return tree.Call(_name(name), tuple(arguments), _NOWHERE)

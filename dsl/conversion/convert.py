"""A program of the original RASP as one of the strict dialect, with the same answers.

1. The program is checked: its lists, loops and functions are computed away, and a graph is left.
2. The graph is made strict (`strictness`): conversions that RASP does in silence are written.
3. The graph is written as assignments (`writing`), and these are printed, with the comments before the outputs.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import Fault, LanguageError, Source, Span
from ..checking.check import parse
from ..graph import SOp
from ..program import Program
from ..scope import Scope
from ..syntax import tree
from ..syntax.parser import parse_items
from ..syntax.printer import print_item
from .strictness import StrictGraph, spread, uses_of
from .writing import Writing, is_word

__all__ = ["convert"]

_NO_TOKEN = "# RASP answers 0 where nothing is selected; 0 is no token, so here something has to be selected."


def convert(source: Source, scope: Scope | None = None) -> str:
    """The text of a `.cell` program that gives the answers of a `.rasp` program, under the same names.

    Comments at the head of the file and right before an output are kept.

    Raises:
        LanguageError: if the program has faults, or says what the strict dialect cannot; with all of them.
    """
    program = parse(source, dialect="rasp", scope=scope)
    if not program.outputs:
        message, hint = "the program has no output to convert", "end it with one: name = f(tokens);"
        raise LanguageError([Fault(message, Span(source, 0, 0), hint)])
    graph = StrictGraph(uses_of([program.functions[name].result for name in program.outputs]), program.spans)
    found = {name: _root(program, name, graph) for name in program.outputs}
    roots = {name: root for name, root in found.items() if root is not None}
    if graph.faults:
        raise LanguageError(graph.faults)
    names: dict[SOp, str] = {}
    for node, name in program.names.items():
        if (built := graph.built.get(node)) is not None:
            names.setdefault(built, name)
    writing = Writing(roots, names, _variables(source), graph.undefined)
    comments = _Comments(program)
    lines = [line for head in [comments.head()] if head for line in (*head, "")]
    for line in writing.lines():
        noted = [*(comments.before(line.output) if line.output else ()), *([_NO_TOKEN] if line.is_undefined else ())]
        lines += ["", *noted] if noted and lines and lines[-1] else noted
        lines.append(print_item(line.item, "cell"))
    return "\n".join(lines) + "\n"


def _root(program: Program, name: str, graph: StrictGraph) -> SOp | None:
    """What an output becomes: a sequence, for RASP answers with one whatever is asked."""
    function = program.functions[name]
    if is_word(name):
        message = f"{name!r} is a word of the strict dialect, found as the name of a variable"
        graph.faults.append(Fault(message, function.span, "give the variable another name"))
    root = graph.add(function.result, function.span)
    return None if root is None else spread(root)


def _variables(source: Source) -> frozenset[str]:
    """The names that a program's own statements assign, those within loops apart."""
    items, _ = parse_items(source, "rasp")
    return frozenset(name for item in items if isinstance(item, tree.Assignment) for name in item.names)


class _Comments:
    """The comments of a program that are kept, each once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._lines = [line.strip() for line in program.source.text.split("\n")]
        self._is_told: set[int] = set()

    def head(self) -> Sequence[str]:
        """The comment that the file begins with."""
        first = next((row for row, line in enumerate(self._lines) if line), 0)
        stop = first
        while stop < len(self._lines) and self._lines[stop].startswith("#"):
            stop += 1
        return self._told(range(first, stop))

    def before(self, output: str) -> Sequence[str]:
        """The comment on the lines right before the assignment of an output."""
        span = self._program.functions[output].span
        if span.source != self._program.source:
            return ()
        stop = start = span.line - 1
        while start > 0 and self._lines[start - 1].startswith("#"):
            start -= 1
        return self._told(range(start, stop))

    def _told(self, rows: range) -> Sequence[str]:
        new = [row for row in rows if row not in self._is_told]
        self._is_told.update(new)
        return [self._lines[row] for row in new]

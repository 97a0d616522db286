"""Random programs of both dialects over the whole vocabulary of nodes, and smaller ones of those that fail.

A program is one expression, drawn as a tree of templates: each node has a kind, a text with holes, and a part for each
hole. So a tree can be made smaller: a node becomes a part of its own kind, or a leaf. Not every tree is a program: the
checker refuses some for their types, and they are drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from stdcell.dsl import Program, parse
from stdcell.errors import LanguageError

__all__ = ["Drawn", "Tree", "draw_program", "smaller_programs"]


@dataclass(frozen=True)
class Tree:
    """An expression: its kind, its text with a hole for each part, and the parts."""

    kind: str
    template: str
    parts: tuple[Tree, ...] = ()

    def __str__(self) -> str:
        return self.template.format(*self.parts)

    def within(self) -> Iterator[Tree]:
        """The parts, their parts and so on."""
        for part in self.parts:
            yield part
            yield from part.within()


@dataclass(frozen=True)
class Drawn:
    """A program, and how it is compiled: dialect, values of its input, longest input, and the compiler's options."""

    tree: Tree
    dialect: str
    values: tuple[Any, ...]
    max_length: int
    causal: bool
    dtype: str = "float32"
    beginning: str = "token"

    @property
    def text(self) -> str:
        """The program as written."""
        if self.dialect == "rasp":
            return f"ans = {self.tree};"
        steps = [step for name, step in _STEPS.items() if name in str(self.tree)]
        return "\n".join([*steps, f"main(xs: seq[{_TYPES[self.values]}]) = {self.tree};"])

    @property
    def program(self) -> Program | None:
        """The program as checked; None if the checker refuses it."""
        try:
            return parse(self.text, dialect=self.dialect)
        except LanguageError:
            return None


NUMBERS, WORDS, BOOLEANS = (0, 1, 2), ("a", "b", "c"), (False, True)
_TYPES = {NUMBERS: "int 0..2", WORDS: 'token {"a", "b", "c"}', BOOLEANS: "bool"}
_KINDS = {NUMBERS: "number", WORDS: "word", BOOLEANS: "truth"}
_STEPS = {
    "add": "def add(s, x) { return s + x; }",
    "flip": "def flip(s: int 0..2, x: int) -> int 0..2 { return (s + x) mod 3; }",
    "latest": "def latest(s, x) { return x if x > 0 else s; }",
    "dot": "def dot(s, x, y) { return s + x * y; }",
    "once": "def once(s: int 0..2, x, y) -> int 0..2 { return 1 if s == 0 and x == y else s; }",
    "differ": "def differ(s: bool, x: bool) -> bool { return s != x; }",
    "next_word": 'def next_word(s: token {"a", "b", "c"}, x: token {"a", "b", "c"}) -> token {"a", "b", "c"} '
    '{ return x if s == "a" else ("a" if x == s else s); }',
    "square": "def square(x) { return x * x; }",
}

Rules = Mapping[str, Sequence[str]]
"""For each kind the templates that make it; a hole names the kind of its part."""

_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_SHARED: Rules = {
    "number": [
        *(f"({{number}} {operator} {{number}})" for operator in ("+", "+", "-", "-", "*", "%")),
        "({number} / {number})",
        "max({number}, {number})",
        "min({number}, {number})",
        "abs({number})",
        "round({number})",
        "({number} if {truth} else {number})",
        "indicator({truth})",
        *["selector_width({selector})"] * 4,
        *["aggregate({selector}, {number}, {number})"] * 3,
        "aggregate({selector}, {number})",
        "aggregate(select(indices, {number}, ==), {number}, {constant})",
    ],
    "truth": [
        *(f"({{number}} {comparison} {{number}})" for comparison in _COMPARISONS),
        *(f"({{word}} {comparison} {{word}})" for comparison in ("==", "!=", "<")),
        "({truth} and {truth})",
        "({truth} or {truth})",
        "(not {truth})",
        "({number} in [0, 2, 3])",
        '({word} in ["a", "c"])',
    ],
    "word": [
        "({word} if {truth} else {word})",
        "aggregate(select(indices, {number}, ==), {word}, {letter})",
        "aggregate({selector} and select(indices, {number}, ==), {word}, {letter})",
    ],
    "selector": [
        *(f"select({{number}}, {{number}}, {comparison})" for comparison in _COMPARISONS),
        *(f"select({{word}}, {{word}}, {comparison})" for comparison in ("==", "!=", "<=")),
        "select({truth}, {truth}, ==)",
        "select({truth}, True, ==)",
        "select(indices, indices, <)",
        "select(indices, indices, <=)",
        "select(indices, indices, !=)",
        "select({number}, {constant}, ==)",
        *["({selector} and {selector})"] * 3,
        "({selector} or {selector})",
        "({selector} and not {selector})",
        "(not {selector})",
    ],
}
_RASP: Rules = {
    "number": [
        "count({word}, {letter})",
        "average({number})",
        "load_from_location({number}, {number})",
        "shift({number}, {constant}, {constant})",
        "sort({number}, {number})",
        "aggregate(select_next_identical({word}), indices, -1)",
        "round((indices + 1) * aggregate(select(indices, indices, <=), indicator({truth})))",
        "aggregate(select_from_first({word}, {letter}), {number}, -1)",
    ],
    "truth": [
        "has_focus({selector})",
        "contains({number}, {constant})",
        "mark_first_instance({word}, {letter})",
        "mark_last_instance({word}, {letter})",
        "aggregate({selector} and select(indices, {number}, ==), {truth}, False)",
    ],
    "word": ["({word} + {word})", "shift({word}, {constant}, {letter})"],
    "selector": ["select_from_last({number}, {constant})"],
}
_CELL: Rules = {
    "number": [
        *(f"{name}({{selector}}, {{number}}, {{number}})" for name in ("min", "max", "first", "last", "nearest")),
        *(f"{name}({{selector}}, {{number}})" for name in ("sum", "min", "last")),
        'nearest({selector}, {number}, {number}, ties="right")',
        *(f"{name}({{number}})" for name in ("sum", "min", "max")),
        "count({number}, {constant})",
        "{sequence}[{number}]",
        "{sequence}[-1]",
        "{sequence}[length - 1 - indices]",
        "{{0: 2, 1: 0, 2: 1}}[{number}]",
        "{{(0, True): 1, (1, True): 2, (0, False): 0, (1, False): 3}}[{number}, {truth}]",
        '{{"a": 1, "b": 0, "c": 5}}[{word}]',
        *(
            f"{kind}({step}, {{number}}, {{constant}})"
            for kind in ("fold", "scan")
            for step in ("add", "flip", "latest")
        ),
        *(f"{kind}({step}, zip({{number}}, {{number}}), 0)" for kind in ("fold", "scan") for step in ("dot", "once")),
        "map(square, {number})",
    ],
    "truth": [
        "any({selector}, {truth})",
        "all({selector}, {truth})",
        "any({truth})",
        "all({truth})",
        "sorted({number})",
        "distinct({number})",
        "permutation({number}, {number})",
        "first({selector}, {truth}, False)",
        "fold(differ, {truth}, False)",
        "scan(differ, {truth}, True)",
        "(0 <= {number} < {number})",
        "(forall i: {sequence}[i] {comparison} {constant})",
        "(exists i, j: i < j and {sequence}[i] {comparison} {sequence}[j])",
        "(forall i in range(length - 1): {sequence}[i] {comparison} {sequence}[i + 1])",
        "(exists x in {sequence}: x {comparison} {constant})",
        "(exists i in range(0, length): i * i == {constant} + 1)",
    ],
    "word": [
        'fold(next_word, {word}, "a")',
        'scan(next_word, {word}, "a")',
        *(f"{name}({{selector}}, {{word}}, {{letter}})" for name in ("first", "last", "nearest", "min", "max")),
        "{words}[{number}]",
        '{{0: "a", 1: "c", 2: "b"}}[{number}]',
    ],
    "selector": [],
}
_LEAVES: Rules = {
    "number": ["{constant}", "indices", "indices", "length"],
    "constant": ["0", "1", "2", "3"],
    "comparison": [*_COMPARISONS],
    "letter": ['"a"', '"b"'],
    "word": ["{letter}"],
    "truth": ["(indices == 1)", "(length > 2)"],
    "selector": ["select(indices, indices, <=)", "select(1, 1, ==)"],
}
_INPUTS: Mapping[tuple[str, tuple[Any, ...]], str] = {
    ("rasp", NUMBERS): "tokens_int",
    ("rasp", WORDS): "tokens",
    ("rasp", BOOLEANS): "tokens_bool",
}


def draw_program(random: Random, *, depth: int = 4) -> Drawn:
    """A program that the checker accepts."""
    while True:
        dialect = random.choice(["rasp", "cell"])
        values = random.choice([NUMBERS, NUMBERS, WORDS, BOOLEANS])
        causal = random.random() < 0.25
        drawer = _Drawer(random, _rules(dialect, values), causal)
        kind = random.choice(["number", "number", "truth", "word"])
        max_length = random.choice([2, 3, 3, 4, 5, 6, 8])
        tree = drawer.tree(kind, random.randint(1, depth))
        dtype = random.choice(["float32"] * 6 + ["float64", "bfloat16"])
        beginning = random.choice(["token", "token", "sink"])
        drawn = Drawn(tree, dialect, values, max_length, causal, dtype, beginning)
        if drawn.program is not None:
            return drawn


def _rules(dialect: str, values: tuple[Any, ...]) -> Callable[[str, int], list[str]]:
    """The templates of a kind, at some depth that is left."""
    given, own = _INPUTS.get((dialect, values), "xs"), _KINDS[values]
    further = _RASP if dialect == "rasp" else _CELL
    sequences = {"sequence": ["xs" if own == "number" else "indices"], "words": ["xs" if own == "word" else '"a"']}

    def templates(kind: str, depth: int) -> list[str]:
        if kind in sequences:
            return sequences[kind]
        leaves = [*_LEAVES[kind], *[given] * (3 * len(_LEAVES[kind]) if kind == own else 0)]
        grown = [*_SHARED.get(kind, ()), *further.get(kind, ())]
        return grown if depth > 0 and grown else leaves

    return templates


class _Drawer:
    """Fills holes until no depth is left."""

    def __init__(self, random: Random, templates: Callable[[str, int], list[str]], causal: bool) -> None:
        self.random = random
        self.templates = templates
        self.causal = causal

    def tree(self, kind: str, depth: int) -> Tree:
        """A tree of a kind, no deeper than that; now and then less deep."""
        depth = 0 if self.random.random() < 0.15 else depth
        templates = self.templates(kind, depth)
        if self.causal:
            templates = [template for template in templates if "length" not in template] or templates
        if self.causal and kind == "selector" and self.random.random() < 0.85:
            return self._looking_back(depth)
        return self._filled(kind, self.random.choice(templates), depth)

    def _looking_back(self, depth: int) -> Tree:
        """A selector of earlier keys."""
        inner = self._filled("selector", self.random.choice(self.templates("selector", depth)), depth)
        return Tree("selector", "({} and select(indices, indices, <=))", (inner,))

    def _filled(self, kind: str, template: str, depth: int) -> Tree:
        pieces, parts = [], []
        rest = template.replace("{{", "\x01").replace("}}", "\x02")
        while "{" in rest:
            before, _, rest = rest.partition("{")
            hole, _, rest = rest.partition("}")
            pieces.append(before + "{}")
            parts.append(self.tree(hole, depth - 1))
        text = "".join([*pieces, rest]).replace("\x01", "{{").replace("\x02", "}}")
        return Tree(kind, text, tuple(parts))


def smaller_programs(drawn: Drawn) -> Iterator[Drawn]:
    """Programs with one node replaced by a part of its kind or a leaf, or that are compiled for shorter inputs."""
    if drawn.max_length > 1:
        yield replace(drawn, max_length=drawn.max_length - 1)
    if drawn.causal:
        yield replace(drawn, causal=False)
    if drawn.dtype != "float32":
        yield replace(drawn, dtype="float32")
    if drawn.beginning != "token":
        yield replace(drawn, beginning="token")
    given, own = _INPUTS.get((drawn.dialect, drawn.values), "xs"), _KINDS[drawn.values]
    for tree in _smaller(drawn.tree, {own: given}):
        yield replace(drawn, tree=tree)


def _smaller(tree: Tree, given: Mapping[str, str]) -> Iterator[Tree]:
    yield from sorted({part for part in tree.within() if part.kind == tree.kind}, key=lambda part: len(str(part)))
    size = len(str(tree)), str(tree)
    yield from (Tree(tree.kind, text) for text in _simple(tree.kind, given) if (len(text), text) < size)
    for place, part in enumerate(tree.parts):
        for smaller in _smaller(part, given):
            yield replace(tree, parts=(*tree.parts[:place], smaller, *tree.parts[place + 1 :]))


def _simple(kind: str, given: Mapping[str, str]) -> list[str]:
    """The texts of a kind that have no parts, the input among them."""
    leaves = _LEAVES.get(kind, ())
    closed = [text for leaf in leaves for text in (_LEAVES[leaf[1:-1]] if leaf.startswith("{") else [leaf])]
    return [*closed, *([given[kind]] if kind in given else [])]

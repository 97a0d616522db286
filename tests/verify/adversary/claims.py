"""Random programs with contracts, over every fragment of the strict language; most of what they promise is false.

A text is drawn from templates: each hole names the kind of what fills it. Not every text is a program: the checker
refuses some for their types, and they are drawn again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

from stdcell.dsl import Program, parse
from stdcell.errors import LanguageError

__all__ = ["draw_claims"]

_HOLE = re.compile(r"<([a-z]+)>")
_COMPARED = [f"<{{0}}> {symbol} <{{0}}>" for symbol in ("==", "!=", "<", "<=", ">", ">=")]

Rules = Mapping[str, Sequence[str]]

STEPS = """
def add(s, x) { return s + x; }
def flip(s: int 0..2, x: int) -> int 0..2 { return (s + x) mod 3; }
def latest(s, x) { return x if x > 0 else s; }
def part(s, x) { return s + 6 / x; }
def dot(s, x, y) { return s + x * y; }
def differ(s: bool, x: bool) -> bool { return s != x; }
def narrow(x: int 0..1) -> int { return 2 * x; }
def fitted(xs: seq[int 0..1]) -> seq[int 0..1] { return xs; }
def inverse(x: int) -> real requires x > 0 ensures result <= 1 { return 1 / x; }
def rising(xs: seq[int 0..2]) -> seq[int 0..2] requires sorted(xs) ensures sorted(result) { return xs; }
def ahead(xs: seq[int 0..2]) -> seq[int] ensures result > xs { return xs + 1; }
def wrong(xs: seq[int 0..2]) -> seq[int] ensures sorted(result) { return xs; }
def rank(xs: seq[int 0..2]) -> seq[int] ensures permutation(result, indices) {
    return selector_width(select(xs, xs, <) or (select(xs, xs, ==) and select(indices, indices, <)));
}
"""
LEAVES: Rules = {
    "number": ["xs", "xs", "xs", "ys", "indices", "length", "k", "<constant>"],
    "truth": ["bs", "xs > 0", "indices == 1"],
    "word": ["ws", "ws", '"b"'],
    "selector": ["select(indices, indices, <=)", "select(indices, indices, <)", "select(xs, xs, ==)"],
    "constant": ["0", "1", "2", "3"],
    "scalar": ["k", "length", "<constant>"],
    "place": ["i", "i", "j", "i + 1", "i - 1", "length - i - 1", "-1", "0", "xs[i]"],
    "case": ["result[<place>] <comparison> <constant>", "xs[<place>] <comparison> xs[<place>]", "i <comparison> j"],
    "condition": ["length <comparison> <constant>", "sorted(xs)", "all(bs)", "k <comparison> <constant>"],
    "comparison": ["==", "!=", "<", "<=", ">", ">="],
}
GROWN: Rules = {
    "number": [
        *(f"(<number> {operator} <number>)" for operator in ("+", "-", "*", "/", "mod", "min", "max")[:5]),
        "<number> ^ 2",
        "min(<number>, <number>)",
        "max(<number>, <number>)",
        "abs(<number>)",
        "round(<number> / 2)",
        "indicator(<truth>)",
        "(<number> if <truth> else <number>)",
        *["selector_width(<selector>)"] * 3,
        *(f"{name}(<selector>, <number>)" for name in ("aggregate", "sum", "min", "max", "first", "last", "nearest")),
        *(f"{name}(<selector>, <number>, <constant>)" for name in ("aggregate", "sum", "min", "first", "nearest")),
        'nearest(<selector>, <number>, ties="right")',
        "aggregate(select(<number>, indices, ==), <number>, <constant>)",
        "aggregate(select(indices, <number>, ==), <number>, <constant>)",
        "aggregate(select(rank(xs), indices, ==), <number>)",
        "xs[<number>]",
        "{0: 2, 1: 0, 2: 1}[<number>]",
        "{(0, True): 1, (1, True): 2, (0, False): 0}[<number>, <truth>]",
        '{"a": 1, "b": 0, "c": 5}[<word>]',
        *(f"scan({step}, <number>, <constant>)" for step in ("add", "flip", "latest", "part")),
        "scan(dot, zip(<number>, <number>), 0)",
        "narrow(<number>)",
        "fitted(<number>)",
        "inverse(<number>)",
        "rising(<number>)",
        "ahead(<number>)",
        "wrong(<number>)",
        "<scalar>",
    ],
    "truth": [
        *(text.format("number") for text in _COMPARED),
        *(text.format("word") for text in _COMPARED[:4]),
        "(<truth> and <truth>)",
        "(<truth> or <truth>)",
        "(not <truth>)",
        "any(<selector>, <truth>)",
        "all(<selector>, <truth>, False)",
        "first(<selector>, <truth>, True)",
        "scan(differ, <truth>, False)",
        "(<number> in [0, 2])",
    ],
    "word": [
        "(<word> if <truth> else <word>)",
        'aggregate(select(indices, <number>, ==), <word>, "a")',
        'first(<selector>, <word>, "c")',
        "last(<selector>, <word>)",
        '{0: "a", 1: "c", 2: "b"}[<number>]',
        "ws[<number>]",
    ],
    "selector": [
        *(f"select(<number>, <number>, {comparison})" for comparison in ("==", "!=", "<", "<=", ">", ">=")),
        "select(<word>, <word>, ==)",
        "select(<truth>, True, ==)",
        "(<selector> and <selector>)",
        "(<selector> or <selector>)",
        "(not <selector>)",
    ],
    "scalar": [
        "sum(<number>)",
        "min(<number>)",
        "max(<number>)",
        "count(<number>, <constant>)",
        "xs[-1]",
        "xs[k]",
        *(f"fold({step}, <number>, <constant>)" for step in ("add", "flip", "latest", "part")),
        "fold(dot, zip(<number>, <number>), 0)",
        "(<scalar> + <scalar>)",
        "(<scalar> * <scalar>)",
        "(<scalar> - <scalar>)",
        "(<scalar> if <condition> else <scalar>)",
        "narrow(k)",
        "(1 / <scalar>)",
    ],
    "case": [
        "(<case> implies <case>)",
        "(<case> and <case>)",
        "(<case> or <case>)",
        "(<case> if <case> else <case>)",
        "not (<case>)",
        "(exists j in range(<place>, length): <case>)",
        "(forall j: <case>)",
        "1 / xs[<place>] <comparison> 1",
        "narrow(xs[<place>]) <comparison> <place>",
        "fitted(xs)[<place>] <comparison> <constant>",
        "result[<place>] <comparison> xs[<place>]",
        "<number>[<place>] <comparison> <place>",
    ],
    "condition": [
        *(text.format("scalar") for text in _COMPARED),
        "forall i, j<range>: <case>",
        "exists i, j<range>: <case>",
        "(forall i<range>: (exists j: <case>))",
        "(exists i<range>: (forall j: <case>))",
        "(forall x in <number>: x <comparison> <constant>)",
        "sorted(<number>)",
        "distinct(<number>)",
        "permutation(<number>, <number>)",
        "(<condition> and <condition>)",
        "(<condition> or <condition>)",
        "(<condition> implies <condition>)",
        "any(<truth>)",
        "all(<truth>)",
        "count(<truth>, True) <comparison> <constant>",
    ],
    "range": ["", "", " in range(length - 1)", " in range(1, length)", " in range(-1, 2)", " in range(0, k)"],
}
_TYPES = {"number": ["int 0..2", "int -1..1", "real 0..1"], "truth": ["bool"], "word": ['token {"a", "b", "c"}']}
_INPUTS = {"xs": "number", "ys": "number", "bs": "truth", "ws": "word"}


def draw_claims(random: Random, *, depth: int = 3) -> tuple[str, Program]:
    """The text of a program with a contract, and the program."""
    while True:
        text = _program(random, depth)
        try:
            return text, parse(text)
        except LanguageError:
            continue


def _program(random: Random, depth: int) -> str:
    kind = random.choice(["number"] * 4 + ["truth", "word", "scalar"])
    body = _filled(random, kind, random.randint(0, depth))
    requires = [_filled(random, "condition", random.randint(0, 1)) for _ in range(random.choice([0, 0, 1]))]
    promises = [_promise(random, kind, depth) for _ in range(random.choice([1, 1, 2]))]
    contract = [f"requires {text}" for text in requires] + [f"ensures {text}" for text in promises]
    names = [name for name in (*_INPUTS, "k") if re.search(rf"\b{name}\b", " ".join([body, *contract]))] or ["xs"]
    typed = [f"{name}: {_type(random, name)}" for name in names]
    written = " ".join([body, *contract])
    steps = [
        line
        for line in re.split(r"\n(?=def )", STEPS)
        if (found := re.search(r"def (\w+)", line)) and found[1] in written
    ]
    return "\n".join([*steps, f"main({', '.join(typed)}) {' '.join(contract)} = {body};"])


def _type(random: Random, name: str) -> str:
    return "int 0..2" if name == "k" else f"seq[{random.choice(_TYPES[_INPUTS[name]])}]"


def _promise(random: Random, kind: str, depth: int) -> str:
    """What is promised of a result of this kind: of each element, of places, or of anything else."""
    if random.random() < 0.5 and kind != "scalar":
        other = _filled(random, kind, random.randint(0, depth - 1))
        symbol = random.choice(LEAVES["comparison"] if kind == "number" else ["==", "!="])
        return random.choice([f"result {symbol} {other}", f"any(result {symbol} {other})"])
    if kind == "scalar":
        return f"result {random.choice(LEAVES['comparison'])} {_filled(random, 'scalar', random.randint(0, depth - 1))}"
    text = _filled(random, "condition", random.randint(1, depth))
    return text if kind == "number" else text.replace("result", "xs")


def _filled(random: Random, kind: str, depth: int) -> str:
    """A text of a kind, no deeper than that."""
    leaves = LEAVES.get(kind, ())
    grown = GROWN.get(kind, ())
    template = random.choice(grown if grown and (depth > 0 or not leaves) else leaves)
    return _HOLE.sub(lambda hole: _filled(random, hole[1], depth - 1), template)

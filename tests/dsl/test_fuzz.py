"""Whatever text it is given, the language answers with a program or with its faults, and soon.

`STDCELL_FUZZ=1000000 pytest -m slow tests/dsl/test_fuzz.py` tries that many texts of each dialect.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stdcell.dsl.analysis import analyse
from stdcell.errors import Source

ROOT = Path(__file__).parents[2]
SECONDS = 5
WORDS = {
    "cell": (
        *("def", "return", "use", "type", "circuit", "program", "where", "as", "requires", "ensures", "forall"),
        *("exists", "implies", "and", "or", "not", "in", "if", "else", "mod", "True", "False", "token", "seq", "int"),
        *("real", "bool", "vector", "0..9", "..", "->", ">>", "main", "f", "g", "x", "xs", "result", "tokens"),
        *("indices", "length", "select", "aggregate", "selector_width", "fold", "scan", "map", "zip", "sum", "first"),
        *("min", "max", "any", "all", "count", "sorted", "range", "@", '"a"', '"stdcell/sort"', "0", "1", "2.5", "99"),
        *("(", ")", "[", "]", "{", "}", ",", ":", ";", "=", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"),
        *("%", "^", "#", "\n", '"', "'", "?", "\u00e9", "\t", "\\"),
    ),
    "rasp": (
        *("def", "return", "for", "in", "load", "draw", "set example", "show example", "examples on", "exit"),
        *("full seq display off", "and", "or", "not", "if", "else", "True", "False", "f", "g", "x", "xs", "out"),
        *("tokens", "tokens_int", "tokens_str", "indices", "length", "full_s", "select", "aggregate"),
        *("selector_width", "sort", "max", "round", "indicator", "range", "zip", "len", "count", '"a"', '"rover"'),
        *("0", "1", "2.5", "99", "(", ")", "[", "]", "{", "}", ",", ":", ";", "=", "==", "!=", "<", "<=", ">", ">="),
        *("+", "-", "*", "/", "%", "^", "#", "\n", '"', "'", "?", "\u00e9", "\t", "\\"),
    ),
}


def programs(dialect: str) -> list[str]:
    """Real programs to start from."""
    files = [path for folder in ("library", "examples", "tests") for path in (ROOT / folder).rglob(f"*.{dialect}")]
    return [path.read_text(encoding="utf-8") for path in sorted(files)] or ["a = 1;"]


SMALL = {
    "cell": (
        "main(xs: seq[int 0..9]) -> int ensures result == sum(xs) = fold(add, xs, 0);",
        "def add(a: int, b: int = 1) -> int requires a > 0 ensures result > b { c = a + b; return c; }",
        't = {("a", 0): 1, ("b", 1): 2};\nx = t["a", 0];\ny = -tokens[1] ^ 2 if length > 3 else 0;',
        "def twice[T: real](xs: seq[T]) -> seq[T] { return xs + xs; }\na = indices >> twice >> round;",
        "s = select(indices, indices, <=) and not select(tokens, tokens, ==);\na = aggregate(s, indices, 0);",
        "def p(xs: seq[int]) requires forall i, j in range(0, length): i < j implies xs[i] <= xs[j] { return xs; }",
        'use program "stdcell/sort" (sort);\ntype D = token {"a", "b"};\nb = scan(t, zip(indices, indices), 0);',
    ),
    "rasp": (
        "def f(x) { y = [i * 2 for i in range(3)]; for a, b in zip(y, y) { x = x + a; } return x, y; }\na, b = f(1);",
        'd = {"a": 1, "b": [1, 2]};\nc = d["b"][0];\ne = {k: 1 for k in d};\nset example "abc"\nc("ab");',
        "s = select(tokens, tokens, ==) and not select(indices, indices, <);\nw = selector_width(s) % 2 * 3;",
        "def f(n) { return 1 if n == 0 else n * f(n - 1); }\na = f(3) if 1 < 2 else tokens in [1, 2];",
        "a = aggregate(full_s, indicator(tokens == 'a'), 0) > 1 or not tokens_bool and -2 ^ 2 == 4;",
    ),
}


def mutated(text: str, words: tuple[str, ...], random_: random.Random) -> str:
    """A text with a few pieces left out, doubled, moved or put in."""
    for _ in range(random_.randint(1, 6)):
        start = random_.randint(0, len(text))
        stop = min(len(text), start + int(random_.expovariate(0.15)))
        piece = text[start:stop]
        match random_.randint(0, 4):
            case 0:
                text = text[:start] + text[stop:]
            case 1:
                text = text[:start] + piece + text[start:]
            case 2:
                text = text[:start] + random_.choice(words) + text[stop:]
            case 3:
                text = text[:start] + " " + random_.choice(words) + " " + text[start:]
            case _:
                place = random_.randint(0, len(text))
                text = text[:place] + piece + text[place:]
    return text


def texts(dialect: str, n_texts: int, seed: int) -> Iterator[str]:
    """Mutations of real programs and random words, by turns; long programs now and then."""
    random_, words, long = random.Random(seed), WORDS[dialect], programs(dialect)
    for place in range(n_texts):
        if place % 3 == 0:
            yield " ".join(random_.choices(words, k=random_.randint(1, 40)))
        else:
            yield mutated(random_.choice(long if place % 50 == 1 else SMALL[dialect]), words, random_)


def survives(text: str, dialect: str) -> None:
    """Fail where a text leads to anything but an answer, or takes too long for one."""
    # A machine that others use too may be slow for a while: then its seconds are longer.
    seconds = seconds_to_answer(text, dialect)
    assert seconds < SECONDS or min(seconds, seconds_to_answer(text, dialect)) < SECONDS * slowness(), text


def slowness() -> float:
    """The processor time that a fixed computation takes now, in that of a machine which does nothing else."""
    start = time.process_time()
    assert sum(number * number % 7 for number in range(3_000_000)) > 0
    return max(1.0, (time.process_time() - start) / 0.2)


def seconds_to_answer(text: str, dialect: str) -> float:
    """The processor time of an analysis, all of whose faults can be told."""
    start = time.process_time()
    found = analyse(Source(text), dialect=dialect)
    assert all(map(str, (*found.faults, *found.warnings))), text
    return time.process_time() - start


@pytest.mark.parametrize("dialect", ["cell", "rasp"])
def test_any_text_is_answered_by_a_program_or_its_faults(dialect: str) -> None:
    for text in texts(dialect, 2_000, seed=7):
        survives(text, dialect)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["cell", "rasp"])
def test_very_many_texts_are_answered_by_a_program_or_its_faults(dialect: str) -> None:
    seed = int(os.environ.get("STDCELL_FUZZ_SEED", "11"))
    for text in texts(dialect, int(os.environ.get("STDCELL_FUZZ", "10000")), seed):
        survives(text, dialect)


def nested(opening: str, inner: str, closing: str, n: int) -> str:
    return f"a = {opening * n}{inner}{closing * n};"


DEEP: dict[str, Callable[[], tuple[str, str]]] = {
    "parentheses": lambda: ("cell", nested("(", "1", ")", 8_000)),
    "unclosed parentheses": lambda: ("cell", nested("(", "1", "", 8_000)),
    "brackets": lambda: ("rasp", nested("[", "1", "]", 8_000)),
    "unclosed brackets": lambda: ("rasp", nested("[", "1", "", 8_000)),
    "braces": lambda: ("rasp", nested("{1:", "1", "}", 5_000)),
    "unclosed braces": lambda: ("cell", "def f(x) { " * 5_000),
    "indices": lambda: ("rasp", nested("tokens[", "1", "]", 5_000)),
    "calls": lambda: ("cell", nested("round(", "1", ")", 5_000)),
    "not": lambda: ("cell", nested("not ", "True", "", 8_000)),
    "not in RASP": lambda: ("rasp", nested("not ", "True", "", 8_000)),
    "signs": lambda: ("cell", nested("-", "1", "", 8_000)),
    "signs in RASP": lambda: ("rasp", nested("- ", "1", "", 8_000)),
    "powers": lambda: ("cell", nested("1 ^ ", "1", "", 8_000)),
    "choices": lambda: ("cell", nested("1 if indices == 1 else ", "1", "", 3_000)),
    "choices in RASP": lambda: ("rasp", nested("1 if indices == 1 else ", "1", "", 3_000)),
    "sums": lambda: ("cell", nested("1 + ", "1", "", 8_000)),
    "comparisons": lambda: ("rasp", nested("1 < ", "1", "", 8_000)),
    "members": lambda: ("rasp", nested("1 in ", "[1]", "", 3_000)),
    "quantifiers": lambda: ("cell", f"main(xs: seq[int]) requires {'forall i: ' * 50} xs[i] > 0 = xs;"),
    "many quantifiers": lambda: ("cell", f"main(xs: seq[int]) requires {'forall i: ' * 5_000} xs[i] > 0 = xs;"),
    "types": lambda: ("cell", f"main(x: {'seq[' * 5_000}int{']' * 5_000}) = x;"),
    "definitions": lambda: ("rasp", "def f() { " * 300 + "return 1; " + "} return 1; " * 299 + "}"),
    "loops": lambda: ("rasp", "for i in range(9) { " * 300 + "x = 1;" + "}" * 300),
    "a long name": lambda: ("cell", f"a = {'x' * 100_000};"),
    "a long token": lambda: ("cell", f'a = "{"x" * 100_000}";'),
    "a long line": lambda: ("cell", "a = " + " + ".join(["indices"] * 4_000) + ";"),
    "a long list": lambda: ("rasp", f"a = [{', '.join('1' * 10_000)}];"),
    "a long number": lambda: ("cell", f"a = {'9' * 100_000};"),
    "a line of quotes": lambda: ("cell", "'\"" * 50_000),
    "a line of semicolons": lambda: ("rasp", ";" * 100_000),
    "a line of braces": lambda: ("cell", "{}" * 50_000),
    "a line of opening braces": lambda: ("cell", "{" * 50_000),
    "lines of faults": lambda: ("cell", "a = (1 + ;\n" * 5_000),
    "lines without ends": lambda: ("cell", "a = 1\n" * 5_000),
    "lines of comments": lambda: ("cell", "def f(x) {\n" + "# note\n" * 8_000),
    "blank lines": lambda: ("rasp", "a = 1" + "\n" * 100_000 + "b = 2;"),
    "a huge range": lambda: ("rasp", "a = range(10 ^ 9);"),
    "nested loops": lambda: ("rasp", "x = 0;\n" + "for i in range(1000) { " * 3 + "x = x + 1;" + "}" * 3),
    "nested comprehensions": lambda: (
        "rasp",
        "a = [[[1 for i in range(999)] for j in range(999)] for k in range(99)];",
    ),
    "a list that doubles": lambda: ("rasp", "x = [1];\nfor i in range(60) { x = x + x; }"),
    "a token that doubles": lambda: ("rasp", 'x = "a";\nfor i in range(60) { x = x + x; }'),
    "a number that squares": lambda: ("rasp", "x = 3;\nfor i in range(60) { x = x * x; }"),
    "a number that doubles": lambda: ("rasp", "x = 3;\nfor i in range(20000) { x = x + x; }"),
    "an s-op that doubles": lambda: ("rasp", "x = tokens;\nfor i in range(60) { x = x + x; }"),
    "a token times a number": lambda: ("rasp", 'x = "abc" * 10 ^ 12;'),
    "a tower of powers": lambda: ("cell", "a = 9 ^ 9 ^ 9 ^ 9;"),
    "a small number to a power": lambda: ("cell", "a = 0.1 ^ 4000;"),
    "recursion without end": lambda: ("rasp", "def f(x) { return f(x) + f(x); }\na = f(1);"),
    "recursion of two": lambda: ("rasp", "def f(x) { return g(x); }\ndef g(x) { return f(x); }\na = f(1);"),
    "recursion that doubles": lambda: (
        "rasp",
        "def f(n) { return 1 if n == 0 else f(n - 1) + f(n - 1); }\na = f(40);",
    ),
    "functions that double": lambda: (
        "cell",
        "def f0(x) { return x; }\n"
        + "".join(f"def f{n + 1}(x) {{ return f{n}(f{n}(x)); }}\n" for n in range(40))
        + "a = f40(1);",
    ),
    "generic functions that double": lambda: (
        "cell",
        "def f0[T](x: T) -> T { return x; }\n"
        + "".join(f"def f{n + 1}[T](x: T) -> T {{ return f{n}(f{n}(x)); }}\n" for n in range(40))
        + "a = f40(1);",
    ),
    "generic calls in calls": lambda: ("cell", "def f[T](x: T) -> T { return x; }\n" + nested("f(", "1", ")", 300)),
    "pipelines": lambda: ("cell", "def f(x) { return x; }\na = 1" + " >> f" * 5_000 + ";"),
    "pipelines of functions": lambda: (
        "cell",
        "def f(x) { return x; }\n" + "".join(f"g{n} = {f'g{n - 1}' if n else 'f'} >> f;\n" for n in range(300)),
    ),
    "folds in folds": lambda: (
        "cell",
        "def f0(a, b) { return a + b; }\n"
        + "".join(f"def f{n + 1}(a, b) {{ return fold(f{n}, indices, a); }}\n" for n in range(30))
        + "a = fold(f30, indices, 0);",
    ),
}


@pytest.mark.parametrize("name", DEEP)
def test_a_text_made_to_be_hard_is_answered_within_five_seconds(name: str) -> None:
    dialect, text = DEEP[name]()
    survives(text, dialect)

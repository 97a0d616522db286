"""The grammars for language models, walked byte by byte through llguidance's matcher."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark

from stdcell.dsl.syntax import tree
from stdcell.dsl.syntax.parser import parse_items
from stdcell.errors import LanguageError, Source, StdcellError
from stdcell.grammars.constrained import constrained_grammar

llguidance = pytest.importorskip("llguidance", reason="llguidance is not installed")

ROOT = Path(__file__).parent.parent.parent
TOKENIZER = llguidance.LLTokenizer("byte")
CELLS = {
    "circuit": ["add_mod_37", "add", "where", "it's", "grün"],
    "formula": [],
    "program": ["stdcell/sort"],
}
CELL_PROGRAM = """
# Every rule of the strict dialect.
use circuit add_mod_37 as add;
use circuit add_mod_37@2 (add, sub);
use formula "stdcell/relu";
use program 'sort' as s(t);use program sort # newest
  ;
use circuit where accuracy > 0.5 and depth == -2 and exact True and task "sum" as best (a, b);
use program where proved == False;
use circuit where exact True (a); use circuit where size <= 3and exact False as small;
type Digit = int 0..36; type Low = int ..-1; type High = real 0.5..; type Wide = real -1 .. 1;
type Word = token {"a", 'b'}; type Any = token; type Rows = seq[vector[3]]; type One = token {"a"};
def word(x: int) -> token { return "a"; } words(x: int) -> token{ y = "b"; return y; }
def double(xs: seq[int]) -> seq[int] requires(xs == xs) { return 2 * xs; }
def pick[T, U: real](x: seq[T], y = 1, z: int 0..9 = 2, w)
    requires x in y and(y)and z not in[1] ensures not x implies y or z
{
    a: Digit = 1 if y else 2 if(z)else(3);
    b = {"k": 1, ("k", 2): x}["k", 2] ; c = {1: 2}[1]; d = [] == [1] < [1, 2];
    e = -x^-2 ^ 3 * y / z % 5 mod 7 + 0.25 mod(2) - (1);
    return pick(x, <, w=c)(forall i, j in x: i == j) >> pick(exists i: i > 1, >=) >> double(forall k: k)
        >> f() >> g(exists p in x: p);
}
empty() = True;
block(x) -> bool ensures False { return(x); }
main(xs: seq[Digit], ys) -> Digit = [f(x)[0, 1], "a", 'b'];
"""
RASP_PROGRAM = """
# Every rule of the original RASP, but for the commands of its reader.
a = 1; b, c = 0.5, "x"; tokens;
def f(x, y) {
    for i, j in zip(x) { x = i; for k in y { } draw(x, "a"); }
    def g() { return x; }
    load "lib";
    return x if y else g, y;
}
d = [x for x in tokens] + [x+1for x, y in[1]]; e = {a: b for a in tokens}; h = {} ; i = {1: 2}; j = {1: 2, 3: 4}[1];
k = not -2 ^ 3 % 4 * 5 / 6 and(1)or True in[False] if a else b if(c)else(d);
l = select(a, b, ==)(<) == [] ; m = [1, 2]; n = (f)(); o = a < b >= c in d in e;
draw("abc");
"""
WHOLE = [
    *(("cell", path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("examples/*.cell"))),
    *(("cell", path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("library/*.cell"))),
    *(("rasp", path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("library/*.rasp"))),
    *(("rasp", json.loads(path.read_text())["text"]) for path in sorted(ROOT.glob("tests/golden/*.json"))),
    ("cell", CELL_PROGRAM),
    ("rasp", RASP_PROGRAM),
    ("cell", ""),
    ("rasp", " # nothing but a comment"),
]
# ‸ stands before the first byte that is refused.
WRONG = [
    ("cell", "a = b ‸c;"),
    ("cell", "a = b == 1\n‸c = 2;"),
    ("cell", "if‸ = 1;"),
    ("cell", "a = where‸;"),
    ("cell", "a = 1 =‸ b;"),
    ("cell", "a =‸= b;"),
    ("cell", "a = b if c‸;"),
    ("cell", "a = b if‸c else d;"),
    ("cell", "a = b not‸in c;"),
    ("cell", "a = f(b‸;"),
    ("cell", "a = [1, ‸];"),
    ("cell", "a = {‸};"),
    ("cell", "a = select(x, y, < ‸z);"),
    ("cell", "a = 1.‸;"),
    ("cell", "a = ‸.5;"),
    ("cell", "type T = int 0..‸.;"),
    ("cell", "type T = token {‸};"),
    ("cell", 'a = "b‸\n";'),
    ("cell", "def f(x) { ‸}"),
    ("cell", "def f(x) { return x; ‸y = 1; }"),
    ("cell", "f(x) = x‸, x;"),
    ("cell", "a ‸& b;"),
    ("cell", "use circuit where x True‸y;"),
    ("cell", "use circuit c@‸v;"),
    ("cell", "draw(x)‸;"),
    ("rasp", "a‸: int = 1;"),
    ("rasp", "def f(x‸: int) { return x; }"),
    ("rasp", "a = b ‸not in c;"),
    ("rasp", "a = b in c ‸not in d;"),
    ("rasp", "a = f(x=‸1);"),
    ("rasp", "a = b =‸ c;"),
    ("rasp", "use ‸circuit add;"),
    ("rasp", "show ‸example;"),
    ("rasp", "exit‸;"),
    ("rasp", "a = 7 ‸mod 2;"),
    ("rasp", "for x ‸= 1;"),
    ("rasp", "a = [x for‸x in y];"),
]
UNFINISHED = [
    ("cell", "a = f(b"),
    ("cell", "a = 1"),
    ("cell", "def f(x) { return x; "),
    ("cell", 'a = "b'),
    ("cell", "use circuit add"),
    ("rasp", "a = [x for x in y"),
    ("rasp", "a = 1 # ;"),
]
NARROWED = [
    "use circuit add_mod_37 as plus;",
    "use circuit add (f);",
    "use circuit add#newest\nas plus;",
    "use circuit add_mod_37@2;",
    "use circuit add @ 2as plus;",
    'use circuit "add_mod_37"(f);',
    'use circuit "it\'s" as its;',
    "use circuit 'grün';",
    'use circuit "where" as w;',
    "use program 'stdcell/sort' (sort);",
    "use formula where error < 0.1 as f;",
]
NARROWED_WRONG = [
    "use circuit ‸mul;",
    "use circuit add_mod_‸5;",
    "use circuit add_mod_37‸as plus;",
    "use circuit add_mod_37 ‸plus;",
    'use circuit "‸stdcell/sort";',
    "use circuit where ‸;",
    "use circuit where where‸ == 1;",
    "use formula ‸f;",
    'use formula ‸"f";',
    "use program ‸sort;",
    'use program "stdcell/s‸um";',
    "use task ‸add;",
    "use circuitadd‸;",
]
WORDS = {
    "cell": "use type def return if else and or not in implies forall exists where as requires ensures True False "
    "token mod x y1 add int seq 0 12 0.5",
    "rasp": "def return for in if else and or not load draw True False x y set example 0 12 0.5",
}
SYMBOLS = {
    "cell": "( ) [ ] { } , ; : = == != <= >= < > + - * / % ^ >> -> .. @ \"a\" 'b'",
    "rasp": "( ) [ ] { } , ; : = == != <= >= < > + - * / % ^ \"a\" 'b'",
}
# Tried in turn to bring a program to its end.
CLOSING = [";", ")", "]", "}", " else ", " return ", ":", " in ", "=", " where ", " x", "{", "(", "x", "0"]


def pieces(dialect: str) -> list[str]:
    """What programs are made of; a blank follows most words, so that not all of them grow together."""
    words = WORDS[dialect].split()
    return [" ", "\n", "# note\n", *words, *(f"{word} " for word in words * 3), *SYMBOLS[dialect].split()]


@cache
def grammar(dialect: str, is_narrowed: bool = False) -> str:
    return constrained_grammar(dialect, CELLS if is_narrowed else None)


@cache
def _matcher(dialect: str, is_narrowed: bool) -> Any:
    text = llguidance.LLMatcher.grammar_from_lark(grammar(dialect, is_narrowed))
    return llguidance.LLMatcher(TOKENIZER, text, log_level=0)


def matcher(dialect: str, is_narrowed: bool = False) -> Any:
    """A matcher before its first byte."""
    found = _matcher(dialect, is_narrowed)
    found.reset()
    assert not found.is_error(), found.get_error()
    return found


def walk(at: Any, text: str) -> int:
    """How many bytes are allowed one after another, by the mask that a decoder would apply."""
    for index, byte in enumerate(text.encode()):
        if not at.compute_bitmask()[byte // 8] >> byte % 8 & 1:
            return index
        assert at.consume_token(byte)
    return len(text.encode())


def is_accepted(dialect: str, text: str) -> bool:
    at, tokens = matcher(dialect), list(text.encode())
    return bool(at.validate_tokens(tokens) == len(tokens) and at.consume_tokens(tokens) and at.is_accepting())


def is_parsed(dialect: str, text: str) -> bool:
    try:
        _, faults = parse_items(Source(text), dialect)
    except LanguageError:
        return False
    return not faults


def wander(at: Any, offered: Sequence[str], choices: Sequence[int]) -> str:
    """A program made of allowed pieces, chosen by number and closed as soon as it can be."""
    text, accepted = "", ""

    def extend(piece: str) -> bool:
        nonlocal text, accepted
        tokens = list(piece.encode())
        if at.validate_tokens(tokens) < len(tokens):
            return False
        at.consume_tokens(tokens)
        text += piece
        accepted = text if at.is_accepting() else accepted
        return True

    for choice in choices:
        allowed = [piece for piece in offered if at.validate_tokens(list(piece.encode())) == len(piece.encode())]
        extend(allowed[choice % len(allowed)])
    for _ in range(80):
        if accepted == text:
            break
        next(filter(extend, CLOSING), None)
    return accepted


def edited(text: str, edits: Sequence[tuple[float, int, str]]) -> str:
    """The text with some characters replaced; each edit tells where (from 0 to 1), how many, and by what."""
    for where, width, piece in edits:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + width :]
    return text


@pytest.mark.parametrize(("dialect", "is_narrowed"), [("cell", False), ("cell", True), ("rasp", False)])
def test_llguidance_takes_the_grammar_without_a_warning(dialect: str, is_narrowed: bool) -> None:
    text = llguidance.LLMatcher.grammar_from_lark(grammar(dialect, is_narrowed))
    assert llguidance.LLMatcher.validate_grammar_with_warnings(text, TOKENIZER) == (False, [])


@pytest.mark.parametrize(("dialect", "program"), WHOLE)
def test_every_byte_of_a_real_program_is_allowed(dialect: str, program: str) -> None:
    at = matcher(dialect)
    assert walk(at, program) == len(program.encode())
    assert at.is_accepting()


def rule_names(lark: Lark) -> set[str]:
    """The rules that leave a mark in a tree, but for the reader's commands."""
    named = {rule.alias or rule.origin.name for rule in lark.rules if rule.alias or not rule.options.expand1}
    commands = {"command", "set_example", "show_example", "examples", "display", "leave"}
    return {str(name) for name in named if not str(name).startswith("__")} - commands


@pytest.mark.parametrize(("dialect", "program"), [("cell", CELL_PROGRAM), ("rasp", RASP_PROGRAM)])
def test_the_programs_of_these_tests_use_every_rule(dialect: str, program: str) -> None:
    lark = Lark.open_from_package("stdcell.grammars", f"{dialect}.lark", parser="lalr", lexer="basic")
    assert rule_names(lark) - {str(found.data) for found in lark.parse(program).iter_subtrees()} == set()


@pytest.mark.parametrize(("dialect", "marked"), WRONG)
def test_a_wrong_program_is_stopped_at_the_wrong_byte(dialect: str, marked: str) -> None:
    before, after = marked.split("‸")
    assert walk(matcher(dialect), before + after) == len(before.encode())


@pytest.mark.parametrize(("dialect", "program"), UNFINISHED)
def test_an_unfinished_program_is_not_accepted(dialect: str, program: str) -> None:
    at = matcher(dialect)
    assert walk(at, program) == len(program.encode())
    assert not at.is_accepting()


@pytest.mark.parametrize("program", NARROWED)
def test_the_cells_of_the_catalog_can_be_used(program: str) -> None:
    at = matcher("cell", is_narrowed=True)
    assert walk(at, program) == len(program.encode())
    assert at.is_accepting()


@pytest.mark.parametrize("marked", NARROWED_WRONG)
def test_no_other_cell_can_be_used(marked: str) -> None:
    before, after = marked.split("‸")
    assert walk(matcher("cell", is_narrowed=True), before + after) == len(before.encode())


def test_a_name_that_cannot_be_written_is_left_out() -> None:
    assert constrained_grammar("cell", {"circuit": ["two\nlines", "both ' and \""]}) == constrained_grammar("cell", {})


def test_an_unknown_dialect_is_reported_with_the_nearest_one() -> None:
    with pytest.raises(StdcellError, match=r"^no dialect named 'rsp'; did you mean 'rasp'\?$"):
        constrained_grammar("rsp")


def test_the_original_rasp_takes_no_cells() -> None:
    with pytest.raises(StdcellError, match=r"^the dialect 'rasp' takes no cells from a catalog; leave them out$"):
        constrained_grammar("rasp", {"circuit": ["add"]})


@pytest.mark.parametrize("dialect", ["cell", "rasp"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(choices=st.lists(st.integers(0, 999), max_size=60))
def test_what_is_accepted_parses(dialect: str, choices: list[int]) -> None:
    program = wander(matcher(dialect), pieces(dialect), choices)
    assert is_parsed(dialect, program), program


@pytest.mark.parametrize("dialect", ["cell", "rasp"])
@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_program_is_accepted_exactly_if_it_parses(dialect: str, data: st.DataObject) -> None:
    program = data.draw(st.sampled_from([text for written_in, text in WHOLE if written_in == dialect]))
    edit = st.tuples(st.floats(0, 1), st.integers(0, 2), st.sampled_from(["", "#", '"', *pieces(dialect)]))
    program = edited(program, data.draw(st.lists(edit, min_size=1, max_size=2)))
    assert is_accepted(dialect, program) == is_parsed(dialect, program), program


@settings(max_examples=100, deadline=None, derandomize=True)
@given(choices=st.lists(st.integers(0, 999), max_size=40))
def test_a_narrowed_program_uses_only_cells_of_the_catalog(choices: list[int]) -> None:
    offered = [
        "use ",
        "circuit ",
        "program ",
        "formula ",
        "add",
        "_mod_37",
        "@",
        "2",
        "'stdcell/sort'",
        '"add"',
        "as x;",
    ]
    program = wander(matcher("cell", is_narrowed=True), [*offered, "where ", "x", " ", "(", ")", ";"], choices)
    items, faults = parse_items(Source(program), "cell")
    used = {(item.kind, item.target) for item in items if isinstance(item, tree.Use) and not item.wanted}
    assert not faults
    assert used <= {(kind, name) for kind, names in CELLS.items() for name in names}


def test_the_example_of_the_documentation_runs() -> None:
    text = (ROOT / "docs" / "constrained-decoding.md").read_text(encoding="utf-8")
    _, _, after = text.partition("```python\n")
    exec(after.partition("```")[0], {})

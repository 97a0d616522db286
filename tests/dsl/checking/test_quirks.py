"""Where RASP reads a text otherwise than Python: told where it bites, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from stdcell.dsl import parse
from stdcell.dsl.analysis import analyse
from stdcell.errors import Source

LOGIC = "'and' and 'or' are read from left to right, neither before the other"
CHOICES = "choices in a row are read from left to right: the first is what the second chooses"
CHAIN = "comparisons in a row are read from left to right, each of what the one before gave"
NAMES = "p = tokens_bool; q = tokens_bool; n = tokens_int; L = [1, 2];\n"

QUIRKS = [
    ("a = p or q and p;", 5, LOGIC, "write (p or q) and p for that, or p or (q and p)"),
    (
        "a = p or q and p or q and p;",
        5,
        LOGIC,
        "write (((p or q) and p) or q) and p for that, or (p or (q and p)) or (q and p)",
    ),
    ("a = -n^2;", 5, "'-' is read before '^'", "write (-n) ^ 2 for that, or -(n ^ 2)"),
    ("a = 1 - -n ^ 2;", 9, "'-' is read before '^'", "write (-n) ^ 2 for that, or -(n ^ 2)"),
    ("a = not n in L;", 5, "'not' is read before 'in'", "write (not n) in L for that, or not (n in L)"),
    ("a = not n == 1;", 5, "'not' is read before '=='", "write (not n) == 1 for that, or not (n == 1)"),
    ("a = not n < 1;", 5, "'not' is read before '<'", "write (not n) < 1 for that, or not (n < 1)"),
    (
        "a = 1 if p else 2 if q else 3;",
        5,
        CHOICES,
        "write (1 if p else 2) if q else 3 for that, or 1 if p else (2 if q else 3)",
    ),
    ("a = n % 2 * 3;", 5, "'*' is read before '%'", "write n % (2 * 3) for that, or (n % 2) * 3"),
    ("a = n % 2 / 3;", 5, "'/' is read before '%'", "write n % (2 / 3) for that, or (n % 2) / 3"),
    ("a = p and n in L;", 5, "'and' is read before 'in'", "write (p and n) in L for that, or p and (n in L)"),
    ("a = n == 1 in L;", 5, "'==' is read before 'in'", "write (n == 1) in L for that, or (n == 1) and (1 in L)"),
    (
        "a = n + 1 in L if 1 == 1 else L;",
        5,
        "'if' is read before 'in'",
        "write (n + 1) in (L if (1 == 1) else L) for that, or ((n + 1) in L) if (1 == 1) else L",
    ),
    ("a = 0 < n < 3;", 5, CHAIN, "write (0 < n) < 3 for that, or (0 < n) and (n < 3)"),
    ("a = n ^ 2 ^ 1;", 5, "'^' in a row is read from left to right", "write (n ^ 2) ^ 1 for that, or n ^ (2 ^ 1)"),
    ("def f(x) { return x % 2 * 3; }", 19, "'*' is read before '%'", "write x % (2 * 3) for that, or (x % 2) * 3"),
    ("for i in L { a = i % 2 * 3; }", 18, "'*' is read before '%'", "write i % (2 * 3) for that, or (i % 2) * 3"),
    ("a = [i % 2 * 3 for i in L];", 6, "'*' is read before '%'", "write i % (2 * 3) for that, or (i % 2) * 3"),
    ("a = round(n % 2 * 3);", 11, "'*' is read before '%'", "write n % (2 * 3) for that, or (n % 2) * 3"),
    ("a = (n % 2 * 3);", 6, "'*' is read before '%'", "write n % (2 * 3) for that, or (n % 2) * 3"),
    (
        'a = n == "1";',
        5,
        "'==' compares two kinds, which are never equal: seq[int] and the token '1'",
        'a token is quoted, a number is not: tokens_str == "3", tokens_int == 3',
    ),
    (
        "a = select(tokens_str, 3, !=);",
        5,
        "'!=' compares two kinds, which are never equal: seq[token] and the number 3",
        'a token is quoted, a number is not: tokens_str == "3", tokens_int == 3',
    ),
]


@pytest.mark.parametrize(("text", "column", "message", "hint"), QUIRKS)
def test_a_quirk_that_bites_is_told_with_both_readings(text: str, column: int, message: str, hint: str) -> None:
    (warning,) = parse(NAMES + text, dialect="rasp").warnings
    assert (warning.span.line, warning.span.column, warning.message, warning.hint) == (2, column, message, hint)


@pytest.mark.parametrize(
    "text",
    [
        *("a = (p or q) and p;", "a = p or (q and p);", "a = p and q or p;", "a = p and q and p;", "a = p or q or p;"),
        *("a = (-n) ^ 2;", "a = -(n ^ 2);", "a = 2 ^ -1;", "a = -n * 2;", "a = -2;"),
        *("a = not (n in L);", "a = (not n) in L;", "a = not p and q;", "a = not not p;", "a = not (n == 1);"),
        *("a = (1 if p else 2) if q else 3;", "a = 1 if p else (2 if q else 3);", "a = 1 if p or q else 2 + 1;"),
        *("a = n % (2 * 3);", "a = (n % 2) * 3;", "a = n * 2 % 3;", "a = n % 2 % 3;", "a = n % 2 + 3 * 1;"),
        *("a = p and (n in L);", "a = n + 1 in L;", "a = (n in L) and p;", "a = 1 if (n in L) else 2;"),
        *("a = (0 < n) and (n < 3);", "a = 0 < n and n < 3;", "a = n - 1 - 1;", "a = n / 2 * 3;", "a = (n ^ 2) ^ 1;"),
        *("a = select(n, n, ==);", "a = (  # (\n  p or q  # (\n) and p;", "a = [p or q, q and p];", "a = n == True;"),
        *('a = tokens == "a";', "a = tokens == 1;", 'a = tokens_str in ["a", "b"];'),
    ],
)
def test_what_is_read_alike_or_stands_in_parentheses_is_not_told(text: str) -> None:
    assert parse(NAMES + text, dialect="rasp").warnings == ()


def test_a_reading_too_long_to_write_out_is_shortened() -> None:
    text = 'a = tokens_str == "first" or tokens_str == "second" and not tokens_str == "the_third_of_all_the_tokens";'
    (told,) = parse(text, dialect="rasp").warnings
    assert told.hint == (
        "write (tokens_str …) and (not tokens_str …) for that, "
        'or (tokens_str == "first") or ((tokens_str …) and (not tokens_str …))'
    )


def test_the_strict_dialect_has_no_quirks() -> None:
    assert parse("a = indices == 0 or indices == 1 and not indices == 2;").warnings == ()


def test_a_chain_of_any_length_is_read() -> None:
    found = analyse(Source("a = " + "tokens_int + " * 5_000 + "1;"), dialect="rasp")
    assert (found.faults, found.warnings) == ((), ())


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[3] / "library").glob("*.rasp")), ids=lambda path: path.name
)
def test_the_library_has_no_quirks(path: Path) -> None:
    found = analyse(Source(path.read_text(encoding="utf-8"), path.name), dialect="rasp")
    assert [warning.message for warning in found.warnings if "hides" not in warning.message] == []

"""The family of errors: places, excerpts, order and hints."""

from __future__ import annotations

import pytest

import stdcell.errors
from stdcell.errors import Fault, LanguageError, Source, Span, StdcellError, did_you_mean

TEXT = "first = 1;\r\n\tsecond = frist;\n"
SOURCE = Source(TEXT, "demo.cell")


def span(text: str) -> Span:
    start = TEXT.index(text)
    return Span(SOURCE, start, start + len(text))


@pytest.mark.parametrize(
    ("text", "line", "column"), [("first", 1, 1), ("1;", 1, 9), ("second", 2, 2), ("frist", 2, 11)]
)
def test_a_span_counts_lines_and_columns_from_one(text: str, line: int, column: int) -> None:
    assert (span(text).line, span(text).column, span(text).text) == (line, column, text)


def test_a_span_behind_the_last_character_stands_on_the_last_line() -> None:
    end = Span(Source("a = 3"), 5, 5)
    assert (end.line, end.column, end.excerpt()) == (1, 6, "a = 3\n     ^")


def test_the_first_characters_of_a_span_do_not_reach_beyond_it() -> None:
    assert (span("second").first(3).text, span("second").first(30).text) == ("sec", "second")


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("first", "first = 1;\n^^^^^"),
        ("frist", "\tsecond = frist;\n\t         ^^^^^"),
        ("1;\r\n\tsecond", "first = 1;\n        ^^"),
    ],
)
def test_an_excerpt_shows_the_line_with_a_caret_below(text: str, excerpt: str) -> None:
    assert span(text).excerpt() == excerpt


def test_a_fault_says_where_what_and_how_to_mend_it() -> None:
    assert str(Fault("unknown name 'frist'", span("frist"), "did you mean 'first'?")) == (
        "demo.cell:2:11: unknown name 'frist'\n\tsecond = frist;\n\t         ^^^^^\nhint: did you mean 'first'?"
    )


def test_a_fault_without_a_way_out_has_no_hint() -> None:
    assert str(Fault("no", span("first"))) == "demo.cell:1:1: no\nfirst = 1;\n^^^^^"


def test_a_language_error_lists_its_faults_in_text_order() -> None:
    error = LanguageError([Fault("later", span("frist"), "so"), Fault("sooner", span("first"))])
    assert [fault.message for fault in error.faults] == ["sooner", "later"]
    assert (error.message, error.line, error.column, error.hint) == ("sooner", 1, 1, None)
    assert str(error).count("demo.cell:") == 2


@pytest.mark.parametrize(
    ("name", "hint"), [("lenght", "did you mean 'length'?"), ("indice", "did you mean 'indices'?"), ("zzz", None)]
)
def test_the_nearest_name_is_offered_if_one_is_near(name: str, hint: str | None) -> None:
    assert did_you_mean(name, ["length", "indices", "tokens"]) == hint


@pytest.mark.parametrize("name", [name for name in stdcell.errors.__all__ if name[0].isupper()])
def test_what_is_raised_belongs_to_one_family(name: str) -> None:
    raised = getattr(stdcell.errors, name)
    assert issubclass(raised, StdcellError) is issubclass(raised, BaseException)

"""Programs given piece by piece: what an item defines, what a fault leaves alone, what is unfinished."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stdcell.dsl.checking.environment import Listed
from stdcell.dsl.graph import Constant, SOp
from stdcell.dsl.session import Outcome, Session
from stdcell.errors import Fault
from stdcell.runtime import interpret


def flat(outcomes: list[Outcome]) -> Iterator[Outcome]:
    """The outcomes, and those of the files that they loaded."""
    for outcome in outcomes:
        yield outcome
        yield from flat(list(outcome.loaded))


def faults_of(outcomes: list[Outcome]) -> list[str]:
    return [fault.message for outcome in flat(outcomes) for fault in outcome.faults]


def values_in(session: Session) -> dict[str, object]:
    return {name: meaning.value for name, meaning in session.names.items() if isinstance(meaning, Constant)}


@pytest.mark.parametrize(
    ("dialect", "pieces", "values"),
    [
        ("rasp", ["a = 3;", "b = a + 1;"], {"a": 3, "b": 4}),
        ("rasp", ["a = 3; a = 4;"], {"a": 4}),
        ("rasp", ["a, b = 3, 5;"], {"a": 3, "b": 5}),
        ("rasp", ["a = 3; b = a;", "a = 5;"], {"a": 5, "b": 3}),
        ("rasp", ["a = 1;", "for i in range(4) { a = a + i; }"], {"a": 7, "i": 3}),
        ("rasp", ["def f(x) { return x, x + 1; }", "a, b = f(1);"], {"a": 1, "b": 2}),
        ("cell", ["a = 3;", "a = a + 1;"], {"a": 4}),
        ("cell", ["a = 3; a = a + 1; b = a;"], {"a": 4, "b": 4}),
    ],
)
def test_names_are_kept_from_piece_to_piece(dialect: str, pieces: list[str], values: dict[str, object]) -> None:
    session = Session(dialect)
    assert [faults_of(session.run(piece)) for piece in pieces] == [[]] * len(pieces)
    assert values_in(session) == values


@pytest.mark.parametrize(
    ("dialect", "text", "faults", "values"),
    [
        ("rasp", "a = 1; a = b; c = 2;", ["unknown name 'b'"], {"a": 1, "c": 2}),
        ("rasp", "a = b; c = a;", ["unknown name 'b'", "unknown name 'a'"], {}),
        ("rasp", "a, indices = 1, 2;", ["cannot set 'indices': the name is reserved"], {}),
        ("rasp", "sort = 1;", ["cannot set 'sort': the name is reserved"], {}),
        ("rasp", "a = 1; for i in [1, 2] { a = 5; b = nosuch; }", ["unknown name 'nosuch'"], {"a": 1}),
        ("rasp", "a = 1; exit\nb = 2;", [], {"a": 1}),
        ("cell", "a = 1; a = b; c = 2;", ["unknown name 'b'"], {"a": 1, "c": 2}),
        ("cell", "type D = int 0..3; x: D = 2; x = nosuch;", ["unknown name 'nosuch'"], {"x": 2}),
    ],
)
def test_an_item_with_a_fault_changes_nothing(
    dialect: str, text: str, faults: list[str], values: dict[str, object]
) -> None:
    session = Session(dialect)
    assert faults_of(session.run(text)) == faults
    assert values_in(session) == values


def test_what_does_not_parse_is_passed_over() -> None:
    session = Session()
    broken, _ = session.run("a = (1; b = 2;")
    assert (broken.item, [fault.span.place for fault in broken.faults]) == (None, ["<repl>:1:7"])
    assert values_in(session) == {"b": 2}


def test_what_the_judge_refuses_is_not_kept() -> None:
    def judge(outcome: Outcome) -> Fault | None:
        assert outcome.item is not None
        return Fault("no", outcome.item.span) if "b" in outcome.names else None

    session = Session(judge=judge)
    assert faults_of(session.run("a = 1; b = 2; c = 3;")) == ["no"]
    assert values_in(session) == {"a": 1, "c": 3}


def test_an_interruption_leaves_every_name_as_it_was() -> None:
    def judge(outcome: Outcome) -> Fault | None:
        if "b" in outcome.names:
            raise KeyboardInterrupt
        return None

    session = Session(judge=judge)
    with pytest.raises(KeyboardInterrupt):
        session.run("a = 1; b = 2;")
    assert values_in(session) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "n_items"),
    [("indices + 1;", 1), ("a = 1; a; a + 1;", 3), ("# nothing here\n", 0), ("def f(x) { return x; } f(1);", 2)],
)
def test_each_item_has_an_outcome(text: str, n_items: int) -> None:
    assert len(Session().run(text)) == n_items


def test_an_sop_applied_to_an_example_tells_both() -> None:
    (outcome,) = Session().run('(tokens_int + 1)(["1", "2"]);')
    assert isinstance(outcome.meaning, SOp)
    assert isinstance(outcome.example, Listed)


def test_a_strict_function_given_a_list_has_it_for_an_example() -> None:
    session = Session("cell")
    session.run("def double(xs: seq[int]) -> seq[int] { return 2 * xs; }")
    (outcome,) = session.run("double([1, 2]);")
    assert outcome.example == Listed((Constant((), 1), Constant((), 2)))


def test_a_strict_function_keeps_what_it_was_closed_over() -> None:
    session = Session("cell")
    session.run("step = 1; def next(x: int) -> int { return x + step; }")
    (_, outcome) = session.run("step = 10; next(1);")
    assert isinstance(outcome.meaning, SOp)
    program, _ = session.as_program(outcome.meaning)
    assert interpret(program, ["x"]) == [2]


def test_a_rasp_function_sees_what_a_name_means_when_it_is_called() -> None:
    session = Session()
    session.run("step = 1; def next(x) { return x + step; }")
    session.run("step = 10; y = next(1);")
    assert values_in(session)["y"] == 11


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("rasp", "indices +"),
        ("rasp", "indices"),
        ("rasp", "a = 1; b = [1,"),
        ("rasp", "select(indices,\n\n"),
        ("rasp", "def f(x) {"),
        ("rasp", "def f(x) {\n  y = x; # why"),
        ("rasp", "for i in [1] { a = i;"),
        ("rasp", "set example [1,"),
        ("cell", "f(1"),
        ("cell", "1 + 2"),
        ("cell", "def f(x: int) -> int {"),
        ("cell", "main(xs: seq[int]) = sum("),
    ],
)
def test_a_text_that_ends_within_an_item_needs_more(dialect: str, text: str) -> None:
    assert Session(dialect).needs_more(text)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("rasp", ""),
        ("rasp", "# a comment"),
        ("rasp", "indices;"),
        ("rasp", "def f(x) { return x; }"),
        ("rasp", "set example [1, 2]"),
        ("rasp", "set example"),
        ("rasp", "full seq display on"),
        ("rasp", "for in"),
        ("rasp", "a b"),
        ("rasp", 'load "open'),
        ("cell", "1 + 2;"),
        ("cell", "1 + ;"),
        ("cell", "f(1 1"),
    ],
)
def test_a_complete_or_hopeless_text_needs_no_more(dialect: str, text: str) -> None:
    assert not Session(dialect).needs_more(text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outer.rasp").write_text('a = outside;\nb = 1;\nload "inner";\nc = d;\ne = _d;\n', encoding="utf-8")
    (tmp_path / "inner.rasp").write_text("d = 2;\n_d = 3;\nf = b;\n", encoding="utf-8")
    (tmp_path / "circle.rasp").write_text('a = 1;\nload "circle";\nb = 2;\n', encoding="utf-8")
    (tmp_path / "library.rasp").write_text("count = 1;\na = count;\n", encoding="utf-8")
    return tmp_path


def test_a_file_with_faults_is_loaded_but_for_them(folder: Path) -> None:
    session = Session()
    session.run("outside = 5;")
    assert faults_of(session.run('load "outer";')) == [
        "unknown name 'outside'",  # a file sees the library's names, and no others
        "unknown name 'b'",
        "unknown name '_d'",
    ]
    assert values_in(session) == {"outside": 5, "b": 1, "d": 2, "c": 2}


def test_a_fault_of_a_loaded_file_tells_who_loads_it(folder: Path) -> None:
    (fault,) = [fault for outcome in flat(Session().run('load "inner";')) for fault in outcome.faults]
    assert fault.span.place == "inner.rasp:3:5"
    assert [span.place for span in fault.trail] == ["<repl>:1:1"]


def test_a_file_that_loads_itself_is_read_once(folder: Path) -> None:
    session = Session()
    assert faults_of(session.run('load "circle";')) == [
        "the import runs in a circle: <repl> → circle.rasp → circle.rasp"
    ]
    assert values_in(session) == {"a": 1, "b": 2}


def test_a_file_cannot_set_the_librarys_names_in_the_session(folder: Path) -> None:
    session = Session()
    assert faults_of(session.run('load "library";')) == ["cannot set 'count': the name is reserved"]
    assert values_in(session) == {"a": 1}


def test_a_file_that_is_not_there_is_a_fault(folder: Path) -> None:
    (message,) = faults_of(Session().run('load "nosuch";'))
    assert message.startswith("there is no file 'nosuch.rasp'")


@pytest.mark.parametrize(
    ("text", "value"),
    [("3 + 4; out;", 7), ("a = 5; out;", 5), ("a, b = 1, 2; out;", 2), ("1; nosuch; out;", 1)],
)
def test_out_is_what_was_last_computed(text: str, value: int) -> None:
    *_, last = Session().run(text)
    assert last.meaning == Constant((), value)


def test_looking_at_an_expression_keeps_nothing() -> None:
    session = Session()
    session.run("7;")
    assert session.look("1 + 1").meaning == Constant((), 2)
    assert session.run("out;")[0].meaning == Constant((), 7)

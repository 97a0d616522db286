"""What a program names beyond its own text: cells of a scope, library programs, files beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from stdcell.dsl import CellPort, CellSignature, Condition, Program, library_names, parse
from stdcell.dsl.types import Int
from stdcell.errors import LanguageError, Source, UnknownCell

DIGIT = Int(0, 36)
ADDER = CellSignature(
    "circuit",
    "add_mod_37",
    "0123abcd",
    (CellPort("a", DIGIT), CellPort("b", DIGIT)),
    CellPort("sum", DIGIT),
    ensures="result == (a + b) mod 37",
)


@dataclass
class Shelf:
    """A scope of a few cells and programs, which remembers what it was asked for."""

    cells: dict[str, CellSignature] = field(default_factory=dict)
    programs: dict[str, tuple[Source, str]] = field(default_factory=dict)
    asked: list[tuple[str, str, int | None]] = field(default_factory=list)

    def find_cell(self, kind: str, name: str, version: int | None) -> CellSignature:
        self.asked.append((kind, name, version))
        return found(name, self.cells)

    def find_matching(self, kind: str, conditions: Sequence[Condition]) -> CellSignature:
        self.asked.append((kind, " and ".join(f"{c.subject} {c.comparison} {c.value!r}" for c in conditions), None))
        return next(cell for cell in self.cells.values() if cell.kind == kind)

    def find_program(self, name: str, version: int | None) -> tuple[Source, str]:
        self.asked.append(("program", name, version))
        return found(name, self.programs)


Entry = TypeVar("Entry")


def found(name: str, entries: dict[str, Entry]) -> Entry:
    try:
        return entries[name]
    except KeyError:
        raise UnknownCell(f"no cell named {name!r} among {len(entries)}") from None


def faults_of(text: str, scope: Shelf | None = None, name: str = "<program>") -> list[tuple[str, int, int, str]]:
    with pytest.raises(LanguageError) as error:
        parse(Source(text, name), scope=scope)
    faults = error.value.faults
    return [(fault.span.source.name, fault.span.line, fault.span.column, fault.message) for fault in faults]


def parse_file(path: Path) -> Program:
    return parse(Source(path.read_text(encoding="utf-8"), str(path)), dialect=path.suffix[1:])


@pytest.mark.parametrize(
    ("use", "call", "asked"),
    [
        ("use circuit add_mod_37;", "add_mod_37", ("circuit", "add_mod_37", None)),
        ("use circuit add_mod_37@2 as add;", "add", ("circuit", "add_mod_37", 2)),
        ('use formula "0123abcd" as add;', "add", ("formula", "0123abcd", None)),
    ],
)
def test_a_cell_is_looked_up_by_kind_name_and_version(use: str, call: str, asked: tuple[str, str, int | None]) -> None:
    shelf = Shelf({"add_mod_37": ADDER, "0123abcd": ADDER})
    program = parse(f"{use}\na = {call}(1, 2);", scope=shelf)
    assert shelf.asked == [asked]
    assert program.cells == (ADDER,)


def test_a_cell_stands_at_every_position_of_a_sequence() -> None:
    program = parse(
        "use circuit add_mod_37 as add;\nmain(xs: seq[int 0..36]) = add(xs, 1);", scope=Shelf({"add_mod_37": ADDER})
    )
    assert str(program.functions["main"].result.type) == "seq[int 0..36]"


def test_a_cell_can_be_folded_with() -> None:
    program = parse(
        "use circuit add_mod_37 as add;\nmain(xs: seq[int 0..36]) = fold(add, xs, 0);",
        scope=Shelf({"add_mod_37": ADDER}),
    )
    assert program.cells == (ADDER,)
    assert str(program.functions["main"].result.type) == "int 0..36"


@pytest.mark.parametrize(
    ("body", "line", "column", "message"),
    [
        ("a = add(1);", 2, 5, "'add' takes 2 arguments (a, b), found 1"),
        ("a = add(1, 40);", 2, 12, "expected int 0..36 for add.b, found the number 40"),
        ('a = add("x", 1);', 2, 9, "expected int 0..36 for add.a, found the token 'x'"),
        ("a = add + 1;", 2, 5, "'add' is a function, found where an s-op is expected"),
        ("a = ad(1, 2);", 2, 5, "unknown function 'ad'"),
        ("add = 3;", 2, 1, "'add' is defined twice"),
    ],
)
def test_a_cell_is_checked_where_it_is_called(body: str, line: int, column: int, message: str) -> None:
    faults = faults_of(f"use circuit add_mod_37 as add;\n{body}", Shelf({"add_mod_37": ADDER}))
    assert faults == [("<program>", line, column, message)]


def test_a_cell_that_the_scope_does_not_know_is_reported_once_and_in_its_words() -> None:
    faults = faults_of("use circuit mul as times;\na = times(1, 2);\nb = fold(times, indices, 0);", Shelf())
    assert faults == [("<program>", 1, 13, "no cell named 'mul' among 0")]


def test_without_a_scope_a_cell_cannot_be_found() -> None:
    message = "no catalog is open to find the circuit 'add' in; pass one (scope=…, --catalog)"
    assert faults_of("use circuit add;\na = add(1, 2);") == [("<program>", 1, 13, message)]


def test_a_cell_whose_contract_does_not_read_is_a_fault_of_its_use() -> None:
    broken = CellSignature("circuit", "add", "01", ADDER.inputs, ADDER.output, ensures="result == c")
    faults = faults_of("use circuit add;\na = add(1, 2);", Shelf({"add": broken}))
    assert faults == [("<program>", 1, 13, "the contract of 'add' does not read: unknown name 'c'")]


def test_a_program_of_the_scope_lends_its_names() -> None:
    shelf = Shelf(programs={"tools": (Source("def double(x) { return x + x; }", "tools"), "cell")})
    program = parse("use program tools (double);\na = double(3);", scope=shelf)
    assert str(program.functions["a"].result.type) == "int 6..6"


def test_the_library_holds_sorting() -> None:
    assert "stdcell/sort" in library_names()


def test_a_library_program_lends_its_names() -> None:
    program = parse('use program "stdcell/sort" (sort);\nmain(xs: seq[int]) = sort(xs);')
    assert [clause.text for clause in program.functions["stdcell/sort:sort"].ensures] == [
        "ensures sorted(result)",
        "ensures permutation(result, keys)",
    ]


def test_an_imported_name_can_have_another_here() -> None:
    assert parse('use program "stdcell/sort" as order (sort);\nmain(xs: seq[int]) = order(xs);').outputs == ("main",)


@pytest.mark.parametrize(
    ("use", "call", "column", "message"),
    [
        (
            'use program "stdcell/srt" (sort);',
            "a = sort(1);",
            13,
            "no program 'stdcell/srt' in the library; did you mean 'stdcell/sort'?",
        ),
        ('use program "stdcell/sort" (srt);', "a = srt(1);", 29, "'stdcell/sort' has no 'srt'"),
        ('use program "stdcell/sort" as order (sort, s);', "a = order(1);", 13, "'as' renames one name of a program"),
        (
            'use program "none.cell" (sort);',
            "a = sort(1);",
            13,
            "cannot read the program 'none.cell': No such file or directory",
        ),
    ],
)
def test_an_import_that_fails_is_the_only_fault(use: str, call: str, column: int, message: str) -> None:
    faults = faults_of(f"{use}\n{call}")
    assert faults == [("<program>", 1, column, message)]


def test_names_that_a_lost_file_may_have_held_are_not_reported() -> None:
    faults = faults_of('use program "none.cell";\na = helper(1) + other;')
    assert [message for *_, message in faults] == ["cannot read the program 'none.cell': No such file or directory"]


def test_a_file_lends_its_names_to_the_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "tools.rasp").write_text("\ufeffdef double(x) { return x + x; }\n", encoding="utf-8")
    (tmp_path / "main.cell").write_text('use program "tools.rasp";\na = double(3);', encoding="utf-8")
    assert str(parse_file(tmp_path / "main.cell").functions["a"].result.type) == "int 6..6"


def test_a_fault_of_an_imported_file_shows_that_file_and_its_line(tmp_path: Path) -> None:
    (tmp_path / "tools.cell").write_text("# tools\ndef double(x: int) { return x + y; }\n", encoding="utf-8")
    text = 'use program "tools.cell" (double);\na = double(3) + lenght;'
    assert faults_of(text, name=str(tmp_path / "main.cell")) == [
        (str(tmp_path / "main.cell"), 2, 17, "unknown name 'lenght'"),
        (str(tmp_path / "tools.cell"), 2, 33, "unknown name 'y'"),
    ]


@pytest.mark.parametrize("back", ["a.cell", "./a.cell", "sub/../a.cell"])
def test_files_that_import_each_other_are_a_fault(tmp_path: Path, back: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.cell").write_text('use program "b.cell";\nx = 1;', encoding="utf-8")
    (tmp_path / "b.cell").write_text(f'use program "{back}";\ny = 1;', encoding="utf-8")
    a, b = tmp_path / "a.cell", tmp_path / "b.cell"
    with pytest.raises(LanguageError) as fault:
        parse_file(a)
    assert fault.value.message == f"the import runs in a circle: {a} → {b} → {a}"
    assert (fault.value.faults[0].span.source.name, fault.value.line, fault.value.column) == (str(b), 1, 13)


def test_a_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "b.cell").write_bytes(b"\xff\xfe\x00")
    faults = faults_of('use program "b.cell";', name=str(tmp_path / "a.cell"))
    assert faults == [(str(tmp_path / "a.cell"), 1, 13, "cannot read the program 'b.cell': it is not text")]

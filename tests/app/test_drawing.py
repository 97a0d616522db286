"""Pictures of programs: what is written in them, where their boxes stand, and what is not drawn."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.image
import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell.app.drawing import draw_flow, draw_program
from stdcell.app.drawing.layers import lay_out_layers
from stdcell.dsl import Program, parse
from stdcell.dsl.session import Session
from stdcell.errors import RuntimeFault, Source, StdcellError

GOLDEN = Path(__file__).parent.parent / "golden"
HIST = "hist = selector_width(select(tokens, tokens, ==));"
SORT = "sorted_tokens = sort(tokens, tokens);"
CHECKSUM = """
use program "stdcell/sort" (sort);
type Digit = int 0..36;
def add(x: Digit, y: Digit) -> Digit { return (x + y) mod 37; }
main(xs: seq[Digit]) -> Digit = fold(add, sort(xs), 0);
"""
DYCK = json.loads((GOLDEN / "shuffle_dyck1.json").read_text(encoding="utf-8"))["text"]


def rasp(text: str) -> Program:
    return parse(text, dialect="rasp")


def texts(picture: Path) -> list[str]:
    """All lines of text of a picture, in the order they are drawn in."""
    root = ElementTree.parse(picture).getroot()
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


def words(picture: Path) -> list[str]:
    """What is written in a picture, but for the values and labels of one character."""
    return [text for text in texts(picture) if len(text) > 1]


def refusal(program: Program, out: Path, output: str | None = None, example: str | None = None) -> str:
    with pytest.raises(StdcellError) as error:
        draw_program(program, output, example, out)
    assert not out.exists()
    return str(error.value)


def test_a_picture_shows_inputs_selectors_outputs_and_patterns(tmp_path: Path) -> None:
    picture = draw_program(rasp(HIST), None, None, tmp_path / "hist.svg")
    assert picture == tmp_path / "hist.svg"
    assert words(picture) == [
        'hist of "hello"',
        "tokens",
        "select(tokens, tokens, ==)",
        "hist",
        "selector_width(select(tokens, tokens, ==))",
        "filled where the query (row) selects the key (column)",
        "select(tokens, tokens, ==)",
    ]
    assert "".join(text for text in texts(picture) if len(text) == 1) == "hello" + "11221" + "hheelllloo"


def test_a_long_part_without_a_name_is_read_by_its_number(tmp_path: Path) -> None:
    written = words(draw_program(rasp(DYCK), None, "(())", tmp_path / "dyck.svg"))
    assert written[written.index("balance") : written.index("balance") + 2] == ["balance", "#1 - #2"]
    assert written[written.index("prog") : written.index("prog") + 2] == ["prog", "last == 0 and not negative"]
    assert {"#1", "#2", "prevs", "select(indices, indices, <=)", "select(balance, 0, <)"} <= set(written)
    assert written.count("select(indices, length - 1, ==)") == 2


def test_a_text_of_several_lines_is_whole(tmp_path: Path) -> None:
    written = words(draw_program(rasp(SORT), None, None, tmp_path / "sort.svg"))
    lines = ["before", "select(tokens, tokens, <)", "or select(tokens, tokens, ==)", "and select(indices, indices, <)"]
    first = written.index("before")
    assert written[first : first + 4] == lines
    assert "select(selector_width(before), indices, ==)" in written


def test_an_entry_with_types_and_a_fold_is_drawn(tmp_path: Path) -> None:
    written = words(draw_program(parse(CHECKSUM), None, [30, 12, 7], tmp_path / "checksum.svg"))
    assert written[:4] == ["main of [30, 12, 7]", "xs", "seq[int 0..36]", "30"]
    assert "fold(add, #2, 0)" in written


def test_inputs_by_name_are_drawn(tmp_path: Path) -> None:
    program = parse("main(xs: seq[int 0..9], k: int 0..9) = last(select(xs, k, <), xs, 0) + sum(xs);")
    picture = draw_program(program, None, {"xs": [1, 5, 3], "k": 4}, tmp_path / "two.svg")
    assert words(picture)[0] == 'main of {"xs": [1, 5, 3], "k": 4}'
    assert {"last(select(xs, k, <), xs, 0)", "sum(xs)", "12"} <= set(words(picture))


def test_tokens_are_written_so_that_they_can_be_seen(tmp_path: Path) -> None:
    program = rasp('out_of = {"": 1, "$x^2$": 2, "a b": 3, "&<": 4, "abracadabra!": 5}[tokens];')
    example = ["", "$x^2$", "a b", "&<", "abracadabra!", "\x01\n"]
    text = rasp("w = tokens;")
    assert texts(draw_program(text, None, example, tmp_path / "odd.svg"))[-6:] == [
        '""',
        "$x^2$",
        "a␣b",
        "&<",
        "abracadab…",
        "\\x01\\n",
    ]
    assert '"$x^2$": 2,' in texts(draw_program(program, None, example[:5], tmp_path / "table.svg"))


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("n = length;", ""),
        ("i = indices;", "abc"),
        ("x = 3;", "ab"),
        ('a = tokens == "l";', "hello"),
        (HIST, "abracadabra-abracadabra"),
    ],
)
@pytest.mark.parametrize("name", ["picture.svg", "picture.PNG"])
def test_a_picture_can_be_read_back(text: str, example: str, name: str, tmp_path: Path) -> None:
    picture = draw_program(rasp(text), None, example, tmp_path / name)
    if name.endswith("svg"):
        assert texts(picture)
    else:
        assert matplotlib.image.imread(picture, format="png").std() > 0


def test_equal_pictures_have_equal_bytes(tmp_path: Path) -> None:
    pictures = [draw_program(rasp(DYCK), None, "(())", tmp_path / name) for name in ("a.svg", "b.svg")]
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


@pytest.mark.parametrize(
    ("commands", "title"),
    [
        ('set example "abc"\n', 'n of "abc"'),
        ('set example "abc"\nset s-op example ["x", "yz"]\n', 'n of ["x", "yz"]'),
        ('e = "xyz";\nset example e\n', 'n of "xyz"'),
        ("set example [1, 2, 0.5]\n", "n of [1, 2, 0.5]"),
        ("set example [-1, True]\n", "n of [-1, true]"),
        ("", 'n of "hello"'),
    ],
)
def test_the_example_is_the_one_that_the_program_sets(commands: str, title: str, tmp_path: Path) -> None:
    picture = draw_program(rasp(f"{commands}n = selector_width(select(1, 1, ==));"), None, None, tmp_path / "n.svg")
    assert texts(picture)[0] == title


def test_an_s_op_of_a_session_is_drawn(tmp_path: Path) -> None:
    session = Session()
    session.run("twice = indices * 2;")
    looked = session.look("twice + 1")
    assert looked.meaning is not None
    program, function = session.as_program(looked.meaning, "drawn")  # type: ignore[arg-type]
    assert words(draw_flow(program, function, "abc", tmp_path / "drawn.svg")) == [
        'drawn of "abc"',
        "twice",
        "indices * 2",
        "drawn",
        "twice + 1",
    ]


@pytest.mark.parametrize(
    ("text", "dialect", "name", "example", "message"),
    [
        (HIST, "rasp", "hist.pdf", None, "a picture's name ends in .svg or .png, found 'hist.pdf'"),
        (HIST, "rasp", "hist", None, "a picture's name ends in .svg or .png, found 'hist'"),
        (
            HIST,
            "rasp",
            "a.svg",
            "a" * 25,
            "the example has 25 positions, at most 24 can be read: give a shorter one with --input",
        ),
        (
            "main(xs: seq[int 0..9]) = xs + 1;",
            "cell",
            "a.svg",
            None,
            "'main' reads xs: seq[int 0..9], and the program sets no example: give one with --input",
        ),
        (
            'e = ["a"];\nset example e + e\nn = tokens;',
            "rasp",
            "a.svg",
            None,
            "the example that the program sets is computed: give one with --input",
        ),
        (
            "n = tokens_int + 1;",
            "rasp",
            "a.svg",
            None,
            "'n' reads tokens_int: seq[int], and the program sets no example: give one with --input",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    text: str, dialect: str, name: str, example: str | None, message: str, tmp_path: Path
) -> None:
    assert refusal(parse(text, dialect=dialect), tmp_path / name, None, example) == message


def test_a_picture_of_too_many_boxes_is_refused_with_the_parts_that_can_be_drawn(tmp_path: Path) -> None:
    text = "x = indices; for i in range(30) { x = x * 2; } y = x; for i in range(40) { y = y + 1; } z = y - 1;"
    assert refusal(rasp(text), tmp_path / "z.svg") == (
        "the picture of 'z' would have 71 boxes, at most 60 can be read; draw a part of it with --output: x"
    )


def test_an_unknown_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFault) as error:
        draw_program(rasp(HIST), "hits", None, tmp_path / "a.svg")
    assert str(error.value) == "the program has no output 'hits'; did you mean 'hist'?"


def test_an_example_without_an_answer_is_refused_with_its_place(tmp_path: Path) -> None:
    program = parse(Source("x = 1 / indices;", "half.cell"))
    with pytest.raises(RuntimeFault) as error:
        draw_program(program, None, "ab", tmp_path / "a.svg")
    assert str(error.value) == "half.cell:1:5: division by zero"


@st.composite
def graphs(draw: st.DrawFn) -> nx.DiGraph[int]:
    """Acyclic graphs of up to 20 boxes."""
    n = draw(st.integers(1, 20))
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(n))
    for reader in range(1, n):
        graph.add_edges_from((read, reader) for read in draw(st.sets(st.integers(0, reader - 1), max_size=3)))
    return graph


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_boxes_do_not_overlap_and_no_edge_runs_through_one(graph: nx.DiGraph[int]) -> None:
    sizes = {box: (0.5 + (7 * box) % 5 * 0.6, 0.4 + (3 * box) % 4 * 0.3) for box in graph}
    inputs = {box for box in graph if not graph.in_degree(box)}
    layout = lay_out_layers(graph, sizes, inputs)
    spans = {
        box: (x - sizes[box][0] / 2, x + sizes[box][0] / 2, y, y + sizes[box][1]) for box, (x, y) in layout.tops.items()
    }
    for (left, right, top, bottom), (other_left, other_right, other_top, other_bottom) in combinations(
        spans.values(), 2
    ):
        assert right < other_left or other_right < left or bottom < other_top or other_bottom < top
    assert all(
        left + 1e-9 >= 0 and right <= layout.width + 1e-9 and bottom <= layout.height + 1e-9
        for left, right, _, bottom in spans.values()
    )
    for (box, reader), points in layout.routes.items():
        assert layout.tops[box][1] < layout.tops[reader][1]
        for (x, start), (_, stop) in zip(points[::2], points[1::2], strict=True):
            for other, (left, right, top, bottom) in spans.items():
                assert other in (box, reader) or not (left <= x <= right and start < bottom and top < stop)

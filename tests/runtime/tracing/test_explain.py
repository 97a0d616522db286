"""An explanation is the slice of a run that its answer depends on: sound, and as small as the program allows."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stdcell.dsl.graph import Aggregate, Constant, SOp
from stdcell.dsl.types import Bool, Int, Seq, Token
from stdcell.errors import RuntimeFault
from stdcell.runtime.tracing import Explanation, Trace, explain
from stdcell.runtime.tracing.replayed import Replayed

from .conftest import CALLING, SORTING, Traced

FUNCTIONS = """def add(so_far: int, x: int) -> int { return so_far + x; }
def latest(so_far: int, x: int) -> int { return x if x > 4 else so_far; }
"""
XS = "main(xs: seq[int 0..9]) = "
UPTO = "select(indices, indices, <=)"
SAME = "select(xs, xs, ==)"
BEFORE = "select(indices, indices, <)"
LAWFUL = [
    XS + f"aggregate({UPTO}, xs);",
    XS + f"sum({BEFORE}, xs) + max({UPTO}, xs) * min({BEFORE}, xs, 7);",
    XS + f"first({SAME}, indices, 0) + last({SAME}, indices, 0);",
    XS + f"nearest({SAME} and {BEFORE}, indices, 0);",
    XS + "nearest(select(xs, xs, <=), indices, 0, ties='right');",
    XS + f"any({BEFORE}, xs > 4) or all({SAME} or {BEFORE}, xs < 8);",
    XS + f"any({BEFORE}, xs > 4, True);",
    XS + f"selector_width({SAME} and {UPTO});",
    XS + f"selector_width({SAME} or not {UPTO});",
    XS + "(xs if xs > 4 else indices) * (xs - 3);",
    XS + "xs * xs * (1 if xs > 4 else 0);",
    XS + "xs > 3 or xs < 1 and indices > 1;",
    FUNCTIONS + XS + "fold(add, xs, 0);",
    FUNCTIONS + XS + "fold(latest, xs, 0) + length;",
    FUNCTIONS + XS + "scan(latest, xs, 0);",
    FUNCTIONS + XS + "scan(add, xs, 0) + max(xs);",
    XS + "sum(xs) if sorted(xs) else max(xs);",
    XS + "min(xs) if distinct(xs) else count(xs, xs[0]);",
    XS + "any(xs > 4) or all(xs < 8);",
    XS + "exists i in range(0, length): xs[i] == 3;",
    XS + "forall i in range(0, length): xs[i] > 1;",
    SORTING,
]


def slice_of(explanation: Explanation) -> dict[int, set[tuple[int, ...]]]:
    """The places of each step that are in the slice; of a fold under way, nothing of its answer."""
    places: dict[int, set[tuple[int, ...]]] = {}
    for value in explanation.values:
        if value.after is None:
            places.setdefault(value.step, set()).add(value.place)
    return places


def perturbed(element: Any, draw: random.Random) -> Any:
    match element:
        case Bool():
            return draw.random() < 0.5
        case Int():
            return draw.randint(0, 9)
        case Token():
            return draw.choice("abc")
    return draw.randint(0, 9)


def merged(node: SOp, kept: set[tuple[int, ...]], value: Any, draw: random.Random) -> Any:
    """A value whose places outside the slice are drawn at random."""
    if isinstance(node.type, Seq):
        element = node.type.element
        return [one if (place,) in kept else perturbed(element, draw) for place, one in enumerate(value)]
    if isinstance(value, list):
        rows = enumerate(value)
        return [[one if (q, k) in kept else draw.random() < 0.5 for k, one in enumerate(row)] for q, row in rows]
    return value if () in kept else perturbed(node.type, draw)


def with_an_answer(node: SOp) -> SOp:
    """The node with a default, for positions outside the slice at which nothing may be selected now."""
    lacks_default = isinstance(node, Aggregate) and len(node.arguments) == 2
    return replace(node, arguments=(*node.arguments, Constant((), 0))) if lacks_default else node


def answer_with_the_rest_changed(trace: Trace, explanation: Explanation, draw: random.Random) -> Any:
    """The answer, where the steps run again with other values wherever the slice has none."""
    replayed, kept = Replayed.of(trace), slice_of(explanation)
    values: dict[SOp, Any] = {}
    for number, node in enumerate(replayed.nodes):
        places = kept.get(number, set())
        value = replayed.values[node]
        if places and node.arguments:
            value = replayed.run.value(with_an_answer(node), {**values, Constant((), 0): 0}, replayed.cell)
        values[node] = merged(node, places, value, draw)
    return values[replayed.nodes[-1]]


@pytest.mark.parametrize("text", LAWFUL)
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(0, 4), st.randoms(use_true_random=False))
def test_nothing_outside_a_slice_changes_what_it_explains(
    text: str, traced: Traced, values: list[int], at: int, draw: random.Random
) -> None:
    trace = traced(text, values)
    is_sequence = isinstance(trace.steps[-1].value, list)
    explanation = explain(trace, at % len(values) if is_sequence else None)
    found = answer_with_the_rest_changed(trace, explanation, draw)
    expected = trace.steps[-1].value
    places = [explanation.values[number].place for number in explanation.explained]
    assert [found[place[0]] if place else found for place in places] == [
        expected[place[0]] if place else expected for place in places
    ]


def told(explanation: Explanation) -> list[str]:
    return [f"{value.told} = {value.value}" for value in explanation.values]


SLICES = {
    "the last of a fold that forgets": (
        FUNCTIONS + XS + "fold(latest, xs, 0);",
        [7, 1, 8, 2],
        None,
        ["main = 8", "xs[3] = 2", "main after 3 = 8", "xs[2] = 8"],
    ),
    "the branch that is taken": (
        XS + "xs if xs > 4 else indices;",
        [7, 1],
        1,
        ["main[1] = 1", "xs > 4[1] = False", "xs[1] = 1", "4 = 4", "indices[1] = 1"],
    ),
    "one operand that decides": (
        XS + "xs > 4 or length > 9;",
        [7],
        0,
        ["main[0] = True", "xs > 4[0] = True", "xs[0] = 7", "4 = 4"],
    ),
    "one position that holds": (
        XS + "any(xs > 4);",
        [1, 7, 8],
        None,
        ["main = True", "xs > 4[1] = True", "xs[1] = 7", "4 = 4"],
    ),
    "two of a sequence that is not sorted": (
        XS + "sorted(xs);",
        [1, 7, 2, 1],
        None,
        ["main = False", "xs[1] = 7", "xs[2] = 2"],
    ),
}


@pytest.mark.parametrize(("text", "values", "at", "expected"), SLICES.values(), ids=SLICES.keys())
def test_a_slice_holds_what_decides_and_no_more(
    text: str, values: list[int], at: int | None, expected: list[str], traced: Traced
) -> None:
    assert told(explain(traced(text, values), at)) == expected


def test_an_aggregate_depends_on_no_value_that_is_not_selected(traced: Traced) -> None:
    explanation = explain(traced(XS + f"aggregate({UPTO}, xs);", [3, 1, 4]), at=1)
    assert [one for one in told(explanation) if one.startswith("xs")] == ["xs[0] = 3", "xs[1] = 1"]


def test_the_reasons_of_a_cell_within_a_fold_are_its_elements(traced: Traced) -> None:
    explanation = explain(traced(CALLING, [1, 0], "stitched"))
    assert explanation.values[0].reason == "the condition holds"
    assert "element 1 (0) after 2" in [value.reason for value in explanation.values]


def test_a_transformers_answer_is_explained_through_what_it_does_not_keep(traced: Traced) -> None:
    interpreted, compiled = (
        explain(traced(SORTING, [3, 1], backend), at=0) for backend in ("interpret", "transformer")
    )
    assert told(compiled) == told(interpreted)


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        (XS + "xs;", 2, "the output has no position 2: expected 0 to 1"),
        (XS + "max(xs);", 0, "the output is one value, not a sequence: it has no position 0; leave out --at"),
    ],
)
def test_a_position_that_is_not_there_is_refused(text: str, at: int, message: str, traced: Traced) -> None:
    with pytest.raises(RuntimeFault, match=message):
        explain(traced(text, [3, 1]), at)

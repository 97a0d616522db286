"""What is computed over a box holds every value of the graph on it, and slopes hold every difference."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell import parse
from stdcell.dsl.graph import SOp
from stdcell.errors import RuntimeFault
from stdcell.runtime.evaluate import evaluate
from stdcell.runtime.reference import Exact, call_by_contract
from stdcell.verify.numeric.algebra import OPEN, Ranges, range_of
from stdcell.verify.numeric.form import Form
from stdcell.verify.numeric.interval import ONE, Interval, point

LEAVES = st.sampled_from(["x", "y", "1", "2", "1/3", "0.5"])
NUMBERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "mod"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("{}({})".format, st.sampled_from(["abs", "round", "-"]), inner),
        st.builds("({})^{}".format, inner, st.integers(0, 4)),
        st.builds(
            "({} if {} {} {} else {})".format, inner, inner, st.sampled_from(["<", "<=", ">", "==", "!="]), inner, inner
        ),
    ),
    max_leaves=7,
)
SELECTIONS = st.builds("select(xs, xs, {})".format, st.sampled_from(["<", "<=", "==", "!="]))
SEQUENCES = st.one_of(
    st.builds("aggregate({}, xs, 0)".format, SELECTIONS),
    st.builds("{}({}, xs, 1)".format, st.sampled_from(["min", "max", "first", "last", "nearest", "sum"]), SELECTIONS),
    st.builds("selector_width({})".format, SELECTIONS),
    st.sampled_from(["xs * xs - xs", "xs[0] + xs", "scan(add, xs, 0)"]),
)
SUMMARIES = st.sampled_from(["sum", "min", "max"])
SHARES = st.fractions(0, 1, max_denominator=4)
ENDS = st.fractions(-3, 3, max_denominator=3)
BOXES = st.builds(lambda a, b: Interval(min(a, b), max(a, b)), ENDS, ENDS)


def graph_of(text: str) -> SOp:
    """What a program's entry point computes."""
    return parse(text).functions["main"].result


def inside(box: Interval, share: Fraction) -> Fraction:
    """A point of an interval."""
    return Fraction(box.low) + share * Fraction(box.width)


def exact_value(root: SOp, n_positions: int, inputs: dict[str, object]) -> object:
    """What the interpreter says; None where it says nothing."""
    try:
        return evaluate([root], Exact(None, call_by_contract), n_positions, inputs)[root]
    except RuntimeFault:
        return None


@settings(max_examples=150, deadline=None, derandomize=True)
@given(body=NUMBERS, boxes=st.tuples(BOXES, BOXES), first=st.tuples(SHARES, SHARES), second=st.tuples(SHARES, SHARES))
def test_a_box_holds_every_value_and_its_slopes_every_difference(
    body: str,
    boxes: tuple[Interval, Interval],
    first: tuple[Fraction, Fraction],
    second: tuple[Fraction, Fraction],
) -> None:
    root = graph_of(f"main(x: real -3..3, y: real -3..3) = {body};")
    forms = {f"main.{place}": Form(box, {place: ONE}) for place, box in enumerate(boxes)}
    found = evaluate([root], Ranges(), 0, forms)[root]
    points = [[inside(box, share) for box, share in zip(boxes, shares, strict=True)] for shares in (first, second)]
    values = [exact_value(root, 0, {f"main.{place}": x for place, x in enumerate(at)}) for at in points]
    assert all(value is None or value in range_of(found) for value in values)  # type: ignore[operator]
    steps = [point(to) - point(start) for start, to in zip(*points, strict=True)]
    slopes = found.slopes if isinstance(found, Form) else None
    change = sum((slope * steps[place] for place, slope in (slopes or {}).items()), point(0))
    known = slopes is not None and None not in values
    assert not known or values[1] - values[0] in change  # type: ignore[operator]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    body=SEQUENCES,
    summary=SUMMARIES,
    boxes=st.lists(BOXES, min_size=1, max_size=3),
    shares=st.lists(SHARES, min_size=3, max_size=3),
)
def test_a_box_of_sequences_holds_every_value(
    body: str, summary: str, boxes: list[Interval], shares: list[Fraction]
) -> None:
    text = f"def add(s, x) {{ return s + x; }} main(xs: seq[real -3..3]) = {summary}({body});"
    root, n_positions = graph_of(text), len(boxes)
    found = evaluate([root], Ranges(), n_positions, {"main.0": [Form(box, None) for box in boxes]})[root]
    xs = [inside(box, share) for box, share in zip(boxes, shares, strict=False)]
    value = exact_value(root, n_positions, {"main.0": xs})
    assert value is None or value in range_of(found)  # type: ignore[operator]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    left=NUMBERS,
    right=NUMBERS,
    comparison=st.sampled_from(["<", "<=", "==", "!=", ">", ">="]),
    boxes=st.tuples(BOXES, BOXES),
    shares=st.tuples(SHARES, SHARES),
)
def test_a_known_truth_is_the_truth_of_every_point(
    left: str, right: str, comparison: str, boxes: tuple[Interval, Interval], shares: tuple[Fraction, Fraction]
) -> None:
    root = graph_of(f"main(x: real -3..3, y: real -3..3) = {left} {comparison} {right};")
    found = evaluate([root], Ranges(), 0, {f"main.{place}": Form(box, None) for place, box in enumerate(boxes)})[root]
    at = {f"main.{place}": inside(box, share) for place, (box, share) in enumerate(zip(boxes, shares, strict=True))}
    assert found is OPEN or exact_value(root, 0, dict(at)) in (found, None)

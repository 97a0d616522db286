"""No wrong claim is proved: verdicts on drawn claims, against every input of a small domain."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell import Program, parse, verify
from stdcell.runtime.interpreter import run
from stdcell.runtime.promises import broken_promises

COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
LEAVES = st.sampled_from(["xs", "indices", "length", "1", "length - indices - 1", "xs + 1"])
SELECTORS = st.builds("select({}, {}, {})".format, LEAVES, LEAVES, COMPARISONS)
JOINED = st.one_of(
    SELECTORS,
    st.builds("({} and {})".format, SELECTORS, SELECTORS),
    st.builds("({} or not {})".format, SELECTORS, SELECTORS),
)
WIDTHS = st.builds("selector_width({})".format, JOINED)
SEQUENCES = st.one_of(
    WIDTHS,
    st.builds("aggregate({}, {}, {})".format, JOINED, LEAVES, st.sampled_from(["0", "1"])),
    st.builds("aggregate(select({}, indices, ==), xs, 0)".format, WIDTHS),
)
PROMISES = st.one_of(
    st.builds("result {} {}".format, COMPARISONS, LEAVES),
    st.sampled_from(["sorted(result)", "distinct(result)", "permutation(result, xs)", "sum(result) == sum(xs)"]),
)
INPUTS = [list(values) for n in range(4) for values in product(range(3), repeat=n)]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(body=SEQUENCES, promise=PROMISES)
def test_what_is_proved_holds_on_every_short_input(body: str, promise: str) -> None:
    program = parse(f"main(xs: seq[int 0..2]) ensures {promise} = {body};")
    holds = all(not broken_promises(program, program.functions["main"], xs, answer(program, xs)) for xs in INPUTS)
    statuses = {verdict.status for verdict in verify(program, up_to=3).verdicts if verdict.kind == "ensures"}
    assert statuses in ([{"proved"}, {"unknown"}] if holds else [{"refuted"}, {"unknown"}])


def answer(program: Program, xs: list[int]) -> object:
    """The exact value of `main`."""
    function = program.functions["main"]
    return run(program, function, xs)[function.result]

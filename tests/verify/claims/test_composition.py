"""No wrong claim is proved of functions that count on one another: drawn contracts, against every short input."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell import Program, parse, verify
from stdcell.errors import RuntimeFault
from stdcell.runtime.promises import broken_promises, check_requirements
from stdcell.runtime.reference import run
from stdcell.verify import Effort

SCALAR = st.tuples(
    st.sampled_from(["x", "x + 1", "max(x, y)", "6 / x", "x - y", "x + y", "min(x, 1)"]),
    st.sampled_from(["x >= 0 and y >= 0", "x > 0", "x >= y", "y > 0", "x == x"]),
    st.sampled_from(["result >= 0", "result > 0", "result >= x", "result >= y"]),
)
SEQUENCE = st.tuples(
    st.sampled_from(["xs", "xs + 1", "xs[length - 1 - indices]", "max(xs, k)", "6 / xs", "xs + indices", "xs + k"]),
    st.sampled_from(["sorted(xs)", "xs > 0", "xs >= 0", "k >= 0", "length > 0", "xs[0] > 0"]),
    st.sampled_from(
        ["sorted(result)", "result > 0", "result >= 0", "result >= xs", "result[0] > 0", "distinct(result)"]
    ),
)
MAIN = st.tuples(
    st.sampled_from(["f(xs, 1)", "f(f(xs, 1), length)", "fold(h, xs, 1)", "scan(h, xs, 0)", "map(h, zip(xs, indices))",
                     "6 / f(xs, 1)", "h(xs[0], length) + xs", "h(h(xs[0], 1), length)", "f(xs + 1, xs[0])"]),
    st.sampled_from(["sorted(xs)", "xs > 0", "length > 0", "sorted(xs) and length > 0", "xs > 0 and length > 0"]),
    st.sampled_from(["result >= 0", "result > 0", "result >= 1"]),
)  # fmt: skip
INPUTS = [list(values) for n in range(4) for values in product(range(3), repeat=n)]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(scalar=SCALAR, sequence=SEQUENCE, main=MAIN)
def test_what_is_proved_of_a_composition_holds_on_every_short_input(
    scalar: tuple[str, str, str], sequence: tuple[str, str, str], main: tuple[str, str, str]
) -> None:
    program = parse(
        f"def h(x: real, y: real) -> real requires {scalar[1]} ensures {scalar[2]} {{ return {scalar[0]}; }}\n"
        f"def f(xs: seq[real], k: real) -> seq[real] requires {sequence[1]} ensures {sequence[2]} "
        f"{{ return {sequence[0]}; }}\n"
        f"main(xs: seq[int 0..2]) requires {main[1]} ensures {main[2]} = {main[0]};"
    )
    report = verify(program, effort=Effort(up_to=3, steps=300_000))
    seen = {outcome(program, xs) for xs in INPUTS}
    assert not (report.is_proved and seen & {"breaks", "faults"})
    promised = [verdict for verdict in report.verdicts if verdict.place.startswith("<program>:3")]
    ensured = {verdict.status for verdict in promised if verdict.kind == "ensures"}
    assert not (ensured == {"proved"} and "breaks" in seen)
    assert not ("refuted" in ensured and not seen & {"breaks", "faults"})


def outcome(program: Program, xs: list[int]) -> str:
    """What the interpreter says of one input."""
    function = program.functions["main"]
    try:
        check_requirements(program, function, xs)
    except RuntimeFault:
        return "is not meant"
    try:
        answer = run(program, function, xs)[function.result]
        return "breaks" if broken_promises(program, function, xs, answer) else "holds"
    except RuntimeFault:
        return "faults"

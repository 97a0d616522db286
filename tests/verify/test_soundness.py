"""No wrong claim is proved and no true one refuted: verdicts on drawn claims, against every input of a small domain."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell import Program, Verdict, parse, verify
from stdcell.errors import RuntimeFault
from stdcell.runtime.promises import broken_promises, check_requirements
from stdcell.runtime.reference import run
from stdcell.verify import Effort

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
    holds = {outcome(program, xs) for xs in INPUTS} == {"holds"}
    verdicts = [verdict for verdict in verify(program, effort=Effort(up_to=3)).verdicts if verdict.kind == "ensures"]
    assert not (holds and any(verdict.status == "error" for verdict in verdicts))
    statuses = {verdict.status for verdict in verdicts if verdict.status != "error"}
    assert statuses in ([{"proved"}, {"unknown"}] if holds else [{"refuted"}, {"unknown"}])


STEPS = """
def add(s, x) { return s + x; }
def flip(s: int 0..1, x: int) -> int 0..1 { return (s + x) mod 2; }
def part(s, x) { return s + 6 / x; }
def dot(s, x, y) { return s + x * y; }
"""
AGGREGATES = st.sampled_from(["sum", "min", "max", "first", "last", "nearest", "aggregate"])
PARTIAL = st.one_of(
    st.builds("{}({}, {}{})".format, AGGREGATES, JOINED, LEAVES, st.sampled_from(["", ", 0", ", xs"])),
    st.builds('nearest({}, {}, ties="right")'.format, JOINED, LEAVES),
    st.builds("scan({}, {}, 0)".format, st.sampled_from(["add", "flip", "part"]), st.sampled_from(["xs", "indices"])),
    st.just("scan(dot, zip(xs, indices), 0)"),
    st.builds("xs[{}] + indices".format, LEAVES),
    st.builds("{}[xs]".format, st.sampled_from(["{0: 2, 1: 0, 2: 1}", "{0: 2, 1: 0}"])),
    st.builds("indicator({}({}, xs {} 1))".format, st.sampled_from(["any", "all"]), JOINED, COMPARISONS),
    st.builds("xs / ({})".format, LEAVES),
)
PLACES = st.sampled_from(["i", "i + 1", "i - 1", "j", "length - i - 1", "-1"])
ATOMS = st.one_of(
    st.builds("result[{}] {} xs[{}]".format, PLACES, COMPARISONS, PLACES),
    st.builds("{} {} {}".format, PLACES, COMPARISONS, PLACES),
    st.builds("1 / xs[{}] {} 1".format, PLACES, COMPARISONS),
)
BODIES = st.one_of(
    ATOMS,
    st.builds("({} implies {})".format, ATOMS, ATOMS),
    st.builds("({} or {})".format, ATOMS, ATOMS),
    st.builds("({} if {} else {})".format, ATOMS, ATOMS, ATOMS),
)
RANGES = st.sampled_from(["", " in range(length - 1)", " in range(1, length)", " in range(-1, 2)"])
QUANTIFIERS = st.sampled_from(["forall", "exists"])
QUANTIFIED = st.one_of(
    st.builds("{} i, j{}: {}".format, QUANTIFIERS, RANGES, BODIES),
    st.builds("{} i{}: {} j: {}".format, QUANTIFIERS, RANGES, QUANTIFIERS, BODIES),
    st.builds("any(result {} {})".format, COMPARISONS, LEAVES),
    st.builds("result {} {}".format, COMPARISONS, LEAVES),
)
REQUIREMENTS = st.sampled_from(["length > 0", "xs[0] > 0", "forall i: xs[i] > 0", "permutation(xs, indices)"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(body=PARTIAL, promise=QUANTIFIED, requires=REQUIREMENTS)
def test_partial_operations_are_proved_where_they_answer(body: str, promise: str, requires: str) -> None:
    program = parse(f"{STEPS} main(xs: seq[int 0..2]) requires {requires} ensures {promise} = {body};")
    seen = {outcome(program, xs) for xs in INPUTS}
    verdicts = [verdict for verdict in verify(program, effort=Effort(up_to=3)).verdicts if verdict.kind != "wire"]
    answers = [verdict for verdict in verdicts if verdict.kind == "defined" and " in ensures" not in verdict.claim]
    assert not (is_proved(answers) and "faults" in seen)
    assert not (is_refuted(answers) and "faults" not in seen)
    promises = [verdict for verdict in verdicts if verdict not in answers]
    assert not (is_proved(promises) and seen & {"breaks", "is undefined"})
    assert not (is_refuted([verdict for verdict in promises if verdict.kind == "ensures"]) and "breaks" not in seen)


def is_proved(verdicts: list[Verdict]) -> bool:
    """Whether nothing is left open."""
    return all(verdict.status == "proved" for verdict in verdicts)


def is_refuted(verdicts: list[Verdict]) -> bool:
    """Whether some input was found that breaks one."""
    return any(verdict.status == "refuted" for verdict in verdicts)


def outcome(program: Program, xs: list[int]) -> str:
    """What the interpreter says of one input."""
    function = program.functions["main"]
    try:
        check_requirements(program, function, xs)
    except RuntimeFault:
        return "is not meant"
    try:
        answer = run(program, function, xs)[function.result]
    except RuntimeFault:
        return "faults"
    try:
        return "breaks" if broken_promises(program, function, xs, answer) else "holds"
    except RuntimeFault:
        return "is undefined"

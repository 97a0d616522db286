"""Claims of one length: lemmas on widths, symmetry, and the exact question."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stdcell import parse
from stdcell.verify import Claim, own_claims
from stdcell.verify.bounded.splitting import Answered, answer_at
from stdcell.verify.bounded.trial import holds_on
from stdcell.verify.outcome import Refutation

ClaimOf = Callable[[str], Claim]

STEPS = 20_000_000
RANK = "selector_width(select(xs, xs, <) or select(xs, xs, ==) and select(indices, indices, <))"
SORT = f"aggregate(select({RANK}, indices, ==), xs)"
HIST = "selector_width(select(xs, xs, ==))"
SUMMED = " + ".join(f"indicator(sum(indicator(xs <= {value})) <= indices)" for value in range(2))
CUMULATIVE = " + ".join(f"indicator(selector_width(select(xs, {value}, <=)) <= indices)" for value in range(2))
PROVED = {
    "order": (f"sorted(result) = {SORT}", 5, ("cardinality", "pigeonhole")),
    "counting sort": (f"result == {CUMULATIVE} = {SORT}", 5, ("cardinality", "pigeonhole")),
    "counting sort by sums": (f"result == {SUMMED} = {SORT}", 5, ("cardinality", "pigeonhole")),
    "a rank is below what is counted": (
        f"forall i: xs[i] <= 1 implies result[i] < sum(indicator(xs <= 1)) = {RANK}",
        6,
        ("cardinality",),
    ),
    "counts that add up": (
        "count(xs, 0) + count(xs, 1) + sum(indicator(xs > 1)) == length and sum(result) >= 0 = xs",
        9,
        ("symmetry",),
    ),
    "congruence": (
        f"forall i, j: xs[i] == xs[j] implies result[i] == result[j] = {HIST}",
        24,
        ("cardinality",),
    ),
    "parity": (f"sum(result) mod 2 == length mod 2 = {HIST}", 24, ("symmetry",)),
    "prefixes": (
        "forall i: i + 1 < length implies result[i] <= result[i + 1] = "
        "selector_width(select(xs, 1, ==) and select(indices, indices, <=))",
        12,
        (),
    ),
}


@pytest.mark.parametrize(("claimed", "length", "schemas"), PROVED.values(), ids=PROVED.keys())
def test_a_claim_is_proved_at_a_length(claim_of: ClaimOf, claimed: str, length: int, schemas: tuple[str, ...]) -> None:
    found = answer_at(claim_of(f"main(xs: seq[int 0..2]) ensures {claimed};"), length, STEPS)
    assert isinstance(found, Answered)
    assert set(schemas) <= set(found.schemas)


def test_what_is_counted_keeps_questions_small(claim_of: ClaimOf) -> None:
    found = answer_at(claim_of(f"main(xs: seq[int 0..2]) ensures result == {SUMMED} = {SORT};"), 7, 1_000_000)
    assert isinstance(found, Answered)


def test_a_question_about_rows_says_nothing_of_their_widths(claim_of: ClaimOf) -> None:
    found = answer_at(claim_of(f"main(xs: seq[int 0..2]) ensures sorted(result) = {SORT};"), 5, STEPS)
    assert isinstance(found, Answered)
    rows = [query for query in found.queries if query.purpose.endswith("rows")]
    assert rows
    assert [query.purpose for query in rows if "width." in query.text or "mean." in query.text] == []


FALSE = {
    "no tie-break": "sorted(result) = aggregate(select(selector_width(select(xs, xs, <)), indices, ==), xs, 0)",
    "congruence": "forall i, j: xs[i] == xs[j] implies result[i] == result[j] = selector_width(select(xs, xs, <) and "
    "select(indices, indices, <))",
    "a rank is below fewer": f"forall i: xs[i] <= 1 implies result[i] + 1 < sum(indicator(xs <= 1)) = {RANK}",
    "counting sort by other sums": f"result == {SUMMED.replace('<= 0', '< 0')} = {SORT}",
    "too few": f"result >= 2 = {HIST}",
    "parity": "sum(result) mod 2 == length mod 2 = selector_width(select(xs, xs, <))",
}


@pytest.mark.parametrize("claimed", FALSE.values(), ids=FALSE.keys())
def test_a_false_claim_is_refuted_at_a_length(claim_of: ClaimOf, claimed: str) -> None:
    claim = claim_of(f"main(xs: seq[int 0..2]) ensures {claimed};")
    found = answer_at(claim, 5, STEPS)
    assert isinstance(found, Refutation)
    assert holds_on(claim, 5, found.inputs) is False


SELECTORS = st.builds(
    "select({}, {}, {})".format,
    st.sampled_from(["xs", "xs", "indices", "1"]),
    st.sampled_from(["xs", "xs", "indices", "1"]),
    st.sampled_from(["==", "!=", "<", "<=", ">"]),
)
JOINED = st.one_of(
    SELECTORS,
    st.builds("({} and {})".format, SELECTORS, SELECTORS),
    st.builds("({} or not {})".format, SELECTORS, SELECTORS),
)
WIDTHS = st.builds("selector_width({})".format, JOINED)
BODIES = st.one_of(
    WIDTHS,
    st.builds("aggregate(select({}, indices, ==), xs, 0)".format, WIDTHS),
    st.builds("aggregate({}, xs, 1)".format, JOINED),
)
PROMISES = st.one_of(
    st.sampled_from(["sorted(result)", "distinct(result)", "permutation(result, xs)", "sum(result) <= sum(xs)"]),
    st.builds("result {} {}".format, st.sampled_from(["<", "<=", "==", "!="]), st.sampled_from(["length", "xs", "2"])),
    st.builds(
        "forall i, j: xs[i] {} xs[j] implies result[i] {} result[j]".format,
        st.sampled_from(["==", "<", "<=", "!="]),
        st.sampled_from(["==", "<", "<=", "!="]),
    ),
)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(body=BODIES, promise=PROMISES)
def test_an_answer_at_length_four_is_the_truth(body: str, promise: str) -> None:
    program = parse(f"main(xs: seq[int 0..1]) ensures {promise} = {body};")
    (*_, claim) = own_claims(program.functions["main"], program.spans)
    holds = all(holds_on(claim, 4, {"main.0": list(xs)}) is not False for xs in product(range(2), repeat=4))
    found = answer_at(claim, 4, STEPS)
    assert isinstance(found, Answered) is holds

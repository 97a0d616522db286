"""Machines of finitely many states: proved for all lengths, or refuted by the shortest word."""

from __future__ import annotations

from typing import Any

import pytest

from stdcell import parse
from stdcell.verify import Effort
from stdcell.verify.claims.claim import own_claims
from stdcell.verify.machines.automaton import by_automaton
from stdcell.verify.outcome import NoAnswer, Outcome, Proof, Refutation


def answer_to(text: str, effort: Effort | None = None) -> Outcome:
    """What the automaton says of the first promise of `main`."""
    program = parse(text)
    claims = own_claims(program.functions["main"], program.spans)
    return by_automaton(next(claim for claim in claims if claim.kind == "ensures"), effort or Effort())


PARITY = "def flip(s: bool, x: int 0..1) -> bool { return s != (x == 1); }\n"
SUMS = """
def by3(s: int 0..2, x: int 0..36) -> int 0..2 { return (s + x) mod 3; }
def by9(s: int 0..8, x: int 0..36) -> int 0..8 { return (s + x) mod 9; }
def by37(s: int 0..36, x: int 0..36) -> int 0..36 { return (s + x) mod 37; }
"""
WORD = 'main(xs: seq[token {"a", "b", "c"}])'
NEIGHBOURS = 'forall i: i + 1 < length implies not (xs[i] == "b" and xs[i + 1] == "a")'
NO_B_BEFORE_A = 'all(not (xs == "a" and any(select(xs, "b", ==) and select(indices, indices, <), True)))'
LATEST = 'last(select(xs, "c", !=) and select(indices, indices, <=), xs, "a")'
DEPTH = (
    "(selector_width(select(xs, True, ==) and select(indices, indices, <=))"
    " - selector_width(select(xs, False, ==) and select(indices, indices, <=)))"
)
PROVED = {
    "two counters whose difference stays small": (
        f"main(xs: seq[bool]) requires all({DEPTH} >= 0) requires all({DEPTH} <= 2) "
        f"ensures all(result mod 3 == result) = {DEPTH};",
        3,
    ),
    "parity is a count": (
        f"{PARITY}main(xs: seq[int 0..1]) ensures result == (count(xs, 1) mod 2 == 1) = fold(flip, xs, False);",
        2,
    ),
    "a remainder of a remainder": (
        f"{SUMS}main(xs: seq[int 0..36]) ensures result == fold(by9, xs, 0) mod 3 = fold(by3, xs, 0);",
        9,
    ),
    "a checksum of many items": (
        f"{SUMS}main(xs: seq[int 0..36]) ensures result == sum(xs) mod 37 = fold(by37, xs, 0);",
        37,
    ),
    "a threshold": (
        """def up(s: int 0..5, x: bool) -> int 0..5 { return min(s + indicator(x), 5); }
        main(xs: seq[bool]) ensures result == (count(xs, True) >= 5) = fold(up, xs, 0) == 5;""",
        7,
    ),
    "items without end in two classes": (
        """def seen(s: bool, x: int) -> bool { return s or x > 7; }
        main(xs: seq[int]) ensures result == any(xs > 7) = fold(seen, xs, False);""",
        2,
    ),
    "a state that nothing bounds": (
        """def up(s: int, x: bool) -> int { return min(s + indicator(x), 3); }
        main(xs: seq[bool]) ensures result <= 3 = fold(up, xs, 0);""",
        4,
    ),
    "the last letter but c": (
        f"""def keep(s: token {{"a", "b", "c"}}, x: token {{"a", "b", "c"}}) -> token {{"a", "b", "c"}}
        {{ return s if x == "c" else x; }}
        {WORD} ensures result == scan(keep, xs, "a") = {LATEST};""",
        3,
    ),
}


@pytest.mark.parametrize(("text", "n_states"), PROVED.values(), ids=PROVED.keys())
def test_a_claim_about_finitely_many_states_is_proved_for_all_lengths(text: str, n_states: int) -> None:
    proof = answer_to(text)
    assert isinstance(proof, Proof)
    assert (proof.strategy, proof.reach) == (f"an automaton of {n_states} states", None)
    assert [query.purpose for query in proof.queries] == ["the start", "a step", "the end"]


REFUTED = {
    "it breaks at once": (f"{WORD} ensures result = length > 0;", []),
    "a letter between": (f"{WORD} ensures result == ({NEIGHBOURS}) = {NO_B_BEFORE_A};", ["b", "c", "a"]),
    "a counter that is one short": (
        """def up(s: int 0..5, x: bool) -> int 0..5 { return min(s + indicator(x), 4); }
        main(xs: seq[bool]) ensures (result == 4) == (count(xs, True) >= 5) = fold(up, xs, 0);""",
        [True, True, True, True],
    ),
    "an item beyond the constants": (
        """def seen(s: bool, x: int) -> bool { return s or x > 7; }
        main(xs: seq[int]) ensures result == any(xs > 8) = fold(seen, xs, False);""",
        [8],
    ),
    "a remainder of another": (
        f"{SUMS}main(xs: seq[int 0..36]) ensures result == fold(by37, xs, 0) mod 3 = fold(by3, xs, 0);",
        [1, 36],
    ),
    "what is required is met": (
        f"{SUMS}main(xs: seq[int 0..36]) requires xs >= 30 ensures result < 7 = fold(by9, xs, 0);",
        [34],
    ),
}


@pytest.mark.parametrize(("text", "word"), REFUTED.values(), ids=REFUTED.keys())
def test_a_claim_is_refuted_by_the_shortest_word(text: str, word: list[Any]) -> None:
    found = answer_to(text)
    assert isinstance(found, Refutation)
    assert (found.n_positions, found.inputs) == (len(word), {"main.0": word})


def test_a_machine_of_too_many_states_is_left_to_others() -> None:
    text = """def up(s: int, x: bool) -> int { return s + (1 if x else -1); }
    main(xs: seq[bool]) ensures result <= length = fold(up, xs, 0);"""
    assert answer_to(text, Effort(states=50)) == NoAnswer("after 51 states its machine goes on to others")


def test_what_is_not_read_from_left_to_right_is_left_to_others() -> None:
    text = "main(xs: seq[int 0..9]) ensures sorted(result) = aggregate(select(indices, length - indices - 1, ==), xs);"
    assert answer_to(text) == NoAnswer(
        "it is not read from left to right: a selector compares keys and queries that both have many values"
    )


def test_a_run_that_may_break_an_assumption_which_is_not_read_refutes_nothing() -> None:
    text = "main(xs: seq[int 0..9]) requires permutation(xs, indices) ensures result < 5 = xs;"
    found = answer_to(text)
    assert isinstance(found, NoAnswer)
    assert "may break what is assumed" in found.reason

"""Tokens of no listed vocabulary: any numbers stand for them, those that a program names for themselves."""

from __future__ import annotations

import pytest

from stdcell import Verdict, parse, verify
from stdcell.verify import Effort, own_claims
from stdcell.verify.machines.automaton import by_automaton
from stdcell.verify.outcome import Refutation

STEPS = """def seen(s: bool, x: token) -> bool { return s or x == "a"; }
def largest(s: token, x: token) -> token { return x if x > s else s; }
def last(s: token, x: token) -> token { return x; }
"""
SORTED = "aggregate(select(selector_width(select(xs, xs, <) or (select(xs, xs, ==) and select(indices, indices, <))), indices, ==), xs)"  # noqa: E501


def promise(text: str, up_to: int = 4) -> Verdict:
    return verify(parse(STEPS + text), effort=Effort(up_to=up_to)).verdicts[-1]


PROVED = {
    "an automaton": ('result == (exists i: xs[i] == "a")', "fold(seen, xs, False)", "an automaton of 3 states"),
    "the largest": ("forall i: result >= xs[i]", 'fold(largest, xs, "")', "induction with an invariant of the solver"),
    "the last": ("length == 0 or result == xs[-1]", 'fold(last, xs, "")', "induction over the elements"),
    "order": ("sorted(result)", SORTED, "lemmas on positions"),
    "rearrangement": ("permutation(result, xs)", SORTED, "lemmas on positions"),
    "widths": ("result >= 1", "selector_width(select(xs, xs, ==))", "lemmas on positions"),
}


@pytest.mark.parametrize(("claim", "body", "method"), PROVED.values(), ids=PROVED.keys())
def test_a_claim_about_any_tokens_is_proved_for_all_lengths(claim: str, body: str, method: str) -> None:
    verdict = promise(f"main(xs: seq[token]) ensures {claim} = {body};")
    assert (verdict.status, verdict.scope, verdict.method) == ("proved", "all lengths", method)


REFUTED = {
    "two of any three are equal": (
        "length < 3 or (exists i: exists j: i < j and j < length and xs[i] == xs[j])",
        "xs",
        'main(["a", "b", "c"])',
    ),
    "one of two": ('forall i: xs[i] == "a" or xs[i] == "b"', "xs", 'main(["c"])'),
    "no word between two": ('forall i: xs[i] <= "a" or xs[i] >= "b"', "xs", 'main(["aa"])'),
    "a word is seen": ("result or length < 2", "fold(seen, xs, False)", 'main(["b", "b"])'),
}


@pytest.mark.parametrize(("claim", "body", "call"), REFUTED.values(), ids=REFUTED.keys())
def test_a_claim_that_holds_in_small_vocabularies_only_is_refuted(claim: str, body: str, call: str) -> None:
    verdict = promise(f"main(xs: seq[token]) ensures {claim} = {body};")
    assert verdict.counterexample is not None
    assert verdict.counterexample.call == call


def test_what_holds_of_words_and_not_of_numbers_is_proved_up_to_a_length_only() -> None:
    verdict = promise('main(xs: seq[token]) ensures result >= "" = xs;', up_to=3)
    assert (verdict.status, verdict.scope) == ("proved", "n <= 3")


def test_tokens_that_are_joined_are_told_to_no_machine() -> None:
    verdict = promise('main(xs: seq[token]) ensures result != "b" = xs + "a";', up_to=2)
    assert (verdict.status, verdict.scope) == ("unknown", "none")


def test_a_listed_vocabulary_keeps_its_words() -> None:
    verdict = promise('main(xs: seq[token {"a", "b"}]) ensures forall i: xs[i] == "a" or xs[i] == "b" = xs;')
    assert (verdict.status, verdict.scope) == ("proved", "all lengths")


def test_an_automaton_refutes_by_words_in_the_order_of_their_numbers() -> None:
    text = """main(xs: seq[token], ys: seq[token])
        ensures forall i: not ("a" < xs[i] and xs[i] < ys[i] and ys[i] < "b") = xs;"""
    program = parse(text)
    (*_, claim) = own_claims(program.functions["main"], program.spans)
    assert by_automaton(claim, Effort()) == Refutation(1, {"main.0": ["aa"], "main.1": ["ab"]})

"""Which link is the weakest."""

from __future__ import annotations

import pytest

from stdcell import Report, Verdict
from stdcell.verify import Assumption
from stdcell.verify.certificates.links import Link, link_of, links_of, roots_of
from stdcell.verify.outcome import Proof
from stdcell.verify.verdict import Status


def verdict(claim: str, *rests_on: Verdict, status: Status = "proved", reach: int | None = None) -> Verdict:
    proof, rests = Proof("z3", reach=reach), tuple(one.key for one in rests_on)
    return Verdict(claim, "ensures", "p:1:1", status, "as told", "z3", proof=proof, rests_on=rests)


def add(evidence: str | None, *, holds: bool = True) -> Assumption:
    return Assumption("add", "5" * 64, "result == a + b", evidence, holds)


STANDINGS = {
    "proof": (add("proof"), "proved"),
    "check": (add("exhaustive, 25 inputs, 0 wrong"), "exhaustive"),
    "failed check": (add("exhaustive, 25 inputs, 1 wrong", holds=False), "refuted"),
    "counterexample": (add("counterexample", holds=False), "refuted"),
    "measurement": (add("measurement, 9 inputs, 0 wrong", holds=False), "measured"),
    "nothing": (add(None, holds=False), "unchecked"),
}


@pytest.mark.parametrize(("assumption", "standing"), STANDINGS.values(), ids=STANDINGS.keys())
def test_a_contract_is_as_strong_as_its_evidence(assumption: Assumption, standing: str) -> None:
    assert link_of(assumption).standing == standing


def test_a_verdict_is_as_strong_as_the_weakest_of_all_that_it_rests_on() -> None:
    low = verdict("low", reach=6)
    middle = verdict("middle", low)
    high = verdict("high", middle, verdict("other"))
    links = links_of(Report("0" * 64, (low, verdict("other"), middle, high)))
    assert links[high.key].weakest == Link("bounded", "low")
    assert [one.verdict.claim for one in roots_of(links)] == ["high"]


def test_an_unknown_claim_is_weaker_than_a_measurement() -> None:
    unknown = verdict("unknown", status="unknown")
    links = links_of(Report("0" * 64, (unknown,)))
    assert links[unknown.key].weakest == Link("unchecked", "unknown")


def test_an_assumption_stands_where_it_was_first_made() -> None:
    check = add("exhaustive, 25 inputs, 0 wrong")
    low = Verdict("low", "ensures", "p:1:1", "proved", "all lengths", "z3", (check,))
    high = Verdict("high", "ensures", "p:2:1", "proved", "all lengths", "z3", (check,), rests_on=(low.key,))
    links = links_of(Report("0" * 64, (low, high)))
    assert (links[low.key].assumptions, links[high.key].assumptions) == ((check,), ())
    assert links[high.key].weakest.standing == "exhaustive"


def test_a_thousand_claims_that_rest_on_one_another_are_walked() -> None:
    chain = [verdict("0", reach=6)]
    chain += [verdict(str(number), verdict(str(number - 1))) for number in range(1, 1500)]
    assert links_of(Report("0" * 64, tuple(chain)))[chain[-1].key].weakest == Link("bounded", "0")

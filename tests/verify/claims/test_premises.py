"""What a function promised before, and was proved of it, serves the proof of what it promises later."""

from __future__ import annotations

from stdcell import Report, Verdict, parse, verify
from stdcell.verify import Effort
from stdcell.verify.certificates.links import links_of

COUNTING = """use program "stdcell/sort" (sort);
main(xs: seq[int])
    ensures {first}
    ensures {second}
= min(select(selector_width(select(xs, xs, <=)), indices, >), xs);
"""
IS_SORTED, IS_REARRANGED, HAS_THE_SUM = "result == sort(xs)", "permutation(result, xs)", "sum(result) == sum(xs)"


def promised(first: str, second: str) -> Report:
    return verify(parse(COUNTING.format(first=first, second=second)), effort=Effort(up_to=2))


def promise(report: Report, claim: str) -> Verdict:
    (found,) = [verdict for verdict in report.verdicts if verdict.claim == f"ensures {claim}"]
    return found


def test_a_promise_that_follows_from_an_earlier_one_is_proved_for_all_lengths() -> None:
    verdict = promise(promised(IS_SORTED, IS_REARRANGED), IS_REARRANGED)
    assert (verdict.status, verdict.scope) == ("proved", "all lengths")
    assert f"ensures {IS_SORTED} [3:5]" in verdict.because


def test_a_proof_rests_on_the_earlier_promise() -> None:
    report = promised(IS_SORTED, IS_REARRANGED)
    verdict = promise(report, IS_REARRANGED)
    assert promise(report, IS_SORTED).key in verdict.rests_on
    assert promise(report, IS_SORTED) in links_of(report)[verdict.key].verdicts


def test_a_promise_does_not_count_on_a_later_one() -> None:
    verdict = promise(promised(IS_REARRANGED, IS_SORTED), IS_REARRANGED)
    assert (verdict.reach, verdict.rests_on) == (2, ())


def test_a_promise_does_not_count_on_one_that_is_proved_up_to_a_length_only() -> None:
    report = promised(IS_REARRANGED, HAS_THE_SUM)
    assert [promise(report, claim).reach for claim in (IS_REARRANGED, HAS_THE_SUM)] == [2, 2]


def test_a_promise_does_not_count_on_one_that_is_refuted() -> None:
    report = verify(parse("main(x: int 0..9) ensures result == 3 ensures result > 2 = x;"))
    assert [verdict.status for verdict in report.verdicts] == ["refuted", "refuted"]


def test_a_promise_does_not_count_on_the_same_one_that_is_unknown() -> None:
    report = promised(f"{IS_REARRANGED} and length < 9 or length > 8", f"{IS_REARRANGED} and length < 9 or length > 8")
    assert [one.reach for one in report.verdicts if one.kind == "ensures"] == [2, 2]

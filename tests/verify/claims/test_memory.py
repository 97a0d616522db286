"""What strategies answered is remembered: after an edit only what it has changed is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import wraps

import pytest

from stdcell import parse, verify
from stdcell.verify import Claim, Effort
from stdcell.verify.composition.ladder import Strategies
from stdcell.verify.composition.memory import Memory
from stdcell.verify.outcome import Outcome, Strategy
from stdcell.verify.prove import STRATEGIES

TEXT = """
def doubled(xs: seq[int]) -> seq[int]
    ensures forall i: result[i] mod 2 == 0
{ return 2 * xs; }
def raised(xs: seq[int 0..9]) -> seq[int]
    ensures forall i: result[i] > xs[i]
{ return doubled(xs) + 1; }
main(xs: seq[int 0..9]) ensures sorted(xs) implies sorted(result) = xs + 1;
"""
DOUBLED, RAISED, MAIN = (
    "ensures forall i: result[i] mod 2 == 0",
    "ensures forall i: result[i] > xs[i]",
    "ensures sorted(xs) implies sorted(result)",
)


@pytest.fixture
def asked() -> list[str]:
    """What strategies were asked about."""
    return []


@pytest.fixture
def telling(asked: list[str]) -> Strategies:
    """The strategies, which tell what they are asked about."""

    def tells(strategy: Strategy) -> Strategy:
        @wraps(strategy)
        def told(claim: Claim, effort: Effort) -> Outcome:
            asked.append(claim.text)
            return strategy(claim, effort)

        return told

    def all_tell(strategies: Sequence[Strategy]) -> tuple[Strategy, ...]:
        return tuple(map(tells, strategies))

    return Strategies(
        all_tell(STRATEGIES.at_first),
        all_tell(STRATEGIES.for_all_lengths),
        all_tell(STRATEGIES.to_refute),
        all_tell(STRATEGIES.up_to_a_length),
    )


EDITS = {
    "nothing": (TEXT, []),
    "a comment": ("# doubles\n" + TEXT, []),
    "a promise": (TEXT.replace("> xs[i]", ">= xs[i]"), [RAISED.replace(">", ">=")]),
    "the last body": (TEXT.replace("= xs + 1", "= xs + 2"), [MAIN]),
    "a body in the middle": (TEXT.replace("(xs) + 1", "(xs) + 2"), [RAISED]),
    "the first body": (TEXT.replace("return 2 *", "return 4 *"), [DOUBLED, RAISED]),
}


@pytest.mark.parametrize(("edited", "anew"), EDITS.values(), ids=EDITS.keys())
def test_only_what_an_edit_has_changed_is_asked_about(
    edited: str, anew: list[str], asked: list[str], telling: Strategies
) -> None:
    memory = Memory()
    verify(parse(TEXT), strategies=telling, memory=memory)
    asked.clear()
    report = verify(parse(edited), strategies=telling, memory=memory)
    assert list(dict.fromkeys(asked)) == anew
    assert report == verify(parse(edited))


def test_another_limit_is_another_question(asked: list[str], telling: Strategies) -> None:
    memory = Memory()
    verify(parse(TEXT), strategies=telling, memory=memory)
    asked.clear()
    verify(parse(TEXT), strategies=telling, memory=memory, effort=Effort(up_to=5))
    assert list(dict.fromkeys(asked)) == [DOUBLED, RAISED, MAIN]

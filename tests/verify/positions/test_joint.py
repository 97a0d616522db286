"""What sizes of sets come to together, where these are disjoint or cover the sequence."""

from __future__ import annotations

import pytest

from stdcell import parse, verify

ROWS = {name: f"selector_width(select(xs, xs, {name}))" for name in ("<", "<=", "==", ">", ">=")}
TRUE = {
    "two parts": f"{ROWS['<']} + {ROWS['>=']} == length",
    "three parts": f"{ROWS['<']} + {ROWS['==']} + {ROWS['>']} == length",
    "a selector and what is not": f"{ROWS['<']} + selector_width(not select(xs, xs, <)) == length",
    "two that cover more than once": f"{ROWS['<=']} + {ROWS['>=']} >= length",
    "two that are apart": f"{ROWS['<']} + {ROWS['>']} <= length",
}
FALSE = {
    "two of three parts": f"{ROWS['<']} + {ROWS['==']} == length",
    "parts that overlap": f"{ROWS['<=']} + {ROWS['>=']} == length",
    "three that overlap": f"{ROWS['<']} + {ROWS['<=']} + {ROWS['>']} == length",
}


@pytest.mark.parametrize("promise", TRUE.values(), ids=TRUE.keys())
def test_parts_add_up_for_all_lengths(promise: str) -> None:
    verdict = verify(parse(f"main(xs: seq[int]) ensures {promise} = xs;")).verdicts[-1]
    assert (verdict.kind, verdict.status, verdict.scope) == ("ensures", "proved", "all lengths")


@pytest.mark.parametrize("promise", FALSE.values(), ids=FALSE.keys())
def test_what_is_left_out_or_counted_twice_is_found(promise: str) -> None:
    assert verify(parse(f"main(xs: seq[int]) ensures {promise} = xs;")).verdicts[-1].status == "refuted"

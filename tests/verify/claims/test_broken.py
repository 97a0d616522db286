"""A refuted promise or requirement names the part of the clause that is broken, and where the clause is written."""

from __future__ import annotations

import pytest

from stdcell import parse, verify

CALLED = """def low(x: int 0..9) -> int 0..9
    requires x < 5{requires}
{{ return x; }}
main(x: int 0..9) requires x < 5 ensures {promise} = low(x);
"""
BROKEN = {
    "a part of a requirement": (
        " and x != 3",
        "True",
        "`x != 3` in `requires x < 5 and x != 3` [<program>:2:5] does not hold",
    ),
    "a requirement of one part": (" - 1", "True", "`requires x < 5 - 1` [<program>:2:5] does not hold"),
    "a part of a promise": (
        "",
        "result < 5 and not (result == 2)",
        "`not (result == 2)` in `ensures result < 5 and not (result == 2)` [<program>:4:34] does not hold",
    ),
    "a promise of one part": ("", "result != 2", None),
}


@pytest.mark.parametrize(("requires", "promise", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_named(requires: str, promise: str, told: str | None) -> None:
    report = verify(parse(CALLED.format(requires=requires, promise=promise)))
    assert [verdict.reason for verdict in report.verdicts if verdict.status == "refuted"] == [told]


def test_an_argument_that_is_a_conjunction_leaves_the_clause_whole() -> None:
    text = """def sure(p: bool) -> bool requires p { return p; }
main(x: int 0..9) requires x < 5 = sure(x < 5 and x != 3);
"""
    report = verify(parse(text))
    told = [verdict.reason for verdict in report.verdicts if verdict.status == "refuted"]
    assert told == ["`requires p` [<program>:1:27] does not hold"]

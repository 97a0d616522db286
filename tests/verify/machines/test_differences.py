"""Counters of which only a difference matters, and machines that pass through the same answers without them."""

from __future__ import annotations

from random import Random

import pytest

from stdcell import parse
from stdcell.verify import own_claims
from stdcell.verify.machines.differences import with_fewer_counters
from stdcell.verify.machines.machine import Machine, run
from stdcell.verify.machines.reading import machine_of

PREFIX = "selector_width(select(xs, {}, ==) and select(indices, indices, <=))"
TEXTS = {
    "a difference": (
        f"main(xs: seq[int 0..2]) ensures all(result >= -1) = {PREFIX.format(0)} - {PREFIX.format(1)};",
        ["direction.0"],
    ),
    "two sides of a comparison": (
        f"main(xs: seq[int 0..2]) ensures all({PREFIX.format(0)} < 1 + {PREFIX.format(1)}) = xs;",
        ["direction.0"],
    ),
    "a multiple": (
        "main(xs: seq[int 0..2]) ensures 2 * count(xs, 0) > 6 + 4 * count(xs, 1) or length == -1 = xs;",
        ["direction.0", "index"],
    ),
    "multiples of one direction": (
        "main(xs: seq[int 0..2]) ensures (count(xs, 0) - count(xs, 1)) mod 3 != 2 "
        "or 3 * count(xs, 1) > 3 * count(xs, 0) + 2 = xs;",
        ["direction.0"],
    ),
    "what cancels": (
        "main(xs: seq[int 0..2]) ensures count(xs, 0) + count(xs, 1) - count(xs, 0) > count(xs, 2) = xs;",
        ["direction.0"],
    ),
    "a total": (
        "main(xs: seq[int 0..2]) ensures all(sum(select(indices, indices, <=), xs) <= sum(xs)) = xs;",
        [],
    ),
}


def machine_from(text: str) -> Machine:
    """The machine of the first promise of `main`."""
    program = parse(text)
    claims = own_claims(program.functions["main"], program.spans)
    machine = machine_of(next(claim for claim in claims if claim.kind == "ensures"))
    assert isinstance(machine, Machine)
    return machine


@pytest.mark.parametrize(("text", "counters"), TEXTS.values(), ids=TEXTS.keys())
def test_one_counter_is_kept_for_each_direction(text: str, counters: list[str]) -> None:
    kept = [variable.node.key for variable in with_fewer_counters(machine_from(text)).variables]
    assert [key for key in kept if key.startswith(("direction", "index"))] == counters


@pytest.mark.parametrize("text", [text for text, _ in TEXTS.values()], ids=TEXTS.keys())
def test_every_run_comes_to_the_same_answer(text: str) -> None:
    machine, random = machine_from(text), Random(0)
    fewer = with_fewer_counters(machine)
    words = [[random.randrange(3) for _ in range(length)] for length in range(9) for _ in range(20)]
    assert [run(fewer, [word]) for word in words] == [run(machine, [word]) for word in words]


def test_counters_that_are_asked_for_one_by_one_stay() -> None:
    machine = machine_from("main(xs: seq[int 0..2]) ensures count(xs, 0) < 4 or count(xs, 1) < 4 = xs;")
    assert with_fewer_counters(machine) == machine

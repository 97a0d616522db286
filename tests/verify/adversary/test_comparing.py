"""Equivalence beside enumeration: a drawn program and one that differs from it by a node, on every short input."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from random import Random
from typing import Any

import pytest

from stdcell.dsl import Program
from stdcell.dsl.types import Bool, Element, Int, Token, element_of
from stdcell.runtime.inputs import parameters_of
from stdcell.verify import Effort, equivalent
from tests.programs.drawing import BOOLEANS, NUMBERS, WORDS, Drawn, draw_program, smaller_programs

from .truth import Given, value_of

OPEN: dict[tuple[Any, ...], Element] = {NUMBERS: Int(0, 2), WORDS: Token(("a", "b", "c")), BOOLEANS: Bool()}
LONGEST = 3


def drawn_pair(number: int) -> tuple[Drawn, Program, Program]:
    """A program, and a smaller one that answers in the same kind."""
    random = Random(f"pair {number}")
    drawn = draw_program(random, depth=3)
    known = (one.program for one in islice(smaller_programs(drawn), 40))
    assert drawn.program is not None
    others = [program for program in known if program is not None and kind_of(program) == kind_of(drawn.program)]
    return drawn, drawn.program, random.choice([drawn.program, *others])


def kind_of(program: Program) -> tuple[type, type]:
    """Whether it answers with a sequence or a single value, and of what."""
    answer = program.output().result.type
    return type(answer), type(element_of(answer))


def answers(program: Program, values: tuple[Any, ...]) -> Iterator[Any]:
    """What the interpreter answers to every short input: an element for each position, or None."""
    function = program.output()
    for n in range(LONGEST + 1):
        for chosen in product(values, repeat=n):
            inputs = {node.key: list(chosen) for node in parameters_of(function)}
            answer = value_of(program, function.result, Given(n, inputs))
            yield answer if answer is None or isinstance(answer, list) else [answer] * n


@pytest.mark.slow
@pytest.mark.parametrize("number", range(40))
def test_programs_are_proved_alike_only_if_every_short_input_agrees(number: int) -> None:
    drawn, one, other = drawn_pair(number)
    report = equivalent(one, other, effort=Effort(up_to=LONGEST, steps=400_000), open_type=OPEN[drawn.values])
    are_alike = list(answers(one, drawn.values)) == list(answers(other, drawn.values))
    assert are_alike or not report.is_proved, drawn.text

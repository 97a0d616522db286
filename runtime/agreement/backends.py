"""Backends as functions from inputs to answers, and what each says to an input: an answer or a fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import RuntimeFault
from ..inputs import Given

__all__ = ["Answer", "Backend", "answers_like", "answers_of", "are_equal"]

_SMALL_BATCH = 16

Backend = Callable[[Sequence[Given]], list[Any]]
"""Answers to inputs; a RuntimeFault if one of them has no answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a backend says to one input: a value, or why it has none."""

    value: Any = None
    fault: str | None = None

    def __str__(self) -> str:
        return repr(self.value) if self.fault is None else f"fault: {self.fault}"


def answers_of(backend: Backend, inputs: Sequence[Given]) -> list[Answer]:
    """What a backend says to each input; a batch with a fault is halved, and a small one asked input by input.

    A failed assertion of a backend's own is told as a fault: it disagrees with whoever has an answer.
    """
    if not inputs:
        return []
    try:
        return [Answer(value) for value in backend(inputs)]
    except (RuntimeFault, AssertionError) as fault:
        if len(inputs) == 1:
            return [Answer(fault=str(fault) or type(fault).__name__)]
    size = 1 if len(inputs) <= _SMALL_BATCH else -(-len(inputs) // 2)
    parts = [inputs[start : start + size] for start in range(0, len(inputs), size)]
    return [answer for part in parts for answer in answers_of(backend, part)]


def answers_like(backend: Backend, inputs: Sequence[Given], reference: Sequence[Answer]) -> list[Answer]:
    """The same as `answers_of`, quicker where the faults are those of another backend's answers."""
    answered = [place for place, answer in enumerate(reference) if answer.fault is None]
    found = dict(zip(answered, answers_of(backend, [inputs[place] for place in answered]), strict=True))
    for place, given in enumerate(inputs):
        if place not in found:
            (found[place],) = answers_of(backend, [given])
    return [found[place] for place in range(len(inputs))]


def are_equal(left: Answer, right: Answer) -> bool:
    """Whether two backends say the same: equal values, or a fault both; what a fault says is each one's own."""
    if left.fault is not None or right.fault is not None:
        return left.fault is not None and right.fault is not None
    return bool(left.value == right.value)

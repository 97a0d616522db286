"""Why an output has its value: the slice of a trace's steps that it depends on, each value with its reasons.

An explanation is a list of values, the explained ones first, each before its reasons. It is sound: as long as the
values of the list are what they are, so is the explained one, whatever all other values had been.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from ...dsl.graph import SOp
from ...dsl.types import Selector, Seq
from ...errors import RuntimeFault
from .operations import Record
from .reasons import reason_for
from .replayed import Replayed
from .slicing import Item, Slicer
from .trace import Step, Trace
from .values import ExactValue

__all__ = ["Because", "Explanation", "explain"]


class Because(Record):
    """One value of a slice and what it depends on."""

    number: int = Field(description="Its place in the list, from 0.")
    step: int = Field(description="The number of its step in the trace.")
    place: tuple[int, ...] = Field(description="Its position in a sequence; query and key in a selector; else empty.")
    after: int | None = Field(description="Of a fold that goes on: how many elements it has gone through.")
    told: str = Field(description="What it is, as in 'rank[2]'.")
    value: ExactValue
    reason: str = Field(description="How the value follows from what it depends on, in words.")
    because: tuple[int, ...] = Field(description="The values that it depends on, by their numbers.")


class Explanation(Record):
    """The slice of a trace behind an output, or behind one position of it."""

    format: Literal["stdcell explanation"] = Field(default="stdcell explanation", description="What it is.")
    version: Literal[1] = Field(default=1, description="Of this schema; a changed one gets the next number.")
    at: int | None = Field(description="The position that is explained; null is all of the output.")
    explained: tuple[int, ...] = Field(description="The values that are explained, by their numbers.")
    values: tuple[Because, ...] = Field(description="The slice, what is explained first.")
    trace: Trace = Field(description="The run that it is a slice of.")

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that have a value in the slice, in the order of the trace."""
        return tuple(self.trace.steps[number] for number in sorted({value.step for value in self.values}))

    def to_json(self) -> dict[str, Any]:
        """The explanation in JSON's own types."""
        document: dict[str, Any] = self.model_dump(mode="json")
        return document


def explain(trace: Trace, at: int | None = None) -> Explanation:
    """Follow the answer of a trace back.

    Args:
        trace: a recorded run.
        at: a position of the output, from the end where it is negative; None explains all of it.

    Raises:
        RuntimeFault: if there is no such position, or the trace does not make a graph.
    """
    replayed = Replayed.of(trace)
    slicer = Slicer(replayed.run, replayed.values, replayed.cell)
    steps = {node: number for number, node in enumerate(replayed.nodes)}
    targets = _targets(replayed.nodes[-1], replayed.values[replayed.nodes[-1]], at)
    order: dict[Item, list[Item]] = {}
    stack = list(reversed(targets))
    while stack:
        item = stack.pop()
        if item not in order:
            order[item] = list(dict.fromkeys(_steps_behind(slicer.reasons(item), steps, slicer)))
            stack.extend(reversed(order[item]))
    numbers = {item: number for number, item in enumerate(order)}
    values = tuple(
        _because(item, reasons, numbers, trace.steps[steps[item.node]], slicer, trace)
        for item, reasons in order.items()
    )
    return Explanation(at=at, explained=tuple(numbers[item] for item in targets), values=values, trace=trace)


def _targets(root: SOp, value: Any, at: int | None) -> list[Item]:
    if isinstance(root.type, Selector):
        return [Item(root, (query, key)) for query, row in enumerate(value) for key in range(len(row))]
    if not isinstance(root.type, Seq):
        if at is not None:
            raise RuntimeFault(f"the output is one value, not a sequence: it has no position {at}; leave out --at")
        return [Item(root)]
    if at is None:
        return [Item(root, (place,)) for place in range(len(value))]
    if not -len(value) <= at < len(value):
        raise RuntimeFault(f"the output has no position {at}: expected 0 to {len(value) - 1}")
    return [Item(root, (at % len(value),))]


def _steps_behind(items: Sequence[Item], steps: dict[SOp, int], slicer: Slicer) -> Iterator[Item]:
    """The items that are values of steps; what is no step is replaced by its own reasons."""
    for item in items:
        if item.node in steps:
            yield item
        else:
            yield from _steps_behind(slicer.reasons(item), steps, slicer)


def _because(
    item: Item, reasons: Sequence[Item], numbers: dict[Item, int], step: Step, slicer: Slicer, trace: Trace
) -> Because:
    return Because(
        number=numbers[item],
        step=step.number,
        place=item.place,
        after=item.after,
        told=_told(item, step.name or (trace.output if step is trace.steps[-1] else step.text)),
        value=slicer.value(item),
        reason=reason_for(item, reasons, slicer),
        because=tuple(numbers[reason] for reason in reasons),
    )


def _told(item: Item, name: str) -> str:
    """What an item is called: `rank[2]`, or `fold(add, xs, 0) after 3`."""
    where = f"[{', '.join(map(str, item.place))}]" if item.place else ""
    return f"{name}{where}" + (f" after {item.after}" if item.after is not None else "")

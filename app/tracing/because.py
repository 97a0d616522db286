"""An explanation as text: each value with its reasons under it, indented; one that was told before is only named.

Values of one query of a selector stand together as a row, with a dot for each key that does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...runtime.tracing.explain import Because, Explanation
from ...runtime.tracing.values import written
from .table import place_text

__all__ = ["Told", "root_keys", "told_groups", "told_lines"]

_LEFT_OUT = ("constant", "indices")


@dataclass(frozen=True, slots=True)
class Told:
    """One value of a slice, or one row of a selector, in words.

    Attributes:
        step: the number of its step.
        reasons: the keys of what to tell under it.
        goes_on: the keys of what to tell after it: a fold's value one element earlier.
        is_given: whether it is an input.
    """

    step: int
    label: str
    value: str
    reason: str
    place: str
    reasons: tuple[tuple[int, ...], ...]
    goes_on: tuple[tuple[int, ...], ...] = ()
    is_given: bool = False


def told_lines(explanation: Explanation) -> list[str]:
    """The explanation as indented lines."""
    groups = told_groups(explanation)
    lines: list[str] = []
    seen: set[tuple[int, ...]] = set()
    stack = [(key, 0) for key in reversed(root_keys(explanation))]
    while stack:
        key, depth = stack.pop()
        told = groups[key]
        head = f"{'  ' * depth}{told.label} = {told.value}"
        if key in seen and (told.reasons or told.goes_on):
            lines.append(f"{head}  (above)")
            continue
        lines.append(f"{head}{' because ' if told.reason else ''}{told.reason}{_in_brackets(told.place)}")
        seen.add(key)
        given = [groups[reason] for reason in told.reasons if groups[reason].is_given]
        if given:
            lines.append(f"{'  ' * (depth + 1)}given {', '.join(f'{one.label} = {one.value}' for one in given)}")
        stack.extend((earlier, depth) for earlier in reversed(told.goes_on))
        others = [reason for reason in told.reasons if not groups[reason].is_given]
        stack.extend((reason, depth + 1) for reason in reversed(others))
    return lines


def _in_brackets(place: str) -> str:
    return f"  ({place})" if place else ""


def root_keys(explanation: Explanation) -> list[tuple[int, ...]]:
    """The keys of what is explained."""
    return list(dict.fromkeys(_key(explanation.values[number], explanation) for number in explanation.explained))


def told_groups(explanation: Explanation) -> dict[tuple[int, ...], Told]:
    """What is told of a slice, by key; constants, positions and narrowed types are left to the text."""
    members: dict[tuple[int, ...], list[Because]] = {}
    for value in explanation.values:
        members.setdefault(_key(value, explanation), []).append(value)
    return {key: _told(key, values, explanation) for key, values in members.items()}


def _key(value: Because, explanation: Explanation) -> tuple[int, ...]:
    """Values of one key are told together: those of one query of a selector."""
    if explanation.trace.steps[value.step].type == "selector":
        return (-1, value.step, value.place[0])
    return (value.number,)


def _told(key: tuple[int, ...], values: Sequence[Because], explanation: Explanation) -> Told:
    first, step = values[0], explanation.trace.steps[values[0].step]
    place = place_text(step.place)
    if len(key) == 1:
        origin = _origin(first, explanation)
        reasons = [_key(one, explanation) for one in _read(origin, explanation)]
        goes_on = tuple(one for one in reasons if len(one) == 1 and explanation.values[one[0]].step == origin.step)
        others = tuple(dict.fromkeys(one for one in reasons if one not in goes_on))
        is_given = explanation.trace.steps[origin.step].operation.kind == "input"
        return Told(step.number, first.told, written(first.value), origin.reason, place, others, goes_on, is_given)
    reasons = [_key(one, explanation) for value in values for one in _read(value, explanation)]
    known = {value.place[1]: "1" if value.value else "0" for value in values}
    n_keys = len(step.value) if isinstance(step.value, list) else max(known) + 1
    row = "".join(known.get(place, "·") for place in range(n_keys))
    label = f"{first.told.rpartition('[')[0]}[{key[2]}]"
    reason = f"it is {step.text}" if step.name and step.text else ""
    return Told(step.number, label, row, reason, place, tuple(dict.fromkeys(reasons)))


def _origin(value: Because, explanation: Explanation) -> Because:
    """The value itself, or what it is where its type was only narrowed."""
    while explanation.trace.steps[value.step].operation.kind == "ascribe":
        value = explanation.values[value.because[0]]
    return value


def _read(value: Because, explanation: Explanation) -> Iterator[Because]:
    """What a value depends on, through narrowed types, without what the text itself says."""
    for number in value.because:
        reason = explanation.values[number]
        kind = explanation.trace.steps[reason.step].operation.kind
        if kind == "ascribe":
            yield from _read(reason, explanation)
        elif kind not in _LEFT_OUT:
            yield reason

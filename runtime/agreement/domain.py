"""The inputs that a program is tried on: all of the shortest, and longer ones drawn at random.

An input is a value for each slot: one slot for each scalar parameter, and one for each position of each sequence. All
sequences of one input have one length. Of long inputs half have the greatest length, half consist of few different
values: rare in a uniform draw, and where counts tie and matches abound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from random import Random
from typing import Any

from ...dsl.graph import Input
from ...dsl.program import Function
from ...dsl.types import Seq
from ..inputs import Given
from .vocabulary import TOKENS

__all__ = ["Domain"]


@dataclass(frozen=True, slots=True)
class Domain:
    """The inputs of a function up to a length, over given values.

    Attributes:
        parameters: the declared inputs, or the tokens of a program that declares none.
        vocabularies: the values of each parameter, by name.
        max_length: the length of the longest sequence.
        is_named: whether an input is a mapping by name, and not the one sequence itself.
    """

    parameters: tuple[Input, ...]
    vocabularies: Mapping[str, Sequence[Any]]
    max_length: int
    is_named: bool

    @classmethod
    def of(cls, function: Function, vocabularies: Mapping[str, Sequence[Any]], max_length: int) -> Domain:
        """The domain of a function."""
        parameters = function.parameters or (TOKENS,)
        is_single = len(parameters) == 1 and isinstance(parameters[0].type, Seq)
        return cls(parameters, vocabularies, max_length, not is_single)

    @property
    def lengths(self) -> range:
        """The lengths of sequences that there are inputs of."""
        return range(self.max_length + 1 if self.has_length else 1)

    @property
    def has_length(self) -> bool:
        """Whether there is a sequence among the parameters."""
        return any(isinstance(port.type, Seq) for port in self.parameters)

    def count(self, length: int) -> int:
        """How many inputs of a length there are."""
        n_inputs = 1
        for values in self._slots(length):
            n_inputs *= len(values)
        return n_inputs

    def every(self, length: int) -> Iterator[Given]:
        """All inputs of a length."""
        return (self._given(values, length) for values in product(*self._slots(length)))

    def draw(self, random: Random, lengths: range) -> Given:
        """One input of one of the lengths, the greatest of them every other time."""
        length = lengths[-1] if random.random() < 0.5 else random.choice(lengths)
        slots = self._slots(length)
        if random.random() < 0.5:
            chosen = {id(values): [random.choice(values) for _ in range(random.randint(1, 3))] for values in slots}
            slots = [chosen[id(values)] for values in slots]
        return self._given([random.choice(values) for values in slots], length)

    def exhausted(self, limit: int) -> range:
        """The lengths of which all inputs are tried: all if no more than `limit` inputs, else to half of the limit."""
        if sum(map(self.count, self.lengths)) <= limit:
            return self.lengths
        n_inputs = 0
        for length in self.lengths:
            n_inputs += self.count(length)
            if n_inputs > limit // 2:
                return range(length)
        raise AssertionError("more inputs than the limit are more than half of it")

    def inputs(self, limit: int, seed: int) -> Iterator[Given]:
        """All inputs of the shortest lengths, and where there are more than `limit` drawn ones until it is reached."""
        exhausted = self.exhausted(limit)
        shortest = (given for length in exhausted for given in self.every(length))
        random, longer = Random(seed), range(exhausted.stop, self.lengths.stop)
        drawn = (self.draw(random, longer) for _ in range(limit)) if longer else ()
        return islice((given for part in (shortest, drawn) for given in part), limit)

    def smaller(self, given: Given) -> Iterator[Given]:
        """The inputs one step below: shorter by half or by one position, then with an earlier value somewhere."""
        length, values = self._values(given)
        yield from (self._given(fewer, n) for n, fewer in self._shorter(length, values))
        slots = self._slots(length)
        for value in dict.fromkeys(values):
            # Equal values together, then each alone.
            for places in [[p for p, other in enumerate(values) if other == value], *_each(values, value)]:
                yield from (self._given(changed, length) for changed in _lowered(values, places, slots))

    def _shorter(self, length: int, values: Sequence[Any]) -> Iterator[tuple[int, list[Any]]]:
        """The values of the slots that are left without some positions."""
        half = length // 2
        gone = [range(half, length), range(half)] if half > 1 else []
        for positions in [*gone, *(range(place, place + 1) for place in range(length) if self.has_length)]:
            kept = [v for v, place in zip(values, self._places(length), strict=True) if place not in positions]
            yield length - len(positions), kept

    def _places(self, length: int) -> list[int]:
        """The position of each slot; -1 of a scalar's."""
        return [p for port in self.parameters for p in (range(length) if isinstance(port.type, Seq) else [-1])]

    def _slots(self, length: int) -> list[Sequence[Any]]:
        sizes = [length if isinstance(port.type, Seq) else 1 for port in self.parameters]
        named = zip(self.parameters, sizes, strict=True)
        return [values for port, size in named for values in [self.vocabularies[port.name]] * size]

    def _given(self, values: Sequence[Any], length: int) -> Given:
        """The input of a value for each slot."""
        if not self.is_named:
            return list(values)
        rest = iter(values)
        return {
            port.name: list(islice(rest, length)) if isinstance(port.type, Seq) else next(rest)
            for port in self.parameters
        }

    def _values(self, given: Given) -> tuple[int, list[Any]]:
        """The length of an input and the value of each slot."""
        if not isinstance(given, Mapping):
            return len(given), list(given)
        lengths = [len(given[port.name]) for port in self.parameters if isinstance(port.type, Seq)]
        parts = [given[port.name] if isinstance(port.type, Seq) else [given[port.name]] for port in self.parameters]
        return max(lengths, default=0), [value for part in parts for value in part]


def _each(values: Sequence[Any], value: Any) -> list[list[int]]:
    """The places of a value that stands at several, one by one."""
    places = [place for place, other in enumerate(values) if other == value]
    return [[place] for place in places] if len(places) > 1 else []


def _lowered(values: Sequence[Any], places: Sequence[int], slots: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """The values with an earlier one of the vocabulary at some places."""
    vocabulary = list(slots[places[0]])
    for earlier in vocabulary[: vocabulary.index(values[places[0]])]:
        if all(earlier in slots[place] for place in places):
            yield [earlier if place in places else value for place, value in enumerate(values)]

"""Runs of a machine on short and on random words: what a guessed invariant must agree with.

The words are the same on every call. A run counts if it meets what is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from random import Random

from ...dsl.graph import Constant, Lookup, nodes_within
from ...dsl.types import Bool, Element, Int, Real, Token, Value, contains, element_of
from .expressions import neutral
from .machine import Machine, Undefined, compiled, settled, states

__all__ = ["sampled_states"]

_SEED, _MOST_WORDS, _N_RANDOM, _LONGEST, _MOST_STATES = 0, 60, 40, 14, 200


def sampled_states(machine: Machine) -> list[tuple[Value, ...]]:
    """States that are passed through by runs that meet the assumptions, each once."""
    named = _constants(machine)
    pools = [_pool(element_of(item.type), named) for item in machine.items]
    fixed = [_pool(element_of(node.type), named) for node in machine.rigid]
    found: dict[tuple[Value, ...], None] = {}
    random = Random(_SEED)
    for words in (*_short_words(pools), *_random_words(pools, random)):
        rigid = [random.choice(pool) for pool in fixed]
        for state in _passed(machine, words, rigid):
            found[state] = None
    states_found = list(found)
    return states_found[:: 1 + len(states_found) // _MOST_STATES]


def _passed(machine: Machine, words: Sequence[Sequence[Value]], rigid: Sequence[Value]) -> list[tuple[Value, ...]]:
    """The states of a run; none where it does not meet the assumptions."""
    holds = compiled(machine.assumed, (*machine.state, *machine.items))
    ends = compiled(machine.ending, machine.state)
    try:
        passed = states(machine, words, rigid, settled(machine, words, rigid))
        steps = zip(passed, zip(*words, strict=True), strict=False)
        is_meant = all(all(holds([*state, *items])) for state, items in steps) and all(ends(passed[-1]))
    except Undefined:
        return []
    return [tuple(state) for state in passed] if is_meant else []


def _short_words(pools: Sequence[Sequence[Value]]) -> Iterator[list[list[Value]]]:
    items = list(product(*(pool[:3] for pool in pools)))
    n_words = 0
    for length in range(4):
        for word in product(items, repeat=length):
            n_words += 1
            if n_words > _MOST_WORDS:
                return
            yield [[item[place] for item in word] for place in range(len(pools))]


def _random_words(pools: Sequence[Sequence[Value]], random: Random) -> Iterator[list[list[Value]]]:
    for number in range(_N_RANDOM):
        length = 1 + number % _LONGEST
        yield [[random.choice(pool) for _ in range(length)] for pool in pools]


def _constants(machine: Machine) -> list[Value]:
    """The values that the machine names."""
    nexts = [variable.next for variable in machine.variables]
    found: dict[Value, None] = {}
    for node in nodes_within([*nexts, *machine.assumed, *machine.ending, machine.goal]):
        if isinstance(node, Constant):
            found[node.value] = None
        elif isinstance(node, Lookup):
            found.update((key, None) for keys, _ in node.entries for key in keys)
    return list(found)


def _pool(element: Element, named: Sequence[Value]) -> list[Value]:
    """A few values of a type, those near what is named among them."""
    match element:
        case Bool():
            return [False, True]
        case Token(tuple() as vocabulary):
            return list(vocabulary)
        case Token():
            return list(dict.fromkeys((*(value for value in named if isinstance(value, str)), "a", "b", "c")))
        case Int() | Real():
            numbers = [value for value in named if isinstance(value, int | Fraction) and not isinstance(value, bool)]
            near = [number + step for number in numbers[:8] for step in (0, 1, -1)]
            ends = [end for end in (element.low, element.high) if end is not None]
            values = dict.fromkeys([0, 1, 2, *ends, 3, 5, *near])
            return [value for value in values if contains(element, value)] or [neutral(element).value]
    return [neutral(element).value]

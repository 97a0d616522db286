"""What one would write by hand in NumPy: every input of a length, in blocks, and the promise checked on each.

What looks at how often values occur alone is checked on multisets, one for each way that the values can be shared out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations_with_replacement, islice
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

__all__ = ["longest_checked"]

Block = NDArray[np.int8]
BLOCK = 1 << 16


def _words(n_values: int, length: int) -> Iterator[Block]:
    """All sequences, as rows."""
    total = n_values**length
    for start in range(0, total, BLOCK):
        numbers = np.arange(start, min(total, start + BLOCK), dtype=np.int64)
        digits = [(numbers // n_values**place % n_values).astype(np.int8) for place in range(length)]
        yield np.stack(digits, axis=1)


def _multisets(n_values: int, length: int) -> Iterator[Block]:
    """All sequences in ascending order, as rows."""
    chosen = combinations_with_replacement(range(n_values), length)
    while rows := list(islice(chosen, BLOCK)):
        yield np.array(rows, dtype=np.int8)


def _sorted_by_rank(block: Block) -> Block:
    earlier = np.tri(block.shape[1], k=-1, dtype=bool)
    before = block[:, None, :] < block[:, :, None]
    before |= (block[:, None, :] == block[:, :, None]) & earlier[None]
    rank = before.sum(2)
    answer = np.empty_like(block)
    np.put_along_axis(answer, rank, block, axis=1)
    return answer


def _is_sorted(block: Block) -> bool:
    answer = _sorted_by_rank(block)
    return bool((answer[:, :-1] <= answer[:, 1:]).all())


def _counts(block: Block) -> Block:
    return np.stack([(block == value).sum(1) for value in range(8)], axis=1).astype(np.int8)


def _is_permutation(block: Block) -> bool:
    return bool((_counts(_sorted_by_rank(block)) == _counts(block)).all())


def _is_counting_sort(block: Block) -> bool:
    below = np.cumsum(_counts(block), axis=1)[:, :7]
    counted = (below[:, None, :] <= np.arange(block.shape[1])[None, :, None]).sum(2)
    return bool((counted == _sorted_by_rank(block)).all())


def _histogram(block: Block) -> Block:
    return (block[:, :, None] == block[:, None, :]).sum(2).astype(np.int8)


def _is_congruent(block: Block) -> bool:
    histogram = _histogram(block)
    differ = histogram[:, :, None] != histogram[:, None, :]
    return not bool(((block[:, :, None] == block[:, None, :]) & differ).any())


def _is_even(block: Block) -> bool:
    return bool((_histogram(block).sum(1) % 2 == block.shape[1] % 2).all())


def _is_automaton(block: Block) -> bool:
    balance = np.cumsum(2 * block - 1, axis=1)
    dyck = (balance == 0) & (np.minimum.accumulate(balance, axis=1) >= 0)
    depth = np.zeros(len(block), dtype=np.int8)
    for place in range(block.shape[1]):
        depth = np.where(depth < 0, -1, depth + 2 * block[:, place] - 1).astype(np.int8)
        if not bool(((depth == 0) == dyck[:, place]).all()):
            return False
    return True


_CHECKS: Mapping[str, tuple[Callable[[int, int], Iterator[Block]], int, Callable[[Block], bool]]] = {
    "sort: sorted": (_words, 8, _is_sorted),
    "sort: permutation": (_words, 8, _is_permutation),
    "sort = counting sort": (_words, 8, _is_counting_sort),
    "hist: congruence": (_multisets, 8, _is_congruent),
    "hist: sum = n (mod 2)": (_multisets, 8, _is_even),
    "dyck-1 = automaton": (_words, 2, _is_automaton),
}


def longest_checked(name: str, limit_s: float) -> int:
    """The greatest length whose inputs are all checked within the limit."""
    inputs, n_values, check = _CHECKS[name]
    length = 0
    while True:
        start = perf_counter()
        for block in inputs(n_values, length + 1):
            assert check(block), f"{name} breaks at length {length + 1}"
            if perf_counter() - start > limit_s:
                return length
        length += 1

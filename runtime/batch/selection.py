"""Selectors: which keys each query selects, worked out piece by piece.

A selector of a batch has one truth value for each sequence, query and key (b, q, k), and is never held as a
whole. Whoever reads it says what it wants of each query's keys, and is handed a piece at a time: some sequences, some
of their queries, all of their keys, at most `LARGEST_PIECE` truth values. As sequences are in the order of their
lengths, a piece ends with the longest of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .arithmetic import largest
from .columns import Column, lifted
from .comparison import SYMBOLS, comparable, is_ordered
from .rows import Rows, either

__all__ = ["Comparison", "Logic", "Measure", "Piece", "Selection", "measured", "select", "selected_rows"]

LARGEST_PIECE = {"cpu": 2**18, "cuda": 2**27}
_PIECE_ELSEWHERE = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """`key symbol query`; keys and queries are tensors of one order, shape (b, n), an axis of size 1 for all."""

    symbol: str
    keys: Tensor
    queries: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Logic:
    """`and`, `or` or `not` of selections."""

    operator: str
    parts: tuple[Selection, ...]


Selection = Comparison | Logic


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some sequences, some of their queries, and the keys up to the longest of these sequences."""

    sequences: slice
    queries: slice
    n_keys: int

    def keys_of(self, column: Tensor) -> Tensor:
        """The part of a tensor (b, n) at the keys, shape (b, k); an axis of size 1 stays."""
        return self._cut(column, slice(self.n_keys))

    def queries_of(self, column: Tensor) -> Tensor:
        """The part of a tensor (b, n) at the queries, shape (b, q); an axis of size 1 stays."""
        return self._cut(column, self.queries)

    def _cut(self, column: Tensor, positions: slice) -> Tensor:
        part = column if len(column) == 1 else column[self.sequences]
        return part if part.shape[1] == 1 else part[:, positions]


Measure = Callable[[Tensor, Piece], Tensor]
"""What is wanted of the keys that each query selects: from (b, q, k) to (b, q)."""


def select(symbol: str, keys: Column, queries: Column, rows: Rows) -> tuple[Selection, Tensor | None]:
    """The selection of keys by queries, and the sequences of which it is undefined, shape (b,)."""
    key, query = comparable([lifted(keys), lifted(queries)], rows.table)
    selection = Comparison(symbol, *_narrow(key.numbers, query.numbers))
    if key.tokens is None or query.tokens is None or not is_ordered(symbol):
        return selection, None
    mixed = either(
        _all_of(rows.with_any(key.tokens), rows.with_any(~query.tokens)),
        _all_of(rows.with_any(~key.tokens), rows.with_any(query.tokens)),
    )
    return selection, mixed


def _narrow(*columns: Tensor) -> tuple[Tensor, ...]:
    """Whole numbers in as few bits as hold them all, for a piece of them is compared the sooner."""
    if columns[0].is_floating_point():
        return columns
    bound = max(map(largest, columns))
    narrow = next((dtype for dtype in (torch.int16, torch.int32) if bound <= torch.iinfo(dtype).max), torch.int64)
    return tuple(column.to(narrow) for column in columns)


def _all_of(left: Tensor | None, right: Tensor | None) -> Tensor | None:
    return None if left is None or right is None else left & right


def measured(selection: Selection, rows: Rows, measures: Sequence[Measure]) -> list[Tensor]:
    """What each measure makes of every query's selected keys, shape (b, q); keys beyond an end are not selected."""
    shape = (len(rows.lengths), rows.n_positions)
    answers: list[Tensor | None] = [None] * len(measures)
    for piece in _pieces(rows):
        selected_bqk = _selected(selection, piece, rows)
        for place, measure in enumerate(measures):
            found = measure(selected_bqk, piece)
            answer = answers[place]
            if answer is None:
                answer = answers[place] = torch.zeros(shape, dtype=found.dtype, device=found.device)
            answer[piece.sequences, piece.queries] = found
    return [answer for answer in answers if answer is not None]


def _pieces(rows: Rows) -> Iterator[Piece]:
    """Pieces that cover every sequence and query."""
    largest = LARGEST_PIECE.get(rows.table.device.type, _PIECE_ELSEWHERE)
    start = 0
    while start < len(rows.lengths):
        stop = _stop(rows.lengths, start, largest)
        n_keys = max(1, rows.lengths[stop - 1])
        n_queries = max(1, largest // n_keys)
        for first in range(0, n_keys, n_queries):
            yield Piece(slice(start, stop), slice(first, min(n_keys, first + n_queries)), n_keys)
        start = stop


def _stop(lengths: Sequence[int], start: int, largest: int) -> int:
    """Where a piece ends that begins at a sequence: the longest one decides its size."""
    low, high = start + 1, len(lengths)
    while low < high:
        middle = (low + high + 1) // 2
        is_within = (middle - start) * lengths[middle - 1] ** 2 <= largest
        low, high = (middle, high) if is_within else (low, middle - 1)
    return low


def _selected(selection: Selection, piece: Piece, rows: Rows) -> Tensor:
    """The truth values of a piece, shape (b, q, k)."""
    selected = _evaluated(selection, piece)
    if rows.lengths[piece.sequences.start] < piece.n_keys:
        lengths_b = rows.lengths_b[piece.sequences]
        selected = selected & (rows.positions[: piece.n_keys] < lengths_b.unsqueeze(1)).unsqueeze(1)
    n_sequences = piece.sequences.stop - piece.sequences.start
    return selected.expand(n_sequences, piece.queries.stop - piece.queries.start, piece.n_keys)


def _evaluated(selection: Selection, piece: Piece) -> Tensor:
    """The truth values of a selection that broadcast to the piece; each part of it is evaluated once."""
    known: dict[int, Tensor] = {}
    stack: list[Selection] = [selection]
    while stack:
        part = stack[-1]
        unknown = [inner for inner in _parts(part) if id(inner) not in known]
        if unknown:
            stack.extend(unknown)
            continue
        known[id(part)] = _of_parts(part, [known[id(inner)] for inner in _parts(part)], piece)
        stack.pop()
    return known[id(selection)]


def _parts(selection: Selection) -> tuple[Selection, ...]:
    return selection.parts if isinstance(selection, Logic) else ()


def _of_parts(selection: Selection, parts: Sequence[Tensor], piece: Piece) -> Tensor:
    """The truth values of a selection whose parts are known."""
    match selection:
        case Comparison(symbol, keys, queries):
            return _compared(symbol, piece.keys_of(keys).unsqueeze(1), piece.queries_of(queries).unsqueeze(2))
        case Logic("not"):
            return ~parts[0]
        case Logic("and"):
            return parts[0] & parts[1]
    return parts[0] | parts[1]


def _compared(symbol: str, keys_b1k: Tensor, queries_bq1: Tensor) -> Tensor:
    """The comparison of every key with every query; written as numbers of their width first, which is vectorised."""
    shape = (max(len(keys_b1k), len(queries_bq1)), queries_bq1.shape[1], keys_b1k.shape[2])
    numbers_bqk = torch.empty(shape, dtype=keys_b1k.dtype, device=keys_b1k.device)
    return SYMBOLS[symbol](keys_b1k, queries_bq1, out=numbers_bqk).bool()


def selected_rows(selection: Selection, rows: Rows) -> list[list[list[bool]]]:
    """The whole selector of each sequence, as rows of keys, one for each query."""
    found: list[list[list[bool]]] = [[] for _ in rows.lengths]
    for piece in _pieces(rows):
        for place, queries in enumerate(_selected(selection, piece, rows).tolist(), piece.sequences.start):
            length = rows.lengths[place]
            kept = queries[: max(0, length - piece.queries.start)]
            found[place].extend(row[:length] for row in kept)
    return found

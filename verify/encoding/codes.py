"""Tokens as numbers, in their order.

Of a finite vocabulary every token has a whole number. A token of an open type is any number: whatever finitely many
tokens are given, there are numbers in the same order, the named tokens' own among them, for every countable order fits
into the rational numbers with finitely many places fixed. So what is proved of all numbers holds of every token, where
tokens are only compared. Read back, a number between those of two named tokens is some word between them.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise, product

__all__ = ["Codes", "words_between"]

_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"


class Codes:
    """Numbers for the tokens that a question names; a token that is computed gets one between its neighbours.

    `named` are the tokens that it names, in their order.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = sorted(set(tokens))
        self._codes: dict[str, int | Fraction] = {token: code for code, token in enumerate(self._tokens)}
        self.named = tuple(self._tokens)

    def code(self, token: str) -> int | Fraction:
        """The number of a token."""
        if token not in self._codes:
            place = bisect(self._tokens, token)
            below = self._codes[self._tokens[place - 1]] if place else None
            above = self._codes[self._tokens[place]] if place < len(self._tokens) else None
            self._codes[token] = _between(below, above)
            self._tokens.insert(place, token)
        return self._codes[token]

    def tokens(self, codes: Iterable[int | Fraction]) -> dict[int | Fraction, str] | None:
        """Tokens in the order of the numbers; None where too few words were tried to find one."""
        found = {code: token for token, code in self._codes.items()}
        others = sorted({code for code in codes if code not in found})
        for before, after in pairwise((None, *self._tokens, None)):
            low, high = (None if token is None else self._codes[token] for token in (before, after))
            wanted = [code for code in others if (low is None or low < code) and (high is None or code < high)]
            words = words_between(before, after)[: len(wanted)]
            if len(words) < len(wanted):
                return None
            found.update(zip(wanted, sorted(words), strict=True))
        return found


def _between(below: int | Fraction | None, above: int | Fraction | None) -> int | Fraction:
    if below is None or above is None:
        return above - Fraction(1, 2) if above is not None else 0 if below is None else below + Fraction(1, 2)
    return Fraction(below + above) / 2


def words_between(after: str | None, before: str | None) -> list[str]:
    """Words after one token and before another, short ones first."""
    endings = ["".join(signs) for kind in (_LETTERS, _DIGITS) for n in (1, 2) for signs in product(kind, repeat=n)]
    candidates = ["", *endings[: len(_LETTERS)], *((after or "") + ending for ending in endings)]
    fitting = (word for word in candidates if after is None or after < word)
    return list(dict.fromkeys(word for word in fitting if before is None or word < before))

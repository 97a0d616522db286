"""Tokens as numbers, in their order.

Of a finite vocabulary every token has a whole number. A token of an open type is any number: whatever finitely many
tokens are given, there are numbers in the same order, the named tokens' own among them, for every countable order fits
into the rational numbers with finitely many places fixed. So what is proved of all numbers holds of every token, where
tokens are only compared. Read back, a number between those of two named tokens is some word between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product

__all__ = ["Codes"]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Codes:
    """Numbers for the tokens that a question names; if tokens of an open type are among its unknowns, others too."""

    def __init__(self, tokens: Iterable[str], *, is_open: bool) -> None:
        self._tokens = sorted({*tokens, ""} if is_open else set(tokens))
        self._codes = {token: code for code, token in enumerate(self._tokens)}

    def code(self, token: str) -> int | None:
        """The number of a token; None of one that is not among them."""
        return self._codes.get(token)

    def __len__(self) -> int:
        return len(self._tokens)

    def tokens(self, codes: Sequence[int | Fraction]) -> dict[int | Fraction, str] | None:
        """Tokens in the order of the numbers; None where too few words were tried to find one."""
        found: dict[int | Fraction, str] = {code: token for token, code in self._codes.items()}
        others = sorted({code for code in codes if code not in found})
        for gap in range(-1, len(self._tokens)):
            wanted = [code for code in others if gap < code < gap + 1 or (gap == len(self._tokens) - 1 < code)]
            words = self._between(gap)[: len(wanted)]
            if len(words) < len(wanted):
                return None
            found.update(zip(wanted, sorted(words), strict=True))
        return found

    def _between(self, gap: int) -> list[str]:
        """Words after one named token and before the next, short ones first."""
        after = self._tokens[gap] if gap >= 0 else None
        before = self._tokens[gap + 1] if gap + 1 < len(self._tokens) else None
        endings = ["".join(letters) for n in (1, 2) for letters in product(_LETTERS, repeat=n)]
        candidates = [*endings[:26], *((after or "") + ending for ending in endings)]
        fitting = (word for word in candidates if after is not None and after < word)
        return list(dict.fromkeys(word for word in fitting if before is None or word < before))

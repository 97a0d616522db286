"""Claims of small programs, by the text of their promise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stdcell import parse
from stdcell.verify import Claim, own_claims

ClaimOf = Callable[[str], Claim]


@pytest.fixture
def claim_of() -> ClaimOf:
    """The last claim of a program's entry point: the last conjunct of its last promise."""

    def last(text: str) -> Claim:
        program = parse(text)
        (*_, claim) = own_claims(program.functions["main"], program.spans)
        return claim

    return last

"""Solver terms for the scalar graphs of a machine: its initial state, its steps and what is asked of its states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import z3

from ...dsl.graph import Aggregate, Ascribe, At, CellCall, Lookup, Reduce, SOp
from ...dsl.types import Int, Value, element_of
from ...errors import VerificationError
from ...runtime.evaluate import Algebra, evaluate
from ..claims.tolerance import meaning_of
from ..encoding.codes import Codes
from ..terms import apply_at, as_term, is_known, looked_up

__all__ = ["Scalars"]


class Scalars(Algebra[Any]):
    """Solver terms for scalars; a machine's graphs have no sequences."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes

    def constant(self, value: Value) -> Any:
        """A number or truth as it is, a token as its code."""
        return self._codes.code(value) if isinstance(value, str) else value

    def elementwise(self, operator: str, operands: Sequence[Any], node: SOp) -> Any:
        """The operator on terms."""
        return apply_at(node, operator, operands)

    def cell(self, call: CellCall, operands: Sequence[Any]) -> Any:
        """What the contract says.

        Raises:
            VerificationError: if it does not determine the answer.
        """
        meaning = meaning_of(call)
        inputs = {f"port.{place}": operand for place, operand in enumerate(operands)}
        return evaluate([meaning], self, 0, inputs)[meaning]

    def lookup(self, node: Lookup, operands: Sequence[Any]) -> Any:
        """One case for each entry."""
        return looked_up(node, operands, self._codes)

    def ascribe(self, node: Ascribe, value: Any) -> Any:
        """The value: that it belongs to the declared type is a claim of its own."""
        whole = isinstance(element_of(node.type), Int) and z3.is_real(as_term(value))
        return z3.ToInt(value) if whole and not is_known(value) else value

    def truth(self, value: Any) -> bool | None:
        """Known of a constant only."""
        return bool(value) if is_known(value) else None

    def whole(self, node: SOp, value: Any) -> int:
        """A bound of a range, where it does not depend on values.

        Raises:
            VerificationError: if it does.
        """
        if not isinstance(value, int):
            raise VerificationError("the range of a quantifier depends on the input's values, not on its length alone")
        return value

    def at(self, node: At, sequence: Sequence[Any], position: Any) -> NoReturn:
        """Nothing: there are no sequences."""
        raise VerificationError("a machine's step reads no sequence")

    def aggregate(
        self, node: Aggregate, position: int, selected: Sequence[Any], values: Sequence[Any], default: Any
    ) -> NoReturn:
        """Nothing: there are no sequences."""
        raise VerificationError("a machine's step reads no sequence")

    def width(self, selected: Sequence[Any]) -> NoReturn:
        """Nothing: there are no sequences."""
        raise VerificationError("a machine's step reads no sequence")

    def reduce(self, node: Reduce, sequences: Sequence[Sequence[Any]]) -> NoReturn:
        """Nothing: there are no sequences."""
        raise VerificationError("a machine's step reads no sequence")

"""What a node of the graph computes, in JSON's own types, and back.

An operation is a node without its arguments: its kind and its attributes. The graph that a fold or a quantifier
evaluates within itself is written out as a list of nodes; where one of them is a step of the trace, it stands as the
number of that step. A cell is named by its digest: what a trace knows of the cell stands in its list of cells.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...dsl.types import Bool, Element, Int, Real, Selector, Seq, Token, Type, Unknown, Vector
from .values import ExactValue, OptionalValue

__all__ = [
    "AscribeOperation",
    "CellOperation",
    "ConstantOperation",
    "FoldOperation",
    "InnerNode",
    "InputOperation",
    "LookupEntry",
    "LookupOperation",
    "NamedOperation",
    "Operation",
    "PlainOperation",
    "QuantifiedOperation",
    "Record",
    "StepReference",
    "TypeRecord",
    "recorded_type",
    "type_of",
]


class Record(BaseModel):
    """A part of a trace: immutable, and without fields that its schema does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def written(self) -> str:
        """Its JSON, on one line; equal records are written alike."""
        return self.model_dump_json()


class TypeRecord(Record):
    """A type: its kind, with the bounds of numbers, the words of tokens, or the size of vectors."""

    kind: Literal["bool", "int", "real", "token", "vector", "unknown", "selector"]
    is_sequence: bool = Field(default=False, description="Whether there is one at each position.")
    low: OptionalValue = Field(default=None, description="Least number; null is unbounded.")
    high: OptionalValue = Field(default=None, description="Largest number; null is unbounded.")
    words: tuple[str, ...] | None = Field(default=None, description="The vocabulary of tokens; null is any.")
    size: int | None = Field(default=None, description="The coordinates of a vector.")


def recorded_type(type_: Type) -> TypeRecord:
    """A type as a trace writes it."""
    is_sequence = isinstance(type_, Seq)
    match type_.element if isinstance(type_, Seq) else type_:
        case Int(low, high):
            return TypeRecord(kind="int", is_sequence=is_sequence, low=low, high=high)
        case Real(low, high):
            return TypeRecord(kind="real", is_sequence=is_sequence, low=low, high=high)
        case Token(words):
            return TypeRecord(kind="token", is_sequence=is_sequence, words=words)
        case Vector(size):
            return TypeRecord(kind="vector", is_sequence=is_sequence, size=size)
        case Bool():
            return TypeRecord(kind="bool", is_sequence=is_sequence)
        case Selector():
            return TypeRecord(kind="selector")
    return TypeRecord(kind="unknown", is_sequence=is_sequence)


def type_of(record: TypeRecord) -> Type:
    """The type that `recorded_type` wrote."""
    if record.kind == "selector":
        return Selector()
    element = _element_of(record)
    return Seq(element) if record.is_sequence else element


def _element_of(record: TypeRecord) -> Element:
    match record.kind:
        case "int":
            return Int(record.low, record.high)
        case "real":
            return Real(record.low, record.high)
        case "token":
            return Token(record.words)
        case "vector":
            return Vector(record.size or 0)
        case "bool":
            return Bool()
    return Unknown()


class PlainOperation(Record):
    """What needs no more than its name.

    `indices`: each position, from 0. `length`: how many there are. `selector_width`: how many keys each query selects.
    `at`: the element of a sequence at a position.
    """

    kind: Literal["indices", "length", "selector_width", "at"]


class NamedOperation(Record):
    """What is named by an operator of the language, a comparison, an aggregation or a reduction."""

    kind: Literal["elementwise", "select", "selector_logic", "aggregate", "reduce"]
    operator: str = Field(description="Such as '+', '==', 'and', 'mean' or 'sorted'.")


class InputOperation(Record):
    """A value given from outside, or bound by a fold or a quantifier."""

    kind: Literal["input"] = "input"
    key: str = Field(description="Its place, such as 'main.0' or 'tokens'.")
    declared: TypeRecord
    name: str = Field(description="What the text calls it.")


class ConstantOperation(Record):
    """One value, the same at every position."""

    kind: Literal["constant"] = "constant"
    value: ExactValue


class AscribeOperation(Record):
    """The same value, promised to have a narrower type."""

    kind: Literal["ascribe"] = "ascribe"
    declared: TypeRecord


class CellOperation(Record):
    """A catalogued cell, applied position by position."""

    kind: Literal["cell"] = "cell"
    cell: str = Field(description="Digest of the cell; the trace's `cells` say what is known of it.")


class LookupEntry(Record):
    """One entry of a table: the key, one value for each argument, and the answer."""

    keys: tuple[ExactValue, ...]
    answer: ExactValue


class LookupOperation(Record):
    """The answer of a table."""

    kind: Literal["lookup"] = "lookup"
    entries: tuple[LookupEntry, ...]


class StepReference(Record):
    """A node of an inner graph that is a step of the trace, for it reads nothing that is bound within."""

    step: int = Field(ge=0, description="Number of that step, an earlier one.")


class FoldOperation(Record):
    """A step over the elements from left to right, with the value so far."""

    kind: Literal["fold"] = "fold"
    running: bool = Field(description="Whether the answer is the value after each element, not only the last.")
    parameters: tuple[InputOperation, ...] = Field(description="The value so far, then an element of each sequence.")
    graph: tuple[InnerNode | StepReference, ...] = Field(description="What is done at each element; the last answers.")


class QuantifiedOperation(Record):
    """Whether a condition holds for all, or for some, numbers of a range."""

    kind: Literal["quantified"] = "quantified"
    operator: Literal["forall", "exists"]
    variable: InputOperation
    graph: tuple[InnerNode | StepReference, ...] = Field(description="The condition; the last node answers.")


Operation = Annotated[
    PlainOperation
    | NamedOperation
    | InputOperation
    | ConstantOperation
    | AscribeOperation
    | CellOperation
    | LookupOperation
    | FoldOperation
    | QuantifiedOperation,
    Field(discriminator="kind"),
]


class InnerNode(Record):
    """A node of an inner graph; `reads` are the places of its arguments in the list that it stands in."""

    operation: Operation
    reads: tuple[int, ...]


FoldOperation.model_rebuild()
QuantifiedOperation.model_rebuild()

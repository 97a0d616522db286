"""What every node of the catalog is: immutable properties, their canonical manifest, and the digest that names them.

1. A node's properties are checked when it is made, by pydantic; a fault is told in one line.
2. Its manifest is canonical JSON: sorted keys, no white space, UTF-8, shortest float text, neither NaN nor infinity.
   A property at its default is left out, so that a later schema can add one without renaming what is stored.
3. Its id is the SHA-256 of the manifest: equal nodes are one node, and a changed manifest is no longer that node.
"""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ..errors import CatalogError

__all__ = ["Count", "Digest", "Fraction", "JsonObject", "Node", "canonical_json"]

Count = Annotated[int, Field(ge=0, lt=2**63)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Fraction = Annotated[float, Field(ge=0, le=1)]
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
JsonObject = dict[str, Annotated[Any, GetPydanticSchema(lambda _source, handler: handler(JsonValue))]]


def canonical_json(value: Any) -> str:
    """The one JSON text of a value.

    Raises:
        ValueError: if the value holds a number or a character that JSON in UTF-8 cannot carry.
    """
    text = _CANONICAL.encode(value)
    text.encode()
    return text


class Node(BaseModel):
    """A node of the catalog, named by the digest of what it says.

    Raises:
        CatalogError: if a property is missing, unknown, of a wrong type or out of its range.
    """

    ordered: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of properties of which the first is at most the second, where both are known."""
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **properties: Any) -> None:
        try:
            super().__init__(**properties)
            self.manifest  # noqa: B018  (computed now, so that a fault shows where the node is made)
        except ValidationError as error:
            faults = "; ".join(_told(fault["loc"], fault["msg"]) for fault in error.errors())
            raise CatalogError(f"{self.label}: {faults}") from error
        except ValueError as error:
            raise CatalogError(f"{self.label}: the properties cannot be written as JSON in UTF-8: {error}") from error

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for less, more in self.ordered:
            low, high = getattr(self, less), getattr(self, more)
            if low is not None and high is not None and low > high:
                raise ValueError(f"{less} is {low}, more than {more}, which is {high}")
        return self

    @property
    def label(self) -> str:
        """The node's label, which is the name of its class."""
        return type(self).__name__

    @cached_property
    def manifest(self) -> str:
        """The canonical JSON text that the node's id is the digest of."""
        return canonical_json({"label": self.label, "properties": self.model_dump(exclude_defaults=True)})

    @cached_property
    def id(self) -> str:
        """SHA-256 of the manifest, 64 hexadecimal digits."""
        return sha256(self.manifest.encode()).hexdigest()


def _told(location: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    return f"{'.'.join(map(str, location))}: {said.lower()}" if location else said

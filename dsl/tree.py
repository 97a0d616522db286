"""The syntax tree: what the text says, before names and types are known.

Nodes are frozen, compare by meaning and remember their place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from ..errors import Span

__all__ = [
    "Alias",
    "Binary",
    "Binding",
    "Boolean",
    "Broken",
    "Call",
    "Chain",
    "Clause",
    "Comparator",
    "Conditional",
    "Definition",
    "Expr",
    "Item",
    "ListOf",
    "Name",
    "Number",
    "Parameter",
    "Statement",
    "Text",
    "TypeExpr",
    "Unary",
    "Use",
]


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, by name."""

    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, exactly as written: 0.1 is one tenth."""

    value: int | Fraction
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted token."""

    value: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Boolean:
    """`True` or `False`."""

    value: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`not`, `-` or `+` before an expression."""

    operator: str
    operand: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two expressions."""

    operator: str
    left: Expr
    right: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """Comparisons that share their operands, as in `0 <= x < 5`."""

    operands: tuple[Expr, ...]
    operators: tuple[str, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`then if condition else otherwise`."""

    then: Expr
    condition: Expr
    otherwise: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Comparator:
    """A comparison named as an argument, as in `select(k, q, ==)`."""

    symbol: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function or cell applied to arguments."""

    function: str
    arguments: tuple[Expr | Comparator, ...]
    function_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of expressions in brackets."""

    items: tuple[Expr, ...]
    span: Span = field(compare=False, repr=False)


Expr = Name | Number | Text | Boolean | Unary | Binary | Chain | Conditional | Call | ListOf


@dataclass(frozen=True, slots=True)
class TypeExpr:
    """A type as written: its head, and its bounds, vocabulary or element."""

    head: str
    span: Span = field(compare=False, repr=False)
    bounds: tuple[int | Fraction, int | Fraction] | None = None
    vocabulary: tuple[str, ...] | None = None
    element: TypeExpr | int | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named input of a definition, typed where the writer liked."""

    name: str
    type: TypeExpr | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise of a contract: `requires` or `ensures` and its condition."""

    kind: str
    condition: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """`name = value;`."""

    name: str
    value: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function (`def`), or an entry point whose parameters are the program's inputs."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: TypeExpr | None
    clauses: tuple[Clause, ...]
    body: tuple[Statement, ...]
    result: Expr
    is_entry: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Use:
    """An import: a cell of the catalog under a local name, or definitions out of another program."""

    kind: str
    target: str
    version: int | None
    alias: str | None
    names: tuple[str, ...]
    span: Span = field(compare=False, repr=False)
    target_span: Span = field(compare=False, repr=False)
    kind_span: Span = field(compare=False, repr=False)
    name_spans: tuple[Span, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Alias:
    """`type Name = …;`."""

    name: str
    type: TypeExpr
    span: Span = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """What an item that does not parse seems to define."""

    name: str


Statement = Binding | Definition
Item = Use | Alias | Definition | Binding | Broken

"""The syntax tree: what the text says, before names and types are known.

Nodes are frozen, compare by meaning and remember their place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from ...errors import Span

__all__ = [
    "Alias",
    "Argument",
    "Assignment",
    "Binary",
    "Boolean",
    "Broken",
    "Call",
    "Chain",
    "Clause",
    "Command",
    "Comparator",
    "Comprehension",
    "Conditional",
    "Definition",
    "Draw",
    "Evaluation",
    "Expr",
    "Index",
    "Item",
    "ListOf",
    "Load",
    "Loop",
    "Name",
    "Named",
    "Number",
    "Parameter",
    "Quantifier",
    "Statement",
    "TableOf",
    "Text",
    "TypeExpr",
    "TypeParameter",
    "Unary",
    "Use",
    "Wanted",
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
    """An operator between two expressions: arithmetic, logic, `implies` or the pipe `>>`."""

    operator: str
    left: Expr
    right: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """Comparisons that share their operands, as in `0 <= x < 5`; of one operator, such as `in`, too."""

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
class Named:
    """An argument given by its parameter's name, `name=value`."""

    name: str
    value: Expr
    span: Span = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function or cell applied to arguments; in RASP also an s-op applied to an example."""

    function: Expr
    arguments: tuple[Argument, ...]
    span: Span = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """What the function is called in the text."""
        return self.function.name if isinstance(self.function, Name) else self.function.span.text


@dataclass(frozen=True, slots=True)
class Index:
    """`container[key]`, or with several keys of a table."""

    container: Expr
    keys: tuple[Expr, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of expressions in brackets."""

    items: tuple[Expr, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TableOf:
    """A dictionary in braces; each entry has one key, or several in parentheses."""

    entries: tuple[tuple[tuple[Expr, ...], Expr], ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Comprehension:
    """A list `[value for names in iterable]`, or with a key a dictionary."""

    key: Expr | None
    value: Expr
    names: tuple[str, ...]
    iterable: Expr
    span: Span = field(compare=False, repr=False)
    name_spans: tuple[Span, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Quantifier:
    """`forall names: body` or `exists …`, over all positions, a `range(…)` or the elements of a sequence."""

    operator: str
    names: tuple[str, ...]
    domain: Expr | None
    body: Expr
    span: Span = field(compare=False, repr=False)
    name_spans: tuple[Span, ...] = field(compare=False, repr=False)


Expr = (
    Name
    | Number
    | Text
    | Boolean
    | Unary
    | Binary
    | Chain
    | Conditional
    | Call
    | Index
    | ListOf
    | TableOf
    | Comprehension
    | Quantifier
)
Argument = Expr | Comparator | Named


@dataclass(frozen=True, slots=True)
class TypeExpr:
    """A type as written: its head, and its bounds (None where open), vocabulary or element."""

    head: str
    span: Span = field(compare=False, repr=False)
    bounds: tuple[int | Fraction | None, int | Fraction | None] | None = None
    vocabulary: tuple[str, ...] | None = None
    element: TypeExpr | int | None = None


@dataclass(frozen=True, slots=True)
class TypeParameter:
    """A name for the element type that a generic definition is used at, with the widest type that it allows."""

    name: str
    bound: TypeExpr | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named input of a definition, typed where the writer liked."""

    name: str
    type: TypeExpr | None
    default: Expr | None
    span: Span = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise of a contract: `requires` or `ensures` and its condition."""

    kind: str
    condition: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name = value;`, or several names and values; a type may stand after a single name."""

    names: tuple[str, ...]
    values: tuple[Expr, ...]
    type: TypeExpr | None
    span: Span = field(compare=False, repr=False)
    name_spans: tuple[Span, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`expression;`: in RASP, what is to be shown."""

    value: Expr
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Loop:
    """`for names in iterable { … }`, which is unrolled."""

    names: tuple[str, ...]
    iterable: Expr
    body: tuple[Statement, ...]
    span: Span = field(compare=False, repr=False)
    name_spans: tuple[Span, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Load:
    """`load "file";`: the public names of another RASP file."""

    target: str
    span: Span = field(compare=False, repr=False)
    target_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Draw:
    """`draw(s-op, example);`: the picture of how an s-op's value comes about."""

    value: Expr
    example: Expr | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Command:
    """What is said to the interactive reader: `set example`, `show example`, `examples`, `full seq display`, `exit`.

    `subset` is `s-op`, `selector` or None for both; `argument` is the example, `on` or `off`.
    """

    kind: str
    subset: str | None
    argument: Expr | str | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function (`def`), or an entry point whose parameters are the program's inputs."""

    name: str
    type_parameters: tuple[TypeParameter, ...]
    parameters: tuple[Parameter, ...]
    returns: TypeExpr | None
    clauses: tuple[Clause, ...]
    body: tuple[Statement, ...]
    results: tuple[Expr, ...]
    is_entry: bool
    span: Span = field(compare=False, repr=False)
    name_span: Span = field(compare=False, repr=False)

    @property
    def result(self) -> Expr:
        """The one expression that a strict definition returns."""
        return self.results[0]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One condition of `use … where`: a field of the cell's record, a comparison and a literal."""

    subject: str
    comparison: str
    value: int | Fraction | str | bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Use:
    """An import: a cell of the catalog under a local name, or definitions out of another program.

    `target` is a name, or empty where conditions (`wanted`) say which cell will do.
    """

    kind: str
    target: str
    version: int | None
    wanted: tuple[Wanted, ...]
    alias: str | None
    names: tuple[str, ...]
    span: Span = field(compare=False, repr=False)
    target_span: Span = field(compare=False, repr=False)
    kind_span: Span = field(compare=False, repr=False)
    alias_span: Span | None = field(compare=False, repr=False)
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
    span: Span = field(compare=False, repr=False)


Statement = Assignment | Definition | Loop | Load | Draw | Evaluation
Item = Use | Alias | Statement | Command | Broken

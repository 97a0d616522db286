"""A catalogued cell's contract, read as a graph over its ports."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...errors import Source, Span
from ..graph import Input, Reduce, SOp
from ..program import Clause
from ..scope import CellSignature
from ..syntax import tree
from ..syntax.parser import parse_expression
from ..types import Bool, Seq, Unknown, element_of
from .environment import Environment, Meaning
from .expressions import Expressions
from .guards import read_as_needed
from .record import Record
from .tolerance import within_tolerance

__all__ = ["CellContract", "clause_of", "read_contract"]


@dataclass(frozen=True, slots=True)
class CellContract:
    """What a cell requires and ensures, over `ports` (`port.0`, …) and `result`.

    `meaning` is the expression of a contract `result == expression`: what the cell computes, by its contract, within
    its tolerance where values are real. The equality of reals in `ensures` is loosened by the tolerance.
    """

    ports: tuple[Input, ...]
    result: Input
    requires: tuple[Clause, ...]
    ensures: tuple[Clause, ...]
    meaning: SOp | None


def read_contract(signature: CellSignature) -> CellContract:
    """Read the contract of a cell.

    Raises:
        LanguageError: if a clause does not parse or is no condition over the ports.
    """
    ports = tuple(Input((), f"port.{i}", port.type, port.name) for i, port in enumerate(signature.inputs))
    result = Input((), "result", signature.output.type, "result")
    record = Record()
    names: dict[str, Meaning | None] = {port.name: port for port in ports}
    clauses: dict[str, tuple[Clause, ...]] = {}
    meaning: SOp | None = None
    for kind, text in (("requires", signature.requires), ("ensures", signature.ensures)):
        source = Source(text or "True", f"{signature.name} ({kind})")
        expression = parse_expression(source)
        seen = names if kind == "requires" else {**names, "result": result}
        environment = Environment(source, "cell", names=seen)
        clause = clause_of(kind, expression, Span(source, 0, len(source.text)), environment, record)
        if clause and kind == "ensures":
            clause = replace(clause, condition=within_tolerance(clause.condition, signature.tolerance))
        clauses[kind] = (clause,) if clause and text else ()
        if kind == "ensures":
            meaning = _meaning(expression, Environment(source, "cell", names=names))
    record.raise_faults()
    return CellContract(ports, result, clauses["requires"], clauses["ensures"], meaning)


def clause_of(kind: str, condition: tree.Expr, span: Span, environment: Environment, record: Record) -> Clause | None:
    """A clause as one boolean: a condition on a sequence holds when it holds at every position."""
    node = Expressions(environment, record).node(condition)
    if node is None:
        return None
    is_sequence = isinstance(node.type, Seq)
    if not isinstance(node.type, Bool | Unknown | Seq) or not isinstance(element_of(node.type), Bool | Unknown):
        record.fault(f"'{kind}' expects a condition, found {node.type}", condition.span, "compare with == or <=")
        return None
    return Clause(kind, Reduce((node,), "all") if is_sequence else read_as_needed(node), span)


def _meaning(condition: tree.Expr, ports_only: Environment) -> SOp | None:
    match condition:
        case tree.Chain((tree.Name("result"), expression), ("==",)) | tree.Chain(
            (expression, tree.Name("result")), ("==",)
        ):
            # A scratch record: an expression that speaks of the result itself has no meaning, and that is no fault.
            return Expressions(ports_only, Record()).node(expression)
    return None

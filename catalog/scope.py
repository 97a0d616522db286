"""What a catalog tells a program of its cells: ports and contract as the language reads them."""

from __future__ import annotations

from collections.abc import Sequence

from ..dsl.checking.type_expressions import read_type
from ..dsl.scope import CellPort, CellSignature, as_tolerance
from ..errors import CatalogError, LanguageError, UnknownCell
from .node import Node
from .schema import Circuit, Contract, Formula, Port

__all__ = ["KINDS", "signature_of"]

KINDS: dict[str, type[Node]] = {"circuit": Circuit, "formula": Formula}


def signature_of(kind: str, name: str, node: Node, ports: Sequence[Node], contracts: Sequence[Node]) -> CellSignature:
    """The signature of a cell, out of its node, its ports and the contract that it claims to satisfy.

    Raises:
        UnknownCell: if the node is of another kind.
        CatalogError: if its ports do not make a signature.
    """
    if not isinstance(node, KINDS[kind]):
        raise UnknownCell(f"{name!r} is a {node.label.lower()}, not a {kind}: write `use {node.label.lower()} {name}`")
    typed = sorted((port for port in ports if isinstance(port, Port)), key=lambda port: port.position)
    inputs = tuple(_port(port) for port in typed if port.direction == "in")
    outputs = [_port(port) for port in typed if port.direction == "out"]
    if not inputs or len(outputs) != 1:
        found = f"{len(inputs)} inputs and {len(outputs)} outputs"
        raise CatalogError(f"the {kind} {name!r} cannot be called: it has {found}, expected inputs and one output")
    contract = next((found for found in contracts if isinstance(found, Contract)), None)
    requires = contract.requires if contract and contract.requires else None
    ensures = contract.ensures if contract else None
    tolerance = as_tolerance(contract.tolerance) if contract else 0
    return CellSignature(kind, name, node.id, inputs, outputs[0], requires, ensures, tolerance)


def _port(port: Port) -> CellPort:
    try:
        return CellPort(port.name, read_type(port.type))
    except LanguageError as error:
        raise CatalogError(
            f"the port {port.name!r} has the type {port.type!r}, which does not read: {error}"
        ) from error

"""A stitched program in the catalog as a cell of its own, which the next program can `use`.

1. A circuit whose weights have changed becomes a circuit of its own: a new blob, ports and contract of its parent,
   DERIVED_FROM it, and evidence from running every input of it now. An unchanged circuit stays who it is.
2. The program's text is pinned to exactly these digests, its imports too (`pinning`).
3. Its soft wires are measured again where a circuit or an adapter has changed, and kept beside it.
4. Its own evidence: its answers on hard wires against the interpreter's.
5. All of it is written in one transaction, under one name.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product
from math import prod
from typing import Any

from ..catalog import Catalog, Circuit, Contract, Evidence, Formula, Node, Port, Relationship, put_tensors
from ..catalog.schema import Program as ProgramNode
from ..dsl.graph import Input
from ..dsl.program import Clause, Function, Program
from ..dsl.scope import CellPort, CellSignature
from ..dsl.types import Bool, Int, Seq, Token, element_of
from ..errors import RuntimeFault, TrainingError, UnknownCell
from ..runtime.cell import NeuralCell
from ..runtime.edges import component_of, edges
from ..runtime.interpreter import interpret
from ..runtime.stitching import Stitched, adapter_records, measure_adapter
from ..verify.networks.evidence import MOST_RUN, Found, add_found, check_or_measure
from ..verify.networks.records import Records, add_components, add_ports, port_type
from .pinning import PinnedScope, pin_program

__all__ = ["SavedComposition", "save_stitched", "store_circuit"]

AGREES = "the stitched answers are the interpreter's"
_MOST_INPUTS = 512
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class SavedComposition:
    """What was written: the program's name and id, its cells and adapters, and what running them showed.

    `circuits` holds for each changed circuit its new name and the check of its contract; `agreement` is None where the
    interpreter cannot run the program.
    """

    name: str
    id: str
    circuits: Mapping[str, Found]
    adapters: tuple[str, ...]
    agreement: float | None


def store_circuit(
    catalog: Catalog, name: str, cell: NeuralCell, ensures: str, requires: str = "", *, most_inputs: int = MOST_RUN
) -> CellSignature:
    """Write a network with ports as a circuit, under a name, its contract checked on every input.

    Of more inputs than `most_inputs` some are drawn and measured, which proves nothing.

    Raises:
        VerificationError: if the contract cannot be checked.
        CatalogError: if the catalog cannot be written.
    """
    ports = tuple(CellPort(port.name, port_type(port)) for port in cell.config.inputs)
    output = CellPort(cell.config.output.name, port_type(cell.config.output))
    signature = CellSignature("circuit", name, "", ports, output, requires or None, ensures)
    batch = Records()
    node, _ = _add_circuit(batch, catalog, name, cell, signature, most_inputs)
    catalog.add(batch.nodes, batch.relationships, {name: node.id})
    return replace(signature, digest=node.id)


def save_stitched(catalog: Catalog, stitched: Stitched, name: str, *, seed: int = 0) -> SavedComposition:
    """Write a composition into the catalog as a program that others `use` by its name.

    Args:
        catalog: where to; cells of the composition that it lacks are written into it.
        stitched: the composition, with the weights that it has now.
        name: the name of the program; its changed circuits are named after it.
        seed: of the inputs that the composition is compared with the interpreter on, and of the soft wires' split.

    Raises:
        TrainingError: if a formula was trained, or an import cannot be pinned.
        VerificationError: if a changed circuit has no contract that can be checked.
        CatalogError: if the catalog cannot be written.
    """
    batch = Records()
    became, checks = _changed_circuits(batch, catalog, stitched, name)
    scope = PinnedScope(catalog, became)
    node = batch.add(pin_program(stitched.program, name, scope))
    for imported in scope.programs.values():
        batch.join(node, "COMPOSED_OF", batch.add(imported))
    for cell in stitched.program.cells:
        batch.relationships.append(Relationship(node.id, "COMPOSED_OF", became.get(cell.digest, cell).digest))
    _add_face(batch, node, stitched.program)
    agreement = _add_agreement(batch, node, stitched, seed)
    adapters = _add_wires(batch, catalog, node, stitched, became, seed)
    named = {cell.name: cell.digest for cell in became.values()}
    catalog.add(batch.nodes, batch.relationships, {name: node.id, **named})
    return SavedComposition(name, node.id, checks, adapters, agreement)


def _changed_circuits(
    batch: Records, catalog: Catalog, stitched: Stitched, name: str
) -> tuple[dict[str, CellSignature], dict[str, Found]]:
    """The new signatures of circuits whose weights are not the catalog's, by old digest, and their checks by name."""
    became: dict[str, CellSignature] = {}
    checks: dict[str, Found] = {}
    for signature in stitched.program.cells:
        parent = _node_of(catalog, signature.digest)
        if signature.digest in stitched.cells:
            cell = stitched.cells[signature.digest]
            if isinstance(parent, Circuit) and parent.blob == sha256(cell.to_bytes()).hexdigest():
                continue
            own_name = f"{name}_{signature.name}"
            node, checks[own_name] = _add_circuit(batch, catalog, own_name, cell, signature)
            became[signature.digest] = replace(signature, name=node.name, digest=node.id)
            if parent is not None:
                batch.join(node, "DERIVED_FROM", parent)
        elif isinstance(parent, Formula) and _is_trained(stitched, signature, parent):
            raise TrainingError(
                f"the amplitudes of the formula {signature.name!r} were trained: a formula is kept as it was found; "
                f"freeze it (stitched.freeze({signature.name!r})) and train the circuits"
            )
    return became, checks


def _node_of(catalog: Catalog, digest: str) -> Node | None:
    try:
        return catalog.get(digest)
    except UnknownCell:
        return None


def _is_trained(stitched: Stitched, signature: CellSignature, parent: Formula) -> bool:
    if signature.digest not in stitched.formulas:
        return False
    amplitudes = stitched.formulas[signature.digest].get_parameter("amplitudes").tolist()
    return bool(amplitudes != list(parent.config["amplitudes"]))


def _add_circuit(
    batch: Records, catalog: Catalog, name: str, cell: NeuralCell, signature: CellSignature, most_inputs: int = MOST_RUN
) -> tuple[Circuit, Found]:
    """A network as a circuit, with components, ports, contract, and evidence from running it."""
    found = check_or_measure(cell, signature, most_inputs=most_inputs)
    shape = cell.model.config
    joined = edges(shape)
    node = batch.add(
        Circuit(
            name=name,
            blob=put_tensors(catalog.blobs, cell.to_bytes()),
            config=cell.to_dict(),
            n_edges=len(joined),
            n_components=len({component_of(end) for edge in joined for end in edge}),
            n_parameters=sum(weight.numel() for weight in cell.model.parameters()),
        )
    )
    contract = batch.add(Contract(requires=signature.requires or "", ensures=signature.ensures or ""))
    batch.join(node, "SATISFIES", contract)
    add_components(batch, node, joined)
    add_ports(batch, node, cell.config)
    add_found(batch, node, contract, found)
    return node, found


def _add_face(batch: Records, node: ProgramNode, program: Program) -> None:
    """Ports and contract of the entry point, where it has declared types."""
    function = program.output()
    if not function.parameters:
        return
    typed = [("in", place, one.name, str(one.type)) for place, one in enumerate(function.parameters)]
    for direction, place, name, type_ in (*typed, ("out", 0, "result", str(function.result.type))):
        fields = {"name": name, "direction": direction, "position": place, "type": type_, "type_key": type_}
        batch.join(node, "HAS_PORT", batch.add(Port.model_validate(fields)))
    if function.ensures:
        said = Contract(requires=_joined(function.requires), ensures=_joined(function.ensures))
        batch.join(node, "SATISFIES", batch.add(said))


def _joined(clauses: Sequence[Clause]) -> str:
    """The conditions as one expression."""
    texts = [clause.text.removeprefix(clause.kind).strip() for clause in clauses]
    return texts[0] if len(texts) == 1 else " and ".join(f"({text})" for text in texts)


def _add_agreement(batch: Records, node: ProgramNode, stitched: Stitched, seed: int) -> float | None:
    """Compare hard-wired answers with the interpreter's; None where that has none."""
    function = stitched.program.output()
    drawn = _inputs(function, random.Random(seed))
    if drawn is None:
        return None
    inputs, data = drawn
    try:
        expected = interpret(stitched.program, inputs)
    except RuntimeFault:
        return None
    found = stitched(inputs)
    n_wrong = sum(answer != right for answer, right in zip(found, expected, strict=True))
    evidence = Evidence(
        of=node.id,
        kind="measurement",
        claim=AGREES,
        method="both were run",
        n_inputs=len(inputs),
        n_wrong=n_wrong,
        value=1 - n_wrong / len(inputs),
        seed=seed,
        device=stitched.device.type,
        details={"data": data},
    )
    batch.join(batch.add(evidence), "ABOUT", node)
    return evidence.value


def _inputs(function: Function, random_: random.Random) -> tuple[list[dict[str, Any]], str] | None:
    """Every input of an entry point with few, else drawn ones, by name; None where a type is not finite."""
    domains = [_domain(parameter) for parameter in function.parameters]
    if not domains or any(domain is None for domain in domains):
        return None
    names = [parameter.name for parameter in function.parameters]
    values: list[Sequence[Any]] = [domain for domain in domains if domain is not None]
    is_scalar = not any(isinstance(parameter.type, Seq) for parameter in function.parameters)
    if is_scalar and prod(map(len, values)) <= _MOST_INPUTS:
        inputs = [dict(zip(names, row, strict=True)) for row in product(*values)]
        return inputs, f"all {len(inputs):,} inputs"
    drawn = []
    for _ in range(_MOST_INPUTS):
        n_positions = random_.randint(0, _LONGEST)
        row = {}
        for parameter, domain in zip(function.parameters, values, strict=True):
            is_sequence = isinstance(parameter.type, Seq)
            row[parameter.name] = random_.choices(domain, k=n_positions) if is_sequence else random_.choice(domain)
        drawn.append(row)
    return drawn, f"{_MOST_INPUTS} inputs of lengths 0..{_LONGEST}, drawn evenly"


def _domain(parameter: Input) -> Sequence[Any] | None:
    match element_of(parameter.type):
        case Int(int(low), int(high)):
            return range(low, high + 1)
        case Bool():
            return (False, True)
        case Token(tuple(words)):
            return words
    return None


def _add_wires(
    batch: Records,
    catalog: Catalog,
    node: ProgramNode,
    stitched: Stitched,
    became: Mapping[str, CellSignature],
    seed: int,
) -> tuple[str, ...]:
    """The soft wires between the cells as they are now, measured now."""
    kept = []
    for wire, adapter in stitched.soft_wires():
        source, target = (stitched.cells[end.digest] for end in (wire.source, wire.target))
        moved = replace(
            wire,
            source=became.get(wire.source.digest, wire.source),
            target=became.get(wire.target.digest, wire.target),
        )
        now = adapter.between(*moved.key)
        fidelity = measure_adapter(moved, source, target, now, seed=seed)
        nodes, joined = adapter_records(catalog, moved, now, fidelity)
        batch.nodes += nodes
        batch.relationships += [*joined, Relationship(node.id, "COMPOSED_OF", nodes[0].id)]
        kept.append(nodes[0].id)
    return tuple(kept)

"""Join a program with the cells that it calls: look them up, and refuse what does not fit before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from ...catalog import Catalog, Circuit, Formula
from ...dsl.graph import CellCall, SOp, nodes_within
from ...dsl.program import Program
from ...dsl.scope import CellPort, CellSignature
from ...dsl.types import Int, element_of
from ...errors import RuntimeFault, UnknownCell
from ..cell import STREAM, IntPort, NeuralCell
from ..compiler import CompiledTransformer
from .adapter import Adapter
from .composition import Stitched
from .fitting import Fidelity, fit_adapter
from .formula_cell import CosineFormula
from .storing import find_adapter
from .wires import Wire, all_wires, check_vocabularies, place_of

__all__ = ["MINIMUM_FIDELITY", "FittedWire", "fit_adapters", "stitch"]

MINIMUM_FIDELITY = 0.9
"""A soft wire that keeps less of the hard wire's answers is refused, unless another share is asked for."""


@dataclass(frozen=True, slots=True)
class FittedWire:
    """A wire with its adapter and what was measured of it."""

    wire: Wire
    adapter: Adapter
    fidelity: Fidelity


def stitch(
    program: Program,
    catalog: Catalog | None = None,
    *,
    cells: Mapping[str, NeuralCell] | None = None,
    parts: Mapping[str, CompiledTransformer] | None = None,
    wires: Literal["hard", "soft"] = "hard",
    adapters: Sequence[Adapter] | None = None,
    minimum_fidelity: float = MINIMUM_FIDELITY,
) -> Stitched:
    """Load the cells that a program calls and join them into one module.

    Args:
        program: what `parse` returned.
        catalog: where the cells are; None where `cells` gives them all.
        cells: networks by digest that stand in for the catalog's.
        parts: for functions of the program, by name, exact transformers that answer in their place.
        wires: how networks that feed networks are joined; soft wires need an adapter for each.
        adapters: the adapters of soft wires; None takes the most faithful ones of the catalog.
        minimum_fidelity: what an adapter of the catalog must keep of the hard wire's answers.

    Raises:
        RuntimeFault: if a called cell is not there or has no network, its ports are not those that the catalog says,
            one cell's answers are outside another one's vocabulary, the cells are on several devices, or an adapter is
            missing or does not fit.
        CatalogError: if a circuit's weights are damaged.
    """
    networks, formulas = dict(cells or {}), {}
    for signature in program.cells:
        if signature.digest not in networks:
            found = _load(program, signature, catalog)
            if isinstance(found, NeuralCell):
                networks[signature.digest] = found
            elif found is not None:
                formulas[signature.digest] = found
        if signature.digest in networks:
            _check_ports(program, signature, networks[signature.digest])
    networks = {one.digest: networks[one.digest] for one in program.cells if one.digest in networks}
    _check_devices(program, networks)
    joined = all_wires(program)
    check_vocabularies(joined)
    neural = [wire for wire in joined if wire.is_neural]
    chosen = () if wires == "hard" else _adapters(neural, networks, catalog, adapters, minimum_fidelity)
    return Stitched(program, networks, formulas, chosen, parts)


def fit_adapters(
    stitched: Stitched, *, seed: int = 0, reads: str = STREAM, width: int | None = None, held_out: float = 0.25
) -> tuple[FittedWire, ...]:
    """Fit an adapter for every wire from a circuit to a circuit; arguments and errors as in `fit_adapter`.

    Raises:
        RuntimeFault: if the program has no such wire.
    """
    joined = stitched.all_wires()
    if not joined:
        raise RuntimeFault(
            f"{stitched.program.source.name}: no circuit's answer goes straight into a circuit: there is no wire to "
            "make soft"
        )
    fitted = []
    for wire in joined:
        source, target = (stitched.cells[end.digest] for end in (wire.source, wire.target))
        adapter, fidelity = fit_adapter(wire, source, target, seed=seed, reads=reads, width=width, held_out=held_out)
        fitted.append(FittedWire(wire, adapter, fidelity))
    return tuple(fitted)


def _load(program: Program, signature: CellSignature, catalog: Catalog | None) -> NeuralCell | CosineFormula | None:
    """The module of a cell; None for one that is run by its contract."""
    named = f"{_place(program, signature)}the {signature.kind} {signature.name!r} ({signature.digest[:12]})"
    if catalog is None:
        raise RuntimeFault(
            f"{named} is not plugged in: give its catalog (--catalog), or the network itself as cells={{digest: cell}}"
        )
    try:
        node = catalog.get(signature.digest)
    except UnknownCell as error:
        raise RuntimeFault(
            f"{named} is not plugged in: {catalog.place} does not have it; add it with `stdcell catalog add`, or read "
            "the program with this catalog"
        ) from error
    if isinstance(node, Circuit):
        return NeuralCell.from_bytes(catalog.blobs.get(node.blob), node.config)
    if isinstance(node, Formula) and "frequencies" in node.config:
        return CosineFormula(signature, node.config)
    if any(call.meaning is not None for call in _calls(program, signature)):
        return None
    raise RuntimeFault(f"{named} has no network, and its contract does not say `result == …`: nothing can be run")


def _check_ports(program: Program, signature: CellSignature, cell: NeuralCell) -> None:
    """Refuse a network whose ports are not those that the program was checked against."""
    ports = [*zip(signature.inputs, cell.config.inputs, strict=False), (signature.output, cell.config.output)]
    differ = next(((said, found) for said, found in ports if not _is_same(said, found)), None)
    if len(signature.inputs) != len(cell.config.inputs) or differ is not None:
        said, found = (", ".join(map(_written, ends)) for ends in (signature.inputs, cell.config.inputs))
        raise RuntimeFault(
            f"{_place(program, signature)}the network of {signature.name!r} has the ports ({found}) -> "
            f"{_written(cell.config.output)}, the program calls ({said}) -> {_written(signature.output)}"
        )


def _is_same(said: CellPort, found: IntPort) -> bool:
    return said.name == found.name and element_of(said.type) == Int(found.low, found.high)


def _written(port: CellPort | IntPort) -> str:
    type_ = port.type if isinstance(port, CellPort) else Int(port.low, port.high)
    return f"{port.name}: {type_}"


def _check_devices(program: Program, networks: Mapping[str, NeuralCell]) -> None:
    devices: dict[torch.device, str] = {}
    for signature in program.cells:
        if signature.digest in networks:
            devices.setdefault(networks[signature.digest].device, signature.name)
    if len(devices) > 1:
        told = " and ".join(f"{name!r} on {device}" for device, name in devices.items())
        raise RuntimeFault(f"the cells are on several devices: {told}; move them to one before they are stitched")


def _adapters(
    joined: Iterable[Wire],
    networks: Mapping[str, NeuralCell],
    catalog: Catalog | None,
    given: Sequence[Adapter] | None,
    minimum_fidelity: float,
) -> list[Adapter]:
    """One fitting adapter for each wire."""
    chosen = []
    for wire in joined:
        if given is None and catalog is not None:
            adapter = find_adapter(catalog, wire, minimum_fidelity)
        else:
            adapter = _given(wire, given or ())
        adapter.check(wire, networks[wire.source.digest], networks[wire.target.digest])
        chosen.append(adapter.to(networks[wire.target.digest].device))
    return chosen


def _given(wire: Wire, adapters: Sequence[Adapter]) -> Adapter:
    """The adapter that was meant for a wire: its own, or the only one, which then says why it does not fit."""
    own = [adapter for adapter in adapters if adapter.config.key == wire.key]
    if not own and len(adapters) != 1:
        raise RuntimeFault(f"{wire.place}: no adapter for the wire {wire}: fit one with fit_adapters")
    return (own or adapters)[0]


def _calls(program: Program, signature: CellSignature) -> list[CellCall]:
    roots: list[SOp] = [function.result for function in program.functions.values()]
    return [one for one in nodes_within(roots) if isinstance(one, CellCall) and one.cell.digest == signature.digest]


def _place(program: Program, signature: CellSignature) -> str:
    """Where a program first calls a cell."""
    calls = _calls(program, signature)
    return place_of(program, calls[0]) if calls else ""

"""Soft wires in the catalog: an adapter is a node that reads one circuit and writes into another.

The evidence states its claim, the share of equal answers with its interval, how much was run, from which seed and on
what; a fit that was measured twice has two pieces of evidence.
"""

from __future__ import annotations

from ...catalog import Adapter as AdapterNode
from ...catalog import Catalog, Evidence, Node, Relationship, put_tensors
from ...errors import RuntimeFault
from .adapter import Adapter, AdapterConfig
from .fitting import Fidelity
from .wires import Wire

__all__ = ["CLAIM", "adapter_records", "find_adapter", "store_adapter"]

CLAIM = "the soft wire's answers are the hard wire's"
_DETAILS = ("data", "n_fitted", "n_held_out", "r_squared", "relative_error", "width", "penalty")


def store_adapter(catalog: Catalog, wire: Wire, adapter: Adapter, fidelity: Fidelity) -> str:
    """Write an adapter and its fidelity; what is there already stays as it is.

    Returns:
        The id of the adapter's node.

    Raises:
        CatalogError: if one of its circuits is not in the catalog, or it cannot be written.
    """
    nodes, joined = adapter_records(catalog, wire, adapter, fidelity)
    return catalog.add(nodes, joined)[0]


def adapter_records(
    catalog: Catalog, wire: Wire, adapter: Adapter, fidelity: Fidelity
) -> tuple[list[Node], list[Relationship]]:
    """An adapter's node and its evidence, and how they are joined to the circuits; the blob is written."""
    node = AdapterNode(
        name=str(wire),
        blob=put_tensors(catalog.blobs, adapter.to_bytes()),
        **adapter.config.to_dict(),
        width=adapter.widths[1],
        n_parameters=sum(parameter.numel() for parameter in adapter.parameters()),
    )
    measured = fidelity.to_dict()
    low, high = fidelity.interval
    evidence = Evidence(
        of=node.id,
        kind="measurement",
        claim=CLAIM,
        method="ridge regression on the upstream circuit's own inputs, measured on held-out ones",
        n_inputs=fidelity.n_calls,
        n_wrong=fidelity.n_wrong,
        value=fidelity.agreement,
        interval_low=low,
        interval_high=high,
        seed=fidelity.seed,
        dtype=str(adapter.bias.dtype).removeprefix("torch."),
        device=adapter.bias.device.type,
        details={name: measured[name] for name in _DETAILS},
    )
    joined = [
        Relationship(node.id, "READS", wire.source.digest),
        Relationship(node.id, "WRITES", wire.target.digest, {"port": wire.port.name}),
        Relationship(evidence.id, "ABOUT", node.id),
        Relationship(evidence.id, "MEASURED_ON", wire.source.digest),
    ]
    return [node, evidence], joined


def find_adapter(catalog: Catalog, wire: Wire, minimum_fidelity: float) -> Adapter:
    """The adapter of a wire with the highest measured fidelity.

    Raises:
        RuntimeFault: if there is none, or none as faithful as asked.
    """
    entering = [node for _, node in catalog.neighbours(wire.source.digest, "READS", "in")]
    nodes = [one for one in entering if isinstance(one, AdapterNode) and one.target == wire.target.digest]
    measured = [(_fidelity(catalog, one), one) for one in nodes if one.port == wire.port.name]
    if not measured:
        raise RuntimeFault(
            f"{wire.place}: no adapter for the wire {wire} in {catalog.place}: fit one with fit_adapters, or "
            "`stdcell stitch FILE --soft`"
        )
    best, node = max(measured, key=lambda pair: (_share(pair[0]), pair[1].id))
    if best is None or _share(best) < minimum_fidelity:
        raise RuntimeFault(f"{wire.place}: {_refusal(wire, best, minimum_fidelity)}")
    config = AdapterConfig(node.source, node.target, node.port, node.reads)
    return Adapter.from_bytes(catalog.blobs.get(node.blob), config.to_dict())


def _fidelity(catalog: Catalog, node: AdapterNode) -> Evidence | None:
    """The measurement of an adapter on the most calls."""
    about = [one for _, one in catalog.neighbours(node.id, "ABOUT", "in")]
    found = [one for one in about if isinstance(one, Evidence) and one.claim == CLAIM]
    return max(found, key=lambda one: (one.n_inputs or 0, one.id), default=None)


def _share(evidence: Evidence | None) -> float:
    return -1.0 if evidence is None or evidence.value is None else evidence.value


def _refusal(wire: Wire, evidence: Evidence | None, minimum_fidelity: float) -> str:
    if evidence is None:
        return f"the adapter of the wire {wire} was never measured"
    return (
        f"the adapter of the wire {wire} keeps {_share(evidence):.1%} of the hard wire's answers "
        f"({evidence.n_wrong} of {evidence.n_inputs:,} differ), asked is {minimum_fidelity:.1%}: "
        "fit it on more inputs, read more directions, or ask for less (minimum_fidelity, --minimum-fidelity)"
    )

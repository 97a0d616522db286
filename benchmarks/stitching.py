"""Stitched execution: a fold over a network, all sequences at once and one after the other; and what soft wires lose.

Run: python benchmarks/stitching.py [n_sequences] [catalog]

Without a catalog the network has the demo's shape and random weights: times do not depend on them. With the catalog of
`stdcell demo` the soft chain is measured too: how many of the soft answers are the hard ones, by the length of the
chain.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from stdcell import Catalog, parse, stitch
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.stitching import Stitched, fit_adapters
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig
from stdcell.training import store_circuit

MODULUS, LENGTH = 37, 16
PROGRAM = "use circuit add_mod_37 as add;\nmain(xs: seq[int 0..36]) -> int 0..36 = fold(add, xs, 0);"


def random_circuit(catalog: Catalog) -> None:
    """A network of the demo's shape."""
    ports = (IntPort("a", 0, MODULUS - 1), IntPort("b", 0, MODULUS - 1))
    config = CellConfig(ports, IntPort("result", 0, MODULUS - 1), ("a", "b", MODULUS), read_position=2)
    shape = TransformerConfig(MODULUS + 1, 3, 64, (LayerShape(4, 16, 16, 256),), MODULUS)
    cell = NeuralCell(config, Transformer.initialised(shape, seed=0))
    store_circuit(catalog, "add_mod_37", cell, "result >= 0")


def seconds(function: Callable[[], Any]) -> float:
    """The shortest of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def compare_batches(stitched: Stitched, n_sequences: int) -> None:
    """Print times and ratios."""
    drawn = random.Random(0)
    inputs = [drawn.choices(range(MODULUS), k=drawn.randint(1, LENGTH)) for _ in range(n_sequences)]
    at_once = seconds(lambda: stitched(inputs))
    apart = seconds(lambda: [stitched([one]) for one in inputs])
    print(f"{n_sequences} sequences of 1..{LENGTH} elements, one network call for each element")
    print(f"  at once            {at_once:8.3f} s")
    print(f"  one after another  {apart:8.3f} s   {apart / at_once:.1f} times as long")


def measure_chain(stitched: Stitched, catalog: Catalog) -> None:
    """Print how soft answers depart from hard ones along a chain."""
    (wire,) = fit_adapters(stitched)
    soft = stitch(stitched.program, catalog, wires="soft", adapters=[wire.adapter])
    share, n_calls = wire.fidelity.agreement, wire.fidelity.n_calls
    print(f"soft wire {wire.wire}: {share:.1%} of {n_calls:,} held-out answers are the hard wire's")
    values_bn = torch.randint(0, MODULUS, (2000, LENGTH), generator=torch.Generator().manual_seed(0))
    for length in (1, 2, 3, 4, 8, 16):
        with torch.no_grad():
            same_b = soft.tensors(values_bn[:, :length]).values == stitched.tensors(values_bn[:, :length]).values
        print(f"  {length:2d} calls: {same_b.double().mean():6.1%} of 2,000 chains")


def main(n_sequences: int = 1000, place: str | None = None) -> None:
    """Run both."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, Catalog(place or Path(folder), create=place is None) as catalog:
        if place is None:
            random_circuit(catalog)
        stitched = stitch(parse(PROGRAM, scope=catalog), catalog)
        compare_batches(stitched, n_sequences)
        if place is not None:
            measure_chain(stitched, catalog)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:3])

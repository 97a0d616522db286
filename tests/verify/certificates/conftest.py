"""A catalog with one small network, certificates over it, and forgers who know how to compute a digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from stdcell import Catalog, parse, verify
from stdcell.catalog.node import canonical_json
from stdcell.errors import Source
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import Edge, Transformer, TransformerConfig
from stdcell.training import store_circuit
from stdcell.verify.certificates.certificate import Certificate, digest_of
from stdcell.verify.certificates.writing import certify

CALLING = """use circuit next as next;
main(x: int 0..2) -> int ensures result == x + 1 ensures result > x = next(x);
"""
REVERSING = """type Digit = int 0..9;
main(xs: seq[Digit])
    ensures permutation(result, xs)
    ensures result <= 9
    ensures sorted(result)
    = aggregate(select(indices, length - indices - 1, ==), xs);
"""
Change = Callable[[dict[str, Any]], object]
Forge = Callable[[Certificate, Change], str]


def build_next(shift: int = 1) -> NeuralCell:
    """Answers a + shift to a of 0..2."""
    ports = CellConfig((IntPort("a", 0, 2),), IntPort("result", 0, 3), ("a",), read_position=0)
    shape = TransformerConfig(3, 1, 4, (), 4, edges=(Edge("embed", "logits"),))
    embed = torch.cat([torch.diag(torch.tensor([7.0, 8.0, 9.0])), torch.zeros(3, 1)], dim=1)
    weights = {"embed": embed, "unembed": torch.eye(4).roll(shift, 1), "b_unembed": torch.zeros(1, 4)}
    return NeuralCell(ports, Transformer(shape, weights))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog") as opened:
        store_circuit(opened, "next", build_next(), "result == a + 1")
        yield opened


@pytest.fixture
def calling(catalog: Catalog) -> Certificate:
    """Of a program that calls the network."""
    program = parse(Source(CALLING, "calling.cell"), scope=catalog)
    return certify(program, verify(program, catalog), catalog)


@pytest.fixture(scope="session")
def reversing() -> Certificate:
    """Of a program that keeps two promises and breaks the third."""
    program = parse(Source(REVERSING, "reversing.cell"))
    return certify(program, verify(program))


@pytest.fixture(scope="session")
def forge() -> Forge:
    """Changes the content of a certificate, and gives it the digest that fits."""

    def forged(certificate: Certificate, change: Change) -> str:
        content = json.loads(certificate.text)["certificate"]
        change(content)
        return canonical_json({"certificate": content, "digest": digest_of(canonical_json(content))}) + "\n"

    return forged

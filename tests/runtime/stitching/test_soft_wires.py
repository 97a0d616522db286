"""Soft wires: fitted on one model, read by another, measured on inputs held out, refused where they do not fit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch.nn.functional import cross_entropy

from stdcell import Catalog, Program, parse, stitch
from stdcell.catalog import Adapter as AdapterNode
from stdcell.catalog import Evidence
from stdcell.errors import RuntimeFault
from stdcell.runtime.cell import NeuralCell
from stdcell.runtime.stitching import Adapter, AdapterConfig, FittedWire, Stitched, fit_adapters, store_adapter

CHAIN = """
use circuit add as add;
use circuit mul as mul;
main(x: int 0..6, y: int 0..6) -> int 0..6 = add(mul(x, y), x);
"""
FOLD = "use circuit add as add;\nmain(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 0);"


@pytest.fixture
def program(catalog: Catalog) -> Program:
    return parse(CHAIN, scope=catalog)


@pytest.fixture
def fitted(program: Program, catalog: Catalog) -> FittedWire:
    (wire,) = fit_adapters(stitch(program, catalog), seed=0)
    return wire


def softly(program: Program, catalog: Catalog, fitted: FittedWire) -> Stitched:
    return stitch(program, catalog, wires="soft", adapters=[fitted.adapter])


def all_pairs() -> dict[str, torch.Tensor]:
    table = torch.cartesian_prod(torch.arange(7), torch.arange(7))
    return {"x": table[:, 0], "y": table[:, 1]}


def test_an_adapter_joins_models_of_different_widths(fitted: FittedWire) -> None:
    assert str(fitted.wire) == "mul.result → add.a"
    assert (fitted.adapter.widths[0], fitted.adapter.widths[2]) == (24, 32)


def test_most_answers_on_held_out_inputs_are_those_of_the_hard_wire(fitted: FittedWire) -> None:
    # Chance is 1/7; 12 of the upstream's 49 inputs, each with every value of the other port, measure.
    found = fitted.fidelity
    assert (found.n_fitted, found.n_held_out, found.n_calls) == (37, 12, 84)
    assert found.agreement > 0.6
    assert found.interval[0] < found.agreement < found.interval[1]


def test_the_same_seed_gives_the_same_adapter(program: Program, catalog: Catalog, fitted: FittedWire) -> None:
    (again,) = fit_adapters(stitch(program, catalog), seed=0)
    assert again.adapter.to_bytes() == fitted.adapter.to_bytes()


def test_fewer_directions_can_be_read(program: Program, catalog: Catalog) -> None:
    (wire,) = fit_adapters(stitch(program, catalog), width=4)
    assert wire.adapter.widths[1] == 4


def test_one_writer_can_be_read(program: Program, catalog: Catalog) -> None:
    (wire,) = fit_adapters(stitch(program, catalog), reads="L0.mlp")
    soft = stitch(program, catalog, wires="soft", adapters=[wire.adapter])
    assert soft.tensors(all_pairs()).values.shape == (49,)


def test_a_writer_that_the_model_does_not_have_is_refused(program: Program, catalog: Catalog) -> None:
    with pytest.raises(RuntimeFault, match=r"no writer 'L0\.mpl' in this model; did you mean 'L0\.mlp'\?"):
        fit_adapters(stitch(program, catalog), reads="L0.mpl")


def test_soft_answers_are_mostly_the_hard_ones(program: Program, catalog: Catalog, fitted: FittedWire) -> None:
    hard, soft = stitch(program, catalog), softly(program, catalog, fitted)
    same = hard.tensors(all_pairs()).values == soft.tensors(all_pairs()).values
    assert same.float().mean() > 0.8  # three quarters of the inputs were fitted on


def test_the_gradient_of_the_downstream_loss_reaches_the_upstream_weights(
    program: Program, catalog: Catalog, fitted: FittedWire
) -> None:
    soft = softly(program, catalog, fitted)
    logits_bo, low = soft.logits(all_pairs())
    cross_entropy(logits_bo, torch.zeros(49, dtype=torch.int64) - low).backward()  # type: ignore[no-untyped-call]
    (upstream,) = [cell.digest for cell in program.cells if cell.name == "mul"]
    gradients = [weight.grad for weight in soft.circuits[upstream].parameters()]
    reached = [gradient for gradient in gradients if gradient is not None and gradient.abs().sum() > 0]
    assert len(reached) >= 10
    assert all(bool(gradient.isfinite().all()) for gradient in reached)


def test_training_through_a_soft_wire_reduces_the_loss(program: Program, catalog: Catalog, fitted: FittedWire) -> None:
    soft = softly(program, catalog, fitted)
    pairs = all_pairs()
    right_b = (pairs["x"] * pairs["y"] + pairs["x"]) % 7
    optimizer = torch.optim.AdamW(soft.parameters(), lr=1e-3)
    losses = []
    for _ in range(60):
        loss = cross_entropy(soft.logits(pairs)[0], right_b)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
    assert soft.tensors(pairs).values.tolist() == right_b.tolist()


def test_the_state_of_a_fold_goes_softly_from_step_to_step(catalog: Catalog) -> None:
    program = parse(FOLD, scope=catalog)
    (wire,) = fit_adapters(stitch(program, catalog))
    assert str(wire.wire) == "add.result → add.a"
    soft = stitch(program, catalog, wires="soft", adapters=[wire.adapter])
    values_bn, lengths_b = torch.tensor([[4, 0], [5, 6], [1, 2]]), torch.tensor([1, 2, 0])
    answer = soft.tensors(values_bn, lengths_b)
    assert answer.values[[0, 2]].tolist() == [4, 0]
    assert answer.answered is not None
    assert answer.answered.is_given.tolist() == [True, True, False]


def test_an_adapter_is_stored_with_its_fidelity_and_found_again(
    program: Program, catalog: Catalog, fitted: FittedWire
) -> None:
    id = store_adapter(catalog, fitted.wire, fitted.adapter, fitted.fidelity)
    node = catalog.get(id)
    (evidence,) = [one for _, one in catalog.neighbours(id, "ABOUT", "in") if isinstance(one, Evidence)]
    assert isinstance(node, AdapterNode)
    assert (evidence.kind, evidence.seed, evidence.value) == ("measurement", 0, fitted.fidelity.agreement)
    assert evidence.details["data"] == "all 49 inputs of mul, 12 held out"
    rows = catalog.query(
        "MATCH (s:Circuit)<-[:READS]-(a:Adapter)-[w:WRITES]->(t:Circuit) RETURN s.name, w.port, t.name"
    )
    assert rows == [{"s.name": "mul", "w.port": "a", "t.name": "add"}]
    soft = stitch(program, catalog, wires="soft", minimum_fidelity=0.5)
    assert torch.equal(soft.tensors(all_pairs()).values, softly(program, catalog, fitted).tensors(all_pairs()).values)


def test_a_soft_wire_without_an_adapter_is_refused(program: Program, catalog: Catalog) -> None:
    with pytest.raises(RuntimeFault, match=r"4:46: no adapter for the wire mul\.result → add\.a in .*: fit one"):
        stitch(program, catalog, wires="soft")


def test_an_adapter_below_the_asked_fidelity_is_refused_with_its_numbers(
    program: Program, catalog: Catalog, fitted: FittedWire
) -> None:
    store_adapter(catalog, fitted.wire, fitted.adapter, fitted.fidelity)
    share = f"{fitted.fidelity.agreement:.1%}"
    with pytest.raises(
        RuntimeFault, match=rf"keeps {share} of the hard wire's answers \(\d+ of 84 differ\), asked is 99\.9%"
    ):
        stitch(program, catalog, wires="soft", minimum_fidelity=0.999)


def test_an_adapter_of_other_cells_is_refused(program: Program, catalog: Catalog, fitted: FittedWire) -> None:
    other = fitted.adapter.between("0" * 64, fitted.wire.target.digest, "a")
    with pytest.raises(RuntimeFault, match=r"does not fit the wire mul\.result → add\.a: its source is '000000"):
        stitch(program, catalog, wires="soft", adapters=[other])


def test_an_adapter_of_other_widths_is_refused(program: Program, catalog: Catalog, fitted: FittedWire) -> None:
    tensors = {
        "center": torch.zeros(20),
        "basis": torch.zeros(20, 5),
        "weight": torch.zeros(5, 32),
        "bias": torch.zeros(32),
    }
    other = Adapter(AdapterConfig(*fitted.wire.key), tensors)
    with pytest.raises(RuntimeFault, match="it joins residual widths 20 → 32, the models have 24 → 32"):
        stitch(program, catalog, wires="soft", adapters=[other])


def test_a_program_without_a_wire_from_circuit_to_circuit_has_nothing_to_fit(catalog: Catalog) -> None:
    program = parse("use circuit double as double;\nmain(x: int 0..6) -> int 0..6 = double(x);", scope=catalog)
    with pytest.raises(RuntimeFault, match="no circuit's answer goes straight into a circuit"):
        fit_adapters(stitch(program, catalog))


def test_a_wire_with_arithmetic_between_is_hard(catalog: Catalog, networks: Mapping[str, NeuralCell]) -> None:
    text = "use circuit double as double;\nmain(x: int 0..6) -> int 0..6 = double((double(x) + 1) mod 7);"
    assert stitch(parse(text, scope=catalog), catalog).wires() == ()

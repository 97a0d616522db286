"""Hard-wired composition: the networks' own answers, batched, and what does not fit is refused in the user's words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from stdcell import Catalog, Program, compile_transformer, interpret, parse, stitch
from stdcell.catalog import Contract, Formula, Port, Relationship
from stdcell.dsl.graph import CellCall, nodes_within
from stdcell.errors import RuntimeFault
from stdcell.runtime.cell import CellConfig, IntPort, NeuralCell
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig
from stdcell.training import store_circuit

PROGRAM = """
use circuit add as add;
use circuit mul as mul;
use circuit double as double;
main(xs: seq[int 0..6]) -> int 0..6 = fold(add, map(double, xs), 0);
running(xs: seq[int 0..6]) -> seq[int 0..6] = scan(mul, scan(add, xs, 0), 1);
squares(xs: seq[int 0..6]) -> seq[int 0..6] = map(double, map(mul, zip(xs, xs)));
mixed(xs: seq[int 0..6]) -> seq[int 0..6] = map(double, (map(double, xs) + indices) mod 7);
"""
INPUTS: list[list[int]] = [[], [3], [1, 2, 3], [6] * 9, [0, 5, 0, 4]]
SUM = "use circuit add as add;\nmain(xs: seq[int 0..6]) -> int 0..6 = fold(add, xs, 0);"


@pytest.fixture
def program(catalog: Catalog) -> Program:
    return parse(PROGRAM, scope=catalog)


@pytest.mark.parametrize("output", ["main", "running", "squares", "mixed"])
def test_circuits_of_several_models_answer_as_their_contracts_say(
    output: str, program: Program, catalog: Catalog
) -> None:
    assert stitch(program, catalog)(INPUTS, output) == interpret(program, INPUTS, output=output)


def test_a_fold_asks_the_network_once_for_each_position_of_the_batch(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    original = Transformer.forward

    def counted(model: Transformer, tokens_bn: torch.Tensor, *others: Any) -> Any:
        asked.append(len(tokens_bn))
        return original(model, tokens_bn, *others)

    monkeypatch.setattr(Transformer, "forward", counted)
    assert stitch(parse(SUM, scope=catalog), catalog)([[1, 2, 3]] * 50) == [6] * 50
    assert asked == [50, 50, 50]


def test_one_call_answers_as_the_batch_does(program: Program, catalog: Catalog) -> None:
    stitched = stitch(program, catalog)
    calls = [node for node in nodes_within([program.output().result]) if isinstance(node, CellCall)]
    assert {call.cell.name: stitched.call(call, [5] * len(call.arguments)) for call in calls} == {"double": 3, "add": 3}


def test_a_cell_without_a_catalog_is_not_plugged_in(catalog: Catalog) -> None:
    program = parse(SUM, scope=catalog)
    with pytest.raises(RuntimeFault, match=r"the circuit 'add' \([0-9a-f]{12}\) is not plugged in: give its catalog"):
        stitch(program)


def test_a_cell_that_the_catalog_does_not_have_is_not_plugged_in(catalog: Catalog, tmp_path: Path) -> None:
    program = parse(SUM, scope=catalog)
    with Catalog(tmp_path / "other") as empty, pytest.raises(RuntimeFault, match=r"'add'.* is not plugged in: .*other"):
        stitch(program, empty)


def test_a_network_given_by_digest_stands_in_for_the_catalogs(
    catalog: Catalog, networks: Mapping[str, NeuralCell]
) -> None:
    program = parse(SUM, scope=catalog)
    given = {program.cells[0].digest: networks["mul"]}
    assert stitch(program, cells=given)([[1, 2]]) == [0]


def test_a_network_with_other_ports_is_refused(catalog: Catalog, networks: Mapping[str, NeuralCell]) -> None:
    program = parse(SUM, scope=catalog)
    with pytest.raises(RuntimeFault) as fault:
        stitch(program, cells={program.cells[0].digest: networks["double"]})
    assert str(fault.value) == (
        "<program>:2:44: the network of 'add' has the ports (a: int 0..6) -> result: int 0..6, the program calls "
        "(a: int 0..6, b: int 0..6) -> result: int 0..6"
    )


def test_answers_outside_the_next_ports_vocabulary_are_refused_before_anything_runs(catalog: Catalog) -> None:
    digit = IntPort("a", 0, 3)
    shape = TransformerConfig(5, 2, 8, (LayerShape(1, 4, 4, 8),), 4)
    narrow = NeuralCell(
        CellConfig((digit,), IntPort("result", 0, 3), ("a", 4), 1), Transformer.initialised(shape, seed=0)
    )
    store_circuit(catalog, "narrow", narrow, "result >= 0")
    text = "use circuit double as double;\nuse circuit narrow as narrow;\n"
    program = parse(text + "main(x: int 0..6) -> int 0..3 = narrow(double(x));", scope=catalog)
    with pytest.raises(RuntimeFault) as fault:
        stitch(program, catalog)
    assert str(fault.value) == (
        "<program>:3:33: the wire double.result → narrow.a joins int 0..6 to int 0..3: the vocabularies do not match; "
        "bring the values into range between the two, as with `mod` or `if`"
    )


def test_a_value_that_a_port_does_not_take_names_both_ends_the_value_and_the_place(catalog: Catalog) -> None:
    text = "use circuit double as f;\nmain(xs: seq[int 0..9]) -> seq[int 0..6] = map(f, xs);"
    program = parse(text, scope=catalog)
    with pytest.raises(RuntimeFault) as fault:
        stitch(program, catalog)([[1, 2], [3, 8]])
    wanted = "<program>:2:44: the wire xs → double.a carries 8, which is outside int 0..6 of port 'a'"
    assert str(fault.value) == wanted


def test_a_network_with_damaged_weights_does_not_answer(catalog: Catalog) -> None:
    stitched = stitch(parse(SUM, scope=catalog), catalog)
    with torch.no_grad():
        next(iter(stitched.cells.values())).model.get_parameter("unembed").fill_(torch.nan)
    with pytest.raises(RuntimeFault, match="the logits of 'add' are not all finite: its weights are damaged"):
        stitched([[1, 2]])


def test_cells_on_several_devices_are_refused(catalog: Catalog, networks: Mapping[str, NeuralCell]) -> None:
    program = parse(PROGRAM, scope=catalog)
    digests = {cell.name: cell.digest for cell in program.cells}
    networks["mul"].model.to("meta")
    with pytest.raises(RuntimeFault, match=r"the cells are on several devices: .*'mul' on meta"):
        stitch(program, cells={digests[name]: cell for name, cell in networks.items()})


def add_formula(catalog: Catalog, config: dict[str, Any], output: str = "int 0..6") -> None:
    node = Formula(name="sum7", expression="cos(2*pi*(a + b - c)/7)", config=config, agreement=1.0)
    contract = Contract(requires="", ensures="result == (a + b) mod 7")
    ends = [("a", "in", 0, "int 0..6"), ("b", "in", 1, "int 0..6"), ("result", "out", 0, output)]
    ports = [
        Port.model_validate({"name": n, "direction": d, "position": p, "type": t, "type_key": t}) for n, d, p, t in ends
    ]
    joined = [Relationship(node.id, "HAS_PORT", port.id) for port in ports]
    catalog.add([node, contract, *ports], [*joined, Relationship(node.id, "SATISFIES", contract.id)], {"sum7": node.id})


@pytest.mark.parametrize(
    "config", [{"modulus": 7, "frequencies": [1, 2], "amplitudes": [2.0, 1.0]}, {}], ids=["cosines", "contract"]
)
def test_a_formula_feeds_a_circuit(config: dict[str, Any], catalog: Catalog) -> None:
    add_formula(catalog, config)
    text = "use formula sum7 as sum7;\nuse circuit double as double;\n"
    program = parse(text + "main(xs: seq[int 0..6]) -> int 0..6 = double(fold(sum7, xs, 0));", scope=catalog)
    assert stitch(program, catalog)(INPUTS) == interpret(program, INPUTS)


def test_a_formula_that_answers_what_a_circuit_does_not_take_is_refused(catalog: Catalog) -> None:
    add_formula(catalog, {}, output="int 0..9")
    text = "use formula sum7 as sum7;\nuse circuit double as double;\n"
    program = parse(text + "main(xs: seq[int 0..6]) -> int 0..6 = double(sum7(xs[0], xs[0]));", scope=catalog)
    with pytest.raises(RuntimeFault, match=r"the wire sum7\.result → double\.a joins int 0\.\.9 to int 0\.\.6"):
        stitch(program, catalog)


SORTED = """
use circuit add as add;
use program "stdcell/sort" (sort);
def ordered(xs: seq[int 0..6]) -> seq[int 0..6] { return sort(xs); }
main(xs: seq[int 0..6]) -> seq[int 0..6] = scan(add, ordered(xs), 0);
"""


def test_a_compiled_program_answers_where_its_function_is_called(catalog: Catalog) -> None:
    program = parse(SORTED, scope=catalog)
    compiled = compile_transformer(program, output="ordered", max_length=5)
    stitched = stitch(program, catalog, parts={"ordered": compiled})
    inputs = [[3, 1, 2], [], [6, 0, 6, 5, 1]]
    assert stitched(inputs) == interpret(program, inputs)
    assert "compiled.ordered.embed" in dict(stitched.named_parameters())


def test_a_part_that_is_called_nowhere_is_refused(catalog: Catalog) -> None:
    program = parse(SORTED.replace("ordered(xs), 0", "xs, 0"), scope=catalog)
    compiled = compile_transformer(program, output="ordered", max_length=3)
    with pytest.raises(RuntimeFault, match="a part is plugged in for 'ordered', but 'main' calls it nowhere"):
        stitch(program, catalog, parts={"ordered": compiled})([[1]])

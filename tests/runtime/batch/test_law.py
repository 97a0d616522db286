"""The law of the batch evaluator: for any program and any batch, what the exact evaluator says of each input."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stdcell.dsl import Program, parse
from stdcell.dsl.graph import SOp
from stdcell.errors import LanguageError, RuntimeFault
from stdcell.runtime.batch import run_batch
from stdcell.runtime.reference import answer_of, run

from .graphs import BATCHES, SEQUENCES, nodes, program_of, typed

GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*.json"))
LAW = settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def told(answers: Iterator[Any]) -> tuple[list[Any], str | None]:
    """The answers up to the first fault, each with its kinds, and the fault."""
    found: list[Any] = []
    try:
        for answer in answers:
            found.append(typed(answer))
    except RuntimeFault as fault:
        return found, str(fault)
    return found, None


def one_by_one(program: Program, inputs: Sequence[Any], output: str | None = None) -> Iterator[Any]:
    function = program.output(output)
    return (answer_of(program, run(program, function, given)[function.result], given) for given in inputs)


def at_once(program: Program, inputs: Sequence[Any], output: str | None = None) -> Iterator[Any]:
    return run_batch(program, program.output(output), inputs).answers()


@given(nodes(), BATCHES, st.sampled_from(["cell", "rasp"]))
@LAW
def test_any_graph_on_any_batch_answers_as_on_each_input_alone(node: SOp, batch: list[Any], dialect: str) -> None:
    program = program_of(node, dialect)
    assert told(at_once(program, batch)) == told(one_by_one(program, batch))


EXPRESSIONS = st.recursive(
    st.sampled_from(["tokens", "indices", "length", "tokens_int", "tokens_str", "0", "2", "0.5", '"a"', "True"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%", "^", "==", "<", "and"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        st.tuples(inner, inner, inner).map(lambda parts: "({} if {} else {})".format(*parts)),
        st.tuples(inner, inner, inner).map(lambda parts: "aggregate(select({}, {}, <=), {})".format(*parts)),
        st.tuples(inner, inner).map(lambda parts: "selector_width(not select({}, {}, ==))".format(*parts)),
        st.tuples(inner, inner).map(lambda parts: "sort({}, {})".format(*parts)),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS, st.lists(SEQUENCES, min_size=1, max_size=6))
@LAW
def test_any_rasp_program_on_any_batch_answers_as_on_each_input_alone(expression: str, batch: list[Any]) -> None:
    try:
        program = parse(f"a = {expression};", dialect="rasp")
    except LanguageError:
        return
    assert told(at_once(program, batch)) == told(one_by_one(program, batch))


@given(nodes(), BATCHES)
@LAW
def test_the_values_of_a_node_are_those_that_the_exact_evaluator_gives_it(node: SOp, batch: list[Any]) -> None:
    program = program_of(node)
    function = program.output()
    exact = told(run(program, function, given)[node] for given in batch)
    found = run_batch(program, function, batch)
    assert exact[1] is not None or told(iter(found.values(node))) == exact


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_all_reference_cases_of_a_program_in_one_batch_answer_as_each_alone(path: Path) -> None:
    reference = json.loads(path.read_text(encoding="utf-8"))
    program = parse(reference["text"], dialect="rasp")
    inputs = [case["input"] for case in reference["cases"]]
    outputs = [reference["output"]] if "output" in reference else list(reference["cases"][0]["outputs"])
    found = [told(at_once(program, inputs, output)) for output in outputs]
    assert found == [told(one_by_one(program, inputs, output)) for output in outputs]

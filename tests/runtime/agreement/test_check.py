"""The three-way check: who takes part, what is compared, and the smallest disagreement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from stdcell import Catalog, parse
from stdcell.errors import RuntimeFault
from stdcell.runtime.agreement import Agreement, Answer, agree

SORT = "ans = sort(tokens, tokens);"
MAP = "use circuit successor;\nmain(xs: seq[int 0..2]) = xs >> map(successor);"


def rasp(text: str, max_length: int, **options: Any) -> Agreement:
    return agree(parse(text, dialect="rasp"), max_length=max_length, **options)


def notes(report: Agreement) -> dict[str, str]:
    return {participant.name: participant.note for participant in report.participants}


def refusals(report: Agreement) -> list[str]:
    return [participant.name for participant in report.participants if not participant.took_part]


@pytest.mark.parametrize(
    "text",
    [
        SORT,
        "ans = length;",
        'ans = shift(tokens, 1, "~");',
        "ans = tokens_int * 2;",
        'ans = aggregate(select(indices, indices, <), indicator(tokens == "("), 1) > 0;',
    ],
)
def test_three_backends_agree_on_every_short_input(text: str) -> None:
    report = rasp(text, 4)
    assert (report.is_agreed, report.is_exhaustive, refusals(report)) == (True, True, [])


def test_all_inputs_of_a_small_domain_are_tried() -> None:
    report = rasp(SORT, 4, vocabulary=["a", "b", "c"])
    assert (report.n_inputs, report.exhausted, report.is_exhaustive) == (1 + 3 + 9 + 27 + 81, 4, True)


def test_beyond_the_limit_short_inputs_are_all_tried_and_long_ones_drawn() -> None:
    report = rasp(SORT, 8, vocabulary=["a", "b", "c"], limit=100)
    assert (report.n_inputs, report.exhausted, report.is_exhaustive) == (100, 3, False)


def test_a_program_without_circuits_is_stitched_by_construction() -> None:
    assert notes(rasp(SORT, 2))["stitched"] == "no networks in it: as interpreted by construction"


@pytest.mark.parametrize(
    ("text", "n_inputs"),
    [
        ("main(xs: seq[int 0..1], k: int 0..2) = xs + k;", 3 * (1 + 2 + 4)),
        ("main(xs: seq[bool], ys: seq[bool]) = xs and ys;", 1 + 4 + 16),
        ("main(a: int 0..3, b: bool) = a if b else 0;", 4 * 2),
    ],
)
def test_several_inputs_are_compared_without_the_transformer(text: str, n_inputs: int) -> None:
    report = agree(parse(text), max_length=2)
    assert (refusals(report), report.n_inputs, report.is_agreed) == (["transformer"], n_inputs, True)


def test_a_refusal_of_the_compiler_is_told_with_its_reason() -> None:
    report = rasp("ans = length;", 3, causal=True)
    assert notes(report)["transformer"].startswith("<program>:1:7: a causal transformer does not know the length")


def test_a_fault_of_one_is_a_fault_of_all() -> None:
    report = rasp("ans = 1 / (indices - 1);", 3, vocabulary=["a"])
    assert (report.is_agreed, report.n_inputs, report.n_faults) == (True, 4, 2)


def swaps_from_two_b(inputs: Sequence[Any]) -> list[Any]:
    """Sorts, but of inputs with two tokens b or more it forgets to."""
    return [list(xs) if list(xs).count("b") > 1 else sorted(xs) for xs in inputs]


def test_the_first_disagreement_is_the_smallest() -> None:
    found = rasp(SORT, 5, vocabulary=["a", "b", "c"], others={"careless": swaps_from_two_b}).disagreement
    assert found is not None
    assert found.given == ["b", "a", "b"]
    assert found.answers["transformer"] == Answer(["a", "b", "b"])
    assert found.answers["careless"] == Answer(["b", "a", "b"])


def test_a_drawn_disagreement_is_shrunk() -> None:
    options: dict[str, Any] = {"vocabulary": [0, 1, 2, 3], "limit": 60, "seed": 3}
    report = rasp("ans = tokens;", 12, others={"short": lambda inputs: [xs[:5] for xs in inputs]}, **options)
    assert report.disagreement is not None
    assert len(report.disagreement.found) > 6
    assert report.disagreement.given == [0] * 6


def test_the_seed_fixes_what_is_drawn() -> None:
    def first(seed: int) -> Any:
        options: dict[str, Any] = {"limit": 60, "others": {"short": lambda inputs: [xs[:5] for xs in inputs]}}
        found = rasp("ans = tokens;", 12, seed=seed, **options).disagreement
        return found and found.found

    assert first(1) == first(1) != first(2)


def faults_from_two_on(inputs: Sequence[Any]) -> list[Any]:
    if any(len(xs) > 1 for xs in inputs):
        raise RuntimeFault("too long for me")
    return [list(xs) for xs in inputs]


def test_a_fault_where_the_others_answer_is_a_disagreement() -> None:
    found = rasp("ans = tokens;", 3, vocabulary=["a"], others={"short": faults_from_two_on}).disagreement
    assert found is not None
    assert (found.given, found.number, found.answers["short"].fault) == (["a", "a"], 3, "too long for me")


def marked_where_the_ends_are_equal(inputs: Sequence[Any]) -> list[Any]:
    return [[*xs[:-1], "!"] if len(xs) > 1 and xs[0] == xs[-1] else xs for xs in inputs]


def test_equal_values_are_lowered_together() -> None:
    options: dict[str, Any] = {"vocabulary": [0, 1, 2, 3, 4], "limit": 9, "seed": 1}
    report = rasp("ans = tokens;", 9, others={"marks": marked_where_the_ends_are_equal}, **options)
    assert report.disagreement is not None
    assert (len(report.disagreement.found), report.disagreement.given) == (9, [0, 0])


def test_an_input_that_breaks_a_requirement_is_left_out() -> None:
    report = agree(parse("main(xs: seq[int 0..1]) requires sum(xs) > 0 = 1 / sum(xs);"), max_length=3)
    assert (report.n_inputs, report.n_outside, report.is_agreed) == (11, 4, True)


def test_a_circuit_that_keeps_its_contract_agrees(promising: Callable[[str], Catalog]) -> None:
    catalog = promising("result == (a + 1) mod 3")
    report = agree(parse(MAP, scope=catalog), catalog, max_length=3)
    assert (report.is_agreed, notes(report)["stitched"]) == (True, "runs successor")


def test_a_circuit_that_breaks_its_contract_is_found(promising: Callable[[str], Catalog]) -> None:
    catalog = promising("result == min(a + 1, 2)")
    found = agree(parse(MAP, scope=catalog), catalog, max_length=3).disagreement
    assert found is not None
    assert found.given == [2]
    assert {name: answer.value for name, answer in found.answers.items()} == {
        "interpret": [2],
        "transformer": [2],
        "stitched": [0],
    }


def test_without_its_catalog_a_circuit_is_not_stitched(promising: Callable[[str], Catalog]) -> None:
    report = agree(parse(MAP, scope=promising("result == (a + 1) mod 3")), max_length=2)
    assert (refusals(report), report.is_agreed) == (["stitched"], True)


def test_a_contract_that_does_not_say_the_answer_leaves_nothing_to_compare(
    promising: Callable[[str], Catalog],
) -> None:
    catalog = promising("result >= 0")
    report = agree(parse(MAP, scope=catalog), catalog, max_length=2)
    assert (refusals(report), report.n_inputs, report.is_agreed) == (["interpret", "transformer"], 0, False)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("main(xs: seq[int 0..1]) = xs;", {"max_length": 0}, "at least 1, found 0"),
        ("main(xs: seq[int 0..1]) = xs;", {"max_length": 1, "output": "maim"}, "maim"),
        ("main(xs: seq[int 0..1], y: bool) = xs;", {"max_length": 1, "vocabulary": [1]}, "inputs of several types"),
        (
            "main(xs: seq[int 0..1]) = xs;",
            {"max_length": 1, "vocabulary": [0, "b"]},
            "input 'xs': 'b' in the vocabulary is not a value of int 0",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(text: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(RuntimeFault, match=message):
        agree(parse(text), **options)


@pytest.mark.parametrize("options", [{"dtype": "float8"}, {"beginning": "start"}])
def test_a_transformer_of_no_known_kind_is_a_fault(options: dict[str, Any]) -> None:
    with pytest.raises(RuntimeFault, match=r"float8|start"):
        agree(parse("ans = tokens;", dialect="rasp"), max_length=1, **options)

"""A check of a trace executes each step again, and finds whatever does not follow."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stdcell.catalog import Catalog
from stdcell.errors import RuntimeFault
from stdcell.runtime.tracing import Finding, TraceCheck, check_trace, read_trace
from stdcell.runtime.tracing.networks import CatalogNetworks

from .conftest import CALLING, SORTING, Traced

Path = tuple[str | int, ...]
RUNS = {
    "interpret": (CALLING, [1, 0, 2], "interpret"),
    "stitched": (CALLING, [1, 0, 2], "stitched"),
    "transformer": (SORTING, [3, 1, 1], "transformer"),
    "selectors": (SORTING, [3, 1, 1], "interpret"),
}
FREE = {"stdcell", "backend", "source", "text", "error_bound"}
"""Fields that say nothing that follows from others: who wrote the trace, and how."""


def checked(document: dict[str, Any], catalog: Catalog | None) -> TraceCheck:
    networks = CatalogNetworks(catalog) if catalog else None
    return check_trace(read_trace(json.dumps(document)), catalog, networks)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a document that has no parts, with the way to it."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from leaves(part, (*path, key))
    if not isinstance(value, dict | list):
        yield path, value


def tampered(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return value + 0.5
        case str() if value and set(value) <= {"0", "1"}:
            return value[:-1] + ("1" if value[-1] == "0" else "0")
        case str() if len(value) == 64:
            return value[:-1] + ("0" if value[-1] != "0" else "1")
        case str():
            return value + "x"
    return 1


def changed(document: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    copied = copy.deepcopy(document)
    inner: Any = copied
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copied


def is_caught(document: dict[str, Any], path: Path, value: Any, catalog: Catalog | None) -> bool:
    """Whether a changed field is refused on reading, or found by the check."""
    try:
        return not checked(changed(document, path, tampered(value)), catalog).is_sound
    except RuntimeFault:
        return True


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
@pytest.mark.parametrize("with_catalog", [True, False], ids=["catalog", "alone"])
def test_a_recorded_trace_follows(
    run: tuple[str, list[int], str], with_catalog: bool, traced: Traced, catalog: Catalog
) -> None:
    check = checked(traced(*run).to_json(), catalog if with_catalog else None)
    assert (check.is_sound, check.faults) == (True, ())


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_every_field_that_is_tampered_with_is_caught(
    run: tuple[str, list[int], str], traced: Traced, catalog: Catalog
) -> None:
    document = traced(*run).to_json()
    fields = [(path, value) for path, value in leaves(document) if not FREE.intersection(map(str, path[-1:]))]
    missed = [path for path, value in fields if not is_caught(document, path, value, catalog)]
    assert len(fields) > 150
    assert missed == []


def value_of(document: dict[str, Any], name: str) -> int:
    """The number of the step of a name."""
    return [step["name"] for step in document["steps"]].index(name)


def test_the_first_step_that_does_not_follow_is_named_with_what_was_expected(traced: Traced) -> None:
    document = traced(SORTING, [3, 1, 1]).to_json()
    rank = value_of(document, "rank")
    check = checked(changed(document, ("steps", rank, "value", 0), 0), None)
    assert check.first == Finding(rank, "value", "rank", "stdcell/sort.cell:10:12", "[2, 0, 1]", "[0, 0, 1]")


def test_a_lie_that_is_followed_up_is_caught_where_it_begins(traced: Traced) -> None:
    honest, other = (traced(SORTING, given).to_json() for given in ([3, 1, 1], [1, 1, 3]))
    rank = value_of(honest, "rank")
    forged = {**honest, "answer": other["answer"], "steps": honest["steps"][:rank] + other["steps"][rank:]}
    check = checked(forged, None)
    assert check.first is not None
    assert (check.first.step, check.first.part, check.first.found) == (rank, "value", "[0, 1, 2]")


def test_an_operation_that_is_exchanged_with_all_its_digests_is_caught(traced: Traced) -> None:
    document = traced("main(xs: seq[int 0..9]) = xs + 1;", [3, 1]).to_json()
    other = traced("main(xs: seq[int 0..9]) = xs - 1;", [3, 1]).to_json()
    check = checked({**document, "steps": other["steps"], "answer": other["answer"]}, None)
    assert check.first is not None
    assert (check.first.step, check.first.part) == (2, "operation")


@pytest.mark.parametrize(
    ("backend", "is_fault"), [("interpret", True), ("stitched", True), ("transformer", False)], ids=str
)
def test_only_a_transformer_may_keep_a_value_to_itself(backend: str, is_fault: bool, traced: Traced) -> None:
    document = traced(SORTING, [3, 1, 1], backend).to_json()
    rank = value_of(document, "rank")
    check = checked(changed(document, ("steps", rank, "value"), None), None)
    assert (rank in {fault.step for fault in check.faults}, check.n_followed < check.n_steps) == (is_fault, True)


UNDETERMINED = "use circuit vague as vague;\nmain(xs: seq[int 0..2]) = vague(xs);\n"


def test_an_answer_that_no_contract_determines_is_told_as_not_checked(traced: Traced) -> None:
    check = checked(traced(UNDETERMINED, [1, 2], "stitched").to_json(), None)
    assert [(found.step, found.part) for found in check.unchecked if found.part == "calls"] == [(1, "calls")]
    assert check.is_sound
    assert check.n_followed == 1


def test_the_network_itself_catches_an_answer_that_no_contract_determines(traced: Traced, catalog: Catalog) -> None:
    document = traced(UNDETERMINED, [1, 2], "stitched").to_json()
    forged = changed(changed(document, ("steps", 1, "value", 0), 3), ("steps", 1, "calls", 0, "answer"), 3)
    forged["answer"] = [3, 3]
    assert checked(forged, None).is_sound
    assert checked(forged, catalog).first is not None


def test_a_network_that_breaks_its_contract_follows_by_the_network_alone(traced: Traced, catalog: Catalog) -> None:
    document = traced("use circuit wrong as wrong;\nmain(xs: seq[int 0..2]) = wrong(xs);", [1], "stitched").to_json()
    assert checked(document, catalog).is_sound
    assert not checked(document, None).is_sound


REFUSED = {
    "no JSON": ("{", "trace.json is not JSON: "),
    "NaN": ('{"format": NaN}', "trace.json is not JSON: NaN is no number of JSON"),
    "no trace": ('{"format": "stdcell report"}', 'trace.json is not a trace: expected an object with "format"'),
    "a list": ("[]", "trace.json is not a trace"),
    "newer": ('{"format": "stdcell trace", "version": 3}', "version 3, expected 2; a newer stdcell wrote it"),
    "no field": ('{"format": "stdcell trace", "version": 2}', "trace.json: stdcell: field required"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_trace_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(RuntimeFault) as refused:
        read_trace(text, "trace.json")
    assert message in str(refused.value)


MISSHAPEN = {
    "a later step": (("steps", 0, "reads"), [2], "step 0 reads step 2, which is no earlier one"),
    "an unknown operator": (("steps", 2, "operation", "operator"), "++", "step 2: there is no elementwise '++'"),
    "too few steps": (("steps", 2, "reads"), [0], "the operation elementwise + reads 2 steps, found 1"),
    "another number": (("steps", 1, "number"), 7, "step 1 has the number 7"),
}


@pytest.mark.parametrize(("path", "value", "message"), MISSHAPEN.values(), ids=MISSHAPEN.keys())
def test_steps_that_make_no_graph_are_told(path: Path, value: Any, message: str, traced: Traced) -> None:
    document = traced("main(xs: seq[int 0..9]) = xs + 1;", [3, 1]).to_json()
    check = checked(changed(document, path, value), None)
    assert check.first is not None
    assert message in check.first.found


def test_a_field_of_a_wrong_kind_is_told_with_its_place(traced: Traced) -> None:
    document = traced("main(xs: seq[int 0..9]) = xs / 2;", [3, 1]).to_json()
    with pytest.raises(RuntimeFault, match=r"steps\[2\]\.value: the number 1\.5 is not exact"):
        checked(changed(document, ("steps", 2, "value", 0), 1.5), None)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 2), max_size=4), st.sampled_from(["interpret", "stitched"]))
def test_a_trace_of_any_input_survives_its_json_and_follows(traced: Traced, given_: list[int], backend: str) -> None:
    trace = traced(CALLING.replace("next(xs)[0] > 1", "length > 1"), given_, backend)
    read = read_trace(json.dumps(trace.to_json()))
    assert (read, check_trace(read).faults) == (trace, ())


def test_no_step_follows_where_none_was_executed(traced: Traced) -> None:
    document = traced("main(xs: seq[int 0..9]) = xs + 1;", [3, 1]).to_json()
    check = checked(changed(document, ("steps", 0, "reads"), [2]), None)
    assert (check.is_sound, check.n_followed) == (False, 0)

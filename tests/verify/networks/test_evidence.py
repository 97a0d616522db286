"""Where not every input is run, a contract is measured, and nothing that rests on it is proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from stdcell import Catalog, parse, verify
from stdcell.app.catalog.runs import print_stored
from stdcell.extraction.cataloguing import StoredRun
from stdcell.training import store_circuit
from stdcell.verify.networks.evidence import check_or_measure
from stdcell.verify.networks.exhaustive import ExhaustiveCheck
from stdcell.verify.networks.sampling import Measurement

from .cells import signature_of
from .test_exhaustive import copying_cell

PROGRAM = "use circuit copy; main(x: int 0..3, y: int 0..3) -> int 0..3 ensures result == y = copy(x, y);"


def test_every_input_is_run_where_so_many_may_be() -> None:
    cell = copying_cell()
    assert isinstance(check_or_measure(cell, signature_of(cell, "result == b"), most_inputs=16), ExhaustiveCheck)


def test_of_more_inputs_as_many_are_drawn_as_may_be_run() -> None:
    cell = copying_cell()
    found = check_or_measure(cell, signature_of(cell, "result == b"), most_inputs=15, seed=3)
    assert isinstance(found, Measurement)
    assert (found.n_inputs, found.n_wrong, found.seed) == (15, 0, 3)


def test_what_rests_on_a_measurement_is_unknown_and_names_it(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog") as catalog:
        store_circuit(catalog, "copy", copying_cell(), "result == b", most_inputs=10)
        verdict = verify(parse(PROGRAM, scope=catalog), catalog).verdicts[-1]
    assert verdict.status == "unknown"
    assert verdict.reason == (
        "it would follow from the contract of 'copy', for which there is: measurement, 10 inputs, 0 wrong, "
        "at least 69.1503% right at 95%, seed 0"
    )


MEASURED = Measurement(1_000, 0, 1.0, (0.9963178, 1.0), 0.95, 7, None, "float32", "cpu")


def test_the_command_line_says_measured_and_never_proved(capsys: pytest.CaptureFixture[str]) -> None:
    print_stored(StoredRun("sum", "sum_formula", 3, 4, MEASURED), as_json=False)
    out = capsys.readouterr().out
    assert "contract measured: 100.0%, 99.631%..100% at 95%, 1,000 inputs, seed 7: " in out
    assert ("exhaustive" in out, "holds" in out) == (False, False)

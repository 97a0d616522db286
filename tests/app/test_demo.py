"""The whole demo on the real task, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stdcell.app.demo import run_demo


@pytest.mark.slow
def test_the_demo_finds_proves_and_agrees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_demo(tmp_path / "demo", 0, as_json=True, quiet=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["inputs"], found["wrong"], found["claim"], found["agreement"]) == (1369, 0, "minimum", 1.0)
    assert found["smallest_margin"] > 0
    assert found["verdicts"] == {"checksum.cell": {"proved": 17}, "broken.cell": {"proved": 1, "refuted": 2}}
    assert found["answers"] == {"interpret": 3, "stitched": 3, "transformer": 3}
    assert (tmp_path / "demo" / "report.html").stat().st_size > 50_000

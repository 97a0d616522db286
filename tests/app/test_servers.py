"""The commands about a server where none runs; that they start and ask a real one is tested in `tests/deploy`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stdcell.app.servers import servers


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "server"
    monkeypatch.setenv("STDCELL_SERVER_HOME", str(folder))
    return folder


def test_that_nothing_runs_is_said_and_is_exit_code_3(home: Path) -> None:
    result = CliRunner().invoke(servers, ["status"])
    assert (result.exit_code, result.output) == (3, f"no server runs in {home} (0.0 MB)\n")


def test_that_nothing_runs_is_told_to_machines(home: Path) -> None:
    result = CliRunner().invoke(servers, ["status", "--json"])
    assert result.exit_code == 3
    assert json.loads(result.output) == {"running": False, "home": str(home), "size_bytes": 0}


def test_stopping_nothing_is_fine(home: Path) -> None:
    result = CliRunner().invoke(servers, ["down"])
    assert (result.exit_code, result.output) == (0, f"no server runs in {home}\n")


def test_the_option_comes_before_the_environment(tmp_path: Path) -> None:
    result = CliRunner().invoke(servers, ["down", "--home", str(tmp_path / "other"), "--json"])
    assert json.loads(result.output) == {"was_running": False, "home": str(tmp_path / "other")}

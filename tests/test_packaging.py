"""What is installed: every module and every data file of the package, and nothing beside it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / ".dev" / "stdcell"
INCLUDED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"][
    "only-include"
]


def files_with(suffix: str) -> set[str]:
    """The files of the package's folders that a wheel has to hold, as it names them."""
    found = (path for entry in INCLUDED for path in [ROOT / entry, *(ROOT / entry).rglob("*")])
    return {f"stdcell/{path.relative_to(ROOT)}" for path in found if path.suffix == suffix and path.is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return set(ZipFile(built).namelist())


def test_a_development_install_links_what_the_wheel_includes() -> None:
    assert sorted(INCLUDED) == sorted(path.name for path in PACKAGE.iterdir())


@pytest.mark.parametrize("entry", INCLUDED)
def test_a_link_leads_to_the_entry_of_its_name(entry: str) -> None:
    link = PACKAGE / entry
    assert link.is_symlink()
    assert link.resolve() == ROOT / entry


@pytest.mark.parametrize("suffix", [".py", ".lark", ".cell", ".xml", ".yaml"])
def test_the_wheel_holds_every_module_and_every_file_that_modules_read(wheel: set[str], suffix: str) -> None:
    assert files_with(suffix) <= wheel


def test_the_wheel_holds_the_marker_that_it_is_typed(wheel: set[str]) -> None:
    assert "stdcell/py.typed" in wheel


def test_the_wheel_installs_nothing_outside_the_package(wheel: set[str]) -> None:
    (metadata,) = {name.split("/")[0] for name in wheel} - {"stdcell"}
    assert metadata.endswith(".dist-info")


def test_the_wheel_leaves_tests_caches_and_links_behind(wheel: set[str]) -> None:
    unwanted = ("__pycache__", "/tests/", "/.dev/", ".pyc")
    assert [name for name in wheel if any(part in name for part in unwanted)] == []


def test_the_command_is_installed(wheel: set[str]) -> None:
    assert any(name.endswith(".dist-info/entry_points.txt") for name in wheel)

"""The jars of the server: fetched once by Maven as `pom.xml` says, and shared by all servers of the user."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from ...errors import StdcellError
from .home import data_folder, locked
from .java import find_java, find_maven

__all__ = ["fetch_jars", "has_jars", "jars_folder"]

POM = Path(__file__).with_name("pom.xml")


def jars_folder() -> Path:
    """Where the user's jars lie; its name changes with `pom.xml`, so that a running server keeps its own."""
    return data_folder() / f"neo4j-{_wanted()[:12]}"


def has_jars(folder: Path) -> bool:
    """Whether a folder holds all jars of the present `pom.xml`; a fetch that was broken off left no stamp."""
    stamp = folder / "complete"
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _wanted()


def fetch_jars(folder: Path, tell: Callable[[str], None]) -> None:
    """Make a folder hold the jars, from the network where they are missing.

    Raises:
        StdcellError: if Java or Maven is missing, or Maven cannot fetch them.
    """
    if has_jars(folder):
        return
    find_java()  # Maven needs it too, and its own words for that are worse
    maven = find_maven()
    with locked(folder.with_name(f"{folder.name}.lock")):
        if has_jars(folder):
            return
        tell("fetching the Neo4j server with Maven, about 128 MB, once")
        shutil.rmtree(folder, ignore_errors=True)
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={folder / 'lib'}"]
        done = subprocess.run([maven, "-q", "-B", "-f", str(POM), *goal], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StdcellError(_maven_fault(done.stdout + done.stderr))
        (folder / "complete").write_text(_wanted(), encoding="utf-8")


def _wanted() -> str:
    """What the stamp of a complete folder says."""
    return sha256(POM.read_bytes()).hexdigest()


def _maven_fault(output: str) -> str:
    said = next((line for line in output.splitlines() if line.startswith("[ERROR]")), output.strip()[-300:])
    reason = said.removeprefix("[ERROR] ") or "nothing"
    return f"Maven could not fetch the server: {reason}; check the network (a mirror is named in ~/.m2/settings.xml)"

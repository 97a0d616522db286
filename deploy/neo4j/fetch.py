"""The jars of the server: fetched once by Maven as `pom.xml` says, and shared by all servers of the user."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from ...errors import StdcellError
from .files import locked
from .home import data_folder
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
        output = f"-DoutputDirectory={folder.absolute() / 'lib'}"  # Maven takes others from the folder of the pom
        _run([maven, "-B", "-f", str(POM), "dependency:copy-dependencies", output], tell)
        (folder / "complete").write_text(_wanted(), encoding="utf-8")


def _wanted() -> str:
    """What the stamp of a complete folder says."""
    return sha256(POM.read_bytes()).hexdigest()


def _run(command: list[str], tell: Callable[[str], None]) -> None:
    said, n_files = [], 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as maven:
        for line in maven.stdout or ():
            said.append(line.strip())
            n_files += "Downloaded from" in line
            if "Downloaded from" in line and n_files % 100 == 0:
                tell(f"  {n_files} files")
    if maven.returncode != 0:
        reason = next((line for line in said if line.startswith("[ERROR]")), " ".join(said)[-300:])
        raise StdcellError(
            f"Maven could not fetch the server: {reason.removeprefix('[ERROR] ') or 'nothing said'}; check the network "
            "(a mirror is named in ~/.m2/settings.xml)"
        )

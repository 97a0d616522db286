"""Fetch the jars of a Neo4j server into `.neo4j/` at the root, once; without Java or Maven, say so and go on."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
FOLDER = POM.parents[2] / ".neo4j"
STAMP = FOLDER / "complete"
OLDEST_JAVA = 17


def fetch() -> str | None:
    """Make the jars be there.

    Returns:
        Why they are not there, in one line, or None.
    """
    if is_complete():
        return None
    lack = missing_tool()
    if lack:
        return lack
    shutil.rmtree(FOLDER, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={FOLDER / 'lib'}"]
    if subprocess.run(command, check=False).returncode != 0:
        return "Maven could not fetch the jars"
    STAMP.write_text(wanted())
    return None


def is_complete() -> bool:
    """Whether all jars of the present `pom.xml` are there."""
    return STAMP.exists() and STAMP.read_text() == wanted()


def wanted() -> str:
    """What the stamp of a complete folder says."""
    return sha256(POM.read_bytes()).hexdigest()


def missing_tool() -> str | None:
    """Which of Java and Maven is missing or too old, or None."""
    if shutil.which("mvn") is None:
        return "mvn is not installed"
    return missing_java()


def missing_java() -> str | None:
    """Why Java cannot run the server, or None."""
    if shutil.which("java") is None:
        return "java is not installed"
    banner = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', banner)
    if version is None or int(version[1]) < OLDEST_JAVA:
        return f"java is older than {OLDEST_JAVA}"
    return None


if __name__ == "__main__":
    reason = fetch()
    if reason:
        print(f"{reason}: tests against a Neo4j server will be skipped", file=sys.stderr)

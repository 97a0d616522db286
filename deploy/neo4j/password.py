"""The first password of a new server, which passes no command line: that is for all to see."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ...errors import StdcellError
from .files import write_secret
from .home import ServerHome

__all__ = ["environment_of", "set_password"]


def set_password(home: ServerHome, java: str, jars: Path) -> None:
    """Have Neo4j's own tool note the password down; Java reads the tool's whole command line from a file.

    Raises:
        StdcellError: if the tool refuses.
    """
    arguments = home.conf / "password-arguments"
    arguments.unlink(missing_ok=True)
    words = ["-cp", f"{jars / 'lib'}/*", "org.neo4j.cli.AdminTool", "dbms", "set-initial-password", home.password()]
    write_secret(arguments, " ".join(_quoted(word) for word in words))
    try:
        done = subprocess.run(
            [java, f"@{arguments}"], env=environment_of(home), capture_output=True, text=True, check=False
        )
    finally:
        arguments.unlink()
    if done.returncode != 0:
        raise StdcellError(f"the password of a new server cannot be set: {(done.stderr or done.stdout).strip()[-500:]}")


def _quoted(word: str) -> str:
    """A word of a file of arguments for Java."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def environment_of(home: ServerHome) -> dict[str, str]:
    """The environment of a server, without what the user set for other Neo4j programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
    return {**kept, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home.conf)}

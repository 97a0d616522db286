"""Fetch the jars for the tests: `python -m stdcell.deploy.neo4j FOLDER`; without Java or Maven, say so and go on."""

from __future__ import annotations

import sys
from pathlib import Path

from ...errors import StdcellError
from .fetch import fetch_jars

if __name__ == "__main__":
    try:
        fetch_jars(Path(sys.argv[1]), print)
    except StdcellError as error:
        print(f"{error}\ntests against a Neo4j server will be skipped", file=sys.stderr)

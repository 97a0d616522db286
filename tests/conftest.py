"""The Neo4j server that tests marked `neo4j` ask; one for each worker that needs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

DEPLOY = Path(__file__).parent.parent / "deploy" / "neo4j"


def load(name: str) -> ModuleType:
    """A module of `deploy/neo4j`, which is no part of the package."""
    spec = spec_from_file_location(f"deploy_neo4j_{name}", DEPLOY / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def neo4j_uri() -> Iterator[str]:
    """The Bolt URI of a running server."""
    fetch = load("fetch")
    reason = fetch.missing_java() or (None if fetch.is_complete() else "no jars; run deploy/neo4j/fetch.py")
    if reason:
        pytest.skip(f"no Neo4j server: {reason}")
    with load("server").running_server() as uri:
        yield uri

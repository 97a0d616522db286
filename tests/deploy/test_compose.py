"""The description for Docker names the server that is tested without it, and opens nothing to others."""

from __future__ import annotations

import re
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
POM = (DEPLOY / "neo4j" / "pom.xml").read_text(encoding="utf-8")


def test_docker_runs_the_version_that_is_tested() -> None:
    tested = re.search(r"<neo4j.version>(\d+\.\d+)\.", POM)
    assert tested
    assert f"image: neo4j:{tested[1]}-community\n" in COMPOSE


def test_docker_publishes_bolt_on_the_loopback_alone() -> None:
    assert re.findall(r'- "(\S*:\S*)"', COMPOSE) == ["127.0.0.1:7687:7687"]


def test_docker_is_given_a_password_by_its_user() -> None:
    assert re.findall(r"NEO4J_AUTH: neo4j/\$\{(\w+):\?", COMPOSE) == ["NEO4J_PASSWORD"]

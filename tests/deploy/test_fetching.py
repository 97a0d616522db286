"""What has to be installed: what is missing, too old or broken is named, with what to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from stdcell.deploy.neo4j import ServerHome, fetch_jars, find_java, has_jars, start_server
from stdcell.errors import StdcellError

INSTALL_JAVA = (
    "a local Neo4j server needs Java 17 or newer: install openjdk-17-jre-headless (Debian, Ubuntu), "
    "java-17-openjdk-headless (Fedora) or openjdk@17 (Homebrew), or set JAVA_HOME"
)
JAVA_17 = "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, still empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def message_of_find_java() -> str:
    with pytest.raises(StdcellError) as fault:
        find_java()
    return str(fault.value)


def test_a_missing_java_is_named(programs: Path) -> None:
    assert message_of_find_java() == f"no java on PATH, and JAVA_HOME is not set; {INSTALL_JAVA}"


@pytest.mark.parametrize("version", ["11.0.2", "1.8.0_392", "16"])
def test_an_old_java_is_named_with_its_version(programs: Path, version: str) -> None:
    write_program(programs / "java", f"echo 'openjdk version \"{version}\"' >&2")
    assert message_of_find_java() == f"{programs}/java is Java {version}; {INSTALL_JAVA}"


def test_a_java_that_is_none_is_named_with_what_it_says(programs: Path) -> None:
    write_program(programs / "java", "echo 'Unable to locate a Java Runtime.' >&2; exit 1")
    says = "does not tell its version, it says: Unable to locate a Java Runtime."
    assert message_of_find_java() == f"{programs}/java -version {says}; {INSTALL_JAVA}"


@pytest.mark.parametrize("version", ["17.0.15", "21", "25-ea"])
def test_a_new_java_is_found(programs: Path, version: str) -> None:
    write_program(programs / "java", f"echo 'openjdk version \"{version}\"' >&2")
    assert find_java() == f"{programs}/java"


def test_java_home_comes_before_path(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_program(programs / "java", "echo 'openjdk version \"11\"' >&2")
    write_program(tmp_path / "jdk" / "bin" / "java", JAVA_17)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert find_java() == f"{tmp_path}/jdk/bin/java"


def test_a_java_home_without_java_is_named(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert message_of_find_java() == f"JAVA_HOME is '/nowhere', which holds no bin/java; {INSTALL_JAVA}"


def test_a_missing_maven_is_named(programs: Path, tmp_path: Path) -> None:
    write_program(programs / "java", JAVA_17)
    with pytest.raises(StdcellError) as fault:
        fetch_jars(tmp_path / "jars", print)
    assert str(fault.value) == (
        "no mvn on PATH; Maven fetches the jars of the local server: install maven (Debian, Ubuntu, Fedora, Homebrew)"
    )


def test_what_maven_says_is_passed_on(programs: Path, tmp_path: Path) -> None:
    write_program(programs / "java", JAVA_17)
    write_program(programs / "mvn", "echo '[ERROR] the network is unreachable'; exit 1")
    with pytest.raises(StdcellError) as fault:
        fetch_jars(tmp_path / "jars", print)
    assert str(fault.value) == (
        "Maven could not fetch the server: the network is unreachable; "
        "check the network (a mirror is named in ~/.m2/settings.xml)"
    )
    assert not has_jars(tmp_path / "jars")


def test_a_half_fetched_folder_is_fetched_again(programs: Path, tmp_path: Path) -> None:
    jars = tmp_path / "jars"
    write_program(programs / "java", JAVA_17)
    downloads = "for i in $(/usr/bin/seq 250); do echo '[INFO] Downloaded from central: one.jar'; done"
    write_program(programs / "mvn", f"{downloads}; /bin/mkdir -p {jars}/lib; echo whole > {jars}/lib/one.jar")
    (jars / "lib").mkdir(parents=True)
    (jars / "lib" / "one.jar").write_text("ha")
    told: list[str] = []
    fetch_jars(jars, told.append)
    fetch_jars(jars, told.append)
    assert (jars / "lib" / "one.jar").read_text() == "whole\n"
    assert told == ["fetching the Neo4j server with Maven, about 128 MB, once", "  100 files", "  200 files"]


def test_a_folder_with_other_files_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("…")
    with pytest.raises(StdcellError) as fault:
        start_server(ServerHome(tmp_path), None, tmp_path / "jars", print)
    assert str(fault.value) == f"{tmp_path} holds other files and no server; give an empty or a new folder"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_database_that_lost_its_password_is_told(tmp_path: Path) -> None:
    (tmp_path / "data" / "databases" / "system").mkdir(parents=True)
    with pytest.raises(StdcellError) as fault:
        start_server(ServerHome(tmp_path), None, tmp_path / "jars", print)
    assert str(fault.value) == (
        f"the server in {tmp_path} has lost its password; write it into {tmp_path}/password again"
    )

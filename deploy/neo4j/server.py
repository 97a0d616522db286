"""Start a server on the loopback, ask it, and stop it again.

1. Java and the jars are found, the folder claimed, and the port seen to be free.
2. On a new folder Neo4j's own tool sets the password. It reads it from a file: a command line is for all to see.
3. The server starts in a session of its own, so that it outlives the terminal; its process is noted down at once.
4. It counts as started when it answers a query, and not before.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from ...errors import StdcellError
from .fetch import fetch_jars
from .home import ServerHome, locked, write_secret
from .java import find_java
from .local import USER
from .process import ServerProcess

__all__ = ["Status", "running_server", "server_status", "start_server", "stop_server"]

_PATIENCE_S = 90.0
# The first compiler alone: the second one costs a small machine more than it gives back, at start and at bulk loads.
_FRUGAL = ["-Xms128m", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
_ONE_ATTEMPT = {"connection_timeout": 5.0, "max_transaction_retry_time": 0.0}
_VERSION = "CALL dbms.components() YIELD name, versions RETURN versions[0] AS version"


@dataclass(frozen=True, slots=True)
class Status:
    """A running server: its address, version, process number, and start in seconds since 1970."""

    uri: str
    version: str
    pid: int
    started: float


def start_server(
    home: ServerHome, port: int | None, jars: Path, tell: Callable[[str], None], *, with_password: bool = True
) -> Status:
    """Make a server run on a folder, and wait until it answers; a server that runs there already is left running.

    Args:
        home: its folder; made where there is none.
        port: where it listens on the loopback; None for that of the running server, else 7687.
        jars: the folder of the jars; filled where it is empty.
        tell: is told in a line what takes time.
        with_password: whether it asks for one.

    Raises:
        StdcellError: if Java or the jars cannot be had, the folder or the port is in use by something else, or the
            server does not come up.
    """
    home.check()
    with locked(home.lock):
        running = ServerProcess.read(home.record)
        if running is None:
            return _start(home, port or 7687, jars, tell, with_password=with_password)
    if port not in (None, running.port):
        raise StdcellError(
            f"the server in {home} runs already, on port {running.port}; `stdcell server down` stops it, then start it "
            f"on port {port}"
        )
    tell("the server runs already")
    return _status(home, running, with_password=with_password)


def stop_server(home: ServerHome, tell: Callable[[str], None], *, patience_s: float = 60.0) -> bool:
    """Stop the server of a folder, its data written down.

    Returns:
        Whether one ran.
    """
    if not home.record.exists():
        return False
    with locked(home.lock):
        running = ServerProcess.read(home.record)
        if running and not running.stop(patience_s):
            tell(f"the server did not end within {patience_s:.0f} s and was killed; it recovers at its next start")
        home.record.unlink(missing_ok=True)
    return running is not None


def server_status(home: ServerHome) -> Status | None:
    """What runs on a folder, or None.

    Raises:
        StdcellError: if a server runs and does not answer.
    """
    running = ServerProcess.read(home.record)
    return _status(home, running, with_password=True) if running else None


@contextmanager
def running_server(jars: Path) -> Iterator[str]:
    """While open, a server without a password and without a past answers on a free port.

    Yields:
        Its URI, such as `bolt://127.0.0.1:40001`.

    Raises:
        StdcellError: if it does not come up.
    """
    with TemporaryDirectory(prefix="neo4j-", ignore_cleanup_errors=True) as folder:
        home = ServerHome(Path(folder))
        try:
            yield start_server(home, _free_port(), jars, lambda _: None, with_password=False).uri
        finally:
            stop_server(home, lambda _: None)


def _start(home: ServerHome, port: int, jars: Path, tell: Callable[[str], None], *, with_password: bool) -> Status:
    java = find_java()
    fetch_jars(jars, tell)
    home.claim()
    _check_free(port)
    home.configure(port, with_password=with_password)
    if not home.has_database():
        _set_password(home, java, jars)
    tell("starting the Neo4j server")
    command = [java, *_FRUGAL, "-cp", f"{jars / 'lib'}/*", "org.neo4j.server.CommunityEntryPoint"]
    with home.console.open("wb") as log:
        child = subprocess.Popen(
            [*command, f"--home-dir={home}", f"--config-dir={home.conf}"],
            cwd=home.folder,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process = ServerProcess.of(child.pid, port)
    try:
        process.write(home.record)
        return _wait(home, process, with_password=with_password)
    except BaseException:  # also Ctrl-C, which does not reach the server's own session
        process.kill()
        home.record.unlink(missing_ok=True)
        raise


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise StdcellError(f"port {port} is taken by another program; stop that one, or give another --port")


def _set_password(home: ServerHome, java: str, jars: Path) -> None:
    arguments = home.conf / "password-arguments"
    arguments.unlink(missing_ok=True)
    words = ["-cp", f"{jars / 'lib'}/*", "org.neo4j.cli.AdminTool", "dbms", "set-initial-password", home.password()]
    write_secret(arguments, " ".join(_quoted(word) for word in words))
    try:
        done = subprocess.run(
            [java, f"@{arguments}"], env=_environment(home), capture_output=True, text=True, check=False
        )
    finally:
        arguments.unlink()
    if done.returncode != 0:
        raise StdcellError(f"the password of a new server cannot be set: {(done.stderr or done.stdout).strip()[-500:]}")


def _quoted(word: str) -> str:
    """A word of a file of arguments for Java."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _environment(home: ServerHome) -> dict[str, str]:
    """Without what the user set for other Neo4j programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
    return {**kept, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home.conf)}


def _wait(home: ServerHome, process: ServerProcess, *, with_password: bool) -> Status:
    deadline = time.monotonic() + _PATIENCE_S
    while process.is_alive() and time.monotonic() < deadline:
        with socket.socket() as probe:
            listens = probe.connect_ex(("127.0.0.1", process.port)) == 0
        if listens and (status := _asked(home, process, with_password=with_password)):
            return status
        time.sleep(0.1)
    happened = f"did not answer within {_PATIENCE_S:.0f} s" if process.is_alive() else "ended while it started"
    raise StdcellError(f"the server in {home} {happened}; its log says:\n{home.log_tail()}")


def _status(home: ServerHome, process: ServerProcess, *, with_password: bool) -> Status:
    status = _asked(home, process, with_password=with_password)
    if status is None:
        raise StdcellError(
            f"the server in {home} runs (process {process.pid}) and does not answer on port {process.port}; if it is "
            f"not just starting, stop it with `stdcell server down`; its log says:\n{home.log_tail()}"
        )
    return status


def _asked(home: ServerHome, process: ServerProcess, *, with_password: bool) -> Status | None:
    """What the server says of itself; None where it does not answer."""
    auth = (USER, home.password()) if with_password else None
    try:
        with GraphDatabase.driver(f"bolt://127.0.0.1:{process.port}", auth=auth, **_ONE_ATTEMPT) as driver:
            version = driver.execute_query(_VERSION).records[0]["version"]
    except AuthError:
        raise StdcellError(
            f"the server in {home} does not take the password in {home.password_file}; if you changed it, write the "
            "new one there"
        ) from None
    except (DriverError, Neo4jError):
        return None
    return Status(f"bolt://localhost:{process.port}", version, process.pid, process.started)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

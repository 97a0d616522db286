"""Start a server on the loopback, ask it, and stop it again.

1. Java and the jars are found, the folder claimed, and the port seen to be free.
2. On a new folder Neo4j's own tool sets the password. It reads it from a file: a command line is for all to see.
3. The server starts in a session of its own, so that it outlives the terminal; its process is noted down at once.
4. It counts as started when it answers a query, and not before.
"""

from __future__ import annotations

import random
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import StdcellError
from .answer import Status, status_of, wait_for_answer
from .fetch import fetch_jars
from .files import locked
from .home import ServerHome
from .java import find_java
from .password import environment_of, set_password
from .process import ServerProcess

__all__ = ["FRUGAL", "LASTING", "free_port", "running_server", "server_status", "start_server", "stop_server"]

_PATIENCE_S = 20.0

LASTING = ("-Xms128m", "-Xmx1g", "-XX:+UseSerialGC")
"""What Java is told of a server that stays: its second compiler halves the time of a question once it is warm."""
FRUGAL = (*LASTING, "-XX:TieredStopAtLevel=1")
"""The same for one that is soon gone: there the second compiler costs a small machine more than it gives back."""


def start_server(
    home: ServerHome,
    port: int | None,
    jars: Path,
    tell: Callable[[str], None],
    *,
    with_password: bool = True,
    java_options: Sequence[str] = LASTING,
) -> Status:
    """Make a server run on a folder, and wait until it answers; a server that runs there already is left running.

    Args:
        home: its folder; made where there is none.
        port: where it listens on the loopback; None for that of the running server, else 7687.
        jars: the folder of the jars; filled where it is empty.
        tell: is told in a line what takes time.
        with_password: whether it asks for one.
        java_options: what Java is told, before all else.

    Raises:
        StdcellError: if Java or the jars cannot be had, the folder or the port is in use by something else, or the
            server does not come up.
    """
    home.check()
    with locked(home.lock):
        running = ServerProcess.read(home.record)
        if running is None:
            return _start(home, port or 7687, jars, tell, with_password=with_password, java_options=java_options)
    if port not in (None, running.port):
        raise StdcellError(
            f"the server in {home} runs already, on port {running.port}; `stdcell server down` stops it, then start it "
            f"on port {port}"
        )
    tell("the server runs already")
    return status_of(home, running, with_password=with_password)


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
    return status_of(home, running, with_password=True) if running else None


@contextmanager
def running_server(jars: Path, *, java_options: Sequence[str] = FRUGAL) -> Iterator[str]:
    """While open, a server without a password and without a past answers on a free port.

    Args:
        jars: the folder of the jars; filled where it is empty.
        java_options: what Java is told, before all else.

    Yields:
        Its URI, such as `bolt://127.0.0.1:40001`.

    Raises:
        StdcellError: if it does not come up.
    """
    with TemporaryDirectory(prefix="neo4j-", ignore_cleanup_errors=True) as folder:
        home = ServerHome(Path(folder))
        try:
            port = free_port()
            yield start_server(home, port, jars, lambda _: None, with_password=False, java_options=java_options).uri
        finally:
            stop_server(home, lambda _: None)


def _start(
    home: ServerHome,
    port: int,
    jars: Path,
    tell: Callable[[str], None],
    *,
    with_password: bool,
    java_options: Sequence[str],
) -> Status:
    java = find_java()
    fetch_jars(jars, tell)
    home.claim()
    # A server that was killed holds its port until the system has taken it apart.
    _check_free(port, patience_s=_PATIENCE_S if home.record.exists() else 0.0)
    home.configure(port, with_password=with_password)
    if not home.has_database():
        set_password(home, java, jars)
    tell("starting the Neo4j server")
    command = [java, *java_options, "-cp", f"{jars / 'lib'}/*", "org.neo4j.server.CommunityEntryPoint"]
    with home.console.open("wb") as log:
        child = subprocess.Popen(
            [*command, f"--home-dir={home}", f"--config-dir={home.conf}"],
            cwd=home.folder,
            env=environment_of(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process = ServerProcess.of(child.pid, port)
    try:
        process.write(home.record)
        return wait_for_answer(home, process, with_password=with_password)
    except BaseException:  # also Ctrl-C, which does not reach the server's own session
        process.kill()
        home.record.unlink(missing_ok=True)
        raise


def _check_free(port: int, *, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while _is_taken(port):
        if time.monotonic() >= deadline:
            raise StdcellError(f"port {port} is taken by another program; stop that one, or give another --port")
        time.sleep(0.1)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port of the loopback where nothing listens.

    It lies below those that systems give to clients: a client that keeps asking for a server that is away may else be
    given the very port, and be connected to itself.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port

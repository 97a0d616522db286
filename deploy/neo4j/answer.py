"""What a server says of itself: it counts as started when it answers a query, and not before."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

from ...errors import StdcellError
from .home import ServerHome
from .local import USER
from .process import ServerProcess

__all__ = ["Status", "status_of", "wait_for_answer"]

_PATIENCE_S = 90.0
_VERSION = "CALL dbms.components() YIELD name, versions RETURN versions[0] AS version"


@dataclass(frozen=True, slots=True)
class Status:
    """A running server: its address, version, process number, and start in seconds since 1970."""

    uri: str
    version: str
    pid: int
    started: float


def wait_for_answer(home: ServerHome, process: ServerProcess, *, with_password: bool) -> Status:
    """The status of a server that was just started, once it answers.

    Raises:
        StdcellError: if it ends, or does not answer in time; the message ends with its log.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while process.is_alive() and time.monotonic() < deadline:
        with socket.socket() as probe:
            listens = probe.connect_ex(("127.0.0.1", process.port)) == 0
        if listens and (status := _asked(home, process, with_password=with_password)):
            return status
        time.sleep(0.1)
    happened = f"did not answer within {_PATIENCE_S:.0f} s" if process.is_alive() else "ended while it started"
    raise StdcellError(f"the server in {home} {happened}; its log says:\n{home.log_tail()}")


def status_of(home: ServerHome, process: ServerProcess, *, with_password: bool) -> Status:
    """The status of a running server.

    Raises:
        StdcellError: if it does not answer, or not to the password in its folder.
    """
    status = _asked(home, process, with_password=with_password)
    if status is None:
        raise StdcellError(
            f"the server in {home} runs (process {process.pid}) and does not answer on port {process.port}; if it is "
            f"not just starting, stop it with `stdcell server down`; its log says:\n{home.log_tail()}"
        )
    return status


def _asked(home: ServerHome, process: ServerProcess, *, with_password: bool) -> Status | None:
    """What the server says of itself; None where it does not answer."""
    from neo4j import GraphDatabase  # takes half a second, which who only looks for a server does not wait for
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    auth = (USER, home.password()) if with_password else None
    try:
        with GraphDatabase.driver(
            f"bolt://127.0.0.1:{process.port}",
            auth=auth,
            connection_timeout=5.0,
            connection_acquisition_timeout=10.0,
            max_transaction_retry_time=0.0,
        ) as driver:
            version = driver.execute_query(_VERSION).records[0]["version"]
    except AuthError:
        raise StdcellError(
            f"the server in {home} does not take the password in {home.password_file}; if you changed it, write the "
            "new one there"
        ) from None
    except (DriverError, Neo4jError):
        return None
    return Status(f"bolt://localhost:{process.port}", version, process.pid, process.started)

"""Start a Neo4j server of one's own on the loopback, from the jars that `fetch.py` fetched, and stop it again.

`python deploy/neo4j/server.py` runs one until Ctrl-C, with its data in a temporary folder.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

JARS = Path(__file__).parents[2] / ".neo4j" / "lib"
PATIENCE_S = 90.0
SETTINGS = """\
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=false
dbms.usage_report.enabled=false
server.memory.pagecache.size=64m
"""


@contextmanager
def running_server() -> Iterator[str]:
    """While open, a server without a password answers on a free port.

    Yields:
        Its URI, such as `bolt://127.0.0.1:40001`.

    Raises:
        RuntimeError: if it does not come up; the message ends with its log.
    """
    port = _free_port()
    with TemporaryDirectory(prefix="neo4j-", ignore_cleanup_errors=True) as home:
        process = _start(Path(home), port)
        try:
            _wait(process, port, Path(home) / "console.log")
            yield f"bolt://127.0.0.1:{port}"
        finally:
            process.kill()  # its data are thrown away, and an orderly end takes 12 s
            process.wait()


def _start(home: Path, port: int) -> subprocess.Popen[bytes]:
    conf = home / "conf"
    conf.mkdir()
    (conf / "neo4j.conf").write_text(SETTINGS.format(port=port))
    command = ["java", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}/*"]
    command += ["org.neo4j.server.CommunityEntryPoint", f"--home-dir={home}", f"--config-dir={conf}"]
    with (home / "console.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the Neo4j server did not come up within {PATIENCE_S:.0f} s:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    with running_server() as uri:
        print(uri)
        with suppress(KeyboardInterrupt):
            Event().wait()

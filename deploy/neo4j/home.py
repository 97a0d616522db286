"""The folder of a server: its data, blobs, settings, logs and password, readable by its owner alone.

server/
├── password        of the user neo4j, mode 0600
├── running.json    the process that runs on it, if one does
├── blobs/          of the catalog on it
├── data/           the database
├── conf/, logs/    settings, written anew at every start; what the server said
└── lock            held while a command starts or stops it
"""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from ...errors import StdcellError
from .files import write_secret

__all__ = ["ServerHome", "data_folder", "default_home"]

_TAIL_LINES = 15
_SETTINGS = """\
# Written by `stdcell server up` at every start.
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=256m
dbms.security.auth_enabled={auth_enabled}
# No query of a catalog reads local files.
dbms.security.allow_csv_import_from_file_urls=false
dbms.usage_report.enabled=false
# Else an orderly end waits 10 s for clients that are gone.
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
"""


@dataclass(frozen=True, slots=True)
class ServerHome:
    """The paths in a server's folder."""

    folder: Path

    @property
    def password_file(self) -> Path:
        """Holds the password of the user neo4j."""
        return self.folder / "password"

    @property
    def record(self) -> Path:
        """Says which process runs on this folder."""
        return self.folder / "running.json"

    @property
    def blobs(self) -> Path:
        """Holds the blobs of the catalog on this server."""
        return self.folder / "blobs"

    @property
    def conf(self) -> Path:
        """Holds the settings."""
        return self.folder / "conf"

    @property
    def console(self) -> Path:
        """Holds what the server printed since its last start."""
        return self.folder / "logs" / "console.log"

    @property
    def lock(self) -> Path:
        """Locked while a command starts or stops the server."""
        return self.folder / "lock"

    def check(self) -> None:
        """See that the folder is a server's or can become one.

        Raises:
            StdcellError: if it holds something else, or a database without its password.
        """
        if self.password_file.exists() or not self.folder.exists():
            return
        if self.has_database():
            raise StdcellError(f"the server in {self} has lost its password; write it into {self.password_file} again")
        if {path.name for path in self.folder.iterdir()} - {self.lock.name}:
            raise StdcellError(f"{self} holds other files and no server; give an empty or a new folder")

    def claim(self) -> None:
        """Make the folder its owner's alone, with a password."""
        if not self.password_file.exists():
            self.folder.chmod(0o700)
            write_secret(self.password_file, secrets.token_hex(24))  # hex: never reads as an option

    def password(self) -> str:
        """The password of the user neo4j.

        Raises:
            StdcellError: if its file is gone or someone else's.
        """
        try:
            return self.password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise StdcellError(f"cannot read the password in {self.password_file}: {error.strerror}") from None

    def configure(self, port: int, *, with_password: bool) -> None:
        """Write the settings."""
        self.conf.mkdir(exist_ok=True)
        self.console.parent.mkdir(exist_ok=True)
        settings = _SETTINGS.format(port=port, auth_enabled=str(with_password).lower())
        (self.conf / "neo4j.conf").write_text(settings, encoding="utf-8")

    def has_database(self) -> bool:
        """Whether a server has run here before; from then on it keeps its password itself."""
        return (self.folder / "data" / "databases" / "system").exists()

    def size_bytes(self) -> int:
        """Size of all files, in bytes."""
        return sum(_size(Path(at, name)) for at, _, names in os.walk(self.folder) for name in names)

    def log_tail(self) -> str:
        """The end of what the server said."""
        logs = (self.folder / "logs" / "neo4j.log", self.console)
        texts = (log.read_text(encoding="utf-8", errors="replace") for log in logs if log.exists())
        return "\n".join(line for text in texts for line in _readable(text).splitlines()[-_TAIL_LINES:])

    def __str__(self) -> str:
        return str(self.folder)


def data_folder() -> Path:
    """Where stdcell keeps what a user of this machine has once."""
    given = os.environ.get("XDG_DATA_HOME")
    if given:
        return Path(given) / "stdcell"
    usual = "Library/Application Support" if sys.platform == "darwin" else ".local/share"
    return Path.home() / usual / "stdcell"


def default_home() -> ServerHome:
    """The folder that STDCELL_SERVER_HOME names, else the usual one."""
    given = os.environ.get("STDCELL_SERVER_HOME")
    return ServerHome(Path(given).absolute() if given else data_folder() / "server")


def _readable(text: str) -> str:
    """Without the marks that a server without a console prints for programs."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t").strip()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # the running server removed it
        return 0

"""A Neo4j Community server of the user's own on this machine: fetched, started, asked, found and stopped."""

from .answer import Status
from .fetch import fetch_jars, has_jars, jars_folder
from .home import ServerHome, default_home
from .java import find_java
from .local import LocalAccess, local_access
from .server import LASTING, running_server, server_status, start_server, stop_server

__all__ = [
    "LASTING",
    "LocalAccess",
    "ServerHome",
    "Status",
    "default_home",
    "fetch_jars",
    "find_java",
    "has_jars",
    "jars_folder",
    "local_access",
    "running_server",
    "server_status",
    "start_server",
    "stop_server",
]

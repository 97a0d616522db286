"""A catalog on a Neo4j server."""

from .address import ServerAddress, is_server_uri
from .store import Neo4jStore

__all__ = ["Neo4jStore", "ServerAddress", "is_server_uri"]

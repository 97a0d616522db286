"""A catalog on a Neo4j server: its address; its store is `server.store`, which takes the driver's time to import."""

from .address import ServerAddress, is_server_uri

__all__ = ["ServerAddress", "is_server_uri"]

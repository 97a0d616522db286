"""The language server: what editors ask of programs while they are written."""

from .server import create_server, serve

__all__ = ["create_server", "serve"]

"""Artefacts named by the SHA-256 of their bytes."""

from .folder import BlobFolder

__all__ = ["BlobFolder"]

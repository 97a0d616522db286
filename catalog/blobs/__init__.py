"""Artefacts named by the SHA-256 of their bytes, in a folder or behind a URL."""

from .blobs import Blobs
from .folder import BlobFolder
from .places import open_blobs
from .tensors import canonical_tensors, put_tensors, tensor_digest

__all__ = ["BlobFolder", "Blobs", "canonical_tensors", "open_blobs", "put_tensors", "tensor_digest"]

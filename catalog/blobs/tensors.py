"""One sequence of bytes for equal tensors, whatever file they come from.

A safetensors file may hold its tensors in any order, with any metadata beside them. The canonical bytes are again a
safetensors file:

1. without metadata;
2. its tensors by number format, widest first as the format asks for alignment, and then by name;
3. its header as short as JSON can be, filled up with spaces to a multiple of eight bytes.

That is what `safetensors.torch.save` writes without metadata, so a blob that training or extraction wrote is canonical
as it is. The bytes are laid out here and not by the package: a later version of it may sort otherwise, and digests
must not move. Reading is left to the package, which knows what a hostile header can say. Nothing is unpickled.
"""

from __future__ import annotations

import json
import struct
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from safetensors import SafetensorError, deserialize

from ...errors import CatalogError
from .blobs import Blobs

__all__ = ["canonical_tensors", "put_tensors", "tensor_digest"]

_WIDEST_FIRST = (
    *("U64", "I64", "F64", "C64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16"),
    *("F8_E5M2FNUZ", "F8_E4M3FNUZ", "F8_E8M0", "F8_E4M3", "F8_E5M2", "I8", "U8", "F6_E3M2", "F6_E2M3", "F4", "BOOL"),
)
_RANK = {dtype: rank for rank, dtype in enumerate(_WIDEST_FIRST)}
_ALIGNMENT = 8


class _Tensor(NamedTuple):
    name: str
    dtype: str
    shape: list[int]
    data: bytes


def put_tensors(blobs: Blobs, content: bytes) -> str:
    """Store a safetensors file as its canonical bytes, so that equal tensors are one blob.

    Returns:
        The digest of the blob, which is the file's `tensor_digest`.

    Raises:
        CatalogError: if the bytes are no safetensors file, or cannot be stored.
    """
    return blobs.put(canonical_tensors(content))


def tensor_digest(content: bytes) -> str:
    """SHA-256 of what a safetensors file holds: names, number formats, shapes and values, in no particular order.

    Raises:
        CatalogError: if the bytes are no safetensors file.
    """
    return sha256(canonical_tensors(content)).hexdigest()


def canonical_tensors(content: bytes) -> bytes:
    """The canonical safetensors file of the same tensors.

    Raises:
        CatalogError: if the bytes are no safetensors file.
    """
    tensors = sorted(_read(content), key=lambda tensor: (_RANK[tensor.dtype], tensor.name.encode()))
    ends = [0]
    for tensor in tensors:
        ends.append(ends[-1] + len(tensor.data))
    entries = {
        tensor.name: {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": offsets}
        for tensor, offsets in zip(tensors, pairwise(ends), strict=True)
    }
    header = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    header += b" " * (-len(header) % _ALIGNMENT)
    return b"".join([struct.pack("<Q", len(header)), header, *(tensor.data for tensor in tensors)])


def _read(content: bytes) -> list[_Tensor]:
    try:
        found = deserialize(content)  # type: ignore[no-untyped-call]
    except (SafetensorError, OverflowError) as error:
        raise CatalogError(
            f"the {len(content):,} bytes are no safetensors file: {error}; save the tensors as one"
        ) from error
    tensors = [_Tensor(name, tensor["dtype"], tensor["shape"], tensor["data"]) for name, tensor in found]
    if unknown := {tensor.dtype for tensor in tensors} - _RANK.keys():
        raise CatalogError(f"the number format {min(unknown)!r} has no place in the canonical order; upgrade stdcell")
    if len({tensor.name for tensor in tensors}) != len(tensors):
        raise CatalogError("the safetensors file names a tensor twice; write it again with one of each name")
    return tensors

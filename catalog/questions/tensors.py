"""How far the weights of two blobs lie apart, tensor by tensor, without the framework that they were trained in."""

from __future__ import annotations

from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray

from ...errors import CatalogError

__all__ = ["tensor_differences", "tensors_of"]

_DTYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "?"},
    **{f"{sign}{8 * size}": f"<{letter}{size}" for sign, letter in (("I", "i"), ("U", "u")) for size in (1, 2, 4, 8)},
}


def tensors_of(content: bytes, what: str) -> dict[str, NDArray[np.float64]]:
    """The tensors of a safetensors file, as float64.

    Raises:
        CatalogError: if the bytes are no such file, or hold numbers of an unknown format.
    """
    try:
        parts: list[tuple[str, dict[str, Any]]] = safetensors.deserialize(content)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        raise CatalogError(f"the weights of {what} are no safetensors file: {error}") from error
    return {name: _array(part, f"tensor {name!r} of {what}") for name, part in parts}


def tensor_differences(
    left: dict[str, NDArray[np.float64]], right: dict[str, NDArray[np.float64]]
) -> list[dict[str, Any]]:
    """For each tensor that differs: its name, both shapes, and |left - right| / |left| in the Euclidean norm.

    The distance is none where shapes differ, a tensor is missing on one side, or `left` is all zero.
    """
    rows: list[dict[str, Any]] = []
    for name in sorted(left.keys() | right.keys()):
        one, other = left.get(name), right.get(name)
        if one is None or other is None or one.shape != other.shape:
            rows.append({"tensor": name, "left": _shape(one), "right": _shape(other), "relative_l2": None})
        elif not np.array_equal(one, other, equal_nan=True):
            norm = float(np.linalg.norm(one))
            distance = float(np.linalg.norm(other - one)) / norm if norm else None
            rows.append({"tensor": name, "left": _shape(one), "right": _shape(other), "relative_l2": distance})
    return rows


def _array(part: dict[str, Any], what: str) -> NDArray[np.float64]:
    if part["dtype"] not in _DTYPES:
        raise CatalogError(f"{what} has the number format {part['dtype']}; known are {', '.join(_DTYPES)}")
    array = np.frombuffer(part["data"], dtype=_DTYPES[part["dtype"]]).reshape(part["shape"])
    if part["dtype"] == "BF16":  # the upper half of a float32
        array = (array.astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float64)


def _shape(array: NDArray[np.float64] | None) -> list[int] | None:
    return None if array is None else list(array.shape)

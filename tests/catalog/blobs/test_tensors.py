"""Equal tensors are one blob, whatever their order and whatever is said beside them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from safetensors.torch import save

from stdcell.catalog import BlobFolder, put_tensors, tensor_digest
from stdcell.catalog.blobs import canonical_tensors
from stdcell.errors import CatalogError

BYTES = {"BOOL": 1, "U8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "BF16": 2, "F16": 2, "I32": 4, "F32": 4, "F64": 8, "I64": 8}
Entry = tuple[str, str, list[int], bytes]


def written(entries: Sequence[Entry], metadata: Mapping[str, str] | None = None) -> bytes:
    """A safetensors file with its tensors in this order."""
    header: dict[str, Any] = {"__metadata__": metadata} if metadata is not None else {}
    at = 0
    for name, dtype, shape, data in entries:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(entry[3] for entry in entries)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    names = draw(st.lists(st.text(st.characters(codec="utf-8"), max_size=4), min_size=1, max_size=5, unique=True))
    found = []
    for name in names:
        dtype = draw(st.sampled_from(sorted(BYTES)))
        shape = draw(st.lists(st.integers(1, 3), max_size=2))
        n_bytes = BYTES[dtype] * (shape[0] if shape else 1) * (shape[1] if len(shape) > 1 else 1)
        found.append((name, dtype, shape, draw(st.binary(min_size=n_bytes, max_size=n_bytes))))
    return found


@given(entries(), st.randoms(use_true_random=False), st.dictionaries(st.text("ab"), st.text("ab")))
def test_order_and_metadata_do_not_matter(given_: list[Entry], random: Any, metadata: dict[str, str]) -> None:
    others = random.sample(given_, len(given_))
    assert tensor_digest(written(given_)) == tensor_digest(written(others, metadata))


@given(entries(), st.data())
def test_one_changed_byte_is_another_digest(given_: list[Entry], data: st.DataObject) -> None:
    name, dtype, shape, content = given_[0]
    at = data.draw(st.integers(0, len(content) - 1))
    changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    assert tensor_digest(written(given_)) != tensor_digest(written([(name, dtype, shape, changed), *given_[1:]]))


@given(entries(), st.text(st.characters(codec="utf-8"), max_size=4))
def test_another_name_is_another_digest(given_: list[Entry], other: str) -> None:
    assume(other not in [entry[0] for entry in given_])
    assert tensor_digest(written(given_)) != tensor_digest(written([(other, *given_[0][1:]), *given_[1:]]))


@given(entries())
def test_canonical_bytes_are_their_own_canonical_bytes(given_: list[Entry]) -> None:
    canonical = canonical_tensors(written(given_))
    assert canonical_tensors(canonical) == canonical


@pytest.mark.parametrize(
    "other",
    [
        ("w", "I32", [2, 1], b"\0" * 8),
        ("w", "F32", [1, 2], b"\0" * 8),
        ("w", "F32", [2], b"\0" * 8),
        ("w", "F64", [1, 1], b"\0" * 8),
    ],
)
def test_another_format_or_shape_is_another_digest(other: Entry) -> None:
    assert tensor_digest(written([other])) != tensor_digest(written([("w", "F32", [2, 1], b"\0" * 8)]))


DTYPES = [
    *(torch.bool, torch.uint8, torch.int8, torch.float8_e5m2, torch.float8_e4m3fn, torch.int16, torch.uint16),
    *(torch.float16, torch.bfloat16, torch.int32, torch.uint32, torch.float32, torch.float64, torch.int64),
    *(torch.uint64, torch.complex64),
]


def test_what_safetensors_writes_without_metadata_is_canonical() -> None:
    tensors = {f"{7 * place % 16}.{dtype}": torch.zeros(2, 3).to(dtype) for place, dtype in enumerate(DTYPES)}
    tensors |= {'\x07\x7f"é\u2028😀/': torch.arange(3.0), "scalar": torch.tensor(1.5), "empty": torch.zeros(0, 3)}
    assert canonical_tensors(save(tensors)) == save(tensors)


def test_nothing_is_canonical_too() -> None:
    assert canonical_tensors(save({})) == save({})


def test_canonical_bytes_are_the_same_for_ever() -> None:
    content = written([("b", "BF16", [1], b"\x80\x3f"), ("a", "F32", [], b"\0\0\x80\x3f")], {"by": "somebody"})
    assert canonical_tensors(content) == (
        b'p\0\0\0\0\0\0\0{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},'
        b'"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]}}     \0\0\x80?\x80?'
    )


def test_equal_tensors_are_one_blob(tmp_path: Path) -> None:
    blobs, tensors = BlobFolder(tmp_path), {"a": torch.zeros(2), "b": torch.ones(3)}
    digests = {put_tensors(blobs, save(tensors)), put_tensors(blobs, save(tensors, {"step": "3"}))}
    assert digests == set(blobs.digests()) == {tensor_digest(save(tensors))}


ONE = '"dtype":"U8","shape":[1],"data_offsets":[0,1]'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04K\x01.",  # a pickle
        b"\xff" * 8 + b"{}",
        struct.pack("<Q", 2**40) + b"{}",
        written([("a", "F32", [2], b"\0" * 8)])[:-1],
        written([("a", "F32", [2], b"\0" * 8)]) + b"\0",
        written([("a", "F32", [2**62, 4], b"\0" * 8)]),
        written([("a", "F33", [2], b"\0" * 8)]),
        struct.pack("<Q", 2 * len(ONE) + 13) + f'{{"a":{{{ONE}}},"b":{{{ONE}}}}}'.encode() + b"\0",
        struct.pack("<Q", 4) + b"[[[[",
    ],
)
def test_what_is_no_safetensors_file_is_refused(content: bytes) -> None:
    with pytest.raises(CatalogError, match="are no safetensors file: "):
        tensor_digest(content)

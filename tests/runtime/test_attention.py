"""Attention is the softmax average that it says it is, and the backend is the one that can serve."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from torch import Tensor

from stdcell.errors import RuntimeFault
from stdcell.runtime import attention
from stdcell.runtime.attention import attend, backend_for, flash_attn_is_installed

LENGTHS_B = torch.tensor([4, 1, 3])


def drawn(width: int, seed: int, device: str = "cpu", dtype: torch.dtype = torch.float64) -> Tensor:
    """Queries, keys or values of three sequences of four positions, two heads."""
    return torch.randn((3, 2, 4, width), generator=torch.Generator().manual_seed(seed), dtype=dtype).to(device)


def by_hand(query: Tensor, key: Tensor, value: Tensor, seen: Tensor, scale: float) -> Tensor:
    """The formula, written out."""
    score = torch.einsum("bhqc,bhkc->bhqk", query, key) * scale
    weight = torch.where(seen, score.exp(), torch.zeros_like(score))
    return torch.einsum("bhqk,bhkc->bhqc", weight / weight.sum(-1, keepdim=True), value)


@pytest.mark.parametrize("is_causal", [False, True])
def test_attention_is_the_softmax_average_of_the_keys_that_are_seen(is_causal: bool) -> None:
    query, key, value = drawn(5, 0), drawn(5, 1), drawn(3, 2)
    earlier_qk = torch.ones(4, 4, dtype=torch.bool).tril() if is_causal else torch.ones(4, 4, dtype=torch.bool)
    seen = earlier_qk & (torch.arange(4) < LENGTHS_B[:, None])[:, None, None]
    found = attend(query, key, value, n_keys_b=LENGTHS_B, is_causal=is_causal, scale=0.3)
    torch.testing.assert_close(found, by_hand(query, key, value, seen, 0.3))


def test_a_mask_is_added_to_the_scores() -> None:
    query, key, value = drawn(5, 0), drawn(5, 1), drawn(3, 2)
    barrier_qk = torch.zeros(4, 4, dtype=torch.float64).masked_fill(torch.eye(4, dtype=torch.bool), -1e30)
    seen = ~torch.eye(4, dtype=torch.bool)
    torch.testing.assert_close(
        attend(query, key, value, mask=barrier_qk, scale=1.0), by_hand(query, key, value, seen, 1.0)
    )


def test_on_a_cpu_the_kernels_of_torch_serve() -> None:
    assert backend_for("auto", drawn(5, 0), 5, has_mask=False) == "sdpa"


@pytest.mark.parametrize(
    ("dtype", "width", "has_mask", "backend"),
    [
        (torch.bfloat16, 64, False, "flash-attn"),
        (torch.float16, 256, False, "flash-attn"),
        (torch.float32, 64, False, "sdpa"),
        (torch.bfloat16, 257, False, "sdpa"),
        (torch.bfloat16, 64, True, "sdpa"),
    ],
)
def test_on_a_gpu_flash_attn_serves_what_it_can(
    dtype: torch.dtype, width: int, has_mask: bool, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "flash_attn_is_installed", lambda: True)
    assert backend_for("auto", OnGpu(dtype), width, has_mask=has_mask) == backend  # type: ignore[arg-type]


def test_without_flash_attn_the_kernels_of_torch_serve_on_a_gpu_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "flash_attn_is_installed", lambda: False)
    assert backend_for("auto", OnGpu(torch.bfloat16), 64, has_mask=False) == "sdpa"  # type: ignore[arg-type]


class OnGpu:
    """As much of a tensor on a GPU as the choice of a backend looks at."""

    device = torch.device("cuda")

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype


@pytest.mark.parametrize(
    ("is_installed", "reason"),
    [
        (False, r"it is not installed: pip install 'stdcell\[flash-attn\]'; or take 'auto'"),
        (True, "the tensors are on 'cpu': move the model to a CUDA device; or take 'auto'"),
    ],
)
def test_flash_attn_asked_for_in_vain_says_why(
    is_installed: bool, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "flash_attn_is_installed", lambda: is_installed)
    with pytest.raises(RuntimeFault, match=f"attention by 'flash-attn' was asked for, but {reason}"):
        attend(drawn(5, 0), drawn(5, 1), drawn(3, 2), scale=1.0, backend="flash-attn")


def test_the_environment_says_which_backend_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STDCELL_ATTENTION", "fast")
    with pytest.raises(RuntimeFault, match="there is no attention backend 'fast'; take one of auto, sdpa, flash-attn"):
        attend(drawn(5, 0), drawn(5, 1), drawn(3, 2), scale=1.0)


def test_an_argument_counts_more_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STDCELL_ATTENTION", "flash-attn")
    assert backend_for("sdpa", drawn(5, 0), 5, has_mask=False) == "sdpa"


class FlashAttnStandIn:
    """The two functions of `flash-attn` that are called, by its documentation: heads behind positions, one width."""

    @staticmethod
    def flash_attn_func(q: Tensor, k: Tensor, v: Tensor, *, softmax_scale: float, causal: bool) -> Tensor:
        assert q.shape[-1] == k.shape[-1] == v.shape[-1]
        query, key, value = (part.transpose(1, 2) for part in (q, k, v))
        n = q.shape[1]
        seen = torch.ones(n, n, dtype=torch.bool).tril() if causal else torch.ones(n, n, dtype=torch.bool)
        return by_hand(query, key, value, seen, softmax_scale).transpose(1, 2)

    @classmethod
    def flash_attn_varlen_func(cls, q: Tensor, k: Tensor, v: Tensor, *packed: Any, **options: Any) -> Tensor:
        starts, same_starts, longest, _ = packed
        assert starts.dtype == torch.int32
        assert torch.equal(starts, same_starts)
        assert longest == int(starts.diff().max())
        lengths = starts.diff().tolist()
        parts = zip(*(torch.split(part, lengths) for part in (q, k, v)), strict=True)
        return torch.cat([cls.flash_attn_func(*(x[None] for x in part), **options)[0] for part in parts])


@pytest.mark.parametrize("n_keys_b", [None, LENGTHS_B], ids=["full", "ragged"])
@pytest.mark.parametrize("is_causal", [False, True])
def test_flash_attn_is_called_with_what_gives_the_same_average(
    is_causal: bool, n_keys_b: Tensor | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "flash_attn", FlashAttnStandIn)
    parts = drawn(5, 0), drawn(5, 1), drawn(3, 2)
    expected = attend(*parts, n_keys_b=n_keys_b, is_causal=is_causal, scale=0.3, backend="sdpa")
    monkeypatch.setattr(attention, "backend_for", lambda *_, **__: "flash-attn")
    found = attend(*parts, n_keys_b=n_keys_b, is_causal=is_causal, scale=0.3)
    is_there_bn = torch.arange(4) < (torch.full((3,), 4) if n_keys_b is None else n_keys_b)[:, None]
    is_there_bhnc = is_there_bn[:, None, :, None]
    torch.testing.assert_close(found * is_there_bhnc, expected * is_there_bhnc)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.skipif(not flash_attn_is_installed(), reason="flash-attn is not installed")
@pytest.mark.parametrize("n_keys_b", [None, LENGTHS_B], ids=["full", "ragged"])
@pytest.mark.parametrize("is_causal", [False, True])
def test_both_backends_agree_as_far_as_16_bits_go(is_causal: bool, n_keys_b: Tensor | None) -> None:
    parts = [drawn(width, seed, "cuda", torch.bfloat16) for width, seed in ((16, 0), (16, 1), (8, 2))]
    lengths = None if n_keys_b is None else n_keys_b.cuda()
    flash, sdpa = (
        attend(*parts, n_keys_b=lengths, is_causal=is_causal, scale=0.25, backend=backend)
        for backend in ("flash-attn", "sdpa")
    )
    is_there_bn = torch.arange(4) < (torch.full((3,), 4) if n_keys_b is None else n_keys_b)[:, None]
    is_there_bhnc = is_there_bn.cuda()[:, None, :, None]
    # Weights and averages, of values of up to 4, are rounded to 8 bits once each.
    torch.testing.assert_close(flash * is_there_bhnc, sdpa * is_there_bhnc, atol=2**-6, rtol=0)


@pytest.mark.parametrize("n_keys", [2, 17, 64, 101, 401])
@pytest.mark.parametrize("width", [4, 80])
@pytest.mark.parametrize("batch", [1, 16])
def test_keys_of_equal_scores_have_equal_weights(n_keys: int, width: int, batch: int) -> None:
    query_bhnc = torch.ones(batch, 1, n_keys, width)
    identity_bhnn = torch.eye(n_keys).expand(batch, 1, n_keys, n_keys)
    weights_bhnn = attend(query_bhnc, query_bhnc - 1, identity_bhnn, scale=1.0)
    # What the compiler's bounds take for granted: a sum of ones is exact, and a quotient is off by few roundings.
    torch.testing.assert_close(weights_bhnn * n_keys, torch.ones_like(weights_bhnn), rtol=0, atol=4 * 2**-24)

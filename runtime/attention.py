"""Softmax attention, by PyTorch's own kernels or by the `flash-attn` package.

`scaled_dot_product_attention` serves always. `flash-attn` serves where it is installed, tensors are on a CUDA device
and of a 16-bit type, and no mask is given but causality and lengths; sequences of different lengths it takes unpadded.
Which one is used can be said: by an argument, or for a whole process by the environment variable `STDCELL_ATTENTION`
(`auto`, `sdpa` or `flash-attn`). Asked for in vain, `flash-attn` is an error that says why.

Both compute the same sums in another order, with sums of 16-bit numbers kept in float32.

Axes: b batch, h head, n position, q query, k key, c width of a query and key, or of a value.

Source: Dao 2023, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning".
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad, scaled_dot_product_attention

from ..errors import RuntimeFault

__all__ = ["BACKENDS", "attend", "backend_for", "flash_attn_is_installed"]

BACKENDS = ("auto", "sdpa", "flash-attn")
_SETTING = "STDCELL_ATTENTION"
_WIDEST_HEAD = 256
_NARROW_HEAD = 64
"""PyTorch's fast kernels want queries and values of one width; up to here zeros cost less than the slow kernel."""


def attend(
    query_bhnc: Tensor,
    key_bhnc: Tensor,
    value_bhnc: Tensor,
    *,
    mask: Tensor | None = None,
    n_keys_b: Tensor | None = None,
    is_causal: bool = False,
    scale: float,
    backend: str | None = None,
) -> Tensor:
    """The values, averaged by the softmax of the scores, shape (batch, head, query, width of a value).

    Args:
        query_bhnc: the queries.
        key_bhnc: the keys, of the queries' width.
        value_bhnc: the values, of any width.
        mask: what is added to the scores, or whether a key is seen; broadcasts to (batch, head, query, key). It stands
            alone: neither `n_keys_b` nor `is_causal` is given with it.
        n_keys_b: how many keys, and queries, each sequence has, 1 or more; later keys are not seen, and what later
            queries answer means nothing.
        is_causal: whether a query sees only keys up to its own position.
        scale: what the scores are multiplied by.
        backend: one of `BACKENDS`; None to ask `STDCELL_ATTENTION`, and if that is not set, `auto`.

    Raises:
        RuntimeFault: if there is no such backend, or `flash-attn` is asked for and cannot serve.
    """
    assert mask is None or (n_keys_b is None and not is_causal), "a mask says all that there is to say"
    widest = max(query_bhnc.shape[-1], value_bhnc.shape[-1])
    if backend_for(backend, query_bhnc, widest, has_mask=mask is not None) == "flash-attn":
        return _flash(query_bhnc, key_bhnc, value_bhnc, n_keys_b, is_causal, scale)
    if n_keys_b is not None:
        mask, is_causal = _seen(query_bhnc, key_bhnc, n_keys_b, is_causal), False
    width = widest if widest <= _NARROW_HEAD else 0
    query, key, value = (_widened(part, width) for part in (query_bhnc, key_bhnc, value_bhnc))
    mixed_bhnc = scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=is_causal, scale=scale)
    return mixed_bhnc[..., : value_bhnc.shape[-1]]


def backend_for(wanted: str | None, query: Tensor, width: int, *, has_mask: bool) -> str:
    """Which of `sdpa` and `flash-attn` computes attention of these queries.

    Args:
        wanted: one of `BACKENDS`; None to ask the environment.
        query: the queries, of which device and type count.
        width: the larger width of a query and of a value.
        has_mask: whether another mask is given than lengths and causality.

    Raises:
        RuntimeFault: as `attend` does.
    """
    asked = os.environ.get(_SETTING, "auto") if wanted is None else wanted
    if asked not in BACKENDS:
        raise RuntimeFault(f"there is no attention backend {asked!r}; take one of {', '.join(BACKENDS)}")
    if asked == "sdpa" or (asked == "auto" and query.device.type != "cuda"):
        return "sdpa"
    reason = _reason_against(query, width, has_mask)
    if reason and asked == "flash-attn":
        raise RuntimeFault(f"attention by 'flash-attn' was asked for, but {reason}; or take 'auto'")
    return "sdpa" if reason else "flash-attn"


@lru_cache(maxsize=1)
def flash_attn_is_installed() -> bool:
    """Whether the package `flash-attn` can be imported."""
    return find_spec("flash_attn") is not None


def _reason_against(query: Tensor, width: int, has_mask: bool) -> str | None:
    """Why `flash-attn` cannot serve, and a way out."""
    if not flash_attn_is_installed():
        return "it is not installed: pip install 'stdcell[flash-attn]'"
    if query.device.type != "cuda":
        return f"the tensors are on {query.device.type!r}: move the model to a CUDA device"
    if query.dtype not in (torch.float16, torch.bfloat16):
        return f"the tensors are {query.dtype}, and it takes float16 and bfloat16: convert the model"
    if width > _WIDEST_HEAD:
        return f"a head is {width} wide, and it takes up to {_WIDEST_HEAD}: use narrower heads"
    return "it takes no mask but lengths and causality: leave the mask out" if has_mask else None


def _widened(part_bhnc: Tensor, width: int) -> Tensor:
    """Queries, keys or values, with zeros up to a width, if they are narrower."""
    missing = width - part_bhnc.shape[-1]
    return pad(part_bhnc, (0, missing)) if missing > 0 else part_bhnc


def _seen(query_bhnc: Tensor, key_bhnc: Tensor, n_keys_b: Tensor, is_causal: bool) -> Tensor:
    """Whether a query sees a key, shape (batch, 1, query or 1, key)."""
    places_k = torch.arange(key_bhnc.shape[-2], device=key_bhnc.device)
    seen_b11k = (places_k < n_keys_b[:, None])[:, None, None]
    if not is_causal:
        return seen_b11k
    places_q = torch.arange(query_bhnc.shape[-2], device=key_bhnc.device)
    return seen_b11k & (places_k <= places_q[:, None])


def _flash(
    query_bhnc: Tensor,
    key_bhnc: Tensor,
    value_bhnc: Tensor,
    n_keys_b: Tensor | None,
    is_causal: bool,
    scale: float,
) -> Tensor:
    """The same by `flash-attn`, whose heads stand behind the positions and have one width."""
    flash_attn: Any = import_module("flash_attn")
    width, value_width = max(query_bhnc.shape[-1], value_bhnc.shape[-1]), value_bhnc.shape[-1]
    query, key, value = (
        _widened(part, width).transpose(1, 2).contiguous() for part in (query_bhnc, key_bhnc, value_bhnc)
    )
    if n_keys_b is None:
        mixed_bnhc = flash_attn.flash_attn_func(query, key, value, softmax_scale=scale, causal=is_causal)
    else:
        is_there_bn = torch.arange(key.shape[1], device=key.device) < n_keys_b[:, None]
        starts = pad(n_keys_b.cumsum(0, dtype=torch.int32), (1, 0))
        longest = int(n_keys_b.max())
        mixed_bnhc = torch.zeros_like(value)
        mixed_bnhc[is_there_bn] = flash_attn.flash_attn_varlen_func(
            *(part[is_there_bn] for part in (query, key, value)),
            starts,
            starts,
            longest,
            longest,
            softmax_scale=scale,
            causal=is_causal,
        )
    mixed_bhnc: Tensor = mixed_bnhc[..., :value_width].transpose(1, 2)
    return mixed_bhnc

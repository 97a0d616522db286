"""Where tensors are: the devices of this machine, by the names that users give them."""

from __future__ import annotations

import torch

from ...errors import RuntimeFault

__all__ = ["available_devices", "find_device"]


def available_devices() -> list[str]:
    """The devices that tensors can be on here, `cpu` first."""
    return ["cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]


def find_device(name: str) -> torch.device:
    """The device of a name: `cpu`, `cuda` (the first one) or `cuda:1`.

    Raises:
        RuntimeFault: if there is none of that name, naming those that there are.
    """
    available = available_devices()
    found = {**{known: known for known in available}, **({"cuda": "cuda:0"} if len(available) > 1 else {})}.get(name)
    if found is None:
        raise RuntimeFault(f"there is no device {name!r} here; there are: {', '.join(available)}")
    return torch.device(found)

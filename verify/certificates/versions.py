"""What answers depend on beside their questions: the encoder, and the solver with its options."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

import z3

from ..solver import SEED

__all__ = ["encoder_version", "solver_version"]

_ENCODER = ("dsl", "grammars", "library", "runtime", "verify")
_TEXTS = (".py", ".lark", ".cell", ".rasp")


@cache
def encoder_version() -> str:
    """SHA-256 of the code that makes claims of programs and questions of claims: a changed line is another encoder."""
    root = Path(__file__).parents[2]
    files = sorted(
        file.relative_to(root).as_posix()
        for folder in _ENCODER
        for file in (root / folder).rglob("*")
        if file.suffix in _TEXTS
    )
    digest = sha256()
    for name in files:
        digest.update(f"{name} {sha256((root / name).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def solver_version() -> dict[str, str | int]:
    """The solver that is asked, its version and the options that every question is asked with."""
    return {"name": "z3", "version": z3.get_version_string(), "random_seed": SEED}

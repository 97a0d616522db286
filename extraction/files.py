"""What was extracted from a run, as files of its folder: `circuit.safetensors`, `circuit.json`, `formula.json`.

Files are whole or absent: each is written beside its place and moved there, the weights before the text that names
their digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..catalog.durable import write_atomically
from ..errors import ExtractionError
from ..runtime.cell import NeuralCell
from ..training import Checkpoint
from .ablation import EdgeEffect
from .formulas import AdditionFormula
from .search import CircuitSearch

__all__ = ["ExtractedCircuit", "ExtractedFormula", "read_circuit", "read_formula", "write_circuit", "write_formula"]


@dataclass(frozen=True, slots=True)
class ExtractedCircuit:
    """A circuit with where it came from and how it was found."""

    cell: NeuralCell
    weights: bytes
    checkpoint_step: int
    search: dict[str, Any]
    """The fields of `CircuitSearch`, edges as pairs of writer and reader."""
    effects: list[dict[str, Any]]
    """The fields of `EdgeEffect` for each edge of the parent."""

    @property
    def edges(self) -> list[tuple[str, str]]:
        """The kept edges, as writer and reader."""
        return [(writer, reader) for writer, reader in self.search["edges"]]


@dataclass(frozen=True, slots=True)
class ExtractedFormula:
    """A formula with the checkpoint that it describes."""

    formula: AdditionFormula
    checkpoint_step: int


def write_circuit(
    folder: Path, checkpoint: Checkpoint, cell: NeuralCell, search: CircuitSearch, effects: Iterable[EdgeEffect]
) -> None:
    """Keep a circuit in the folder of its run."""
    weights = cell.to_bytes()
    content = {
        "sha256": hashlib.sha256(weights).hexdigest(),
        "checkpoint_step": checkpoint.step,
        "config": cell.to_dict(),
        "search": asdict(search),
        "effects": [asdict(effect) for effect in effects],
    }
    write_atomically(folder / "circuit.safetensors", weights)
    write_atomically(folder / "circuit.json", json.dumps(content, indent=1).encode())


def read_circuit(folder: Path) -> ExtractedCircuit:
    """The circuit of a run.

    Raises:
        ExtractionError: if none was extracted yet, or its weights are not those that were written.
    """
    content = _read(folder, "circuit")
    try:
        weights = (folder / "circuit.safetensors").read_bytes()
    except OSError as error:
        raise ExtractionError(f"cannot read the weights of the circuit: {error}; extract it again") from error
    found = hashlib.sha256(weights).hexdigest()
    if found != content["sha256"]:
        raise ExtractionError(
            f"{folder / 'circuit.safetensors'} is damaged: its digest is {found}, expected {content['sha256']}; "
            f"run `stdcell extract circuit {folder}` again"
        )
    cell = NeuralCell.from_bytes(weights, content["config"])
    return ExtractedCircuit(cell, weights, content["checkpoint_step"], content["search"], content["effects"])


def write_formula(folder: Path, checkpoint: Checkpoint, formula: AdditionFormula) -> None:
    """Keep a formula in the folder of its run."""
    content = {"checkpoint_step": checkpoint.step, "expression": formula.text, "formula": asdict(formula)}
    write_atomically(folder / "formula.json", json.dumps(content, indent=1).encode())


def read_formula(folder: Path) -> ExtractedFormula:
    """The formula of a run.

    Raises:
        ExtractionError: if none was extracted yet.
    """
    content = _read(folder, "formula")
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in content["formula"].items()
    }
    return ExtractedFormula(AdditionFormula(**fields), content["checkpoint_step"])


def _read(folder: Path, what: str) -> dict[str, Any]:
    path = folder / f"{what}.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ExtractionError(f"no {what} in {str(folder)!r}: run `stdcell extract {what} {folder}` first") from None
    except (OSError, ValueError) as error:
        raise ExtractionError(f"cannot read {str(path)!r}: {error}; extract it again") from error
    return content

"""A compiled transformer as a folder that answers without compiling again.

`weights.safetensors` holds the parameters, without metadata (with metadata its bytes would not be reproducible);
`transformer.json` holds everything else, the SHA-256 of the weights, and that of its own other fields: vocabulary,
scale and decoding are as much of an answer as weights are. The same transformer gives the same bytes.

Files are whole or absent: each is written beside its place and moved there, the weights before the text that names
their digest.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save

from ...catalog.durable import write_atomically
from ...dsl import Scope
from ...errors import RuntimeFault
from ..compiler import CompiledTransformer
from ..compiler.saving import from_dict, to_dict
from ..transformer import Transformer, TransformerConfig

__all__ = ["MANIFEST", "WEIGHTS", "load_transformer", "save_transformer"]

MANIFEST, WEIGHTS = "transformer.json", "weights.safetensors"
_FORMAT = "stdcell compiled transformer 1"
_SEAL = "sha256"


def save_transformer(compiled: CompiledTransformer, folder: Path | str) -> None:
    """Write a compiled transformer; one that is there is replaced.

    Raises:
        OSError: if the folder cannot be made or written.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    weights = save({name: weight.contiguous().cpu() for name, weight in compiled.module.state_dict().items()})
    manifest = {
        "format": _FORMAT,
        "weights": {"file": WEIGHTS, "sha256": hashlib.sha256(weights).hexdigest()},
        "config": compiled.config.to_dict(),
        **to_dict(compiled),
    }
    write_atomically(Path(folder) / WEIGHTS, weights)
    manifest[_SEAL] = _digest(manifest)
    write_atomically(Path(folder) / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False).encode())


def load_transformer(folder: Path | str, scope: Scope | None = None) -> CompiledTransformer:
    """The transformer that `save_transformer` wrote.

    Args:
        folder: where it was written to.
        scope: where its program finds the cells that it calls, such as a `Catalog`.

    Raises:
        RuntimeFault: if there is none, a file is damaged, or the program means something else by now.
        LanguageError: if the program's text has faults by now, for what it imports is gone.
    """
    place = Path(folder)
    manifest = _manifest(place / MANIFEST)
    if manifest.get("format") != _FORMAT:
        raise RuntimeFault(
            f"{str(place / MANIFEST)!r} is of the format {manifest.get('format')!r}, expected {_FORMAT!r}; "
            "compile the program again with this version"
        )
    sealed = {name: value for name, value in manifest.items() if name != _SEAL}
    _check(place / MANIFEST, _digest(sealed), manifest.get(_SEAL))
    weights = _bytes(place / WEIGHTS)
    told = manifest.get("weights")
    _check(place / WEIGHTS, hashlib.sha256(weights).hexdigest(), told.get("sha256") if isinstance(told, dict) else None)
    try:
        module = Transformer(TransformerConfig.from_dict(manifest["config"]), load(weights))
    except (KeyError, SafetensorError) as error:
        raise RuntimeFault(f"{str(place)!r} holds no transformer: {error}; compile the program again") from error
    return from_dict(manifest, module, scope)


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(_bytes(path))
    except ValueError as error:
        raise RuntimeFault(f"{str(path)!r} is damaged: {error}; compile the program again") from error
    return manifest if isinstance(manifest, dict) else {}


def _digest(fields: dict[str, Any]) -> str:
    """Of the fields whatever their order and layout."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _check(path: Path, found: str, expected: Any) -> None:
    if found != expected:
        raise RuntimeFault(
            f"{str(path)!r} is damaged: its digest is {found}, expected {expected}; compile the program again"
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RuntimeFault(
            f"no compiled transformer in {str(path.parent)!r}: there is no {path.name}; "
            "make one with `stdcell compile … --out FOLDER` or `save_transformer`"
        ) from None
    except OSError as error:
        raise RuntimeFault(f"cannot read {str(path)!r}: {error.strerror}") from error

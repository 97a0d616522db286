"""The formats of other tools by name, and which of them a file is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ...errors import CatalogError, did_you_mean
from ..catalog import Catalog
from .circuit_tracer import export_circuit_tracer, import_circuit_tracer
from .eap_ig import export_eap_ig, import_eap_ig, is_torch_file
from .json_stream import read_members

__all__ = ["FORMATS", "Format", "export_circuit", "format_of", "import_circuit"]


class Format(NamedTuple):
    """How circuits of one format are read and written."""

    reads: Callable[..., str]
    writes: Callable[[Catalog, str, Path], list[str]]


FORMATS = {
    "circuit-tracer": Format(import_circuit_tracer, export_circuit_tracer),
    "eap-ig": Format(import_eap_ig, export_eap_ig),
}
_TELLING = {"metadata": "circuit-tracer", "qParams": "circuit-tracer", "links": "circuit-tracer"}
_TELLING |= {"cfg": "eap-ig", "edges": "eap-ig"}


def format_of(path: Path) -> str:
    """Which of `FORMATS` a file is, by what it holds.

    Raises:
        CatalogError: if it is none of them, or cannot be read.
    """
    if is_torch_file(path):
        return "eap-ig"
    found = []
    for member in read_members(path, streamed={"nodes", "links", "edges"}):
        if member.name in _TELLING:
            return _TELLING[member.name]
        if member.key is None:
            found.append(member.name)
    raise CatalogError(
        f"{path} is of none of the formats {', '.join(FORMATS)}; it holds {', '.join(found) or 'nothing'}"
    )


def import_circuit(
    catalog: Catalog,
    path: Path | str,
    *,
    format: str | None = None,
    name: str | None = None,
    min_weight: float | None = None,
    top_k: int | None = None,
) -> str:
    """Write a circuit of another tool into a catalog; the format is told by the file where left out.

    Returns:
        The id of the circuit.

    Raises:
        CatalogError: if there is no such format, the file is not of it, or the catalog cannot be written.
    """
    reads = _format(format or format_of(Path(path))).reads
    return reads(catalog, path, name=name, min_weight=min_weight, top_k=top_k)


def export_circuit(catalog: Catalog, name: str, path: Path | str, *, format: str) -> list[str]:
    """Write a circuit of a catalog into a file of that format.

    Returns:
        What the file cannot say as the catalog says it, one sentence each.

    Raises:
        UnknownCell: if there is no node of that name.
        CatalogError: if there is no such format, it cannot express the circuit, or the file cannot be written.
    """
    return _format(format).writes(catalog, name, Path(path))


def _format(name: str) -> Format:
    if name not in FORMATS:
        hint = did_you_mean(name, FORMATS)
        raise CatalogError(f"no format {name!r}; " + (hint or f"the formats are {', '.join(FORMATS)}"))
    return FORMATS[name]

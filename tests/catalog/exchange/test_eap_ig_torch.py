"""Files of torch: what they may hold, and that nothing in them ever runs."""

from __future__ import annotations

import builtins
import io
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from stdcell.catalog import Catalog
from stdcell.catalog.exchange import import_eap_ig
from stdcell.errors import CatalogError

CFG = {"n_layers": 1, "n_heads": 1, "parallel_attn_mlp": False, "d_model": 4}
GRAPH: dict[str, Any] = {
    "cfg": CFG,
    "src_nodes": ["input", "a0.h0", "m0"],
    "dst_nodes": ["a0.h0<q>", "a0.h0<k>", "a0.h0<v>", "m0", "logits"],
    "edges_scores": torch.ones(3, 5),
    "edges_in_graph": torch.ones(3, 5, dtype=torch.bool),
    "nodes_in_graph": torch.ones(3, dtype=torch.bool),
}


class Runs:
    """Pickles as a call, here of what would leave a file behind."""

    def __init__(self, call: Callable[..., Any], *arguments: Any) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call, self.arguments


def as_torch(content: Any, path: Path) -> None:
    torch.save(content, path)


def as_legacy_torch(content: Any, path: Path) -> None:
    torch.save(content, path, _use_new_zipfile_serialization=False)


def as_pickle(content: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(content))


def as_tar(content: Any, path: Path) -> None:
    """The layout of torch before version 0.1.10, which its reader still knows."""
    with tarfile.open(path, "w") as archive:
        for name in ("storages", "tensors", "pickle"):
            data = pickle.dumps(content if name == "pickle" else 0)
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def as_zip(content: Any, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(content))
        archive.writestr("archive/version", "3")


@pytest.mark.parametrize("wraps", [as_torch, as_legacy_torch, as_pickle, as_tar, as_zip])
@pytest.mark.parametrize("nested", [lambda hostile: hostile, lambda hostile: {**GRAPH, "cfg": {**CFG, "x": hostile}}])
@pytest.mark.parametrize(
    "hostile",
    [
        lambda mark: Runs(os.system, f"touch {mark}"),
        lambda mark: Runs(builtins.eval, f"open({str(mark)!r}, 'w')"),
        lambda mark: Runs(builtins.exec, f"open({str(mark)!r}, 'w')"),
        lambda mark: Runs(builtins.open, str(mark), "w"),
        lambda mark: Runs(torch.hub.download_url_to_file, "file:///etc/hostname", str(mark)),
    ],
)
def test_what_a_hostile_file_would_run_never_runs(
    hostile: Callable[[Path], Any],
    nested: Callable[[Any], Any],
    wraps: Callable[[Any, Path], None],
    empty: Catalog,
    tmp_path: Path,
) -> None:
    mark, path = tmp_path / "mark", tmp_path / "graph.pt"
    wraps(nested(hostile(mark)), path)
    with pytest.raises(CatalogError, match=r"graph\.pt is refused: it is no file of tensors and plain values"):
        import_eap_ig(empty, path)
    assert not mark.exists()
    assert empty.names() == []


def test_a_hostile_file_does_run_where_pickle_loads_it(tmp_path: Path) -> None:
    """So that the test above is about something."""
    mark = tmp_path / "mark"
    pickle.loads(pickle.dumps(Runs(builtins.open, str(mark), "w"))).close()
    assert mark.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cfg": ...}, "has no 'cfg'"),
        ({"cfg": [1]}, "cfg is [1]; expected an object"),
        ({"src_nodes": 3}, "src_nodes is no list of names"),
        ({"src_nodes": ["input", "a0.h0", 7]}, "src_nodes is no list of names"),
        ({"dst_nodes": ["a0.h0<q>", "x", "a0.h0<v>", "m0", "logits"]}, "'x' is no node of a model"),
        ({"edges_scores": torch.ones(2, 2)}, "edges_scores is (2, 2); expected a tensor of shape (3, 5)"),
        ({"edges_scores": torch.ones(1).expand(10**6, 10**6)}, "edges_scores is (1000000, 1000000); expected"),
        ({"edges_scores": "text"}, "edges_scores is str; expected a tensor of shape (3, 5)"),
        ({"edges_scores": torch.ones(3, 5, dtype=torch.complex64)}, "edges_scores is no table of at most"),
        ({"edges_scores": torch.full((3, 5), torch.nan)}, 'edges["input->a0.h0<q>"].score is a finite number'),
        ({"neurons_in_graph": torch.ones(3)}, "neurons_in_graph is (3,); expected a tensor of shape (3, 0)"),
    ],
)
def test_a_file_of_plain_values_that_is_no_graph_is_refused(
    change: dict[str, Any], message: str, empty: Catalog, tmp_path: Path
) -> None:
    content = {name: value for name, value in {**GRAPH, **change}.items() if value is not ...}
    torch.save(content, tmp_path / "graph.pt")
    with pytest.raises(CatalogError) as fault:
        import_eap_ig(empty, tmp_path / "graph.pt")
    assert message in str(fault.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04", b"\x80\x02}q\x00.", b"not a pickle"])
def test_a_damaged_file_is_refused(content: bytes, empty: Catalog, tmp_path: Path) -> None:
    (tmp_path / "graph.pt").write_bytes(content)
    with pytest.raises(CatalogError, match=r"graph\.pt"):
        import_eap_ig(empty, tmp_path / "graph.pt")


def test_a_graph_of_plain_values_is_read_and_kept_as_json(empty: Catalog, tmp_path: Path) -> None:
    torch.save(GRAPH, tmp_path / "graph.pt")
    import_eap_ig(empty, tmp_path / "graph.pt", name="x")
    [row] = empty.query("MATCH (c:Circuit) RETURN c.n_edges AS n, c.blob AS blob")
    assert row["n"] == 8
    assert empty.blobs.get(row["blob"]).startswith(b'{"cfg"')

"""How long a large attribution graph takes to import, and how much memory, whole or pruned.

Run: python benchmarks/interchange.py [--links 3000000] [--keep 10000 100000]

A graph of 9,000 nodes is written as circuit-tracer writes one, of so many links, 108 bytes each. It is imported into a
fresh catalog once for every `--keep` (0: whole), each in a process of its own: `read` is the processor's time until all
is checked and the file is stored, `added` until the catalog has it, `peak` the largest memory of the process, of which
`start` was taken before.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

_N_NODES = 9_000
_METADATA = {"slug": "big", "scan": "gemma-2-2b", "transcoder_list": [], "prompt_tokens": ["a"] * 60, "prompt": "a"}
_VIEW = {"pinnedIds": [], "supernodes": [], "linkType": "both", "clickedId": "", "sg_pos": ""}


def main() -> None:
    """Write the graph, and import it in one process after the other."""
    arguments = argparse.ArgumentParser(description="Import of a large attribution graph.")
    arguments.add_argument("--links", type=int, default=3_000_000)
    arguments.add_argument("--keep", type=int, nargs="*", default=[10_000, 100_000])
    arguments.add_argument("--import-file", type=Path, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.import_file:
        print(_import(asked.import_file, asked.keep[0] or None))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.json"
        n_links = _write(path, asked.links)
        print(f"{path.stat().st_size / 1e6:,.0f} MB, {_N_NODES:,} nodes, {n_links:,} links")
        for keep in asked.keep:
            command = [sys.executable, __file__, "--import-file", str(path), "--keep", str(keep)]
            subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})


def _import(path: Path, top_k: int | None) -> str:
    from stdcell.catalog import Catalog
    from stdcell.catalog.exchange import import_circuit_tracer
    from stdcell.errors import CatalogError

    start_mb, start, read_s = _peak_mb(), process_time(), 0.0

    class Timed(Catalog):
        """Tells when the file was read and the writing starts."""

        def add(self, *batch: Any) -> Any:
            nonlocal read_s
            read_s = process_time() - start
            return super().add(*batch)

    with Timed(path.parent / f"catalog-{top_k}") as catalog:
        try:
            import_circuit_tracer(catalog, path, top_k=top_k)
        except CatalogError as error:
            return f"keep {top_k or 'all'}: refused after {process_time() - start:.1f} s, {_peak_mb():,} MB: {error}"
    return (
        f"keep {top_k or 'all'}: read {read_s:.1f} s, added {process_time() - start - read_s:.1f} s, "
        f"peak {_peak_mb():,} MB, start {start_mb:,} MB"
    )


def _write(path: Path, n_links: int) -> int:
    """Write the graph; returns how many links it has."""
    random = Random(0)
    ids = [f"{26 * place // _N_NODES}_{place}_{place % 60}" for place in range(_N_NODES)]
    with path.open("w") as file:
        file.write(f'{{"metadata": {json.dumps(_METADATA)}, "qParams": {json.dumps(_VIEW)}, "nodes": [\n')
        file.write(",\n".join(json.dumps(_node(place, id, random), indent=2) for place, id in enumerate(ids)))
        file.write('\n], "links": [\n')
        written = 0
        for target in range(1, _N_NODES):
            wanted = min(target, round(2 * n_links * target / _N_NODES**2))
            for source in sorted(random.sample(range(target), wanted)):
                link = {"source": ids[source], "target": ids[target], "weight": random.gauss(0, 1)}
                file.write((",\n" if written else "") + json.dumps(link, indent=6))
                written += 1
        file.write("\n]}\n")
    return written


def _node(place: int, id: str, random: Random) -> dict[str, Any]:
    layer = id.partition("_")[0]
    return {
        **{"node_id": id, "feature": place, "layer": layer, "ctx_idx": place % 60},
        **{"feature_type": "cross layer transcoder", "token_prob": 0.0, "is_target_logit": False, "run_idx": 0},
        **{"reverse_ctx_idx": 0, "jsNodeId": f"{layer}_{place}-0", "clerp": "", "influence": random.random()},
        "activation": 9 * random.random(),
    }


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()

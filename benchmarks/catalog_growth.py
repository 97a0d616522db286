"""How load, lookup, lineage and memory grow with the number of nodes, in the embedded catalog.

Each size is measured in a process of its own, so that the most memory it held is its own; families are drawn, written
and forgotten one by one.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

__all__ = ["draw", "measure_sizes", "print_growth"]

COLUMNS = {
    "nodes": "nodes",
    "relationships": "relationships",
    "write_s": "writing, s",
    "load_s": "load, s",
    "by_id_ms": "by id, ms",
    "by_name_ms": "by name, ms",
    "lineage_ms": "lineage, ms",
    "record_mb": "record, MB",
    "index_mb": "index, MB",
    "load_mb": "most memory, MB",
}


def measure_sizes(sizes: Sequence[int]) -> list[dict[str, float]]:
    """One row for each size."""
    rows = []
    for size in sizes:
        command = [sys.executable, __file__, str(size)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(done.stdout))
        print(f"measured: {size:,} nodes", file=sys.stderr, flush=True)
    return rows


def print_growth(rows: Sequence[dict[str, float]]) -> None:
    """The rows as a table."""
    print("".join(f"{title:>17}" for title in COLUMNS.values()))
    for row in rows:
        print("".join(f"{row[key]:>17,.0f}" if row[key] >= 100 else f"{row[key]:>17.3g}" for key in COLUMNS))


def draw(rows: Sequence[dict[str, float]], plot: Path) -> None:
    """Times and sizes over the number of nodes, all axes logarithmic."""
    import matplotlib.pyplot as plt  # only for a picture

    figure, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
    nodes = [row["nodes"] for row in rows]
    panels = (
        ("seconds to load the index", {"load_s": "load", "write_s": "writing the record"}),
        ("milliseconds of a question", {"by_id_ms": "by id", "by_name_ms": "by name", "lineage_ms": "lineage up to 6"}),
        ("megabytes", {"record_mb": "record", "index_mb": "index", "load_mb": "memory of the process"}),
    )
    for axis, (title, lines) in zip(axes, panels, strict=True):
        for key, name in lines.items():
            axis.loglog(nodes, [row[key] for row in rows], marker=".", label=name)
        axis.set(title=title, xlabel="nodes")
        axis.grid(alpha=0.25)
        axis.legend(frameon=False)
    first = rows[-1]["load_s"] / nodes[-1]
    axes[0].loglog(nodes, [first * n for n in nodes], "k:", label="as the nodes")
    axes[0].legend(frameon=False)
    figure.savefig(plot, dpi=120)


def measure_size(size: int) -> dict[str, float]:
    """The row of one size, in this process."""
    from catalog_shape import families

    from catalog import ask_lineage, timed, write
    from stdcell.catalog import Catalog

    with TemporaryDirectory(prefix="catalog-growth-") as folder, Catalog(folder + "/catalog") as catalog:
        start = perf_counter()
        write(catalog, families(size))
        write_s = perf_counter() - start
        load = timed([catalog.reindex] * (3 if size <= 100_000 else 1))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        count = {what: catalog.query(f"MATCH {what} RETURN count(*) AS n")[0]["n"] for what in ("(n)", "()-[r]->()")}
        names, draw = catalog.names(), Random(1)
        circuits = [name for name in names if name.startswith("circuit_")]
        programs = [catalog.get(name).id for name in islice((n for n in names if n.startswith("program_")), 200)]
        nodes = [row["id"] for row in catalog.query("MATCH (k:Component) RETURN k.id AS id LIMIT 200")]
        return {
            "nodes": count["(n)"],
            "relationships": count["()-[r]->()"],
            "write_s": write_s,
            "load_s": load.wall,
            "by_id_ms": 1000 * timed([lambda id=id: catalog.get(id) for id in nodes]).wall,
            "by_name_ms": 1000 * timed([lambda: catalog.get(draw.choice(circuits)) for _ in range(200)]).wall,
            "lineage_ms": 1000 * timed([lambda id=id: ask_lineage(catalog, id) for id in programs]).wall,
            "record_mb": sum(path.stat().st_size for path in Path(folder).rglob("record.sqlite*")) / 1e6,
            "index_mb": sum(path.stat().st_size for path in Path(folder).rglob("*.lbug")) / 1e6,
            "load_mb": peak,
        }


if __name__ == "__main__":
    print(json.dumps(measure_size(int(sys.argv[1]))))

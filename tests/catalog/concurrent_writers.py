"""Writers at once: `concurrent_writers.py PLACE N_WRITERS N_WRITES` forks processes that all move the name `shared`."""

from __future__ import annotations

import os
import sys

from stdcell.catalog import Catalog, Task


def write(place: str, writer: int, n_writes: int) -> None:
    with Catalog(place) as catalog:
        for step in range(n_writes):
            task = Task(name=f"task-{writer}-{step}", description="one of many")
            catalog.add(task, aliases={"shared": task.id})
            rows = catalog.query("MATCH (t:Task) WHERE t.name = $name RETURN t.id", name=task.name)
            assert rows == [{"t.id": task.id}], "a writer does not see its own write"


def fork(place: str, writer: int, n_writes: int) -> int:
    child = os.fork()
    if child == 0:
        write(place, writer, n_writes)
        sys.exit()
    return child


if __name__ == "__main__":
    children = [fork(sys.argv[1], writer, int(sys.argv[3])) for writer in range(int(sys.argv[2]))]
    sys.exit(any([os.waitpid(child, 0)[1] for child in children]))

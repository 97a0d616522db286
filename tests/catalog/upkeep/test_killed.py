"""A repair that is killed leaves the record as it was or mended, and another one mends it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from stdcell.catalog import Catalog
from stdcell.catalog.upkeep import fsck, repair

N_KILLS = 15


def test_a_killed_repair_loses_nothing(folder: Path, change_record: Callable[..., None], tmp_path: Path) -> None:
    change_record(folder, "DELETE FROM nodes WHERE label = 'Circuit' AND event = 2", "DELETE FROM aliases")
    chance = random.Random(2)
    n_interrupted = 0
    for number in range(N_KILLS):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(folder, copy)
        child = os.fork()
        if child == 0:
            try:
                repair(copy)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.0, 0.3))
        os.kill(child, signal.SIGKILL)
        n_interrupted += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert {damage.kind for damage in repair(copy)} <= {"leftover"}
        assert {damage.kind for damage in fsck(copy)} <= {"leftover"}
        with Catalog(copy) as catalog:
            assert len(catalog.names()) == 7
            assert [event.what for event in catalog.events()].count("repaired") == 1
        shutil.rmtree(copy)
    assert n_interrupted > 0

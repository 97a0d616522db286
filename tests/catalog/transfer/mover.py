"""A process that moves one catalog into another in small batches, to be killed by a test."""

from __future__ import annotations

import sys

from stdcell.catalog import Catalog
from stdcell.catalog.transfer import source_of, transfer

if __name__ == "__main__":
    with Catalog(sys.argv[1], create=False) as source, Catalog(sys.argv[2]) as target:
        print("moving", flush=True)
        transfer(source_of(source), target)
        print("done", flush=True)

"""Soft wires and saved compositions on the command line: the stages behind `stitch` and `catalog add FILE`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ..catalog import Catalog
from ..runtime.cell import STREAM
from ..runtime.stitching import MINIMUM_FIDELITY, FittedWire, Wire, fit_adapters, stitch, store_adapter
from ..training.compositions import SavedComposition, save_stitched
from .options import console, parse_file, print_json
from .progress import stage
from .verification.budgets import Budgets, budgets_of_stitched, documents
from .verification.printing import print_budgets

__all__ = [
    "FittedWires",
    "Fitting",
    "add_program",
    "fit_wires",
    "hard_wires",
    "print_hard_wires",
    "print_saved",
    "print_wires",
]


@dataclass(frozen=True, slots=True)
class Fitting:
    """How soft wires are fitted, and how much of the hard ones they are to keep."""

    seed: int = 0
    reads: str = STREAM
    width: int | None = None
    minimum_fidelity: float = MINIMUM_FIDELITY
    with_budgets: bool = False


@dataclass(frozen=True, slots=True)
class FittedWires:
    """The soft wires of a program, with the ids under which they were stored."""

    wires: Sequence[FittedWire]
    ids: Sequence[str]
    minimum_fidelity: float
    budgets: Budgets | None = None

    @property
    def are_faithful(self) -> bool:
        """Whether every wire keeps as much of the hard one as was asked."""
        return all(wire.fidelity.agreement >= self.minimum_fidelity for wire in self.wires)


def hard_wires(file: Path, catalog: Catalog) -> tuple[tuple[Wire, ...], Budgets | None]:
    """The wires from circuit to circuit of a program that can be stitched, and their budgets where there are any.

    Raises:
        StdcellError: if the program cannot be read or stitched.
    """
    stitched = stitch(parse_file(file, catalog), catalog)
    wires = stitched.all_wires()
    return wires, budgets_of_stitched(stitched) if wires else None


def print_hard_wires(wires: Sequence[Wire], budgets: Budgets | None, *, as_json: bool) -> None:
    """One line for each wire, and one for its budget."""
    if as_json:
        known = documents(budgets, len(wires)) if budgets else []
        told = zip(wires, known, strict=True)
        print_json([{"wire": str(wire), "place": wire.place, "budget": budget} for wire, budget in told])
        return
    for wire in wires:
        console.print(f"{wire.place}: {wire}", soft_wrap=True)
    if budgets:
        print_budgets(budgets)
    hint = "; see --soft" if wires else ""
    console.print(f"{len(wires)} wire{'' if len(wires) == 1 else 's'} from circuit to circuit, hard{hint}")


def fit_wires(file: Path, catalog: Catalog, how: Fitting, *, quiet: bool) -> FittedWires:
    """Fit an adapter for every wire from a circuit to a circuit, and store all of them with what was measured.

    Raises:
        StdcellError: if the program cannot be read or stitched, or has no such wire.
    """
    with stage("fit", quiet=quiet) as bar:
        stitched = stitch(parse_file(file, catalog), catalog)
        bar.tell("soft wires on the upstream circuits' own inputs")
        wires = fit_adapters(stitched, seed=how.seed, reads=how.reads, width=how.width)
        ids = [store_adapter(catalog, one.wire, one.adapter, one.fidelity) for one in wires]
        bar.tell(f"{len(wires)} soft wire{'' if len(wires) == 1 else 's'}")
    if not how.with_budgets:
        return FittedWires(wires, ids, how.minimum_fidelity)
    with stage("bound", quiet=quiet) as bar:
        bar.tell("what is off at each wire, for every input of every circuit")
        adapters = [one.adapter for one in wires]
        budgets = budgets_of_stitched(stitch(stitched.program, catalog, wires="soft", adapters=adapters))
    return FittedWires(wires, ids, how.minimum_fidelity, budgets)


def print_wires(found: FittedWires, *, as_json: bool) -> None:
    """One line for each wire: how much of the hard one it keeps."""
    if as_json:
        told = [
            {"wire": str(one.wire), "place": one.wire.place, "id": id, **one.fidelity.to_dict()}
            for one, id in zip(found.wires, found.ids, strict=True)
        ]
        known = documents(found.budgets, len(told)) if found.budgets else None
        print_json([{**one, "budget": budget} for one, budget in zip(told, known, strict=True)] if known else told)
        return
    table = Table(show_edge=False)
    for column in ("wire", "same answers", "95 %", "held-out calls", "R²", "directions"):
        table.add_column(column, overflow="fold")
    for one in found.wires:
        fidelity = one.fidelity
        low, high = fidelity.interval
        share, interval = f"{fidelity.agreement:.1%}", f"{low:.1%}..{high:.1%}"
        cells = (str(one.wire), share, interval, f"{fidelity.n_calls:,}", f"{fidelity.r_squared:.3f}")
        table.add_row(*map(Text, (*cells, str(fidelity.width))))
    console.print(table)
    if found.budgets:
        print_budgets(found.budgets)
    for one in found.wires:
        if one.fidelity.agreement < found.minimum_fidelity:
            console.print(
                f"[red]below {found.minimum_fidelity:.1%}[/]: {one.wire} will be refused by the soft composition",
                soft_wrap=True,
            )


def add_program(catalog: Catalog, file: Path, name: str | None, *, quiet: bool) -> SavedComposition:
    """Write a program into the catalog as a cell, pinned to the cells that it calls now.

    Raises:
        StdcellError: if the program cannot be read, stitched or written.
    """
    with stage("catalog", quiet=quiet) as bar:
        bar.tell("running the program against the interpreter")
        saved = save_stitched(catalog, stitch(parse_file(file, catalog), catalog), name or file.stem)
        bar.tell(f"program {saved.name}")
    return saved


def print_saved(saved: SavedComposition, *, as_json: bool) -> None:
    """What was written, and how the program did."""
    if as_json:
        print_json({"program": saved.name, "id": saved.id, "agreement": saved.agreement})
        return
    console.print(f'program {saved.name} ({saved.id[:12]}): use program "{saved.name}" as {saved.name};')
    if saved.agreement is not None:
        console.print(f"stitched answers equal the interpreter's on {saved.agreement:.1%} of the inputs tried")

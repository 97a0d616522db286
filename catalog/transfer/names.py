"""How the history of a name goes on in a catalog that may have its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import CatalogError

__all__ = ["moves_of"]


def moves_of(
    histories: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]], *, move_names: bool
) -> list[tuple[str, str]]:
    """The moves, in order, after which every name means what it means in the source.

    1. Where the target's history is a beginning of the source's, the rest of it follows, under the same versions.
    2. Where the source's is a beginning of the target's, the target is ahead and nothing moves.
    3. Else the two have gone different ways. Nothing of the target's is ever taken back: with `move_names` what the
       name means in the source becomes the target's next version.

    Args:
        histories: for each name the ids that it meant in the source, oldest first.
        known: the same of the target.
        move_names: whether names may move in the third case.

    Raises:
        CatalogError: naming the names that have gone different ways, where they may not move.
    """
    different = [name for name, ids in histories.items() if not _agree(ids, known.get(name, ()))]
    if different and not move_names:
        told = "; ".join(_difference(name, histories[name], known[name]) for name in different)
        raise CatalogError(
            f"{told}. Nothing was written; with --move-names the source's newest becomes the target's newest version "
            "and the target's earlier ones stay"
        )
    moves: list[tuple[str, str]] = []
    for name, ids in histories.items():
        if name in different:
            moves += [(name, ids[-1])] if known[name][-1] != ids[-1] else []
        else:
            moves += [(name, id) for id in ids[len(known.get(name, ())) :]]
    return moves


def _agree(first: Sequence[str], second: Sequence[str]) -> bool:
    shorter = min(len(first), len(second))
    return list(first[:shorter]) == list(second[:shorter])


def _difference(name: str, source: Sequence[str], target: Sequence[str]) -> str:
    version = next(place for place, pair in enumerate(zip(source, target, strict=False), 1) if pair[0] != pair[1])
    return (
        f"{name}@{version} is {source[version - 1][:12]}… in the source and {target[version - 1][:12]}… in the target"
    )

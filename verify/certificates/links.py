"""What each verdict of a report rests on, and the weakest link among it.

A verdict rests on other verdicts of its report, and on the contracts of cells. It is as strong as the weakest of all
that it rests on in any number of steps: refuted is weaker than unchecked, then come measured, checked on every input,
proved up to a length, proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..verdict import Assumption, Report, Verdict

__all__ = ["Link", "Links", "link_of", "links_of", "roots_of"]

_WEAKNESS = ("proved", "bounded", "exhaustive", "measured", "unchecked", "refuted")
_STANDINGS = {"proof": "proved", "exhaustive": "exhaustive", "measurement": "measured"}
_STATUSES = {"proved": "proved", "refuted": "refuted"}


@dataclass(frozen=True, slots=True)
class Link:
    """Something that a verdict rests on, or the verdict itself.

    Attributes:
        standing: how strong it is: `proved`, `bounded`, `exhaustive`, `measured`, `unchecked` or `refuted`.
        text: the claim, or the cell with its contract.
    """

    standing: str
    text: str

    @property
    def weakness(self) -> int:
        """Its place among the standings, the strongest first."""
        return _WEAKNESS.index(self.standing)


@dataclass(frozen=True, slots=True)
class Links:
    """A verdict with what it rests on directly, and the weakest link of all that it rests on."""

    verdict: Verdict
    own: Link
    verdicts: tuple[Verdict, ...]
    assumptions: tuple[Assumption, ...]
    weakest: Link


def links_of(report: Report) -> dict[str, Links]:
    """What each verdict rests on, by its key; in the report a verdict comes after those that it rests on."""
    found: dict[str, Links] = {}
    for verdict in report.verdicts:
        found.setdefault(verdict.key, _links(verdict, found))
    return found


def roots_of(links: Mapping[str, Links]) -> list[Links]:
    """The verdicts that no other one rests on."""
    leaned_on = {verdict.key for one in links.values() for verdict in one.verdicts}
    return [one for key, one in links.items() if key not in leaned_on]


def link_of(assumption: Assumption) -> Link:
    """The contract of a cell as a link: as strong as its evidence."""
    kind = (assumption.evidence or "").partition(",")[0]
    standing = _STANDINGS.get(kind, "refuted" if assumption.evidence else "unchecked")
    if not assumption.holds and standing in ("proved", "exhaustive"):
        standing = "refuted"
    return Link(standing, str(assumption))


def _links(verdict: Verdict, found: Mapping[str, Links]) -> Links:
    below = [found[key] for key in verdict.rests_on if key in found]
    inherited = {assumption for one in below for assumption in one.verdict.assumptions}
    direct = tuple(assumption for assumption in verdict.assumptions if assumption not in inherited)
    own = Link(_standing(verdict), verdict.claim)
    weakest = max([own, *map(link_of, direct), *(one.weakest for one in below)], key=lambda link: link.weakness)
    return Links(verdict, own, tuple(one.verdict for one in below), direct, weakest)


def _standing(verdict: Verdict) -> str:
    if verdict.status == "proved" and verdict.reach is not None:
        return "bounded"
    return _STATUSES.get(verdict.status, "unchecked")

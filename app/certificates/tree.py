"""What each claim of a report rests on, as a tree with its weakest links marked."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from ...verify import Report
from ...verify.certificates.links import Link, Links, link_of, links_of, roots_of
from ..options import console

__all__ = ["print_tree"]

_STYLES = {
    "proved": "green",
    "bounded": "green",
    "exhaustive": "green",
    "measured": "yellow",
    "unchecked": "yellow",
    "refuted": "red",
}


def print_tree(report: Report) -> None:
    """Every claim that no other one rests on, under it what it rests on; what was shown above is not unfolded again."""
    links = links_of(report)
    tree = Tree(Text(f"program {report.program_digest[:12]}", style="dim"))
    places = [(tree, root, root.weakest) for root in roots_of(links)]
    seen: dict[str, None] = {}
    while places:
        branch, one, weakest = places.pop(0)
        is_again = one.verdict.key in seen and bool(one.verdicts or one.assumptions)
        seen[one.verdict.key] = None
        twig = branch.add(_claim(one, weakest, is_again=is_again, is_root=branch is tree))
        if is_again:
            continue
        for assumption in one.assumptions:
            twig.add(_link(link_of(assumption), weakest))
        places += [(twig, links[verdict.key], weakest) for verdict in one.verdicts]
    console.print(tree)


def _claim(one: Links, weakest: Link, *, is_again: bool, is_root: bool) -> Text:
    """A claim with its scope; of a root also how strong it is in all."""
    text = _link(one.own, weakest) if not is_root or one.own is not weakest else _named(one.own)
    text.append(f"  {one.verdict.scope}, {one.verdict.place}", "dim")
    if is_root and one.own is not weakest:
        text.append(f"  holds as far as: {weakest.standing}", _STYLES[weakest.standing])
    return text.append("  (see above)", "dim") if is_again else text


def _link(link: Link, weakest: Link) -> Text:
    return _named(link).append("  ◀ weakest link", "bold") if link == weakest else _named(link)


def _named(link: Link) -> Text:
    return Text.assemble((f"{link.standing} ", _STYLES[link.standing]), link.text)

"""How many random programs the compiler takes, and whether each of them answers as interpreted.

Run: python benchmarks/agreement.py [--programs 5000] [--seed 0] [--depth 4] [--seconds 0]

Programs of both dialects are drawn over the whole vocabulary of nodes, some causal, some with sinks, in three number
formats, for up to 8 tokens of 2 or 3 values; each is compared on up to 85 inputs, all where there are no more. The
counts say how many were compiled, how many refused and why, and how many inputs were compared. A disagreement or a
crash is printed as a program that no smaller one has, with the input that is the smallest too, and the command fails.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from random import Random
from time import perf_counter

sys.path.append(str(Path(__file__).parent.parent))

from tests.programs.drawing import Drawn, draw_program
from tests.programs.law import Outcome, outcome_of, smallest


def main() -> None:
    """Draw, compare and count."""
    arguments = argparse.ArgumentParser(description="Random programs: compiled against interpreted.")
    arguments.add_argument("--programs", type=int, default=5000)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--depth", type=int, default=4)
    arguments.add_argument("--seconds", type=float, default=0, help="stop after so long (0: do not)")
    asked = arguments.parse_args()
    statuses: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    slowest: list[tuple[float, str]] = []
    n_inputs, broken, start = 0, 0, perf_counter()
    for number in range(asked.programs):
        if asked.seconds and perf_counter() - start > asked.seconds:
            break
        drawn = draw_program(Random(f"{asked.seed} {number}"), depth=asked.depth)
        before = perf_counter()
        outcome = outcome_of(drawn)
        slowest = sorted([*slowest, (perf_counter() - before, drawn.text)], reverse=True)[:5]
        statuses[outcome.status] += 1
        n_inputs += outcome.n_inputs if outcome.status != "refused" else 0
        if outcome.status == "refused":
            reasons[_in_general(outcome.reason)] += 1
        if outcome.is_broken:
            broken += 1
            print(f"\nprogram {number}: {_told(*smallest(drawn, outcome.status))}", flush=True)
    print(f"\n{sum(statuses.values())} programs of seed {asked.seed} in {perf_counter() - start:.0f} s")
    print(f"  compiled       {statuses['agreed'] + statuses['disagreed']}, {n_inputs} inputs compared")
    print(f"  disagreements  {statuses['disagreed']}")
    print(f"  crashes        {statuses['crashed']}")
    print(f"  refused        {statuses['refused']}")
    for reason, count in reasons.most_common():
        print(f"    {count:6} {reason}")
    print("  slowest")
    for seconds, text in slowest:
        print(f"    {seconds:6.2f} s  {text.splitlines()[-1]}")
    sys.exit(1 if broken else 0)


def _told(drawn: Drawn, outcome: Outcome) -> str:
    """A failure as it can be tried again."""
    direction = ", causal" if drawn.causal else ""
    lines = [
        f"{outcome.status}, {drawn.dialect}, values {list(drawn.values)}, max_length {drawn.max_length}{direction}"
    ]
    lines += drawn.text.splitlines()
    if outcome.disagreement is not None:
        lines.append(f"on {outcome.disagreement.given!r}")
        lines += [f"  {name:12} {answer}" for name, answer in outcome.disagreement.answers.items()]
    else:
        lines += outcome.reason.splitlines()[-5:]
    return "\n    ".join(lines)


def _in_general(reason: str) -> str:
    """A refusal without its place, its names and its numbers."""
    message = re.sub(r"^\S+:\d+:\d+: ", "", reason.splitlines()[0])
    return re.sub(r"\d[\d.,e+-]*", "#", re.sub(r"'[^']*'", "'…'", message)).split("; ")[0]


if __name__ == "__main__":
    main()

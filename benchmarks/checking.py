"""How long checking a program takes, against reading it alone.

Run: python benchmarks/checking.py [n_lines]

A RASP file of n lines (2,000 unless told) is made of the statements that programs are made of: selections, aggregates,
functions with loops and tables, calls of the library. The table tells the median of five runs of each step and its
ratio to the first, which only cuts the text into items and parses them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

from stdcell.dsl.analysis import analyse
from stdcell.dsl.syntax.formatting import format_text
from stdcell.dsl.syntax.parser import parse_items
from stdcell.errors import Source

N_RUNS = 5
BLOCK = """# Block {n}: what comes before, how often, and whether it is a digit.
before_{n} = select(indices, indices, <) and select(tokens, tokens, ==);
times_{n} = selector_width(before_{n});
def score_{n}(xs, table) {{
    total = 0;
    for key in table {{
        total = total + (table[key] if xs == key else 0);
    }}
    return total, times_{n} * 2;
}}
value_{n}, twice_{n} = score_{n}(tokens, {{"a": 1, "b": 2, "c": {n}}});
mean_{n} = aggregate(before_{n}, value_{n}, -1) + sort(times_{n}, times_{n});
last_{n} = tokens[-1] if value_{n} > 0 and not (times_{n} == 0) else "x";
seen_{n} = contains(tokens, "a") or mean_{n} in [1, 2, {n}];
answer_{n} = indicator(seen_{n}) + count(tokens, last_{n}) % 7;
"""


def program(n_lines: int, first: int) -> Source:
    """A RASP program of about so many lines; equal only where its first block has the same number."""
    n_blocks = -(-n_lines // BLOCK.count("\n"))
    return Source("".join(BLOCK.format(n=n) for n in range(first, first + n_blocks)))


def seconds(function: Callable[[Source], object], n_lines: int, first: int) -> float:
    """The median time of a few runs, each on a text that was not seen before: parsed items are kept."""
    times = []
    for run in range(N_RUNS):
        source = program(n_lines, first + run * n_lines)
        start = perf_counter()
        function(source)
        times.append(perf_counter() - start)
    return median(times)


def main() -> None:
    """Print the table."""
    n_lines = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    steps: dict[str, Callable[[Source], object]] = {
        "parse": lambda source: parse_items(source, "rasp"),
        "parse and check": lambda source: analyse(source, dialect="rasp"),
        "format": lambda source: format_text(source, "rasp"),
    }
    source = program(n_lines, 0)
    found = analyse(source, dialect="rasp")
    assert found.program, found.faults
    print(f"{source.text.count(chr(10))} lines, {len(found.program.spans)} s-ops")
    times = {name: seconds(step, n_lines, (1 + i) * 10**6) for i, (name, step) in enumerate(steps.items())}
    for name, time in times.items():
        print(f"{name:16} {time:6.2f} s   {time / times['parse']:5.1f} x")


if __name__ == "__main__":
    main()

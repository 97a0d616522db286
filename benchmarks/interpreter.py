"""How long interpreting a batch takes, against evaluating its inputs one by one.

Run: python benchmarks/interpreter.py [n_sequences]

A batch of sequences (10,000 unless told) goes through two sorts: the library's, and a hand-written RASP one over
`tokens_int`. The tables are curves over the length of the sequences, over the size of the vocabulary, and over ragged
lengths. Each row tells the best of a few runs on the whole batch, from Python's lists to Python's lists, on one thread:
the time that passed; the processor's time, in which a busy machine does not count, and that for each sequence; and two
ratios of processor times:

1. to the exact evaluator, which goes through inputs one by one, timed on a few of the same inputs in this run;
2. to the original RASP interpreter, at about 10 ms a case, as measured on the reference implementation: one figure for
   all lengths, not taken in this run.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from time import perf_counter, process_time

from stdcell import parse
from stdcell.dsl import Program
from stdcell.runtime.interpreter import interpret
from stdcell.runtime.reference import run

N_RUNS = 5
N_ONE_BY_ONE = 5
ORIGINAL_SECONDS = 0.010
LIBRARY = parse('use program "stdcell/sort" (sort);\nmain(xs: seq[int]) = sort(xs);')
BY_HAND = parse(
    "smaller = select(tokens_int, tokens_int, <);\n"
    "earlier = select(tokens_int, tokens_int, ==) and select(indices, indices, <);\n"
    "sorted_tokens = aggregate(select(selector_width(smaller or earlier), indices, ==), tokens_int);",
    dialect="rasp",
)
Batch = Sequence[Sequence[int]]


def batch(n_sequences: int, lengths: Sequence[int], n_vocabulary: int) -> Batch:
    """Sequences of random tokens, of the given lengths in turn."""
    draw = random.Random(0).randrange
    return [[draw(n_vocabulary) for _ in range(lengths[i % len(lengths)])] for i in range(n_sequences)]


def seconds(function: Callable[[], object], clock: Callable[[], float]) -> float:
    """The least time of a few runs."""
    times = []
    for _ in range(N_RUNS):
        start = clock()
        function()
        times.append(clock() - start)
    return min(times)


def one_by_one(program: Program, inputs: Batch) -> float:
    """The seconds that the exact evaluator takes for each of a few inputs."""
    few = inputs[:: max(1, len(inputs) // N_ONE_BY_ONE)]
    function = program.output()
    return seconds(lambda: [run(program, function, given) for given in few], process_time) / len(few)


def print_row(name: str, program: Program, inputs: Batch) -> None:
    """One row of a table; the answers are checked."""
    assert interpret(program, inputs[:100]) == [sorted(given) for given in inputs[:100]]
    passed, computed = (seconds(lambda: interpret(program, inputs), clock) for clock in (perf_counter, process_time))
    each = computed / len(inputs)
    ratios = one_by_one(program, inputs) / each, ORIGINAL_SECONDS / each
    print(f"{name:30} {passed:7.3f} s {computed:7.3f} s {each * 1e6:7.1f} µs {ratios[0]:7.0f} x {ratios[1]:7.0f} x")


def main() -> None:
    """Print the tables."""
    n_sequences = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(f"{f'{n_sequences} sequences':30} {'passed':>9} {'batch':>9} {'each':>10} {'exact':>9} {'original':>9}")
    for name, program in (("library", LIBRARY), ("by hand", BY_HAND)):
        for length in (5, 10, 20, 50, 100):
            print_row(f"{name}, length {length}", program, batch(n_sequences, [length], 100))
        for n_vocabulary in (2, 10, 1000, 10**6):
            print_row(f"{name}, length 50, of {n_vocabulary}", program, batch(n_sequences, [50], n_vocabulary))
        print_row(f"{name}, lengths 0 to 50", program, batch(n_sequences, range(51), 100))


if __name__ == "__main__":
    main()

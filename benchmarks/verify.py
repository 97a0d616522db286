"""How far verification reaches, how fast it answers, and whether it is ever wrong.

Run: python benchmarks/verify.py [--rows reach,refuted,library,wires,mutants,encoder,claims] [--limit 10] [--seed 0]

1. *reach*: promises over eight values, and the greatest length at which each is proved: by one plain question to Z3
   and by enumeration (`peers/`), which try one length after the other, and here, at those of `LENGTHS`, by the runs of
   a machine or by unrolling. A length counts if Z3 answers each question within `--limit` seconds; told are the length,
   the questions, the seconds in all, and those of the slowest question, which is put again as it is written. Then
   whether here it is proved for all lengths, and how fast. Equivalences are asked as `equivalent` does.
2. *refuted*: broken promises, the time of the whole verification, and whether the counterexample is as short as any.
3. *library*: each program of `library/`, verified whole and for the first time, and how many are quick.
4. *wires*: a chain and a fan-out of `--wires` calls of two clauses each: answered for the first time, in all and a
   clause; and by a `Verifier` again, the same program and its text parsed anew.
5. *mutants*: the corpus of `tests/verify/adversary` and the library with one small change each, `--every` so manieth;
   whether a mutant is right is decided by enumeration. A wrong one that is proved fails the run.
6. *encoder*: `--inputs` random programs and inputs, encoded and interpreted. A difference fails the run.
7. *claims*: `--programs` random programs with contracts, each verdict held against the interpreter, and each strategy
   by itself. A wrong verdict fails the run.

Times are wall times of one process, its CPU time where that is said; compare them within a run.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time

sys.path.append(str(Path(__file__).parent.parent))

from peers.enumeration import longest_checked
from peers.plain_z3 import longest_proved, seconds_to_refute
from verify_programs import BOUNDED, LENGTHS, PAIRS, WRONG, chained, fanned

from stdcell import parse, verify
from stdcell.dsl import Program
from stdcell.errors import VerificationError
from stdcell.verify import Claim, Effort, functions_in_order, own_claims
from stdcell.verify.bounded.question import GaveUp
from stdcell.verify.bounded.splitting import Answered, answer_at
from stdcell.verify.certificates.cache import Verifier
from stdcell.verify.certificates.solvers import ask_z3
from stdcell.verify.claims.cut import Cut
from stdcell.verify.claims.equivalence import equivalence_claims, paired
from stdcell.verify.comparison import sides_of
from stdcell.verify.composition.functions import Functions
from stdcell.verify.composition.ladder import Answer, Ladder
from stdcell.verify.composition.promises import Promises
from stdcell.verify.machines.search import by_search
from stdcell.verify.outcome import Proof
from stdcell.verify.prove import FOR_ALL_LENGTHS, STRATEGIES
from stdcell.verify.replay import replayed
from stdcell.verify.solver import Query
from tests.programs.drawing import draw_program
from tests.verify.adversary.claims import draw_claims
from tests.verify.adversary.encoding import Encoded
from tests.verify.adversary.law import wrong_rungs, wrong_verdicts
from tests.verify.adversary.mutation import all_mutants, judged

LIBRARY = Path(__file__).parent.parent / "library"
STEPS = 30_000_000
N_RUNS = 5
QUICK_MS = 100


def promise_of(text: str) -> Claim:
    """The claim of a program's last promise."""
    program = parse(text)
    return next(claim for claim in reversed(list(own_claims(program.output(), program.spans))) if claim.is_promised)


def equality_of(first: str, second: str) -> Claim:
    """The claim that two programs give equal answers."""
    pair = paired(*sides_of(parse(first), parse(second), None, None))
    return next(claim for claim in equivalence_claims(pair, Cut(pair.function)) if claim.kind == "equal")


@dataclass(frozen=True, slots=True)
class Reached:
    """A length at which a claim was proved, and what that took."""

    length: int = 0
    n_queries: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0


def reach_of(claim: Claim, lengths: Sequence[int], limit_s: float) -> Reached:
    """The greatest of the lengths at which each question is answered within the limit."""
    reached = Reached()
    for length in lengths:
        start = perf_counter()
        queries = queries_at(claim, length)
        seconds = perf_counter() - start
        if queries is None:
            break
        slowest_s = max(timed(lambda query=query: ask_z3(query.text, query.steps)) for query in queries)
        if slowest_s > limit_s:
            break
        reached = Reached(length, len(queries), seconds, slowest_s)
    return reached


def queries_at(claim: Claim, length: int) -> Sequence[Query] | None:
    """What proves a claim at a length, by the runs of its machine or else by unrolling it."""
    found = by_search(claim, Effort(up_to=length, steps=STEPS))
    if isinstance(found, Proof):
        return found.queries
    try:
        answered = answer_at(claim, length, STEPS)
    except GaveUp:
        return None
    return answered.queries if isinstance(answered, Answered) else None


def all_lengths(claim: Claim) -> tuple[str, float]:
    """The strategy that proves a claim for all lengths, and the seconds that the ladder takes to it."""
    start = perf_counter()
    for strategy in FOR_ALL_LENGTHS:
        try:
            found = strategy(claim, Effort())
        except VerificationError:
            continue
        if isinstance(found, Proof) and found.reach is None:
            return found.strategy, perf_counter() - start
    return "no", perf_counter() - start


def print_reach(limit_s: float) -> int:
    """The first table."""
    here = f"{'here, n':>9}{'questions':>11}{'s':>8}{'slowest, s':>12}"
    print(f"\n{'promise, V = 8':26}{'plain Z3':>10}{'enumeration':>13}{here}   for all n")
    for name, text in BOUNDED.items():
        claim = equality_of(*PAIRS[name]) if name in PAIRS else promise_of(text)
        strategy, seconds = all_lengths(claim)
        reached = reach_of(claim, LENGTHS[name], limit_s)
        plain, enumerated = longest_proved(text, limit_s), longest_checked(name, limit_s)
        told = f"{reached.length:>9}{reached.n_queries:>11}{reached.seconds:>8.1f}{reached.slowest_s:>12.2f}"
        print(f"{name:26}{plain:>10}{enumerated:>13}{told}   {strategy}, {seconds:.3f} s", flush=True)
    return 0


def print_refuted() -> int:
    """The second table: the whole verification of a program with a broken promise."""
    print(f"\n{'broken promise':26}{'plain Z3, ms':>14}{'here, ms':>10}   shortest")
    failures = 0
    for name, (text, shortest) in WRONG.items():
        program = parse(text)
        here = 1000 * median(timed(lambda program=program: verify(program)) for _ in range(N_RUNS))
        plain = 1000 * median(seconds_to_refute(text, shortest) for _ in range(N_RUNS))
        found = [verdict.counterexample for verdict in verify(program).verdicts if verdict.counterexample]
        is_short = len(found) == 1 and len(found[0].inputs) == shortest
        failures += not is_short
        print(f"{name:26}{plain:>14.1f}{here:>10.1f}   {'yes' if is_short else 'NO'}: {found and found[0].call}")
    return failures


def timed(function: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = perf_counter()
    function()
    return perf_counter() - start


def print_library() -> int:
    """The third table: a program counts as proved if each of its claims is proved for all lengths or all inputs."""
    print(f"\n{'library':18}{'verdicts':>9}{'CPU, ms':>9}{'wall, ms':>10}   proved for all lengths")
    verify(parse("main(x: int) ensures result > x = x + 1;"))
    within, slowest = 0, (0.0, "-")
    for path in sorted(LIBRARY.glob("*.cell")):
        program = parse(path.read_text(encoding="utf-8"))
        started, on_cpu = perf_counter(), process_time()
        report = verify(program)
        cpu_ms, wall_ms = 1000 * (process_time() - on_cpu), 1000 * (perf_counter() - started)
        is_proved = report.is_proved_for_all_lengths
        within += is_proved and cpu_ms <= QUICK_MS
        slowest = max(slowest, (cpu_ms, path.stem))
        counts = f"{len(report.verdicts):>9}{cpu_ms:>9.0f}{wall_ms:>10.0f}"
        print(f"{path.stem:18}{counts}   {'yes' if is_proved else 'NO'}", flush=True)
    print(f"  {within} proved within {QUICK_MS} ms of CPU time; the slowest {slowest[1]}, {slowest[0]:.0f} ms")
    return 0


def print_wires(n_wires: int) -> int:
    """The fourth table; `p99`: 99 of 100 clauses take no longer."""
    print(f"\n{'wires':9}{'n':>6}{'verdicts':>10}{'cold, s':>9}{'p99, ms':>9}{'again, ms':>11}{'anew, ms':>10}  proved")
    for name, written in (("chain", chained), ("fan-out", fanned)):
        for n in (n_wires // 4, n_wires // 2, n_wires):
            verifier, program, anew = Verifier(), parse(written(n)), parse(written(n))
            cold, again, parsed = (
                timed(lambda verifier=verifier, asked=asked: verifier.verify(asked))
                for asked in (program, program, anew)
            )
            report, p99 = verifier.verify(program), quantiles(seconds_of_each(program), n=100)[-1]
            times = f"{cold:>9.2f}{1000 * p99:>9.2f}{1000 * again:>11.2f}{1000 * parsed:>10.1f}"
            print(f"{name:9}{n:>6}{len(report.verdicts):>10}{times}  {'yes' if report.is_proved else 'NO'}", flush=True)
    return 0


def seconds_of_each(program: Program) -> list[float]:
    """The seconds that each claim of a program takes."""
    seconds: list[float] = []

    class Timed(Ladder):
        def answer(self, claim: Claim, cut: Cut, promises: Promises, *, is_promised: bool = False) -> Answer:
            start = perf_counter()
            answer = super().answer(claim, cut, promises, is_promised=is_promised)
            seconds.append(perf_counter() - start)
            return answer

    ladder = Timed(partial(replayed, program=program), {}, Effort(), STRATEGIES)
    answered = Functions(ladder, program.spans, Effort())
    for function in functions_in_order(program):
        list(answered.answers(function))
    return seconds


def print_mutants(every: int) -> int:
    """The fifth table; the count of wrong verdicts."""
    counts: Counter[tuple[bool, str]] = Counter()
    failures = 0
    for number, (name, mutant) in enumerate(all_mutants()):
        if number % every:
            continue
        found = judged(mutant)
        counts[found.wrong is None, found.answer] += 1
        if found.wrong and found.answer == "proved":
            failures += 1
            print(f"  WRONG PROOF {number}, {name}: {mutant.change}; {found.wrong}\n{mutant.text}", flush=True)
        elif found.wrong and found.answer == "unknown":
            print(f"  open {number}, {name}: {mutant.change}", flush=True)
    n_wrong = sum(count for (is_right, _), count in counts.items() if not is_right)
    refuted = counts[False, "refuted"]
    print(f"\nmutants: {sum(counts.values())}, of which enumeration breaks {n_wrong}")
    print(f"  of these refuted {refuted} ({100 * refuted / max(1, n_wrong):.1f} %), proved {counts[False, 'proved']}")
    print(
        f"  of the others proved {counts[True, 'proved']}, refuted {counts[True, 'refuted']} by inputs not enumerated"
    )
    return failures


def print_encoder(n_inputs: int, seed: int) -> int:
    """The sixth table; the count of differences."""
    compared, refused, failures, number = 0, 0, 0, 0
    while compared < n_inputs:
        random = Random(f"encoder {seed} {number}")
        number += 1
        drawn = draw_program(random, depth=4)
        program = drawn.program
        assert program is not None, "what is drawn is a program"
        try:
            for n in range(4):
                one = Encoded(program, program.output(), n)
                choices = list(one.inputs(drawn.values))
                for inputs in random.sample(choices, min(4, len(choices))):
                    difference = one.difference(inputs)
                    compared += 1
                    if difference:
                        failures += 1
                        print(f"  DIFFERENCE in program {number - 1}: {difference}\n{drawn.text}", flush=True)
        except VerificationError:
            refused += 1
    print(f"\nencoder: {compared} programs and inputs, {failures} differences; {refused} programs have no terms")
    return failures


def print_claims(n_programs: int, seed: int) -> int:
    """The seventh table; the count of wrong verdicts."""
    statuses: Counter[str] = Counter()
    failures = 0
    for number in range(n_programs):
        text, program = draw_claims(Random(f"claims {seed} {number}"))
        report = verify(program, effort=Effort(up_to=3, steps=400_000))
        statuses.update(verdict.status for verdict in report.verdicts)
        for wrong in (*wrong_verdicts(program, report), *wrong_rungs(program)):
            failures += 1
            print(f"  WRONG in program {number}: {wrong}\n{text}", flush=True)
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    print(f"\nclaims: {n_programs} random programs with contracts, {failures} wrong answers; {told}")
    return failures


def tables(chosen: argparse.Namespace) -> Iterator[tuple[str, Callable[[], int]]]:
    """Each table by name."""
    yield "reach", lambda: print_reach(chosen.limit)
    yield "refuted", print_refuted
    yield "library", print_library
    yield "wires", lambda: print_wires(chosen.wires)
    yield "mutants", lambda: print_mutants(chosen.every)
    yield "encoder", lambda: print_encoder(chosen.inputs, chosen.seed)
    yield "claims", lambda: print_claims(chosen.programs, chosen.seed)


def main() -> None:
    """Print the tables that are asked for; fail where an answer is wrong."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", default="reach,refuted,library,wires,mutants,encoder,claims")
    options.add_argument("--limit", type=float, default=10, help="seconds a length")
    options.add_argument("--wires", type=int, default=1000)
    options.add_argument("--every", type=int, default=1, help="take one mutant of so many")
    options.add_argument("--inputs", type=int, default=10_000)
    options.add_argument("--programs", type=int, default=300)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    asked = chosen.rows.split(",")
    known = dict(tables(chosen))
    unknown = [name for name in asked if name not in known]
    if unknown:
        options.error(f"there are no rows {', '.join(unknown)}; there are {', '.join(known)}")
    if sum(known[name]() for name in asked):
        sys.exit(1)


if __name__ == "__main__":
    main()

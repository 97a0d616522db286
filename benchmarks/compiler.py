"""How large, fast and right compiled transformers are, beside those of Tracr.

Run: python benchmarks/compiler.py [--lengths 16,64,256] [--plot FILE]

1. Four programs that Tracr compiles: parameters, seconds for a new program, milliseconds for a batch of 64. Tracr's
   figures were taken once, on a loaded CPU of two cores, jitted, at its defaults; ours are processor time of this run.
2. Wrong tokens on random and adversarial inputs: all equal, all different as far as possible, ascending, descending.
3. The programs of `tests/golden`: compiling a new one, and answering one sequence.
4. How parameters and time grow with the length, beside length² · vocabulary.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import torch

from stdcell.dsl import parse
from stdcell.errors import NotCompilable
from stdcell.runtime import interpret
from stdcell.runtime.compiler import CompiledTransformer, compile_transformer

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
HISTOGRAM = "answer = selector_width(select(tokens, tokens, ==));"
REVERSE = "answer = aggregate(select(indices, length - 1 - indices, ==), tokens);"
SORT = """earlier = select({key}, {key}, <) or (select({key}, {key}, ==) and select(indices, indices, <));
answer = aggregate(select(selector_width(earlier), indices, ==), tokens);"""
FREQUENCY_SORT = "often = selector_width(select(tokens, tokens, ==));\n" + SORT.format(key="often")
COUNT = "answer = selector_width(select(tokens, 0, ==));"
SHIFT = "answer = aggregate(select(indices + 1, indices, ==), tokens, -1);"
DYCK = """up_to_here = select(indices, indices, <=);
balance = aggregate(up_to_here, indicator(tokens == 0)) - aggregate(up_to_here, indicator(tokens == 1));
fell = selector_width(select(balance < 0, True, ==)) > 0;
answer = aggregate(select(indices, length - 1, ==), balance) == 0 and not fell;"""

# Program, length, vocabulary, and what Tracr needs: parameters, seconds to compile, milliseconds a batch, wrong tokens.
BESIDE_TRACR = {
    "sort": (SORT.format(key="tokens"), 20, 50, (20.7e6, 13.0, 754.0, "-")),
    "reverse": (REVERSE, 50, 10, (7.2e6, 11.0, 776.0, "-")),
    "frequency sort": (FREQUENCY_SORT, 50, 10, (213e6, 94.0, 22_000.0, "-")),
    "hist": (HISTOGRAM, 100, 10, (122e3, 3.3, 15.0, "69 %")),
}
ALWAYS_RIGHT = {
    "count": (COUNT, 10),
    "hist": (HISTOGRAM, 10),
    "reverse": (REVERSE, 10),
    "sort": (SORT.format(key="tokens"), 10),
    "shift": (SHIFT, 10),
    "dyck-1": (DYCK, 2),
}


def seconds(function: Callable[[], object], n_runs: int = 5) -> float:
    """The median processor time of a few runs."""
    times = []
    for _ in range(n_runs):
        start = process_time()
        function()
        times.append(process_time() - start)
    return median(times)


def compiled(text: str, length: int, n_tokens: int) -> CompiledTransformer:
    """The transformer of a RASP program over the tokens from 0 on."""
    return compile_transformer(parse(text, dialect="rasp"), vocabulary=range(n_tokens), max_length=length)


def inputs(length: int, n_tokens: int, n_random: int) -> list[list[int]]:
    """Adversarial inputs, then random ones, of the full length and of shorter ones."""
    draw = random.Random(0)
    rotation = [place % n_tokens for place in range(length)]
    halves = [0] * (length // 2) + [1] * (length - length // 2)
    chosen = [[0] * length, [n_tokens - 1] * length, rotation, rotation[::-1], sorted(rotation), halves, halves[::-1]]
    lengths = [length if n % 2 else draw.randint(1, length) for n in range(n_random)]
    return chosen + [[draw.randrange(n_tokens) for _ in range(n)] for n in lengths]


def n_wrong(model: CompiledTransformer, text: str, given: Sequence[list[int]]) -> tuple[int, int]:
    """How many tokens are answered wrong, and of how many."""
    expected = interpret(parse(text, dialect="rasp"), given)
    pairs = [pair for both in zip(model(given), expected, strict=True) for pair in zip(*both, strict=True)]
    return sum(answer != right for answer, right in pairs), len(pairs)


def print_beside_tracr() -> None:
    """The first table."""
    columns = ("parameters", "compile, s", "batch of 64, ms")
    print(f"{'':28}" + "".join(f"{column:^30}" for column in columns) + " wrong tokens")
    print(f"{'':28}" + f"{'Tracr':>12}{'here':>10}{'':>8}" * 3)
    for name, (text, length, n_tokens, (parameters, compile_s, batch_ms, wrong)) in BESIDE_TRACR.items():
        here_s = seconds(lambda text=text, n=length, v=n_tokens: compiled(text, n, v))
        model = compiled(text, length, n_tokens)
        batch = [given for given in inputs(length, n_tokens, 200) if len(given) == length][:64]
        here_ms = 1000 * seconds(lambda model=model, batch=batch: model(batch))
        figures = ((parameters, model.n_parameters), (compile_s, here_s), (batch_ms, here_ms))
        shown = "".join(f"{number(tracr):>12}{number(here):>10}{tracr / here:>7.0f}x" for tracr, here in figures)
        found, total = n_wrong(model, text, inputs(length, n_tokens, 100))
        print(f"{name + f', n {length}, v {n_tokens}':28}{shown}  Tracr {wrong}, here {found} of {total}")


def number(value: float) -> str:
    """Whole numbers with separators, small ones with three digits."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def print_wrong(lengths: Sequence[int]) -> None:
    """The second table."""
    print(f"\nwrong tokens{'':8}" + "".join(f"{f'n {length}':>16}" for length in lengths))
    for name, (text, n_tokens) in ALWAYS_RIGHT.items():
        counts = (n_wrong(compiled(text, n, n_tokens), text, inputs(n, n_tokens, 24)) for n in lengths)
        print(f"{name:20}" + "".join(f"{f'{wrong} of {total}':>16}" for wrong, total in counts))


def print_golden() -> None:
    """The third table."""
    compile_s, answer_s, n_refused = [], [], 0
    for text, output, inputs in (found for path in sorted(GOLDEN.glob("*.json")) for found in golden(path)):
        tokens = sorted({token for given in inputs for token in given}, key=repr)
        longest = max(inputs, key=len)
        program = parse(text, dialect="rasp")
        start = process_time()
        try:
            model = compile_transformer(program, output=output, vocabulary=tokens, max_length=len(longest))
        except NotCompilable:
            n_refused += 1
            continue
        compile_s.append(process_time() - start)
        answer_s.append(seconds(lambda model=model, given=longest: model([given])))
    print(
        f"\ngolden programs: {len(compile_s)} compiled, {n_refused} refused\n"
        f"a new program: {median(compile_s):.4f} s, at most {max(compile_s):.3f} s\n"
        f"one sequence: {1000 * median(answer_s):.2f} ms, at most {1000 * max(answer_s):.2f} ms"
    )


def golden(path: Path) -> Iterator[tuple[str, str, list[list[Any]]]]:
    """The text, each output and the inputs of a golden file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    cases = content["cases"]
    for output in [content["output"]] if "output" in content else cases[0]["outputs"]:
        yield content["text"], output, [case["input"] for case in cases]


def print_growth(plot: Path | None) -> None:
    """The fourth table."""
    print(f"\n{'growth':20}{'n':>6}{'parameters':>12}{'/ n² v':>9}{'compile, s':>12}{'batch of 16, ms':>17}")
    grown: dict[str, list[tuple[int, int, float, float]]] = {}
    for name, (text, n_tokens) in ALWAYS_RIGHT.items():
        for length in (16, 32, 64, 128, 256):
            compile_s = seconds(lambda text=text, n=length, v=n_tokens: compiled(text, n, v), 3)
            model = compiled(text, length, n_tokens)
            batch = [given for given in inputs(length, n_tokens, 60) if len(given) == length][:16]
            batch_ms = 1000 * seconds(lambda model=model, batch=batch: model(batch), 3)
            grown.setdefault(name, []).append((length, model.n_parameters, compile_s, batch_ms))
            ratio = model.n_parameters / (length**2 * n_tokens)
            print(f"{name:20}{length:>6}{model.n_parameters:>12,}{ratio:>9.3f}{compile_s:>12.4f}{batch_ms:>17.2f}")
    if plot:
        draw(grown, plot)


def draw(grown: dict[str, list[tuple[int, int, float, float]]], plot: Path) -> None:
    """Parameters and times over the length, both axes logarithmic."""
    import matplotlib.pyplot as plt  # only for a picture

    figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), layout="constrained")
    titles = ("parameters", "seconds to compile", "milliseconds a batch of 16")
    for axis, column, title in zip(axes, (1, 2, 3), titles, strict=True):
        for name, rows in grown.items():
            axis.loglog([row[0] for row in rows], [row[column] for row in rows], marker=".", label=name)
        lengths = [row[0] for row in next(iter(grown.values()))]
        start = max(rows[0][column] for rows in grown.values())
        axis.loglog(lengths, [start * (n / lengths[0]) ** 2 for n in lengths], "k:", label="length²")
        axis.set(title=title, xlabel="length")
        axis.set_xticks(lengths, map(str, lengths))
        axis.minorticks_off()
        axis.grid(alpha=0.25)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(grown) + 1, frameon=False)
    figure.savefig(plot, dpi=120)


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lengths", default="1,2,3,10,50,100,256", help="lengths of the second table")
    options.add_argument("--plot", type=Path, help="where to draw the growth, .png or .svg")
    chosen = options.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    print_beside_tracr()
    print_wrong([int(length) for length in chosen.lengths.split(",")])
    print_golden()
    print_growth(chosen.plot)


if __name__ == "__main__":
    main()

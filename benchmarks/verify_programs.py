"""The programs that `verify.py` puts its questions about, over eight values."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["BOUNDED", "LENGTHS", "PAIRS", "WRONG", "chained", "fanned"]

_EARLIER = "select(xs, xs, <) or (select(xs, xs, ==) and select(indices, indices, <))"
_SORTED = f"aggregate(select(selector_width({_EARLIER}), indices, ==), xs)"
_COUNTED = " + ".join(f"indicator(sum(indicator(xs <= {value})) <= indices)" for value in range(7))
_DEEPER = (
    "def deeper(depth: int, opens: bool) -> int { return -1 if depth < 0 else (depth + 1 if opens else depth - 1); }"
)
_BALANCE = (
    "(sum(select(indices, indices, <=), indicator(opens)) - sum(select(indices, indices, <=), indicator(not opens)))"
)
_DYCK = f"{_BALANCE} == 0 and not any(select(indices, indices, <=), {_BALANCE} < 0)"

BOUNDED: Mapping[str, str] = {
    "sort: sorted": f"main(xs: seq[int 0..7]) ensures sorted(result) = {_SORTED};",
    "sort: permutation": f"main(xs: seq[int 0..7]) ensures permutation(result, xs) = {_SORTED};",
    "sort = counting sort": f"main(xs: seq[int 0..7]) ensures result == {_COUNTED} = {_SORTED};",
    "hist: congruence": "main(xs: seq[int 0..7]) ensures forall i, j: xs[i] == xs[j] implies result[i] == result[j] "
    "= selector_width(select(xs, xs, ==));",
    "hist: sum = n (mod 2)": "main(xs: seq[int 0..7]) ensures sum(result) mod 2 == length mod 2 "
    "= selector_width(select(xs, xs, ==));",
    "dyck-1 = automaton": f"{_DEEPER}\n"
    f"main(opens: seq[bool]) ensures result == (scan(deeper, opens, 0) == 0) = {_DYCK};",
}
"""Each promise holds; how far each way gets is what is measured."""

PAIRS: Mapping[str, tuple[str, str]] = {
    "sort = counting sort": (f"main(xs: seq[int 0..7]) = {_SORTED};", f"main(xs: seq[int 0..7]) = {_COUNTED};"),
    "dyck-1 = automaton": (
        f"main(opens: seq[bool]) = {_DYCK};",
        f"{_DEEPER}\nmain(opens: seq[bool]) = scan(deeper, opens, 0) == 0;",
    ),
}
"""Those of these promises that say that two programs are equivalent, as the two programs."""

LENGTHS: Mapping[str, tuple[int, ...]] = {
    "sort: sorted": (4, 8, 16),
    "sort: permutation": (4, 6),
    "sort = counting sort": (4, 8, 12),
    "hist: congruence": (16, 64),
    "hist: sum = n (mod 2)": (16, 64),
    "dyck-1 = automaton": (16, 64, 256),
}
"""The lengths that are asked for here."""

WRONG: Mapping[str, tuple[str, int]] = {
    "sort without tie-break": (
        "main(xs: seq[int 0..7]) ensures sorted(result) "
        "= aggregate(select(selector_width(select(xs, xs, <)), indices, ==), xs, 0);",
        2,
    ),
    "shift by one too many": (
        "main(xs: seq[int 0..7]) ensures forall i in range(1, length): result[i] == xs[i - 1] "
        "= aggregate(select(indices, indices - 2, ==), xs, 0);",
        2,
    ),
}
"""Each promise breaks, and the length of the shortest input that breaks it."""

_LINK = """
def link(x: int 0..7) -> int 0..7
    requires x >= 0
    requires x <= 7
    ensures result >= 0
    ensures result <= 7
{
    return (x + 3) mod 8;
}
"""


def chained(n_wires: int) -> str:
    """A program of so many calls, each of what the one before answers; each owes two clauses."""
    steps = "\n".join(f"    x{place + 1} = link(x{place});" for place in range(n_wires))
    body = f"{{\n{steps}\n    return x{n_wires};\n}}"
    return f"{_LINK}\ndef path(x0: int 0..7) -> int 0..7\n{body}\nmain(x: int 0..7) = path(x);\n"


def fanned(n_wires: int) -> str:
    """A program of so many calls of different values; each owes two clauses."""
    calls = "\n".join(f"    x{place} = link((x + {place}) mod 8);" for place in range(n_wires))
    total = " + ".join(f"x{place}" for place in range(0, n_wires, max(1, n_wires // 16)))
    return (
        f"{_LINK}\ndef path(x: int 0..7) -> int\n{{\n{calls}\n    return {total};\n}}\nmain(x: int 0..7) = path(x);\n"
    )

"""Right programs with contracts, one or more of each fragment of the strict language: what mutants are made of."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["PROGRAMS"]

PROGRAMS: Mapping[str, str] = {
    "sort": """
def sort(keys: seq[int 0..2]) -> seq[int 0..2]
    ensures sorted(result)
    ensures permutation(result, keys)
{
    smaller = select(keys, keys, <);
    equal_and_earlier = select(keys, keys, ==) and select(indices, indices, <);
    rank = selector_width(smaller or equal_and_earlier);
    return aggregate(select(rank, indices, ==), keys);
}
main(xs: seq[int 0..2]) ensures sorted(result) ensures sum(result) == sum(xs) = sort(xs);
""",
    "reverse": """
main(xs: seq[int 0..2])
    ensures permutation(result, xs)
    ensures forall i: result[i] == xs[length - i - 1]
= aggregate(select(indices, length - indices - 1, ==), xs);
""",
    "shift": """
main(xs: seq[int 0..2])
    ensures forall i: i == 0 implies result[i] == 1
    ensures forall i in range(1, length): result[i] == xs[i - 1]
= aggregate(select(indices, indices - 1, ==), xs, 1);
""",
    "histogram": """
main(xs: seq[int 0..2])
    ensures forall i, j: xs[i] == xs[j] implies result[i] == result[j]
    ensures result >= 1 and result <= length
= selector_width(select(xs, xs, ==));
""",
    "prefix sums": """
def add(total: int, x: int) -> int { return total + x; }
main(xs: seq[int 0..2])
    ensures sorted(result)
    ensures forall i: i == length - 1 implies result[i] == sum(xs)
= scan(add, xs, 0);
""",
    "largest": """
def larger(best: int 0..2, x: int 0..2) -> int 0..2 ensures result >= best and result >= x {
    return x if x > best else best;
}
main(xs: seq[int 0..2]) ensures forall i: result[i] >= xs[i] = scan(larger, xs, 0);
""",
    "parity": """
next = {("even", 1): "odd", ("odd", 1): "even", ("even", 0): "even", ("odd", 0): "odd"};
main(bits: seq[int 0..1])
    ensures forall i: i == 0 implies (result[i] == "odd") == (bits[i] == 1)
    ensures forall i in range(1, length): (result[i] == result[i - 1]) == (bits[i] == 0)
= scan(next, bits, "even");
""",
    "depth": """
def deeper(depth: int, opens: bool) -> int { return depth + 1 if opens else depth - 1; }
main(opens: seq[bool])
    ensures forall i: i == length - 1 implies result[i] == 2 * count(opens, True) - length
= scan(deeper, opens, 0);
""",
    "running largest": """
main(xs: seq[int 0..2])
    ensures sorted(result)
    ensures forall i: result[i] >= xs[i]
    ensures forall i: exists j in range(0, i + 1): xs[j] == result[i]
= max(select(indices, indices, <=), xs);
""",
    "mean": """
main(xs: seq[int 0..2])
    ensures result >= 0 and result <= 2
    ensures forall i: (i + 1) * result[i] == sum(select(indices, indices, <=), xs)[i]
= aggregate(select(indices, indices, <=), xs);
""",
    "rank": """
main(xs: seq[int 0..2])
    ensures forall i, j: xs[i] < xs[j] implies result[i] < result[j]
    ensures result < length
= selector_width(select(xs, xs, <));
""",
    "nearest other": """
main(xs: seq[int 0..2])
    ensures forall i in range(1, length): result[i] == xs[i - 1]
    ensures forall i: i == 0 implies (result[i] == xs[1] if length > 1 else result[i] == 2)
= nearest(select(indices, indices, !=), xs, 2, ties="left");
""",
    "first and last": """
def ends(xs: seq[int 0..2]) -> seq[int]
    requires length > 0
    ensures all(result == xs[0] + xs[-1])
{
    everywhere = select(indices, indices, ==) or select(indices, indices, !=);
    return first(everywhere, xs) + last(everywhere, xs);
}
main(xs: seq[int 0..2]) requires length > 1 ensures result <= 4 = ends(xs);
""",
    "clamp": """
main(x: int -3..3, limit: int 0..2) -> int
    ensures result <= limit and result >= 0 - limit
    ensures x <= limit and x >= 0 - limit implies result == x
= max(min(x, limit), 0 - limit);
""",
    "remainder": """
main(x: int -5..5, y: int 1..3)
    ensures 0 <= result < y
    ensures exists q in range(-6, 6): q * y + result == x
= x mod y;
""",
    "halves": """
main(x: int 0..9)
    ensures abs(2 * result - x) <= 1
    ensures x mod 2 == 0 implies 2 * result == x
= round(x / 2);
""",
    "words": """
main(ws: seq[token {"a", "b"}])
    ensures forall i: result[i] != ws[i]
    ensures count(result, "a") + count(ws, "a") == length
= {"a": "b", "b": "a"}[ws];
""",
    "contains": """
main(xs: seq[int 0..2], wanted: int 0..2)
    ensures result == (exists i: xs[i] == wanted)
= any(xs == wanted);
""",
    "earlier": """
main(xs: seq[int 0..2])
    ensures forall i: result[i] == (exists j in range(0, i): xs[j] == xs[i])
= any(select(xs, xs, ==) and select(indices, indices, <), True);
""",
    "dot product": """
def dot(total: int, x: int, y: int) -> int { return total + x * y; }
main(xs: seq[int 0..2], ys: seq[int 0..1])
    ensures result >= 0
    ensures result <= 2 * sum(ys)
= fold(dot, zip(xs, ys), 0);
""",
    "inverse": """
def inverse(x: int) -> real requires x > 0 ensures result > 0 and result <= 1 { return 1 / x; }
main(xs: seq[int 1..3]) ensures result <= 1 and result * xs == 1 = map(inverse, xs);
""",
    "narrowed": """
def half(x: int 0..2) -> int 0..1 ensures 2 * result >= x { return 1 if x > 0 else 0; }
main(xs: seq[int 0..4]) requires xs < 3 ensures sum(result) * 2 >= sum(xs) = map(half, xs);
""",
    "prefix count": """
main(xs: seq[int 0..2])
    ensures sorted(result)
    ensures forall i: result[i] <= i + 1
    ensures forall i: i == length - 1 implies result[i] == count(xs, 1)
= sum(select(indices, indices, <=), indicator(xs == 1));
""",
    "all equal": """
main(xs: seq[int 0..2])
    ensures result == (forall i, j: xs[i] == xs[j])
= all(xs == first(select(indices, indices, ==) or select(indices, indices, !=), xs));
""",
}

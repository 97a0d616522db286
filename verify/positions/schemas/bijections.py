"""Schemas of what moves elements: injections, permutations, and what they leave as it was."""

from __future__ import annotations

from typing import Any

import z3

from ...solver import Query
from .schema import Schema, Sum, all_below, by_induction, concluded, indicator, some_below, whole

__all__ = ["BIJECTIONS"]

_INT = z3.IntSort()
_MOVE, _MOVED = (z3.Function(name, _INT, _INT) for name in ("move", "moved"))
_ELEMENT, _SOURCE = (z3.Function(name, _INT, z3.RealSort()) for name in ("element", "source"))
_n, _p, _i, _j = whole("n", "p", "i", "j")


def _inside(place: Any, n: Any) -> Any:
    return z3.And(place >= 0, place < n)


def _swapped(place: Any) -> Any:
    """The function without its last argument n: what went to n goes where n went."""
    return z3.If(_MOVE(place) == _n, _MOVE(_n), _MOVE(place))


def _injective(n: Any) -> list[Any]:
    """That the function takes the first n positions to different ones of them."""
    pair = z3.And(_inside(_i, n), _inside(_j, n), _i != _j)
    return [
        all_below(n, lambda place: _inside(_MOVE(place), n)),
        z3.ForAll([_i, _j], z3.Implies(pair, _MOVE(_i) != _MOVE(_j))),
    ]


def _pigeonhole() -> Schema:
    one, other, target, source = whole("one", "other", "target", "source")
    given = [_n >= 0, *_injective(_n + 1)]
    back = z3.Function("back", _INT, _INT)

    def reached(place: Any) -> Any:
        return z3.Implies(_inside(place, _n), z3.And(_inside(back(place), _n), _swapped(back(place)) == place))

    def hits(source: Any) -> Any:
        return z3.And(_inside(source, _n + 1), _MOVE(source) == target)

    places = (_n, back(target), back(_MOVE(_n)))
    inverse = z3.Function("inverse", _INT, _INT)
    found = all_below(_n, lambda place: z3.And(_inside(inverse(place), _n), _MOVE(inverse(place)) == place))
    queries = (
        concluded("no positions", all_below(z3.IntVal(0), lambda place: some_below(0, lambda k: _MOVE(k) == place))),
        concluded("swapped values are positions", _inside(_swapped(_p), _n), [*given, _inside(_p, _n)]),
        concluded(
            "swapped values differ",
            _swapped(one) != _swapped(other),
            [*given, _inside(one, _n), _inside(other, _n), one != other],
        ),
        concluded(
            "one more position",
            z3.Or(*map(hits, places)),
            [*given, reached(target), reached(_MOVE(_n)), _inside(target, _n + 1)],
        ),
        concluded("an inverse undoes", inverse(_MOVE(_p)) == _p, [*_injective(_n), found, _inside(_p, _n)]),
        concluded(
            "what selects every position is injective",
            z3.And(_inside(_MOVE(_p), _n), inverse(_MOVE(_p)) == _p),
            [found, _inside(_p, _n), _inside(source, _n), inverse(source) == _p],
        ),
        concluded(
            "a right inverse is injective",
            inverse(one) != inverse(other),
            [found, _inside(one, _n), _inside(other, _n), one != other],
        ),
    )
    statement = (
        "What takes the positions to different positions takes some position to each, and so has an inverse; so has "
        "what takes some position to each."
    )
    proof = "by induction over the length, of all such functions at once: the last position is swapped away"
    return Schema("pigeonhole", statement, proof, queries)


def _rearrangement() -> Schema:
    """Sequences of n + 1 elements in which every value of the first is as frequent: one pair is taken out."""
    value = z3.Real("value")
    left, right, rest = (z3.Function(name, _INT, _INT) for name in ("in_left", "in_right", "in_rest"))
    partner = z3.Int("partner")

    def remaining(place: Any) -> Any:
        return z3.If(place == partner, _SOURCE(_n), _SOURCE(place))

    def replaced(m: Any) -> Any:
        change = indicator(_SOURCE(_n) == value) - indicator(_SOURCE(partner) == value)
        return rest(m) == right(m) + z3.If(partner < m, change, 0)

    of_right = Sum(right, lambda k: indicator(_SOURCE(k) == value))
    of_rest = Sum(rest, lambda k: indicator(remaining(k) == value))
    of_left = Sum(left, lambda k: indicator(_ELEMENT(k) == value))
    chosen = [_n >= 0, _inside(partner, _n + 1), _SOURCE(partner) == _ELEMENT(_n)]
    matched = all_below(_n, lambda k: z3.And(_inside(_MOVE(k), _n), _ELEMENT(k) == remaining(_MOVE(k))))

    def onward(place: Any) -> Any:
        moved = z3.If(_MOVE(place) == partner, _n, _MOVE(place))
        return z3.If(place == _n, partner, moved)

    two = [_inside(_i, _n + 1), _inside(_j, _n + 1), _i != _j]
    queries = (
        *by_induction(replaced, [of_right, of_rest], [partner >= 0]),
        concluded(
            "the rest is as frequent",
            left(_n) == rest(_n),
            [*chosen, of_left.grow(_n), of_right.grow(_n), replaced(_n), left(_n + 1) == right(_n + 1)],
        ),
        concluded(
            "elements move to equal ones",
            z3.And(_inside(onward(_p), _n + 1), _ELEMENT(_p) == _SOURCE(onward(_p))),
            [*chosen, matched, _inside(_p, _n + 1)],
        ),
        concluded("to different ones", onward(_i) != onward(_j), [*chosen, matched, *_injective(_n), *two]),
    )
    statement = (
        "Where every value of a sequence is as frequent in another of the same length, each element can be moved to an "
        "equal one of the other, all to different positions, and back."
    )
    proof = "by induction over the length: an equal pair is taken out; that there is one is *empty size*"
    return Schema("rearrangement", statement, proof, queries)


def _rearranged_totals() -> Schema:
    """Of n + 1 elements: where the last position is swapped away, the sums over the first n differ by what it held."""
    moved, swapped = (z3.Function(name, _INT, z3.RealSort()) for name in ("moved_sum", "swapped_sum"))
    last = z3.Int("last")
    plain, permuted = z3.Reals("plain_sum permuted_sum")
    given = [_n >= 0, *_injective(_n + 1), _inside(last, _n + 1), _MOVE(last) == _n]

    def differ(m: Any) -> Any:
        change = z3.If(last < m, _ELEMENT(_MOVE(_n)) - _ELEMENT(_n), z3.RealVal(0))
        return z3.Implies(m <= _n, swapped(m) == moved(m) + change)

    sums = [Sum(moved, lambda k: _ELEMENT(_MOVE(k))), Sum(swapped, lambda k: _ELEMENT(_swapped(k)))]
    total = [permuted == moved(_n) + _ELEMENT(_MOVE(_n)), swapped(_n) == plain]
    smallest, other = z3.Reals("smallest other")
    least, least_moved, reached = whole("least", "least_moved", "reached")
    attained = [
        *(_inside(place, _n) for place in (least, least_moved, reached)),
        smallest == _ELEMENT(least),
        other == _ELEMENT(_MOVE(least_moved)),
        _MOVE(reached) == least,
    ]
    bounds = [
        all_below(_n, lambda k: smallest <= _ELEMENT(k)),
        all_below(_n, lambda k: other <= _ELEMENT(_MOVE(k))),
    ]
    queries = (
        *by_induction(differ, sums, given),
        concluded("one more element", permuted == plain + _ELEMENT(_n), [*given, *total, differ(_n)]),
        concluded("extremes", smallest == other, [*_injective(_n), *attained, *bounds]),
    )
    statement = (
        "Sequences whose elements are moved to different positions have equal sums, extremes and numbers of each value."
    )
    proof = "by induction over the length, as *pigeonhole*; the number of a value is a sum of ones"
    return Schema("rearranged totals", statement, proof, queries)


def _neighbours() -> Schema:
    distance = z3.Int("distance")
    in_order = all_below(_n - 1, lambda k: _ELEMENT(k) <= _ELEMENT(k + 1))

    def holds(d: Any) -> Any:
        return z3.Implies(z3.And(_i >= 0, _i + d < _n), _ELEMENT(_i) <= _ELEMENT(_i + d))

    queries = (
        concluded("no distance", holds(z3.IntVal(0)), [in_order]),
        concluded("one more", holds(distance + 1), [in_order, distance >= 0, holds(distance)]),
    )
    statement = "A sequence no element of which is larger than the next is sorted."
    return Schema("neighbours", statement, "by induction over the distance", queries)


def _sorted_rearrangements() -> Schema:
    """An element smaller than that of the other sequence has too few places to be moved to, with all before it."""
    back = z3.Function("back", _INT, _INT)
    hit = z3.Int("hit")

    def in_order(values: Any) -> Any:
        pair = z3.And(_i >= 0, _i <= _j, _j < _n)
        return z3.ForAll([_i, _j], z3.Implies(pair, values(_i) <= values(_j)))

    def too_few(smaller: Any, larger: Any, move: Any, name: str) -> tuple[Query, Query]:
        given = [in_order(smaller), in_order(larger), _inside(_p, _n), smaller(_p) < larger(_p)]
        one = [_inside(_j, _p + 1), _inside(move(_j), _n), smaller(_j) == larger(move(_j))]
        before = all_below(_p + 1, lambda place: move(place) < _p)
        return (
            concluded(f"{name}: those up to it are moved before it", move(_j) < _p, [*given, *one]),
            concluded(
                f"{name}: but one is moved to its place", z3.Not(before), [_inside(hit, _p + 1), move(hit) == _p]
            ),
        )

    moved_back = [_ELEMENT(back(_p)) == _SOURCE(_MOVE(back(_p))), _MOVE(back(_p)) == _p]
    queries = (
        *too_few(_ELEMENT, _SOURCE, _MOVE, "smaller"),
        concluded("moved back to equal ones", _SOURCE(_p) == _ELEMENT(back(_p)), moved_back),
        *too_few(_SOURCE, _ELEMENT, back, "larger"),
    )
    statement = "Sorted sequences of which one is a rearrangement of the other are equal."
    return Schema("sorted rearrangements", statement, "by *pigeonhole*, of the positions up to one", queries)


BIJECTIONS = (
    _pigeonhole(),
    _rearrangement(),
    _rearranged_totals(),
    _sorted_rearrangements(),
    _neighbours(),
    Schema(
        "induction",
        "What holds at the first position, and at the next after any where it holds, holds at every position.",
        "the principle of induction: its premises are queries of the proof",
    ),
)

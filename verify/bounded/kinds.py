"""What the tokens of a program without types may be: all words, or all numbers.

A sequence of the original RASP holds values of one kind. So a claim about tokens of an unknown type is two claims, one
about words and one about numbers, and holds if both do. Types are inferred anew in each. A boolean counts as the number
0 or 1 in every operator of that language; where a program promises types, which tell them apart, nothing is said here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...dsl.graph import Ascribe, CellCall, Input, Reduce, SOp, inputs_of, nodes_within, substitute
from ...dsl.types import Real, Seq, Token, Unknown
from ...errors import RuntimeFault
from ...runtime.inputs import element
from ..claims.claim import Claim

__all__ = ["are_of_one_input", "by_kind", "typed_graphs"]

TOKENS = Input((), "tokens", Seq(Unknown()), "tokens")
"""The input of a program that declares none."""
_READINGS = ("tokens", "tokens_str", "tokens_float", "tokens_int", "tokens_bool")
"""What such a program may read its input as, the reading that tells most first."""


def by_kind(claim: Claim) -> tuple[Claim, ...]:
    """The claims, one for each kind of tokens, that hold together where the claim does; itself if it has types."""
    roots = (claim.condition, *claim.given)
    return tuple(
        replace(claim, condition=condition, given=tuple(given))
        for condition, *given in ([roots] if claim.kind == "wire" else typed_graphs(roots))
    )


def typed_graphs(roots: Sequence[SOp]) -> list[list[SOp]]:
    """The graphs over words, and over numbers; as they are if their tokens have a type, or types are promised."""
    nodes = nodes_within(roots)
    if TOKENS not in nodes or any(isinstance(node, Ascribe | CellCall | Reduce) for node in nodes):
        return [list(roots)]
    kinds = [replace(TOKENS, declared=Seq(kind)) for kind in (Token(), Real())]
    return [[substitute(root, {TOKENS: typed}) for root in roots] for typed in kinds]


def are_of_one_input(inputs: Mapping[str, Any], roots: Sequence[SOp]) -> bool:
    """Whether one input of a program is read as all these; that of a function with parameters always is."""
    readings = [key for key in _READINGS if key in inputs]
    if not readings:
        return True
    tokens = inputs[readings[0]]
    nodes = {node.key: node for node in inputs_of(roots)}
    try:
        return all(
            inputs[key] == [element(nodes[key], token) for token in tokens] for key in readings[1:] if key in nodes
        )
    except RuntimeFault:
        return False

"""From the graph to facts: which values each s-op can take, on what they depend, and what each selector selects.

1. Nodes are taken in order, arguments first; some are replaced (`rewriting`).
2. Elementwise nodes are tabulated (`elementwise`), selectors brought into normal form (`selection`).
3. Where a program may have no answer, because an operator is not defined on values that may occur, a *check* is noted:
   one more s-op, true at the positions where that happens.

Value sets are supersets: what cannot be excluded is provided for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from ...dsl.graph import (
    Aggregate,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    topological,
)
from ...dsl.types import Seq, Unknown, Value
from . import rewriting
from .domains import finite, means, spread
from .elementwise import infer_elementwise
from .facts import Facts, Knowledge, listed, number, variable
from .nodes import Undefined
from .orders import is_ranking, is_single
from .refusal import Origins
from .selection import join_terms, refuse_foresight, to_polynomial
from .selectors import Polynomial, Term

__all__ = ["VOCABULARY", "Analysis"]

VOCABULARY = Input((), "vocabulary", Seq(Unknown()), "vocabulary")
"""The variable that all inputs are functions of: which token stands at a position."""
_SUMMANDS_LIMIT = 256


class Analysis:
    """Facts of nodes and normal forms of selectors, gathered on demand.

    Attributes:
        origins: where nodes come from.
        checks: s-ops that are true where the program has no answer.
    """

    def __init__(
        self, origins: Origins, vocabulary: Mapping[SOp, Sequence[Value]], max_length: int, *, causal: bool
    ) -> None:
        """Start with the vocabulary: for `VOCABULARY` and for each input, the value of each token."""
        self.origins = origins
        self.checks: dict[SOp, None] = {}
        self._known = Knowledge(origins, max_length)
        self._vocabulary = vocabulary
        self._causal = causal
        self._images: dict[SOp, SOp] = {}
        self._selectors: dict[SOp, Polynomial] = {}

    def image(self, root: SOp) -> SOp:
        """The node that stands for one of the program; its facts are known."""
        for node in topological([root]):
            if node not in self._images:
                arguments = tuple(self._images[argument] for argument in node.arguments)
                rebuilt = node if arguments == node.arguments else replace(node, arguments=arguments)
                self.origins.note(rebuilt, node)
                self._images[node] = self._images[rebuilt] = self._added(rebuilt)
        return self._images[root]

    def facts(self, node: SOp) -> Facts:
        """What is known of a node that `image` returned."""
        return self._known.facts[node]

    def selector(self, node: SOp) -> Polynomial:
        """The normal form of a width's or aggregate's selector."""
        return self._selectors[node.arguments[0]]

    def conjunction(self, node: SOp) -> Term:
        """The selector of an aggregate as one conjunction, over joint variables if need be."""
        terms = self.selector(node)
        if len(terms) == 1 and terms[0].factor == 1:
            return terms[0]
        selector = node.arguments[0]
        return join_terms(selector, terms, self._known, lambda joint: self._derived(joint, selector))

    def is_single(self, node: SOp) -> bool:
        """Whether no query of a width or aggregate selects two keys."""
        return self._known.max_length == 1 or is_single(self.selector(node), self._is_distinct)

    def _is_distinct(self, node: SOp) -> bool:
        """Whether no two positions have the same value."""
        if isinstance(node, SelectorWidth):
            return is_ranking(self.selector(node), self._is_distinct)
        return isinstance(node, Indices)

    def _added(self, node: SOp) -> SOp:
        """Note what is known of a node, or put another in its place."""
        replacement = self._replacement(node)
        if replacement is not None:
            return self._derived(replacement, node)
        if isinstance(node, Select | SelectorLogic):
            sides = [self._selectors.get(argument, ()) for argument in node.arguments]
            self._selectors[node] = to_polynomial(node, sides, self._known, lambda new: self._derived(new, node))
        else:
            self._known.add(node, self._inferred(node))
        return node

    def _derived(self, node: SOp, original: SOp) -> SOp:
        """The image of a node that the compiler adds on behalf of another."""
        for inner in topological([node]):
            if inner not in self._images:
                self.origins.note(inner, original)
        return self.image(node)

    def _replacement(self, node: SOp) -> SOp | None:
        match node:
            case Fold():
                if not rewriting.is_closed(node):
                    way_out = "make what it needs a part of the items"
                    raise self.origins.refuse(node, "the step reads more than the state and the item", way_out)
                return rewriting.unrolled(node, self._known.max_length)
            case Reduce():
                return self._reduced(node)
            case SelectorWidth() if not self.selector(node):
                return Constant((), 0)
            case Aggregate(arguments=(_, _, default)) if not self.selector(node):
                return default
            case Elementwise() if all(self.facts(argument).domain.is_numeric for argument in node.arguments):
                return rewriting.merged_means(node)
        return None

    def _reduced(self, node: Reduce) -> SOp:
        domain = self.facts(node.arguments[0]).domain
        is_small = domain.is_numeric and domain.values is not None and len(domain) <= _SUMMANDS_LIMIT
        match node.operator:
            case "count":
                return rewriting.count(node.arguments[0])
            case "all":
                return rewriting.all_hold(node.arguments[0])
            case "sum" if is_small:
                return rewriting.sum_of(node.arguments[0], domain.values or ())
            case "min" | "max" if is_small:
                return rewriting.extreme(node.arguments[0], domain.values or (), node.operator)
        reason = f"{node.operator!r} of this sequence has no compilation"
        raise self.origins.refuse(node, reason, "write it with selectors, or run it in the interpreter")

    def _inferred(self, node: SOp) -> Facts:
        if self._causal and isinstance(node, Length | SelectorWidth | Aggregate):
            refuse_foresight(node, () if isinstance(node, Length) else self.selector(node), self._known)
        match node:
            case Input() if node == VOCABULARY:
                return variable(node, finite(self._vocabulary[node]))
            case Input():
                return listed(self._vocabulary[node], (self.image(VOCABULARY),), node)
            case Constant(value=str() as token):
                return listed([token], (), node)
            case Constant(value=value):
                return replace(listed([value], (), node), linear={None: Fraction(value)})
            case Indices():
                return variable(node, finite(range(self._known.max_length)))
            case Length():
                return number(node, finite(range(1, self._known.max_length + 1)))
            case SelectorWidth():
                return number(node, finite(range(2 if self.is_single(node) else self._known.max_length + 1)))
            case Aggregate():
                return self._aggregated(node)
        facts, may_fault = infer_elementwise(node, self._known, lambda new: self._derived(new, node))
        if may_fault and not isinstance(node, Undefined):
            self._check(node, Undefined(node.arguments, node))
        return facts

    def _aggregated(self, node: Aggregate) -> Facts:
        """Facts of an aggregate: the selected values where at most one is, else means; checks where none is defined."""
        _, values, *default = node.arguments
        kept, width = self.facts(values).domain, SelectorWidth(node.arguments[:1])
        domains = [self.facts(part).domain for part in default]
        is_single = self.is_single(node)
        if not is_single or kept.values is None:
            self._refuse_mixture(node)
        if not is_single:
            if kept.is_numeric:
                kept = means(kept, self._known.max_length)
            else:
                self._check(node, Elementwise((width, Constant((), 2)), ">="))
        if not default:
            self._check(node, Elementwise((width, Constant((), 0)), "=="))
        domain = spread(kept, *domains)
        return number(node, domain) if domain.is_numeric else variable(node, domain)

    def _refuse_mixture(self, node: Aggregate) -> None:
        """A mean of numbers is no one-hot encoding, and a token is no number."""
        kinds = {isinstance(value, str) for value in self.facts(node.arguments[1]).domain.values or (0,)}
        kinds |= {not self.facts(part).domain.is_numeric for part in node.arguments[2:] if kinds == {False}}
        if len(kinds) > 1:
            way_out = "give values and default of one kind, or select at most one key, by its index"
            raise self.origins.refuse(node, "several values may be selected, numbers and tokens among them", way_out)

    def _check(self, node: SOp, condition: SOp) -> None:
        check = self._derived(condition, node)
        if True in self.facts(check).values:
            self.checks[check] = None

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
from math import ceil, floor

from ...dsl.graph import (
    Aggregate,
    Constant,
    Elementwise,
    Indices,
    Input,
    Length,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    topological,
)
from ...dsl.types import Seq, Unknown, Value
from . import rewriting
from .domains import Domain, finite, grid, means, spread
from .elementwise import infer_elementwise
from .facts import Facts, Knowledge, listed, number, variable
from .kinds import holds_booleans
from .nodes import Added, Ceiling, Floor, Opaque, Sign, Undefined
from .proofs import Proofs
from .refusal import Origins
from .replacements import Replacements
from .selection import join_terms, refuse_foresight, to_polynomial
from .selectors import Term

__all__ = ["VOCABULARY", "Analysis"]

VOCABULARY = Input((), "vocabulary", Seq(Unknown()), "vocabulary")
"""The variable that all inputs are functions of: which token stands at a position."""


class Analysis:
    """Facts of nodes and normal forms of selectors, gathered on demand.

    Attributes:
        origins: where nodes come from.
        proofs: what is proved of them.
        checks: s-ops that are true where the program has no answer.
    """

    def __init__(
        self, origins: Origins, vocabulary: Mapping[SOp, Sequence[Value]], max_length: int, *, causal: bool
    ) -> None:
        """Start with the vocabulary: for `VOCABULARY` and for each input, the value of each token."""
        self.origins = origins
        self.checks: dict[SOp, None] = {}
        self._known = Knowledge(origins, max_length, vocabulary, causal)
        self.proofs = Proofs(self._known)
        self._replacements = Replacements(self._known, self.proofs, self._derived, self._check, self.checks)
        self._images: dict[SOp, SOp] = {}

    def image(self, root: SOp) -> SOp:
        """The node that stands for one of the program; its facts are known."""
        for node in topological([root], self._images):
            if node not in self._images:
                arguments = tuple(self._images[argument] for argument in node.arguments)
                rebuilt = node if arguments == node.arguments else replace(node, arguments=arguments)
                self.origins.note(rebuilt, node)
                self._images[node] = self._images[rebuilt] = self._added(rebuilt)
        return self._images[root]

    def watch_kinds(self, root: SOp) -> None:
        """Note a check for each sequence of the program in which tokens may stand beside numbers.

        The original RASP, and so the interpreter, lets no sequence mix them.
        """
        for node in topological([root]):
            if isinstance(node.type, Seq) and isinstance(node.type.element, Unknown):
                values = self.facts(self._images[node]).domain.values or ()
                if len({isinstance(value, str) for value in values}) > 1:
                    self._check(node, rewriting.mixes(self._images[node], is_causal=self._known.is_causal))

    def facts(self, node: SOp) -> Facts:
        """What is known of a node that `image` returned."""
        return self._known.facts[node]

    def conjunctions(self, node: SOp) -> Sequence[Term]:
        """The selector of an aggregate as conjunctions of which each has a head.

        Of several only where no query selects two keys; else they become one, over joint variables.
        """
        terms = self.proofs.selector(node)
        if all(term.factor == 1 for term in terms) and (len(terms) == 1 or self.proofs.is_single(node)):
            return terms
        selector = node.arguments[0]
        return [join_terms(selector, terms, self._known, lambda joint: self._derived(joint, selector))]

    def _added(self, node: SOp) -> SOp:
        """Note what is known of a node, or put another in its place."""
        replacement = self._replacements.of(node)
        if replacement is not None:
            return self._derived(replacement, node)
        if isinstance(node, Select | SelectorLogic):
            sides = [self._known.selectors.get(argument, ()) for argument in node.arguments]
            self._known.selectors[node] = to_polynomial(node, sides, self._known, lambda new: self._derived(new, node))
        else:
            self._known.add(node, self._inferred(node))
        return node

    def _derived(self, node: SOp, original: SOp) -> SOp:
        """The image of a node that the compiler adds on behalf of another."""
        for inner in topological([node], self._images):
            self.origins.note(inner, original)
        return self.image(node)

    def _inferred(self, node: SOp) -> Facts:
        if self._known.is_causal and isinstance(node, Length | SelectorWidth | Aggregate):
            refuse_foresight(node, () if isinstance(node, Length) else self.proofs.selector(node), self._known)
        match node:
            case Input() if node == VOCABULARY:
                return variable(node, finite(self._known.vocabulary[node]))
            case Input():
                return listed(self._known.vocabulary[node], (self.image(VOCABULARY),), node)
            case Constant(value=str() as token):
                return listed([token], (), node)
            case Constant(value=value):
                return replace(listed([value], (), node), linear={None: Fraction(value)})
            case Indices():
                return variable(node, finite(range(self._known.max_length)))
            case Length():
                return number(node, finite(range(1, self._known.max_length + 1)))
            case SelectorWidth():
                return number(node, finite(self._possible_widths(node)))
            case Aggregate():
                return self._aggregated(node)
            case Added(arguments=(mean, width)):
                return self._added_up(node, self.facts(mean.arguments[1]).domain, self.facts(width).domain)
            case Floor(arguments=(value,)) | Ceiling(arguments=(value,)):
                bounds = self.facts(value).domain
                rounding = floor if isinstance(node, Floor) else ceil
                return number(node, finite(range(rounding(bounds.low), rounding(bounds.high) + 1)))
            case Sign(arguments=(value,)):
                domain = self.facts(value).domain
                possible = {-1: domain.low < 0, 0: domain.low <= 0 <= domain.high, 1: domain.high > 0}
                return variable(node, finite(sign for sign, is_possible in possible.items() if is_possible))
            case Opaque(arguments=(value,)):
                return self._known.as_variable(value)
        facts, may_fault = infer_elementwise(node, self._known, lambda new: self._derived(new, node))
        if may_fault and not isinstance(node, Undefined):
            self._check(node, Undefined(node.arguments, node))
        return facts

    def _possible_widths(self, node: SelectorWidth) -> range:
        most = 1 if self.proofs.is_single(node) else self._known.max_length
        if self.proofs.is_never_empty(node):
            return range(1, most + 1)
        return range(most if self.proofs.is_consecutive(node) else most + 1)

    def _aggregated(self, node: Aggregate) -> Facts:
        """Facts of an aggregate: the selected values where at most one is, else means; checks where none is defined."""
        _, values, *default = node.arguments
        kept, width = self.facts(values).domain, SelectorWidth(node.arguments[:1])
        domains = [self.facts(part).domain for part in default]
        is_single = self.proofs.is_single(node)
        if not is_single or kept.values is None:
            self._refuse_mixture(node)
        if not is_single:
            if kept.is_numeric and not self._holds_booleans(node):
                kept = means(kept, self._known.max_length)
            else:
                self._check(node, Elementwise((width, Constant((), 2)), ">="))
        if not default and not self.proofs.is_never_empty(node):
            self._check(node, Elementwise((width, Constant((), 0)), "=="))
        domain = spread(kept, *domains)
        return number(node, domain) if domain.is_numeric else variable(node, domain)

    def _added_up(self, node: SOp, values: Domain, widths: Domain) -> Facts:
        """Facts of a sum of numbers; none of them counts as 0."""
        low, high = min(values.low, Fraction(0)) * widths.high, max(values.high, Fraction(0)) * widths.high
        return number(node, grid(values.unit, 1, low, high))

    def _holds_booleans(self, node: Aggregate) -> bool:
        """Whether an aggregate's values are booleans, of which several have no mean."""
        values = self.facts(node.arguments[1]).domain.values
        if values is None or not {0, 1} & {*values}:
            return False
        answer = holds_booleans(node.arguments[1], self._known.vocabulary)
        if answer is None:
            way_out = "make numbers of the booleans by indicator(…), or select at most one key, by its index"
            raise self.origins.refuse(node, "several values may be selected, booleans and numbers among them", way_out)
        return answer

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

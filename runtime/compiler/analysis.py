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
    At,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Input,
    Length,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
    topological,
)
from ...dsl.types import Seq, Unknown, Value
from ..exact import answer_to_nothing
from . import rewriting
from .domains import Domain, finite, grid, means, spread
from .elementwise import infer_elementwise
from .facts import Facts, Knowledge, listed, number, variable
from .kinds import holds_booleans
from .nodes import Added, Ceiling, Floor, Opaque, Sign, Undefined
from .orders import is_ranking, is_reflexive, is_single
from .refusal import Origins
from .selection import join_terms, refuse_foresight, to_polynomial
from .selectors import Polynomial, Term
from .totality import always_selects, is_width_of, width_by_position

__all__ = ["VOCABULARY", "Analysis"]

VOCABULARY = Input((), "vocabulary", Seq(Unknown()), "vocabulary")
"""The variable that all inputs are functions of: which token stands at a position."""
_SUMMANDS_LIMIT = 256
_FEW_SUMMANDS = 2


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
        self._uniform: dict[SOp, bool] = {}

    def image(self, root: SOp) -> SOp:
        """The node that stands for one of the program; its facts are known."""
        for node in topological([root]):
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
                    self._check(node, rewriting.mixes(self._images[node], is_causal=self._causal))

    def facts(self, node: SOp) -> Facts:
        """What is known of a node that `image` returned."""
        return self._known.facts[node]

    def selector(self, node: SOp) -> Polynomial:
        """The normal form of a width's or aggregate's selector."""
        return self._selectors[node.arguments[0]]

    def conjunctions(self, node: SOp) -> Sequence[Term]:
        """The selector of an aggregate as conjunctions of which each has a head.

        Of several only where no query selects two keys; else they become one, over joint variables.
        """
        terms = self.selector(node)
        if all(term.factor == 1 for term in terms) and (len(terms) == 1 or self.is_single(node)):
            return terms
        selector = node.arguments[0]
        return [join_terms(selector, terms, self._known, lambda joint: self._derived(joint, selector))]

    def is_single(self, node: SOp) -> bool:
        """Whether no query of a width or aggregate selects two keys."""
        return self._known.max_length == 1 or is_single(self.selector(node), self._is_distinct)

    def is_never_empty(self, node: SOp) -> bool:
        """Whether every query of a width or aggregate selects a key."""
        selector, asked = self.selector(node), node.arguments[0]
        if is_reflexive(selector):
            return True
        if self._causal or not isinstance(asked, Select):
            return False
        return always_selects(selector, self.facts(asked.arguments[1]), self._is_consecutive, self._known.max_length)

    def _is_consecutive(self, node: SOp) -> bool:
        """Whether the values at the positions of a sequence of length n are the first n of all, in some order."""
        if isinstance(node, SelectorWidth):
            return is_ranking(self.selector(node), self._is_distinct)
        return isinstance(node, Indices)

    def _is_distinct(self, node: SOp) -> bool:
        """Whether no two positions have the same value: a whole multiple of consecutive numbers, plus a uniform one."""
        if self._is_consecutive(node):
            return True
        known = self.facts(node.arguments[0] if isinstance(node, Floor) else node).linear or {}
        varying = [(part, weight) for part, weight in known.items() if part and not self._is_uniform(part)]
        return len(varying) == 1 and varying[0][1].denominator == 1 and self._is_consecutive(varying[0][0])

    def _is_uniform(self, node: SOp) -> bool:
        """Whether all positions have the same value."""
        if node not in self._uniform:
            base = self.facts(node).base
            self._uniform[node] = self._has_one_value(node) if base == (node,) else all(map(self._is_uniform, base))
        return self._uniform[node]

    def _has_one_value(self, node: SOp) -> bool:
        match node:
            case Input() | Indices():
                return False
            case SelectorWidth() | Aggregate():
                queries = (query for term in self.selector(node) for _, query in term.tables)
                return all(map(self._is_uniform, (*queries, *node.arguments[2:])))
        return all(map(self._is_uniform, node.arguments))

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
                return rewriting.reduced(node) or rewriting.unrolled(node, self._known.max_length)
            case Reduce():
                return self._reduced(node)
            case At():
                return self._read_at(node)
            case Quantified():
                answer = rewriting.decided(node)
                if answer is None:
                    reason = f"the body of {node.operator!r} reads more than its variable and the length"
                    raise self.origins.refuse(node, reason, "write it with selectors, or run it in the interpreter")
                return answer
            case Select(arguments=(keys, queries)):
                return self._compared_whole(node, self.facts(keys).domain, self.facts(queries).domain)
            case SelectorWidth() if not self.selector(node):
                return Constant((), 0)
            case SelectorWidth():
                return width_by_position(self.selector(node), self._known.max_length, is_causal=self._causal)
            case Aggregate(arguments=(_, _, default)) if not self.selector(node):
                return default
            case Aggregate() if not self.selector(node) and answer_to_nothing(node.operator) is None:
                reason = "it has no value for any input: nothing is selected, and there is no default"
                raise self.origins.refuse(node, reason, "mend the program")
            case Aggregate(arguments=(selector, values, _)) if self.is_never_empty(node):
                return replace(node, arguments=(selector, values))
            case Aggregate() if node.operator != "mean":
                return self._aggregation(node)
            case Elementwise() if all(self.facts(argument).domain.is_numeric for argument in node.arguments):
                return rewriting.merged_means(node) or self._sum_of_selected(node)
        return None

    def _sum_of_selected(self, node: Elementwise) -> SOp | None:
        """A mean times how many it is of, as a sum: the mean itself may take very many values."""
        for mean, factor in (node.arguments, node.arguments[::-1]) if node.operator == "*" else ():
            if isinstance(mean, Aggregate) and mean.operator == "mean" and self._is_width(factor, mean):
                added = Aggregate(mean.arguments[:2], "sum")
                return None if self._counted("sum", mean.arguments[1], mean.arguments[0]) is None else added
        return None

    def _is_width(self, node: SOp, of: Aggregate) -> bool:
        """Whether a number is proved to be how many keys are selected."""
        if isinstance(node, SelectorWidth):
            return node.arguments == of.arguments[:1]
        return is_width_of(self.selector(of), self.facts(node), self._known.max_length)

    def _compared_whole(self, node: Select, keys: Domain, queries: Domain) -> SOp | None:
        """The comparison of a fraction of very many values with whole numbers."""
        for fraction, whole in ((keys, queries), (queries, keys)):
            if whole.is_whole and fraction.is_numeric and fraction.is_crowded:
                return rewriting.compared_whole(node, is_key_whole=whole is keys)
        return None

    def _read_at(self, node: At) -> SOp:
        sequence, position = node.arguments
        domain, n = self.facts(position).domain, self._known.max_length
        if domain.values is not None and not any(isinstance(value, int) and -n <= value < n for value in domain.values):
            reason = f"it has no value for any input: no sequence of up to {n} elements has such a position"
            raise self.origins.refuse(node, reason, "mend the program, or take a larger max_length")
        is_from_start = domain.is_numeric and domain.low >= 0
        place = position if is_from_start else rewriting.from_start(position)
        return Aggregate((Select((Indices(), place), "=="), sequence))

    def _reduced(self, node: Reduce) -> SOp:
        keys, *others = node.arguments
        match node.operator:
            case "sorted":
                return rewriting.is_sorted(keys)
            case "distinct":
                return rewriting.is_distinct(keys)
            case "permutation" if len({self._kind(side) for side in (keys, *others)}) == 1:
                return rewriting.is_permutation(keys, *others)
        answer = self._counted(node.operator, keys, rewriting.EVERYWHERE)
        if answer is not None:
            return answer
        reason = f"{node.operator!r} of this sequence has no compilation"
        raise self.origins.refuse(node, reason, "write it with selectors, or run it in the interpreter")

    def _kind(self, node: SOp) -> object:
        """Equal for s-ops of which values that are equal are equal to the language as well."""
        return self.facts(node).domain.is_numeric and holds_booleans(node, self._vocabulary)

    def _counted(self, operator: str, keys: SOp, selector: SOp) -> SOp | None:
        """A property of the selected keys, by how many of them have which values; None if it cannot be told so."""
        domain, width = self.facts(keys).domain, rewriting.within(selector)
        values = domain.values if domain.values is not None and len(domain) <= _SUMMANDS_LIMIT else None
        match operator:
            case "count":
                return rewriting.count(keys, width)
            case "any":
                return rewriting.any_hold(keys, width)
            case "all":
                return rewriting.all_hold(keys, width)
            case "sum" if domain.is_numeric and domain.count == 1 and self._is_averaged(selector, domain):
                return rewriting.added(keys, selector)
            case "sum" if values is not None and domain.is_numeric:
                return rewriting.sum_of(keys, values, width)
            case "min" | "max" if values is not None and domain.is_numeric:
                return rewriting.extreme(keys, values, operator, width)
            case "min" | "max" if values is not None and all(isinstance(value, str) for value in values):
                return rewriting.extreme(keys, sorted(values, key=str), operator, width)
        return None

    def _is_averaged(self, selector: SOp, domain: Domain) -> bool:
        """Whether a sum is better told by the mean than by the counts of each value: one head does, not one a value."""
        n_counted = sum(1 for value in domain.values or ()) - (0 in (domain.values or ()))
        terms = self._selectors[self._derived(selector, selector)]
        return (domain.values is None or n_counted > _FEW_SUMMANDS) and len(terms) == 1 and terms[0].factor == 1

    def _aggregation(self, node: Aggregate) -> SOp:
        """An aggregation other than the mean, as the mean of one value or by widths."""
        selector, values, *default = node.arguments
        if node.operator in ("first", "last", "nearest_left", "nearest_right"):
            return Aggregate((selector if self.is_single(node) else self._one_of(node), values, *default))
        answer = self._counted(node.operator, values, selector)
        if answer is None:
            reason = f"{node.operator!r} of these values has no compilation"
            raise self.origins.refuse(node, reason, "give it numbers of few values, or run it in the interpreter")
        of_nothing = answer_to_nothing(node.operator)
        if default and (of_nothing is None or self.facts(default[0]).constant != of_nothing):
            return Elementwise((rewriting.is_empty(selector), default[0], answer), "if")
        if of_nothing is None and not self.is_never_empty(node):
            self._check(node, rewriting.is_empty(selector))
        return answer

    def _one_of(self, node: Aggregate) -> SOp:
        """The selector of the first, last or nearest of the keys that are selected."""
        # Where no key stands after its query, the nearest is the last.
        operator = "last" if self._causal and node.operator != "first" else node.operator
        position = rewriting.position_of(operator, node.arguments[0], self._known.max_length)
        here = Select((Indices(), position), "==")
        return SelectorLogic((here, rewriting.UP_TO_HERE), "and") if self._causal else here

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
                return variable(
                    node, finite(sign for sign in (-1, 0, 1) if domain.low <= sign * domain.reach <= domain.high)
                )
            case Opaque(arguments=(value,)):
                return self._known.as_variable(value)
        facts, may_fault = infer_elementwise(node, self._known, lambda new: self._derived(new, node))
        if may_fault and not isinstance(node, Undefined):
            self._check(node, Undefined(node.arguments, node))
        return facts

    def _possible_widths(self, node: SelectorWidth) -> range:
        most = 1 if self.is_single(node) else self._known.max_length
        if self.is_never_empty(node):
            return range(1, most + 1)
        return range(most if self._is_consecutive(node) else most + 1)

    def _aggregated(self, node: Aggregate) -> Facts:
        """Facts of an aggregate: the selected values where at most one is, else means; checks where none is defined."""
        _, values, *default = node.arguments
        kept, width = self.facts(values).domain, SelectorWidth(node.arguments[:1])
        domains = [self.facts(part).domain for part in default]
        is_single = self.is_single(node)
        if not is_single or kept.values is None:
            self._refuse_mixture(node)
        if not is_single:
            if kept.is_numeric and not self._holds_booleans(node):
                kept = means(kept, self._known.max_length)
            else:
                self._check(node, Elementwise((width, Constant((), 2)), ">="))
        if not default and not self.is_never_empty(node):
            self._check(node, Elementwise((width, Constant((), 0)), "=="))
        domain = spread(kept, *domains)
        return number(node, domain) if domain.is_numeric else variable(node, domain)

    def _added_up(self, node: SOp, values: Domain, widths: Domain) -> Facts:
        """Facts of a sum of numbers; none of them counts as 0."""
        low, high = min(values.low, 0) * widths.high, max(values.high, 0) * widths.high
        return number(node, grid(values.unit, 1, low, high))

    def _holds_booleans(self, node: Aggregate) -> bool:
        """Whether an aggregate's values are booleans, of which several have no mean."""
        values = self.facts(node.arguments[1]).domain.values
        if values is None or not {0, 1} & {*values}:
            return False
        answer = holds_booleans(node.arguments[1], self._vocabulary)
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

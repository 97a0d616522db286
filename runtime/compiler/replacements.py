"""Which nodes are replaced, before anything is inferred of them, by others that are encoded directly (`rewriting`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ...dsl.graph import (
    Aggregate,
    At,
    Constant,
    Elementwise,
    Fold,
    Indices,
    Quantified,
    Reduce,
    Select,
    SelectorLogic,
    SelectorWidth,
    SOp,
)
from ..exact import answer_to_nothing
from . import rewriting
from .domains import Domain
from .facts import Facts, Knowledge
from .kinds import holds_booleans
from .proofs import Proofs
from .quantifiers import Decision
from .totality import width_by_position

__all__ = ["Replacements"]

_SUMMANDS_LIMIT = 256
"""Numbers that take more values than this are not told by how many of them have which."""
_FEW_SUMMANDS = 2
"""So few values are counted one by one; of more, the mean is taken instead."""


class Replacements:
    """Says what stands for a node.

    `derive` makes a node that is added on behalf of another one known, and returns what stands for it; `check` notes a
    condition under which a node has no answer, `checks` are those noted so far.
    """

    def __init__(
        self,
        known: Knowledge,
        proofs: Proofs,
        derive: Callable[[SOp, SOp], SOp],
        check: Callable[[SOp, SOp], None],
        checks: Mapping[SOp, None],
    ) -> None:
        self._known = known
        self._proofs = proofs
        self._derive = derive
        self._check = check
        self._checks = checks

    def of(self, node: SOp) -> SOp | None:
        """The node to put in place of another one, whose arguments are known; None where it stays."""
        match node:
            case Fold():
                if not rewriting.is_closed(node):
                    way_out = "make what it needs a part of the items"
                    raise self._known.origins.refuse(node, "the step reads more than the state and the item", way_out)
                return rewriting.reduced(node) or rewriting.unrolled(node, self._known.max_length)
            case Reduce():
                return self._reduced(node)
            case At():
                return self._read_at(node)
            case Quantified():
                decision = Decision(node, self._known, self._derive, self._check, self._checks)
                return rewriting.decided(node) or decision.answer()
            case Select(arguments=(keys, queries)):
                return self._compared_whole(node, self._facts(keys).domain, self._facts(queries).domain)
            case SelectorWidth() if not self._proofs.selector(node):
                return Constant((), 0)
            case SelectorWidth():
                return width_by_position(
                    self._proofs.selector(node), self._known.max_length, is_causal=self._known.is_causal
                )
            case Aggregate(arguments=(_, _, default)) if not self._proofs.selector(node):
                return default
            case Aggregate() if not self._proofs.selector(node) and answer_to_nothing(node.operator) is None:
                reason = "it has no value for any input: nothing is selected, and there is no default"
                raise self._known.origins.refuse(node, reason, "mend the program")
            case Aggregate(arguments=(selector, values, _)) if self._proofs.is_never_empty(node):
                return replace(node, arguments=(selector, values))
            case Aggregate() if node.operator != "mean":
                return self._aggregation(node)
            case Elementwise() if all(self._facts(argument).domain.is_numeric for argument in node.arguments):
                return rewriting.merged_means(node) or self._sum_of_selected(node)
        return None

    def _sum_of_selected(self, node: Elementwise) -> SOp | None:
        """A mean times how many it is of, as a sum: the mean itself may take very many values."""
        for mean, factor in (node.arguments, node.arguments[::-1]) if node.operator == "*" else ():
            if isinstance(mean, Aggregate) and mean.operator == "mean" and self._proofs.is_width(factor, mean):
                added = Aggregate(mean.arguments[:2], "sum")
                return None if self._counted("sum", mean.arguments[1], mean.arguments[0]) is None else added
        return None

    def _compared_whole(self, node: Select, keys: Domain, queries: Domain) -> SOp | None:
        """The comparison of a fraction of very many values with whole numbers."""
        for fraction, whole in ((keys, queries), (queries, keys)):
            if whole.is_whole and fraction.is_numeric and fraction.is_crowded:
                return rewriting.compared_whole(node, is_key_whole=whole is keys)
        return None

    def _read_at(self, node: At) -> SOp:
        sequence, position = node.arguments
        domain, n = self._facts(position).domain, self._known.max_length
        if domain.values is not None and not any(isinstance(value, int) and -n <= value < n for value in domain.values):
            reason = f"it has no value for any input: no sequence of up to {n} elements has such a position"
            raise self._known.origins.refuse(node, reason, "mend the program, or take a larger max_length")
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
        raise self._known.origins.refuse(node, reason, "write it with selectors, or run it in the interpreter")

    def _kind(self, node: SOp) -> object:
        """Equal for s-ops of which values that are equal are equal to the language as well."""
        return self._facts(node).domain.is_numeric and holds_booleans(node, self._known.vocabulary)

    def _counted(self, operator: str, keys: SOp, selector: SOp) -> SOp | None:
        """A property of the selected keys, by how many of them have which values; None if it cannot be told so."""
        domain, width = self._facts(keys).domain, rewriting.within(selector)
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
        n_counted = sum(value != 0 for value in domain.values or ())
        terms = self._known.selectors[self._derive(selector, selector)]
        return (domain.values is None or n_counted > _FEW_SUMMANDS) and len(terms) == 1 and terms[0].factor == 1

    def _aggregation(self, node: Aggregate) -> SOp:
        """An aggregation other than the mean, as the mean of one value or by widths."""
        selector, values, *default = node.arguments
        if node.operator in ("first", "last", "nearest_left", "nearest_right"):
            return Aggregate((selector if self._proofs.is_single(node) else self._one_of(node), values, *default))
        answer = self._counted(node.operator, values, selector)
        if answer is None:
            reason = f"{node.operator!r} of these values has no compilation"
            raise self._known.origins.refuse(
                node, reason, "give it numbers of few values, or run it in the interpreter"
            )
        of_nothing = answer_to_nothing(node.operator)
        if default and (of_nothing is None or self._facts(default[0]).constant != of_nothing):
            return Elementwise((rewriting.is_empty(selector), default[0], answer), "if")
        if of_nothing is None and not self._proofs.is_never_empty(node):
            self._check(node, rewriting.is_empty(selector))
        return answer

    def _one_of(self, node: Aggregate) -> SOp:
        """The selector of the first, last or nearest of the keys that are selected."""
        # Where no key stands after its query, the nearest is the last.
        operator = "last" if self._known.is_causal and node.operator != "first" else node.operator
        position = rewriting.position_of(operator, node.arguments[0], self._known.max_length)
        here = Select((Indices(), position), "==")
        return SelectorLogic((here, rewriting.UP_TO_HERE), "and") if self._known.is_causal else here

    def _facts(self, node: SOp) -> Facts:
        return self._known.facts[node]

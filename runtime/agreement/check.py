"""The three-way check: one program, three ways to run it, and the first input on which they differ.

1. The interpreter says what the program means. The exact transformer is compiled for the vocabulary and the length;
   the stitched module runs the catalogued networks themselves. What cannot take part says why.
2. All inputs are tried where there are no more than `limit`; else all of the shortest, and longer ones drawn at random
   from a seed. Inputs that break a requirement of the entry point are left out: nothing is promised of them.
3. A fault of one must be a fault of all, in whatever words.
4. The first input on which two differ is made smaller as long as they do: no input with a position less, or with one
   value earlier in the vocabulary, is a disagreement too.

The contracts of circuits are what the interpreter and the transformer answer; so a circuit that breaks its contract is
found as a disagreement of the stitched module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from ...catalog import Catalog
from ...dsl.program import Function, Program
from ...errors import RuntimeFault
from ..inputs import Given, element
from ..promises import check_requirements
from .backends import Answer, Backend, answers_like, answers_of, are_equal
from .domain import Domain
from .entrants import enter
from .report import Agreement, Disagreement
from .vocabulary import TOKENS, vocabularies_of

__all__ = ["agree"]

DEFAULT_LIMIT = 5000
_BATCH_SIZE = 256


def agree(
    program: Program,
    catalog: Catalog | None = None,
    *,
    max_length: int,
    output: str | None = None,
    vocabulary: Sequence[Any] | None = None,
    limit: int = DEFAULT_LIMIT,
    seed: int = 0,
    causal: bool = False,
    dtype: str = "float32",
    beginning: str = "token",
    others: Mapping[str, Backend] | None = None,
) -> Agreement:
    """Compare the interpreter, the transformer and the stitched module of a program.

    Args:
        program: what `parse` returned.
        catalog: where the networks of its circuits are.
        max_length: the length of the longest input, at least 1.
        output: the name of the output; `main`, or the last one, if None.
        vocabulary: the values of every parameter, which all have one type then; None takes all of a finite type, and
            the usual ones of any other.
        limit: how many inputs are tried at most.
        seed: what inputs are drawn from where there are more.
        causal: whether positions of the transformer see only what stands before them.
        dtype: the number format of its weights.
        beginning: what its heads attend to where nothing is selected, as in `compile_transformer`.
        others: further ways to run the program, by name, that are compared with these three.

    Raises:
        RuntimeFault: if there is no such output, number format or beginning, or the vocabulary does not fit the
            program.
    """
    if max_length < 1 or limit < 1:
        raise RuntimeFault(f"expected a max_length and a limit of at least 1, found {max_length} and {limit}")
    _check_options(dtype, beginning)
    function = program.output(output)
    domain = Domain.of(function, _vocabularies(program, function, vocabulary), max_length)
    options = {"causal": causal, "dtype": dtype, "beginning": beginning}
    backends, participants = enter(program, function, domain, catalog, options, others or {})
    search = _Search(program, function, domain, backends)
    search.run(limit if len(backends) > 1 else 0, seed)
    exhausted = domain.exhausted(limit)
    return Agreement(
        output=function.name,
        vocabularies=domain.vocabularies,
        max_length=max_length,
        participants=participants,
        n_inputs=search.n_inputs,
        n_faults=search.n_faults,
        n_outside=search.n_outside,
        has_length=domain.has_length,
        exhausted=exhausted.stop - 1,
        is_exhaustive=exhausted == domain.lengths,
        seed=seed,
        disagreement=search.disagreement,
    )


def _check_options(dtype: str, beginning: str) -> None:
    """Refuse what no transformer is compiled with: it is a slip, not a backend that cannot take part."""
    from ..compiler.arithmetic import arithmetic_of  # torch takes seconds to import

    arithmetic_of(dtype)
    if beginning not in ("token", "sink"):
        raise RuntimeFault(f"expected the beginning to be 'token' or 'sink', found {beginning!r}")


def _vocabularies(
    program: Program, function: Function, vocabulary: Sequence[Any] | None
) -> Mapping[str, Sequence[Any]]:
    """The values of each parameter: those that were asked for, or else the usual ones."""
    if vocabulary is None:
        return vocabularies_of(program, function)
    if len({parameter.type for parameter in function.parameters}) > 1:
        raise RuntimeFault(f"{function.name!r} takes inputs of several types: their values cannot be told as one list")
    parameters = function.parameters or (TOKENS,)
    for parameter in function.parameters:
        for value in vocabulary:
            element(parameter, value, " in the vocabulary")
    return {parameter.name: tuple(dict.fromkeys(vocabulary)) for parameter in parameters}


class _Search:
    """Goes through inputs until the backends differ."""

    def __init__(self, program: Program, function: Function, domain: Domain, backends: Mapping[str, Backend]) -> None:
        self.program = program
        self.function = function
        self.domain = domain
        self.backends = backends
        self.n_inputs = 0
        self.n_faults = 0
        self.n_outside = 0
        self.disagreement: Disagreement | None = None

    def run(self, limit: int, seed: int) -> None:
        """Try inputs in batches, shortest first."""
        for batch in _batches(self.domain.inputs(limit, seed)):
            inside = [given for given in batch if self._is_inside(given)]
            self.n_outside += len(batch) - len(inside)
            number, answers = self._first(inside, counted=True)
            self.n_inputs += len(inside) if number is None else number + 1
            if number is not None:
                smallest, said = self._shrunk(inside[number], answers)
                self.disagreement = Disagreement(smallest, said, inside[number], self.n_inputs)
                return

    def _first(self, inputs: Sequence[Given], *, counted: bool = False) -> tuple[int | None, Mapping[str, Answer]]:
        """The number of the first input on which the backends differ, and what they say to it."""
        reference, *others = self.backends.values()
        said = answers_of(reference, inputs)
        self.n_faults += counted and sum(answer.fault is not None for answer in said)
        columns = [said, *(answers_like(backend, inputs, said) for backend in others)]
        for number, row in enumerate(zip(*columns, strict=True)):
            if not all(are_equal(row[0], other) for other in row[1:]):
                return number, dict(zip(self.backends, row, strict=True))
        return None, {}

    def _shrunk(self, given: Given, said: Mapping[str, Answer]) -> tuple[Given, Mapping[str, Answer]]:
        """A smallest input on which they still differ; each step takes a position away or an earlier value."""
        while True:
            smaller = [candidate for candidate in self.domain.smaller(given) if self._is_inside(candidate)]
            for batch in _batches(smaller):
                number, answers = self._first(batch)
                if number is not None:
                    given, said = batch[number], answers
                    break
            else:
                return given, said

    def _is_inside(self, given: Given) -> bool:
        """Whether the input meets the requirements of the entry point."""
        if not self.function.requires:
            return True
        try:
            check_requirements(self.program, self.function, given)
        except RuntimeFault:
            return False
        return True


def _batches(inputs: Iterable[Given]) -> Iterator[list[Given]]:
    rest = iter(inputs)
    while batch := list(islice(rest, _BATCH_SIZE)):
        yield batch

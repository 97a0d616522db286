"""A compiled program: a transformer, with what it takes to write inputs as tokens and to read answers off logits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from ...dsl.graph import SOp
from ...dsl.program import Program
from ...dsl.types import Seq
from ...errors import RuntimeFault
from ..inputs import Given, bind_inputs
from ..interpreter import interpret
from ..reference import answer_of
from ..transformer import Transformer, TransformerConfig, writers
from .decoding import Readout
from .emission import columns

__all__ = ["CompiledTransformer"]

_BATCH_SIZE = 256


class CompiledTransformer:
    """An exact transformer of a program; called with a list of inputs, it answers as `interpret` does.

    Attributes:
        module: the transformer. Token 0 stands at the beginning, token i + 1 is the i-th of the vocabulary; with sinks
            there is none at the beginning, and token i is the i-th.
        program, output: what was compiled.
        function: the function behind the output.
        vocabulary: the tokens.
        max_length: the longest input, the token at the beginning not counted.
        residual_labels: what each dimension of the residual stream holds.
        answer: how the answer is read from the logits; those behind it are above 1/2 where there is none.
        readouts: how s-ops are read from the streams that each attention, each MLP and the logits read, side by side.
    """

    def __init__(
        self,
        program: Program,
        output: str | None,
        module: Transformer,
        vocabulary: Sequence[Any] | None,
        labels: tuple[str, ...],
        answer: Readout,
        readouts: Mapping[SOp, Readout],
    ) -> None:
        """Join a transformer with the readouts of its answer and of the s-ops that it encodes."""
        self.module = module
        self.vocabulary = vocabulary
        self._beginning: tuple[int, ...] = () if module.config.sink else (0,)
        self.max_length = module.config.n_context - len(self._beginning)
        self.residual_labels = labels
        self.program = program
        self.output = output
        self.function = program.output(output)
        # Python has True equal to 1, the language has not.
        self._token_numbers = {
            (type(token), token): number for number, token in enumerate(vocabulary or (), len(self._beginning))
        }
        self.answer = answer
        self.readouts = readouts

    @property
    def config(self) -> TransformerConfig:
        """The shape of the transformer."""
        return self.module.config

    @property
    def error_bound(self) -> float:
        """How far any logit that the answer is read from may be from its exact value, as computed in this format."""
        return self.answer.error

    @property
    def n_parameters(self) -> int:
        """How many numbers the weights are, zeros included."""
        return sum(parameter.numel() for parameter in self.module.parameters())

    def __call__(self, inputs: Sequence[Given]) -> list[Any]:
        """The answer to each input, as `interpret` gives it.

        Raises:
            RuntimeFault: if an input is longer than `max_length`, has a token outside the vocabulary, does not belong
                to the declared type, or has no answer by the program; or if PyTorch is told to multiply float32 in
                fewer bits.
        """
        self._require_full_precision()
        rows = [self._tokens(given) for given in inputs]
        answers: list[Any] = []
        for start in range(0, len(inputs), _BATCH_SIZE):
            chunk = slice(start, start + _BATCH_SIZE)
            answers += self._answers(inputs[chunk], rows[chunk])
        return answers

    def _require_full_precision(self) -> None:
        precision = torch.get_float32_matmul_precision()
        if precision != "highest" and self.module.get_parameter("embed").dtype == torch.float32:
            raise RuntimeFault(
                f"PyTorch multiplies float32 with {precision!r} precision, which an exact transformer does not bear; "
                "set torch.set_float32_matmul_precision('highest')"
            )

    def values(self, given: Given) -> dict[SOp, Any]:
        """The exact value of every encoded s-op of the program on one input, read off the residual stream.

        Raises:
            RuntimeFault: as a call does.
        """
        self([given])
        row = self._tokens(given)
        if len(row) == len(self._beginning):
            return {}
        streams_nd = self._streams(row)
        decoded = {}
        for node, read in self.readouts.items():
            sequence = read.values(streams_nd @ columns(read.functionals, streams_nd.shape[-1], streams_nd.dtype))
            decoded[node] = sequence if isinstance(node.type, Seq) else sequence[0]
        return decoded

    def _streams(self, row: Sequence[int]) -> Tensor:
        """What each attention and each MLP reads, and the logits, side by side; shape (position, reader · residual)."""
        with torch.no_grad():
            outputs_wbnd = self.module.edgewise(self._tensor([row])).outputs_wbnd
        added: dict[str, Tensor] = {}
        for writer, output_bnd in zip(writers(self.config), outputs_wbnd, strict=True):
            layer, _, component = writer.partition(".")
            place = f"{layer}.{'mlp' if component == 'mlp' else 'heads'}" if component else "embedding"
            added[place] = added.get(place, 0) + output_bnd[0, len(self._beginning) :].cpu().double()
        none = torch.zeros_like(added["embedding"])
        places = [f"L{layer}.{part}" for layer in range(len(self.config.layers)) for part in ("heads", "mlp")]
        written = [added["embedding"], *(added.get(place, none) for place in places)]
        return torch.cat(list(accumulate(written)), dim=-1)

    def _answers(self, inputs: Sequence[Given], rows: Sequence[Sequence[int]]) -> list[Any]:
        lengths = [len(row) for row in rows]
        padded = [[*row, *[0] * (max(lengths) - len(row))] for row in rows]
        with torch.no_grad():
            n_tokens_b = self._tensor(lengths) if min(lengths) < max(lengths) else None
            logits_bno = self.module(self._tensor(padded), n_tokens_b).cpu()[:, len(self._beginning) :]
        n_answer, longest = len(self.answer.functionals), logits_bno.shape[1]
        fails_bn = (logits_bno[..., n_answer:] > 0.5).any(-1).tolist()
        answers = self.answer.answers(logits_bno[..., :n_answer].reshape(-1, n_answer))
        return [
            self._answer(given, answers[n * longest : n * longest + len(row) - len(self._beginning)], fails_n)
            for n, (given, row, fails_n) in enumerate(zip(inputs, rows, fails_bn, strict=True))
        ]

    def _tensor(self, numbers: Sequence[Any]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.int64, device=self.module.get_parameter("embed").device)

    def _answer(self, given: Given, answers: list[Any], fails: Sequence[bool]) -> Any:
        has_no_answer = any(fails[: len(answers)])
        if has_no_answer or not answers:
            # The interpreter says why there is no answer; it also answers the empty input, which has no position.
            (answer,) = interpret(self.program, [given], output=self.output)
            assert not has_no_answer, "a check fired on an input that has an answer"
            return answer
        return answers if isinstance(self.function.result.type, Seq) else answer_of(self.program, answers[0], given)

    def _tokens(self, given: Given) -> list[int]:
        """The numbers of the tokens of one input, after the one at the beginning."""
        elements = _single(given) if isinstance(given, Mapping) else given
        if self.vocabulary is None:
            bind_inputs(self.function, given)
            numbers = [len(self._beginning)] * len(elements)
        else:
            numbers = self._numbers(given, elements)
        if len(elements) > self.max_length:
            raise RuntimeFault(f"an input of {len(elements)} tokens, compiled for at most {self.max_length}")
        return [*self._beginning, *numbers]

    def _numbers(self, given: Given, elements: Sequence[Any]) -> list[int]:
        try:
            return [self._token_numbers[type(element), element] for element in elements]
        except (KeyError, TypeError):
            raise self._unfit(given, elements) from None

    def _unfit(self, given: Given, elements: Sequence[Any]) -> RuntimeFault:
        """Why an input does not fit, in the interpreter's words where the program's types say so."""
        bind_inputs(self.function, given)
        place, element = next((p, e) for p, e in enumerate(elements) if (type(e), e) not in self._token_numbers)
        vocabulary = self.vocabulary or ()
        known = ", ".join(map(repr, vocabulary[:8])) + (", …" if len(vocabulary) > 8 else "")
        return RuntimeFault(f"token {element!r} at position {place} is not in the vocabulary {known}")


def _single(given: Mapping[str, Any]) -> Sequence[Any]:
    """The one sequence of an input by name."""
    sequences = list(given.values())
    if len(sequences) != 1:
        raise RuntimeFault(
            f"a transformer reads one sequence of tokens, found {len(sequences)}; give the sequence itself"
        )
    sequence: Sequence[Any] = sequences[0]
    return sequence

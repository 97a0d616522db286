"""RASP programs to exact transformers.

1. `analysis` infers which values each s-op can take, and brings selectors into normal form.
2. `encoder` gives s-ops places in the residual stream, adding `heads` and `neurons` to the network. Each addition comes
   with a bound on its error in float32, and with the obligation that values stay apart.
3. `emission` lays the network out as the tensors of a `Transformer`; `decoding` reads exact values from its outputs.

The transformer answers as the interpreter does on every input up to the given length, or the program is refused. Extra
logits, the checks, say where the program has no answer.

Source: Lindner et al. 2023, "Tracr", for compiling RASP by one-hot encodings; widths, gains and decoding differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ...dsl.graph import SOp, topological
from ...dsl.program import Program
from ...dsl.types import Selector, Seq
from ...errors import RuntimeFault
from ..interpreter import Given, answer_of, bind_inputs, interpret
from ..transformer import Transformer, TransformerConfig
from .analysis import Analysis
from .arithmetic import arithmetic_of
from .decoding import Readout, categories_for_reading, readable, readout
from .emission import columns, to_transformer
from .encoder import Encoder
from .network import Network
from .refusal import Origins
from .stream import Functional, Stream
from .vocabulary import values_of_tokens, vocabulary_of

__all__ = ["CompiledTransformer", "compile_transformer"]

_BATCH_SIZE = 256


class CompiledTransformer:
    """An exact transformer of a program; called with a list of inputs, it answers as `interpret` does.

    Attributes:
        module: the transformer; token 0 stands at the beginning, token i + 1 is the i-th of the vocabulary.
        vocabulary: the tokens.
        max_length: the longest input, the token at the beginning not counted.
        residual_labels: what each dimension of the residual stream holds.
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
        self.max_length = module.config.n_context - 1
        self.residual_labels = labels
        self._program = program
        self._output = output
        self._function = program.output(output)
        self._token_numbers = {token: number for number, token in enumerate(vocabulary or (), start=1)}
        self._answer = answer
        self._readouts = readouts

    @property
    def config(self) -> TransformerConfig:
        """The shape of the transformer."""
        return self.module.config

    @property
    def n_parameters(self) -> int:
        """How many numbers the weights are, zeros included."""
        return sum(parameter.numel() for parameter in self.module.parameters())

    def __call__(self, inputs: Sequence[Given]) -> list[Any]:
        """The answer to each input, as `interpret` gives it.

        Raises:
            RuntimeFault: if an input is longer than `max_length`, has a token outside the vocabulary, does not belong
                to the declared type, or has no answer by the program.
        """
        rows = [self._tokens(given) for given in inputs]
        answers: list[Any] = []
        for start in range(0, len(inputs), _BATCH_SIZE):
            chunk = slice(start, start + _BATCH_SIZE)
            answers += self._answers(inputs[chunk], rows[chunk])
        return answers

    def values(self, given: Given) -> dict[SOp, Any]:
        """The exact value of every encoded s-op of the program on one input, read off the residual stream.

        Raises:
            RuntimeFault: as a call does.
        """
        self([given])
        row = self._tokens(given)
        if len(row) == 1:
            return {}
        with torch.no_grad():
            stream_nd = self.module.edgewise(self._tensor([row])).outputs_wbnd.sum(0)[0, 1:].cpu()
        decoded = {}
        for node, read in self._readouts.items():
            measured_nc = (stream_nd @ columns(read.functionals, stream_nd.shape[-1])).tolist()
            sequence = [read.value(measured) for measured in measured_nc]
            decoded[node] = sequence if isinstance(node.type, Seq) else sequence[0]
        return decoded

    def _answers(self, inputs: Sequence[Given], rows: Sequence[Sequence[int]]) -> list[Any]:
        lengths = [len(row) for row in rows]
        padded = [[*row, *[0] * (max(lengths) - len(row))] for row in rows]
        with torch.no_grad():
            logits_bno = self.module(self._tensor(padded), self._tensor(lengths)).cpu()
        return [
            self._decoded(given, logits_no[1:length])
            for given, logits_no, length in zip(inputs, logits_bno, lengths, strict=True)
        ]

    def _tensor(self, numbers: Sequence[Any]) -> Tensor:
        return torch.tensor(numbers, device=self.module.get_parameter("embed").device)

    def _decoded(self, given: Given, logits_no: Tensor) -> Any:
        n_answer = len(self._answer.functionals)
        has_no_answer = bool((logits_no[:, n_answer:] > 0.5).any())
        if has_no_answer or not len(logits_no):
            # The interpreter says why there is no answer; it also answers the empty input, which has no position.
            (answer,) = interpret(self._program, [given], output=self._output)
            assert not has_no_answer, "a check fired on an input that has an answer"
            return answer
        sequence = [self._answer.value(measured) for measured in logits_no[:, :n_answer].tolist()]
        is_sequence = isinstance(self._function.result.type, Seq)
        return answer_of(self._program, sequence if is_sequence else sequence[0], given)

    def _tokens(self, given: Given) -> list[int]:
        """The numbers of the tokens of one input, after the one at the beginning."""
        bind_inputs(self._function, given)
        elements = _single(given) if isinstance(given, Mapping) else given
        if len(elements) > self.max_length:
            raise RuntimeFault(f"an input of {len(elements)} tokens, compiled for at most {self.max_length}")
        if self.vocabulary is None:
            return [0, *[1] * len(elements)]
        for place, element in enumerate(elements):
            if element not in self._token_numbers:
                known = ", ".join(map(repr, self.vocabulary[:8])) + (", …" if len(self.vocabulary) > 8 else "")
                raise RuntimeFault(f"token {element!r} at position {place} is not in the vocabulary {known}")
        return [0, *(self._token_numbers[element] for element in elements)]


def _single(given: Mapping[str, Any]) -> Sequence[Any]:
    """The one sequence of an input by name."""
    sequences = list(given.values())
    if len(sequences) != 1:
        raise RuntimeFault(
            f"a transformer reads one sequence of tokens, found {len(sequences)}; give the sequence itself"
        )
    sequence: Sequence[Any] = sequences[0]
    return sequence


def compile_transformer(
    program: Program,
    *,
    output: str | None = None,
    vocabulary: Sequence[Any] | None = None,
    max_length: int,
    causal: bool = False,
    dtype: str | torch.dtype = "float32",
) -> CompiledTransformer:
    """Compile a program to a transformer that answers as the interpreter does.

    Args:
        program: what `parse` returned.
        output: the name of the output; `main`, or the last one, if None.
        vocabulary: the tokens that inputs consist of; None where the entry point's element type is finite.
        max_length: the length of the longest input, at least 1.
        causal: whether positions see only what stands before them.
        dtype: the number format of the weights: float32, float64 or bfloat16.

    Raises:
        NotCompilable: if no exact transformer was found; the message gives the place, the reason and a way out.
        RuntimeFault: if the vocabulary does not fit the program, or there is no such output.
    """
    if max_length < 1:
        raise RuntimeFault(f"expected a max_length of at least 1, found {max_length}")
    function = program.output(output)
    tokens = vocabulary_of(function, vocabulary)
    analysis = Analysis(Origins(program), values_of_tokens(function, tokens), max_length, causal=causal)
    image = analysis.image(function.result)
    if program.dialect == "rasp":
        analysis.watch_kinds(function.result)
    network = Network(max_length, 1 if tokens is None else len(tokens), Stream(arithmetic_of(dtype)))
    encoder = Encoder(analysis, network)
    answer = readout(image, analysis, encoder, network.stream)
    checks = [functional for check in analysis.checks for functional in _holding(check, analysis, encoder, network)]
    sequences = [node for node in topological([function.result]) if not isinstance(node.type, Selector)]
    readouts = readable(sequences, analysis, encoder, network.stream)
    module = to_transformer(network, [*answer.functionals, *checks], causal=causal)
    return CompiledTransformer(program, output, module, tokens, network.stream.labels, answer, readouts)


def _holding(check: SOp, analysis: Analysis, encoder: Encoder, network: Network) -> list[Functional]:
    """What is 1 where a check is true."""
    categories = categories_for_reading(check, analysis, encoder, network.stream)
    return [f for value, f in zip(analysis.facts(check).values, categories, strict=True) if value is True]

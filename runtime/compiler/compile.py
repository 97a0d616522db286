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

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from ...dsl.graph import SOp, topological
from ...dsl.program import Program
from ...dsl.types import Selector
from ...errors import RuntimeFault
from .allocation import Layout, lay_out
from .analysis import Analysis
from .arithmetic import arithmetic_of
from .compiled import CompiledTransformer
from .decoding import Readout, categories_for_reading, readable, readout
from .emission import to_transformer
from .encoder import Encoder
from .network import Network
from .nodes import FoldStep
from .pruning import prune
from .refusal import Origins
from .sink import put_sinks, without_beginning
from .stream import Functional
from .vocabulary import values_of_tokens, vocabulary_of

__all__ = ["compile_transformer"]


def compile_transformer(
    program: Program,
    *,
    output: str | None = None,
    vocabulary: Sequence[Any] | None = None,
    max_length: int,
    causal: bool = False,
    dtype: str | torch.dtype = "float32",
    beginning: str = "token",
) -> CompiledTransformer:
    """Compile a program to a transformer that answers as the interpreter does.

    Args:
        program: what `parse` returned.
        output: the name of the output; `main`, or the last one, if None.
        vocabulary: the tokens that inputs consist of; None where the entry point's element type is finite.
        max_length: the length of the longest input, at least 1.
        causal: whether positions see only what stands before them.
        dtype: the number format of the weights: float32, float64 or bfloat16.
        beginning: what heads attend to where nothing is selected: a token before those of the input, or a sink.

    Raises:
        NotCompilable: if no exact transformer was found; the message gives the place, the reason and a way out.
        RuntimeFault: if the vocabulary does not fit the program, or there is no such output.
    """
    if beginning not in ("token", "sink"):
        raise RuntimeFault(f"expected the beginning to be 'token' or 'sink', found {beginning!r}")
    if not isinstance(max_length, int) or max_length < 1:
        raise RuntimeFault(f"expected a max_length of at least 1, found {max_length!r}")
    function = program.output(output)
    tokens = vocabulary_of(function, vocabulary)
    arithmetic = arithmetic_of(dtype)
    analysis = Analysis(
        Origins(program, arithmetic.name), values_of_tokens(function, tokens), max_length, causal=causal
    )
    image = analysis.image(function.result)
    if program.dialect == "rasp":
        analysis.watch_kinds(function.result)
    network = Network.of_tokens(1 if tokens is None else len(tokens), max_length, arithmetic)
    encoder = Encoder(analysis, network)
    for step in topological([image]):
        if isinstance(step, FoldStep):
            # A chain of very many steps, encoded from its beginning so that no recursion is deep.
            encoder.categorical(step)
    answer = readout(image, analysis, encoder, network.stream)
    checks = [functional for check in analysis.checks for functional in _holding(check, analysis, encoder, network)]
    sequences = [node for node in topological([function.result]) if not isinstance(node.type, Selector)]
    readouts = readable(sequences, analysis, encoder, network.stream)
    outputs = [*answer.functionals, *checks]
    if beginning == "sink":
        put_sinks(network)
        outputs = [*map(without_beginning, outputs)]
        readouts = {
            node: replace(r, functionals=[*map(without_beginning, r.functionals)]) for node, r in readouts.items()
        }
    used = prune(network, outputs)
    placed, layout = lay_out(network, used, outputs)
    logits = [layout.placed(output) for output in outputs]
    module = to_transformer(placed, layout.n_dimensions, logits, causal=causal, sink=beginning == "sink")
    located = {node: found for node, read in readouts.items() if (found := _located(read, layout)) is not None}
    return CompiledTransformer(program, output, module, tokens, layout.labels(network.stream.labels), answer, located)


def _located(readout: Readout, layout: Layout) -> Readout | None:
    """The readout over all streams, side by side, that slots read; None where a part of it has been taken out."""
    width = layout.n_dimensions
    if not all(value in layout.places for functional in readout.functionals for value in functional):
        return None
    functionals = [
        {layout.since[value] * width + layout.places[value]: weight for value, weight in functional.items()}
        for functional in readout.functionals
    ]
    return replace(readout, functionals=functionals)


def _holding(check: SOp, analysis: Analysis, encoder: Encoder, network: Network) -> list[Functional]:
    """What is 1 where a check is true."""
    categories = categories_for_reading(check, analysis, encoder, network.stream)
    return [f for value, f in zip(analysis.facts(check).values, categories, strict=True) if value is True]

"""Whether TransformerLens computes our logits: compiled programs, exported and run by the real HookedTransformer.

Run, in the environment of `requirements.txt`: python benchmarks/peers/transformer_lens_check.py

For each program the table tells its shape, the largest difference of a logit over random inputs of every length, and on
how many of these inputs an answer decoded from TransformerLens' logits would be another one.
"""

from __future__ import annotations

import warnings

import torch
from programs import PROGRAMS, Example
from torch import Tensor
from transformer_lens import HookedTransformer, HookedTransformerConfig

from stdcell.dsl import parse
from stdcell.runtime.compiler import compile_transformer
from stdcell.runtime.exchange import to_transformer_lens
from stdcell.runtime.transformer import LayerShape, Transformer, TransformerConfig

N_INPUTS = 200
RANDOM = {
    "random, causal": TransformerConfig(9, 8, 16, (LayerShape(2, 3, 5, 8), LayerShape(3, 4, 2, 0)), 6, causal=True),
    "random, uneven": TransformerConfig(9, 8, 16, (LayerShape(1, 4, 4, 8), LayerShape(0, 0, 0, 16)), 3, scale=0.5),
}


def hooked(model: Transformer) -> HookedTransformer:
    """The same transformer in TransformerLens; only the buffers of its masks may be missing."""
    fields, state = to_transformer_lens(model)
    peer = HookedTransformer(HookedTransformerConfig(**fields, device="cpu"))
    missing, unexpected = peer.load_state_dict(state, strict=False)
    assert not unexpected and all(name.endswith((".mask", ".IGNORE")) for name in missing), (missing, unexpected)
    return peer


def inputs(model: Transformer, length: int, is_compiled: bool) -> Tensor:
    """Random sequences of one length; compiled programs have token 0 at the beginning."""
    generator = torch.Generator().manual_seed(length)
    tokens_bn = torch.randint(int(is_compiled), model.config.n_vocabulary, (N_INPUTS, length), generator=generator)
    if is_compiled:
        tokens_bn[:, 0] = 0
    return tokens_bn


@torch.no_grad()
def report(name: str, model: Transformer, is_compiled: bool) -> None:
    """Print a row of the table."""
    peer, largest, n_other, n_inputs = hooked(model), 0.0, 0, 0
    for length in range(1, model.config.n_context + 1):
        tokens_bn = inputs(model, length, is_compiled)
        ours, theirs = model(tokens_bn), peer(tokens_bn)
        largest = max(largest, (ours - theirs).abs().max().item())
        is_other_bno = (ours - theirs).abs() > 0.25
        n_other, n_inputs = n_other + int(is_other_bno.flatten(1).any(1).sum()), n_inputs + len(tokens_bn)
    config = model.config
    n_heads = [layer.n_heads for layer in config.layers]
    print(
        f"{name:16} {len(config.layers):6} {n_heads!s:22} {config.d_model:7} {n_inputs:7} {largest:10.1e} {n_other:6}"
    )


def compiled(example: Example) -> Transformer:
    """The transformer of a program."""
    program = parse(example.text, dialect=example.dialect)
    return compile_transformer(
        program, vocabulary=example.vocabulary, max_length=example.max_length, causal=example.causal
    ).module


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    print(f"{'program':16} {'layers':>6} {'heads':22} {'d_model':>7} {'inputs':>7} {'difference':>10} {'wrong':>6}")
    for example in PROGRAMS:
        report(example.name, compiled(example), is_compiled=True)
    for name, config in RANDOM.items():
        report(name, Transformer.initialised(config, seed=1), is_compiled=False)


if __name__ == "__main__":
    main()

"""Train a composition end to end: labels for its answers alone teach the networks within it.

1. The inputs are padded to one batch; every step sees all of them.
2. The loss is the mean cross entropy of the logits behind the answers. Its gradient goes through soft wires as through
   any layer, and through hard wires straight-through.
3. AdamW on all weights that are not frozen. When every answer has been right for `hold_steps` steps, training stops.

Axes: b batch, n position, o output.

Source: Bengio et al. 2013, "Estimating or Propagating Gradients Through Stochastic Neurons", for straight-through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ..errors import TrainingError
from ..runtime.stitching import Stitched

__all__ = ["StitchedTraining", "train_stitched"]


@dataclass(frozen=True, slots=True)
class StitchedTraining:
    """How a training went: the loss at each step, in nats, and how many answers were wrong before it.

    `is_right` says whether all answers were right when it ended.
    """

    loss_nats: tuple[float, ...]
    n_wrong: tuple[int, ...]

    @property
    def is_right(self) -> bool:
        """Whether all answers were right when training ended."""
        return self.n_wrong[-1] == 0


def train_stitched(
    stitched: Stitched,
    inputs: Sequence[Sequence[int]],
    answers: Sequence[int] | Sequence[Sequence[int]],
    *,
    output: str | None = None,
    learning_rate: float = 1e-3,
    weight_decay: float = 0.0,
    max_steps: int = 500,
    hold_steps: int = 5,
) -> StitchedTraining:
    """Train a composition in place; the same weights and inputs give the same result on the same machine.

    Args:
        stitched: what is trained: its circuits, formulas and adapters, but what is frozen.
        inputs: the values of the one sequence that the program reads; at least one input.
        answers: for each input the right answer, or the right sequence of them.
        output: the output that is trained; `main`, or the last one, if None.
        learning_rate: of AdamW.
        weight_decay: of AdamW.
        max_steps: after so many steps training ends.
        hold_steps: for so many steps all answers must have been right before training ends sooner.

    Raises:
        TrainingError: if there is nothing to train, or an answer is none that the last network can give.
        RuntimeFault: if the program cannot be run on tensors, or no network computes its answer.
    """
    trained = [parameter for parameter in stitched.parameters() if parameter.requires_grad]
    if not trained or not inputs:
        raise TrainingError("there is nothing to train" + (": every weight is frozen" if inputs else " on: no inputs"))
    values_bn, lengths_b = _padded(inputs, stitched.device)
    optimizer = torch.optim.AdamW(trained, lr=learning_rate, weight_decay=weight_decay)
    losses: list[float] = []
    wrong: list[int] = []
    for _ in range(max_steps + 1):
        logits, low = stitched.logits(values_bn, lengths_b, output)
        flat_bo, targets_b = _flat(logits, lengths_b, answers, low)
        loss_nats = cross_entropy(flat_bo.double(), targets_b)
        losses.append(loss_nats.item())
        wrong.append(int((flat_bo.argmax(-1) != targets_b).sum()))
        if len(wrong) > hold_steps and not any(wrong[-hold_steps:]):
            break
        if len(losses) <= max_steps:
            optimizer.zero_grad()
            loss_nats.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return StitchedTraining(tuple(losses), tuple(wrong))


def _padded(inputs: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """One batch, shape (batch, position), and the lengths; padding repeats a value that the input may take."""
    longest, filler = max(map(len, inputs)), next((one[0] for one in inputs if len(one)), 0)
    rows = [[*one, *[filler] * (longest - len(one))] for one in inputs]
    return torch.tensor(rows, device=device), torch.tensor([len(one) for one in inputs], device=device)


def _flat(
    logits: Tensor, lengths_b: Tensor, answers: Sequence[int] | Sequence[Sequence[int]], low: int
) -> tuple[Tensor, Tensor]:
    """The logits of every answer that counts, and the number of the right output."""
    if logits.dim() == 2:
        chosen_bo, right = logits, list(answers)
    else:
        live_bn = torch.arange(logits.shape[1], device=logits.device) < lengths_b[:, None]
        chosen_bo, right = logits[live_bn], [value for one in answers for value in one]  # type: ignore[union-attr]
    targets_b = torch.tensor(right, device=logits.device) - low
    if targets_b.shape != chosen_bo.shape[:1]:
        raise TrainingError(f"{len(chosen_bo)} answers are computed, {len(targets_b)} right ones are given")
    if bool(((targets_b < 0) | (targets_b >= chosen_bo.shape[-1])).any()):
        raise TrainingError(
            f"a right answer is outside {low}..{low + chosen_bo.shape[-1] - 1}, which the network gives"
        )
    return chosen_bo, targets_b

"""A program with its networks as one module: the symbolic parts exact, the neural parts as the networks they are.

Two kinds of wires join a network to a network:

- *Hard*: the answer is decoded to the port's vocabulary and embedded again, so that an error of one call does not
  travel as noise into the next. Backwards a hard wire is straight-through: the gradient that reaches the embedded token
  goes on to the upstream logits as if their softmax had mixed the embeddings. It needs no weights of its own, and the
  answers stay those of the hard wire.
- *Soft*: an `Adapter` takes the upstream residual to the downstream stream; nothing is decoded on the way.

`forward` runs the whole language on hard wires. `tensors` is the same as a function of padded tensors of integers, with
gradients and with soft wires where the module has them; it serves training and export, and refuses what tensors of
integers do not carry.

Axes: b batch, n position, p input port, o output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import torch
from torch import Tensor, nn

from ...dsl.graph import CellCall, SOp
from ...dsl.program import Function, Program
from ...dsl.types import Value
from ...errors import RuntimeFault, did_you_mean
from ..cell import STREAM, NeuralCell
from ..compiler import CompiledTransformer
from ..inputs import Given
from .adapter import Adapter
from .carried import Answered, Carried
from .formula_cell import CosineFormula
from .inputs import bound_tensors
from .parts import Plugged, plug_parts
from .tensor_form import Lengths, evaluate_tensors, require
from .wires import Wire, all_wires, joined_wires, place_of, without_checks

__all__ = ["Stitched"]


class Stitched(nn.Module):
    """A program, its circuits and formulas under the digests of their nodes, and adapters on its soft wires."""

    def __init__(
        self,
        program: Program,
        cells: Mapping[str, NeuralCell],
        formulas: Mapping[str, CosineFormula] | None = None,
        adapters: Sequence[Adapter] = (),
        parts: Mapping[str, CompiledTransformer] | None = None,
    ) -> None:
        """Join a program with the cells that it calls, by digest; `stitch` looks them up and checks them."""
        super().__init__()
        self.program = program
        self.cells = dict(cells)
        self.parts = dict(parts or {})
        self.circuits = nn.ModuleDict({digest: cell.model for digest, cell in cells.items()})
        self.formulas = nn.ModuleDict(dict(formulas or {}))
        self.compiled = nn.ModuleDict({name: part.module.requires_grad_(False) for name, part in self.parts.items()})
        self.adapters = nn.ModuleDict({_key(*adapter.config.key): adapter for adapter in adapters})
        self._formulas = dict(formulas or {})
        self._adapters = {adapter.config.key: adapter for adapter in adapters}
        self._plugged: dict[str, Plugged] = {}

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return next((parameter.device for parameter in self.parameters()), torch.device("cpu"))

    @property
    def is_soft(self) -> bool:
        """Whether there are soft wires."""
        return len(self.adapters) > 0

    def wires(self, output: str | None = None) -> tuple[Wire, ...]:
        """The wires from circuit to circuit of an output."""
        joined = joined_wires(self.program, self.program.output(output))
        return tuple(wire for wire in joined if wire.is_neural)

    def all_wires(self) -> tuple[Wire, ...]:
        """The wires from circuit to circuit of all functions, each once."""
        return tuple(wire for wire in all_wires(self.program) if wire.is_neural)

    def soft_wires(self) -> tuple[tuple[Wire, Adapter], ...]:
        """The wires that have an adapter."""
        return tuple((wire, self._adapters[wire.key]) for wire in self.all_wires() if wire.key in self._adapters)

    def freeze(self, *names: str) -> Self:
        """Keep the weights of these cells (their names or digests) as they are; of all cells and wires if none.

        Raises:
            RuntimeFault: if the program calls no such cell.
        """
        if not names:
            return self.requires_grad_(False)
        modules = {**dict(self.circuits.items()), **dict(self.formulas.items())}
        known = {cell.name: cell.digest for cell in self.program.cells}
        for name in names:
            if (digest := known.get(name, name)) not in modules:
                near = did_you_mean(name, known) or f"it calls {', '.join(known) or 'none'}"
                raise RuntimeFault(f"the program calls no cell {name!r}; {near}")
            modules[digest].requires_grad_(False)
        return self

    def forward(self, inputs: Sequence[Given], output: str | None = None) -> list[Any]:
        """One answer for each input, on hard wires; inputs, answers and errors as in `interpret`."""
        function = self.program.output(output)
        if function.name not in self._plugged:
            self._plugged[function.name] = self._plug(function)
        return self._plugged[function.name].answers(inputs, self._hard_answers, str(self.device))

    def _plug(self, function: Function) -> Plugged:
        # What a port takes is checked by the wire into it, which can say what both of its ends are.
        plugged = plug_parts(self.program, function, self.parts)
        roots = [plugged.function.result, *(cut.argument for cut in plugged.cuts)]
        program, (result, *arguments) = without_checks(self.program, roots)
        cuts = [replace(cut, argument=argument) for cut, argument in zip(plugged.cuts, arguments, strict=True)]
        return Plugged(program, replace(plugged.function, result=result), tuple(cuts))

    def tensors(
        self, values: Tensor | Mapping[str, Tensor], lengths_b: Tensor | None = None, output: str | None = None
    ) -> Carried:
        """The answers for a padded batch of integers, with what the last network computed; soft wires where there are.

        Args:
            values: shape (batch, position) for a sequence, (batch) for a scalar; by name where there are several.
            lengths_b: length of each sequence (None: all full).
            output: the name of the output; `main`, or the last one, if None.

        Returns:
            Values of shape (batch) or (batch, position); beyond a sequence's own length they mean nothing.

        Raises:
            RuntimeFault: if the program needs more than tensors of integers, an input is on another device or does not
                belong to the declared type, or a value has no answer.
        """
        function = self.program.output(output)
        if self.parts:
            names = ", ".join(map(repr, self.parts))
            raise RuntimeFault(f"the compiled {names} decodes outside of tensors: stitch without it")
        inputs, lengths = bound_tensors(function, values, lengths_b, self.device)
        return evaluate_tensors(self.program, function.result, inputs, lengths, self._answered)

    def logits(
        self, values: Tensor | Mapping[str, Tensor], lengths_b: Tensor | None = None, output: str | None = None
    ) -> tuple[Tensor, int]:
        """The logits behind the answers, shape (batch, …, output), and the value that output 0 means; see `tensors`.

        Raises:
            RuntimeFault: also if what answers is no network, so that there is nothing to descend on.
        """
        answer = self.tensors(values, lengths_b, output)
        if answer.answered is None:
            function = self.program.output(output)
            raise RuntimeFault(
                f"{place_of(self.program, function.result)}the answer of {function.name!r} is computed by no network: "
                "it has no logits; ask for an output that a circuit or formula answers"
            )
        return answer.answered.certain_logits(answer.values), answer.answered.low

    def call(self, call: CellCall, operands: Sequence[Value]) -> Value:
        """What a cell answers to one call, in whole numbers."""
        if any(not isinstance(operand, int) for operand in operands):
            raise RuntimeFault(f"the {call.cell.kind} {call.cell.name!r} takes integers, found {list(operands)}")
        columns = [torch.tensor([int(operand)], device=self.device) for operand in operands]
        return int(self._hard_answers(call, columns))

    def _hard_answers(self, call: CellCall, operands: Sequence[Tensor]) -> Tensor:
        """Decoded answers for flat columns of numbers."""
        try:
            return self._decoded_answers(call, [operand.to(self.device) for operand in operands])
        except RuntimeFault as error:
            # Who evaluates the program says where; the tensor form, which has no other, says so itself.
            raise RuntimeFault(str(error).removeprefix(place_of(self.program, call))) from error

    def _decoded_answers(self, call: CellCall, operands: Sequence[Tensor]) -> Tensor:
        carried = [Carried(operand) for operand in operands]
        live = torch.ones_like(operands[0], dtype=torch.bool)
        if call.cell.digest not in self.cells:
            with torch.no_grad():
                return self._answered(call, carried, live).values
        # As its contract was checked: not the last digit of a logit is another.
        columns = [self._checked(call, place, one, live) for place, one in enumerate(carried)]
        cell = self.cells[call.cell.digest]
        logits_bo = cell.logits(*columns)
        self._check_finite(call, logits_bo, live)
        return logits_bo.argmax(-1) + cell.config.output.low

    def _answered(self, call: CellCall, operands: Sequence[Carried], live: Tensor) -> Carried:
        """The answers of a cell to operands of one shape."""
        digest, shape = call.cell.digest, operands[0].values.shape
        values_bp = torch.stack([self._checked(call, place, one, live) for place, one in enumerate(operands)], dim=1)
        if digest in self.cells:
            return self._circuit(call, operands, values_bp, live)
        if digest in self._formulas:
            formula = self._formulas[digest]
            logits = formula(values_bp).reshape(*shape, formula.n_outputs)
            return _decoded(digest, formula.low, logits, {})
        if call.meaning is not None:
            return self._by_contract(call, values_bp, shape)
        raise RuntimeFault(
            f"{place_of(self.program, call)}the {call.cell.kind} {call.cell.name!r} ({digest[:12]}) is not plugged in: "
            "stitch the program again with the catalog that has it, or give it as cells={digest: cell}"
        )

    def _circuit(self, call: CellCall, operands: Sequence[Carried], values_bp: Tensor, live: Tensor) -> Carried:
        digest, shape = call.cell.digest, live.shape
        cell = self.cells[digest]
        reads = {one.config.reads for one in self._adapters.values() if one.config.source == digest}
        written = {}
        for place, (port, operand) in enumerate(zip(cell.config.inputs, operands, strict=True)):
            vectors = self._wired(cell, digest, port.name, values_bp[:, place], operand)
            if vectors is not None:
                written[port.name] = vectors
        runs = {which: cell.run(values_bp, written, which) for which in sorted(reads or {STREAM})}
        logits_bo = next(iter(runs.values())).logits_bo
        logits = logits_bo.reshape(*shape, logits_bo.shape[-1])
        self._check_finite(call, logits, live)
        residuals = {which: one.residual_bd.reshape(*shape, cell.model.config.d_model) for which, one in runs.items()}
        return _decoded(digest, cell.config.output.low, logits, residuals)

    def _check_finite(self, call: CellCall, logits: Tensor, live: Tensor) -> None:
        message = (
            f"{place_of(self.program, call)}the logits of {call.cell.name!r} are not all finite: its weights are "
            "damaged, or training diverged (use a smaller learning rate)"
        )
        require(logits.isfinite().all(-1), live, message)

    def _wired(self, cell: NeuralCell, digest: str, port: str, values_b: Tensor, operand: Carried) -> Tensor | None:
        """What stands in the stream in place of the embedded value; None where that itself does."""
        answered = operand.answered
        if answered is None:
            return None
        embedded_be = cell.embedded(port, values_b)
        is_given_b1 = answered.is_given.reshape(-1, 1)
        adapter = self._adapters.get((answered.cell, digest, port))
        if adapter is not None:
            residual = answered.residuals[adapter.config.reads]
            return torch.where(is_given_b1, adapter(residual.reshape(-1, residual.shape[-1])), embedded_be)
        if not (torch.is_grad_enabled() and answered.logits.requires_grad):
            return None
        logits_bo = answered.logits.reshape(-1, answered.logits.shape[-1])
        known_o = torch.arange(logits_bo.shape[-1], device=logits_bo.device) + answered.low
        mixed_be = logits_bo.softmax(-1).to(embedded_be.dtype) @ cell.embedded(port, known_o)
        return torch.where(is_given_b1, embedded_be + mixed_be - mixed_be.detach(), embedded_be)

    def _by_contract(self, call: CellCall, values_bp: Tensor, shape: torch.Size) -> Carried:
        """What the contract says, where no module is there to ask: of a formula that is no sum of cosines."""
        assert call.meaning is not None, "checked before"
        inputs = {f"port.{place}": Carried(column) for place, column in enumerate(values_bp.unbind(1))}
        lengths = Lengths(torch.zeros_like(values_bp[:, 0]), 1)
        found = evaluate_tensors(self.program, call.meaning, inputs, lengths, self._answered)
        return Carried(found.values.reshape(shape))

    def _checked(self, call: CellCall, place: int, operand: Carried, live: Tensor) -> Tensor:
        """The numbers of an operand, flat, once all that are live are in the port's vocabulary."""
        port = call.cell.inputs[place]
        low, high = self._range(call, place)
        is_right = (operand.values >= low) & (operand.values <= high)
        wire = f"{_upstream(self.program, call.arguments[place])} → {call.cell.name}.{port.name}"
        message = f"{place_of(self.program, call)}the wire {wire} carries a value that int {low}..{high} has not"
        if not torch.compiler.is_compiling() and not bool((is_right | ~live).all()):
            worst = operand.values[~is_right & live].flatten()[0]
            message = (
                f"{place_of(self.program, call)}the wire {wire} carries {int(worst)}, which is outside "
                f"int {low}..{high} of port {port.name!r}"
            )
        require(is_right, live, message)
        return operand.values.to(torch.int64).clamp(low, high).reshape(-1)

    def _range(self, call: CellCall, place: int) -> tuple[int, int]:
        digest = call.cell.digest
        if digest in self.cells:
            port = self.cells[digest].config.inputs[place]
            return port.low, port.high
        element = call.cell.inputs[place].type
        low, high = getattr(element, "low", None), getattr(element, "high", None)
        limits = torch.iinfo(torch.int64)
        return limits.min if low is None else int(low), limits.max if high is None else int(high)


def _decoded(digest: str, low: int, logits: Tensor, residuals: Mapping[str, Tensor]) -> Carried:
    values = logits.argmax(-1) + low
    is_given = torch.ones_like(values, dtype=torch.bool)
    return Carried(values, Answered(digest, low, logits, residuals, is_given))


def _upstream(program: Program, node: SOp) -> str:
    """What a wire starts at, as the text knows it."""
    if isinstance(node, CellCall):
        return f"{node.cell.name}.{node.cell.output.name}"
    if node in program.names:
        return program.names[node]
    span = program.spans.get(node)
    return getattr(node, "name", "") or (" ".join(span.text.split()) if span else "its input")


def _key(source: str, target: str, port: str) -> str:
    """The name of an adapter's module; dots are not allowed in one."""
    return f"{source}_{target}_{port}"

"""The labels of the catalog: one class each, with what every property means, its unit and its range.

A part, a piece of evidence or a verdict holds in `of` the digest of what it is about, so that two circuits never
share one; ports and contracts are shared by the cells that have the same. A new property must have a default (see
`node`). Tables, constraints and documentation are generated from these classes.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, Literal

from pydantic import Field, model_validator

from ..dsl.scope import as_tolerance, promise_text
from ..errors import CatalogError
from .node import Count, Digest, Fraction, JsonObject, Node
from .port_types import type_key_of

__all__ = [
    "CELLS",
    "LABELS",
    "OWN_LABELS",
    "Adapter",
    "Alias",
    "Checkpoint",
    "Circuit",
    "Component",
    "Contract",
    "Dataset",
    "Event",
    "Evidence",
    "Formula",
    "Model",
    "Phase",
    "Port",
    "PortType",
    "Program",
    "Task",
    "TrainingRun",
    "Verdict",
    "checked_content",
    "node_from_manifest",
]


class Task(Node):
    """A function to be learned or computed, such as addition modulo 37."""

    name: str = Field(description="Name of the task, such as 'add_mod_37'.")
    description: str = Field(description="What is to be computed, in one sentence.")
    parameters: JsonObject = Field(default={}, description="What fixes the task's size, such as {'modulus': 37}.")


class Dataset(Node):
    """Samples of a task with their split into training and test."""

    ordered = (("n_train", "n_samples"),)

    name: str = Field(description="Name of the data set.")
    n_samples: Count = Field(description="Number of samples, training and test together.")
    n_train: Count = Field(description="Number of samples used for training, at most n_samples.")
    seed: Count = Field(description="Seed of the generator and of the split.")
    digest: Digest = Field(description="SHA-256 of the samples' bytes.")


class TrainingRun(Node):
    """One training of one model, with all that is needed to repeat it."""

    name: str = Field(description="Name of the run.")
    seed: Count = Field(description="Seed of initialisation and batching.")
    n_steps: Count = Field(description="Number of optimizer steps.")
    config: JsonObject = Field(description="Optimizer and model settings as given to the trainer.")
    code_version: str = Field(description="Version of the code that trained.")
    dataset: Digest = Field(description="Id of the data set that was trained on.")


class Model(Node):
    """An architecture, without its weights."""

    name: str = Field(description="Name of the model.")
    architecture: JsonObject = Field(description="Layers, heads and widths, enough to build the network.")
    n_parameters: Count | None = Field(default=None, description="Number of trainable scalars, where known.")


class Checkpoint(Node):
    """A model's weights at one step of a run."""

    of: Digest = Field(description="Id of the training run.")
    name: str = Field(description="Name of the checkpoint.")
    step: Count = Field(description="Number of optimizer steps done.")
    blob: Digest = Field(description="Digest of the blob that holds the weights.")
    train_loss_nats: float | None = Field(default=None, description="Mean training loss in nats per answer.")
    test_loss_nats: float | None = Field(default=None, description="Mean test loss in nats per answer.")
    train_accuracy: Fraction | None = Field(
        default=None, description="Share of training samples answered right, 0 to 1."
    )
    test_accuracy: Fraction | None = Field(default=None, description="Share of test samples answered right, 0 to 1.")


class Component(Node):
    """A node of a model's or circuit's computational graph."""

    of: Digest = Field(description="Id of the model or circuit that it belongs to.")
    name: str = Field(description="Name in the graph, such as 'L1.H2'.")
    kind: str = Field(description="What it is: 'head', 'mlp', 'neuron', 'feature', 'embedding' or 'logits'.")
    details: JsonObject = Field(default={}, description="What else is known of it, such as its layer and position.")


class Circuit(Node):
    """A subgraph of components that does one task; a cell."""

    name: str = Field(description="Name of the circuit.")
    blob: Digest = Field(description="Digest of the blob that holds its weights.")
    config: JsonObject = Field(description="Architecture and edge mask, enough to run it alone.")
    n_edges: Count = Field(description="Number of edges kept.")
    n_components: Count = Field(description="Number of components kept.")
    n_parameters: Count = Field(description="Number of scalars kept.")
    search: JsonObject = Field(default={}, description="Method and settings of the search that found it.")


class Formula(Node):
    """A symbolic expression that predicts what a network computes; a cell."""

    name: str = Field(description="Name of the formula.")
    expression: str = Field(description="The expression as SymPy source text.")
    config: JsonObject = Field(default={}, description="Variables, ranges and the settings of the search.")
    agreement: Fraction = Field(description="Share of inputs on which it equals the network, 0 to 1.")


class Adapter(Node):
    """A soft wire: an affine map from one circuit's residual stream to what another one's port reads."""

    name: str = Field(description="The wire, such as 'add_mod_7.result → double_mod_7.a'.")
    blob: Digest = Field(description="Digest of the blob that holds the map.")
    source: Digest = Field(description="Id of the circuit that it reads.")
    target: Digest = Field(description="Id of the circuit that it writes into.")
    port: str = Field(description="Name of the target's port.")
    reads: str = Field(description="What of the source is read: 'stream', or a component such as 'L0.mlp'.")
    width: Count = Field(description="Number of directions of the source's residual stream that are read.")
    n_parameters: Count = Field(description="Number of learned scalars.")


class Program(Node):
    """A text that composes cells; a cell."""

    name: str = Field(description="Name of the program.")
    text: str = Field(description="The source text.")
    dialect: Literal["rasp", "cell"] = Field(description="Which of the two dialects the text is written in.")
    graph: Digest = Field(description="Digest of the graph of s-ops; equal for programs that mean the same graph.")


class Port(Node):
    """A named, typed input or output of a cell."""

    name: str = Field(description="Name of the port in its cell.")
    direction: Literal["in", "out"] = Field(description="Whether values enter or leave.")
    position: Count = Field(description="Place among the cell's ports of that direction, from 0.")
    type: str = Field(description="The type as the language writes it, such as 'int 0..36'.")
    unit: str = Field(default="", description="Unit of its values, such as 'nats'; empty for none.")
    type_key: str = Field(default="", description="Text that is equal for equal types and units; computed.")

    @model_validator(mode="before")
    @classmethod
    def _with_type_key(cls, properties: dict[str, Any]) -> dict[str, Any]:
        type_, unit, given = properties.get("type"), properties.get("unit", ""), properties.get("type_key")
        if not isinstance(type_, str) or not isinstance(unit, str):
            return properties  # told by the properties' own checks
        key = type_key_of(type_, unit)
        if given and given != key:
            raise ValueError(f"the type_key is {given!r}, of this type it is {key!r}; leave it out")
        return {**properties, "type_key": key}


class PortType(Node):
    """A type of ports, joined to the types that its values may go to; written by the catalog itself."""

    key: str = Field(description="The ports' type_key: their type and unit.")
    type: str = Field(description="The type as the language writes it, such as 'int 0..36'.")
    unit: str = Field(default="", description="Unit of the values, such as 'nats'; empty for none.")


class Contract(Node):
    """A promise; cells that promise the same share it."""

    requires: str = Field(description="What must hold of the inputs, as an expression of the language.")
    ensures: str = Field(description="What then holds of the result, as an expression of the language.")
    tolerance: float = Field(
        default=0.0, ge=0, description="Largest allowed difference of real values, in their unit; 0 is exact."
    )

    @property
    def promise(self) -> str:
        """What it ensures of which inputs, with the tolerance: the claim of evidence for it."""
        return promise_text(self.requires, self.ensures, as_tolerance(self.tolerance))


class Evidence(Node):
    """What was found out about a claim."""

    ordered = (("n_wrong", "n_inputs"), ("interval_low", "interval_high"))

    of: Digest = Field(description="Id of the cell, adapter, checkpoint or run that the claim is about.")
    kind: Literal["proof", "exhaustive", "measurement", "counterexample"] = Field(description="How strong it is.")
    claim: str = Field(description="What is claimed, such as 'ensures result == a + b'.")
    method: str = Field(description="How it was found, such as 'enumeration' or 'z3'.")
    n_inputs: Count | None = Field(default=None, description="Number of inputs tried.")
    n_wrong: Count | None = Field(
        default=None, description="Number of inputs on which the claim failed, at most n_inputs."
    )
    smallest_margin: float | None = Field(
        default=None, description="Least lead of the right logit over the next, in logits; below 0 is wrong."
    )
    rounding_bound: float | None = Field(
        default=None, description="Derived bound on how far rounding can have moved any logit, in logits."
    )
    reach: Literal["as run", "real arithmetic", "every evaluation"] | None = Field(
        default=None,
        description="Whose answers were checked: those of the one evaluation that was run, in its number format on its "
        "device; those of the weights in real arithmetic, too; or those of any evaluation in this number format.",
    )
    value: float | None = Field(default=None, description="The measured value, in the claim's unit.")
    interval_low: float | None = Field(
        default=None, description="Lower end of the value's confidence interval, in its unit."
    )
    interval_high: float | None = Field(
        default=None, description="Upper end of the value's confidence interval, in its unit."
    )
    seed: Count | None = Field(default=None, description="Seed of the sampling.")
    dtype: str | None = Field(default=None, description="Number format that was computed in, such as 'float32'.")
    device: str | None = Field(default=None, description="Kind of processor that it was computed on.")
    details: JsonObject = Field(default={}, description="What else is needed to repeat it.")


class Verdict(Node):
    """The answer of one check, with its scope and what it assumes."""

    of: Digest = Field(description="Id of the cell that was checked.")
    claim: str = Field(description="What was asked.")
    status: Literal["proved", "refuted", "unknown", "error", "exhaustive"] = Field(description="The answer.")
    scope: str = Field(description="Which inputs the answer holds for, such as 'all lengths up to 8'.")
    method: str = Field(description="How it was found, such as 'z3'.")
    assumptions: list[str] = Field(default=[], description="What was taken for granted.")
    counterexample: str | None = Field(default=None, description="A call that shows the claim false, ready to paste.")
    reason: str | None = Field(default=None, description="Why there is no better answer.")
    argument: JsonObject = Field(
        default={}, description="Why it holds: the strategy, its axiom schemas, and each question with its digest."
    )
    encoder: Digest | None = Field(
        default=None, description="SHA-256 of the code that made questions of the claim, of one that a solver answered."
    )
    solver: str | None = Field(default=None, description="The solver with its version, such as 'z3 4.15.4'.")
    limits: JsonObject = Field(default={}, description="What might be spent: solver steps, lengths, states, inputs.")
    asked: Digest | None = Field(
        default=None, description="Digest of all that the answers of its verification depend on, to find them again by."
    )
    blob: Digest | None = Field(default=None, description="Digest of the blob that holds the certificate.")


class Phase(Node):
    """A stretch of a training run in which the network computes in one way."""

    ordered = (("first_step", "last_step"),)

    of: Digest = Field(description="Id of the training run.")
    name: str = Field(description="Name of the phase, such as 'memorisation'.")
    first_step: Count = Field(description="First step of the phase, in optimizer steps, from 0.")
    last_step: Count = Field(description="Last step of the phase, in optimizer steps, at least first_step.")


class Alias(Node):
    """One version of a name; written by the catalog itself."""

    name: str = Field(description="The name.")
    version: Count = Field(description="Version of the name, from 1; the newest is what the name means.")
    of: Digest = Field(description="Id of the node that this version names.")


class Event(Node):
    """One change of the catalog; written by the catalog itself."""

    sequence: Count = Field(description="Place among the catalog's changes; 0 is its creation.")
    at: str = Field(description="Time in UTC, ISO 8601.")
    what: Literal["created", "added", "tagged", "imported", "migrated", "repaired"] = Field(
        description="What was done."
    )
    who: str = Field(description="User name of the process that did it.")
    payload: JsonObject = Field(description="How much was written, and each alias that moved, from where to where.")
    digest: Digest | None = Field(default=None, description="SHA-256 of what was written, to find a loss by.")
    previous: Digest | None = Field(default=None, description="Id of the event before; none of the first.")


LABELS: dict[str, type[Node]] = {
    label.__name__: label
    for label in (
        *(Task, Dataset, TrainingRun, Model, Checkpoint, Component, Circuit, Formula, Adapter, Program, Port),
        *(PortType, Contract, Evidence, Verdict, Phase, Alias, Event),
    )
}
CELLS = ("Circuit", "Formula", "Program")
OWN_LABELS = ("PortType", "Alias", "Event")
_DECODER = json.JSONDecoder()  # what is canonical has no white space that json.loads would look for


def node_from_manifest(id: str, manifest: str) -> Node:
    """Read a stored node, checked against its id.

    Raises:
        CatalogError: if the manifest is not what the id names, or a newer version of stdcell wrote it.
    """
    content = checked_content(id, manifest)
    return LABELS[content["label"]](**content["properties"])


def checked_content(id: str, manifest: str) -> dict[str, Any]:
    """The label and the properties in a stored manifest.

    Raises:
        CatalogError: if the manifest is not what the id names, or a newer version of stdcell wrote it.
    """
    if sha256(str(manifest).encode()).hexdigest() != id:  # SQLite gives numbers where a type's bits have flipped
        raise CatalogError(
            f"the stored manifest of node {id} is damaged: its digest differs; `stdcell catalog fsck --repair` mends "
            "what another copy still holds"
        )
    content: dict[str, Any] = _DECODER.raw_decode(manifest)[0]
    if content["label"] not in LABELS:
        raise CatalogError(f"node {id} has the label {content['label']!r} of a newer stdcell; upgrade to read it")
    return content

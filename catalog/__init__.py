"""A typed graph of cells and of what is known about them, in a folder or on a Neo4j server."""

from .blobs import BlobFolder, Blobs, put_tensors, tensor_digest
from .catalog import Catalog
from .node import Node
from .relationships import RELATIONSHIP_TYPES, Relationship
from .schema import (
    LABELS,
    Adapter,
    Alias,
    Checkpoint,
    Circuit,
    Component,
    Contract,
    Dataset,
    Event,
    Evidence,
    Formula,
    Model,
    Phase,
    Port,
    PortType,
    Program,
    Task,
    TrainingRun,
    Verdict,
)

__all__ = [
    "LABELS",
    "RELATIONSHIP_TYPES",
    "Adapter",
    "Alias",
    "BlobFolder",
    "Blobs",
    "Catalog",
    "Checkpoint",
    "Circuit",
    "Component",
    "Contract",
    "Dataset",
    "Event",
    "Evidence",
    "Formula",
    "Model",
    "Node",
    "Phase",
    "Port",
    "PortType",
    "Program",
    "Relationship",
    "Task",
    "TrainingRun",
    "Verdict",
    "put_tensors",
    "tensor_digest",
]

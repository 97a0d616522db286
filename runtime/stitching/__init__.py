"""Stitched execution: circuits, formulas and compiled programs joined port to port into one module."""

from .adapter import Adapter, AdapterConfig
from .carried import Carried
from .composition import Stitched
from .exporting import export_stitched
from .fitting import Fidelity, fit_adapter, measure_adapter
from .plugging import MINIMUM_FIDELITY, FittedWire, fit_adapters, stitch
from .storing import adapter_records, find_adapter, store_adapter
from .wires import Wire

__all__ = [
    "MINIMUM_FIDELITY",
    "Adapter",
    "AdapterConfig",
    "Carried",
    "Fidelity",
    "FittedWire",
    "Stitched",
    "Wire",
    "adapter_records",
    "export_stitched",
    "find_adapter",
    "fit_adapter",
    "fit_adapters",
    "measure_adapter",
    "stitch",
    "store_adapter",
]

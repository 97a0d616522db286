"""Transformers in and out: folders, `torch.export`, TransformerLens and Tracr."""

from .exported import export_program
from .folder import load_transformer, save_transformer
from .tracr_models import TracrModel, from_tracr_model
from .tracr_programs import from_tracr
from .transformer_lens import to_transformer_lens

__all__ = [
    "TracrModel",
    "export_program",
    "from_tracr",
    "from_tracr_model",
    "load_transformer",
    "save_transformer",
    "to_transformer_lens",
]

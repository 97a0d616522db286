"""The exact compiler: programs to transformers that answer as the interpreter does."""

from .compile import compile_transformer
from .compiled import CompiledTransformer

__all__ = ["CompiledTransformer", "compile_transformer"]

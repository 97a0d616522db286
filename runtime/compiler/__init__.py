"""The exact compiler: programs to transformers that answer as the interpreter does."""

from .compile import CompiledTransformer, compile_transformer

__all__ = ["CompiledTransformer", "compile_transformer"]

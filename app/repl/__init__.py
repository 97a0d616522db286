"""The interactive reader: RASP's, and one for the strict dialect."""

from .run import run_repl

__all__ = ["run_repl"]

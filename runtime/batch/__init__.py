"""The interpreter on whole batches of sequences, as tensors: exact, of any kinds and lengths, with the same faults.

`run_batch` evaluates a function; `TensorCell` is what may answer for catalogued cells in place of their contracts.
Importing this imports torch.
"""

from .cells import TensorCell
from .devices import available_devices, find_device
from .run import BatchRun, run_batch

__all__ = ["BatchRun", "TensorCell", "available_devices", "find_device", "run_batch"]

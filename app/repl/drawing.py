"""`draw(s-op, example)`: the picture of how an s-op's value comes about, as a file."""

from __future__ import annotations

import re
from pathlib import Path

from ...dsl.program import Function, Program
from ...errors import StdcellError
from .settings import Example
from .values import one_in_short

__all__ = ["draw"]

_FOLDER = Path("comp_flows")
_NOT_IN_NAMES = re.compile(r"\W+")
_LONGEST = 40


def draw(program: Program, function: Function, example: Example) -> Path:
    """Write the picture, where the original RASP does, under the names of the s-op and of the example.

    Raises:
        StdcellError: if it cannot be written, or would be too large to be read.
    """
    from ..drawing import draw_flow  # matplotlib takes a second to import

    told = example if isinstance(example, str) else " ".join(map(one_in_short, example))
    name = f"{function.name}-{_NOT_IN_NAMES.sub('_', told)}"
    try:
        _FOLDER.mkdir(exist_ok=True)
        return draw_flow(program, function, example, _FOLDER / f"{name[:_LONGEST]}.svg")
    except OSError as error:
        raise StdcellError(f"cannot write into {str(_FOLDER)!r}: {error.strerror}") from None

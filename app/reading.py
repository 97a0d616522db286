"""Files that users name, read as text: what goes wrong is told in one way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StdcellError

__all__ = ["reading"]


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """While open, a file is read.

    Raises:
        StdcellError: if there is no such file, or it is no text.
    """
    try:
        yield
    except FileNotFoundError:
        raise StdcellError(f"there is no file {str(path)!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise StdcellError(f"cannot read {str(path)!r}: {reason}") from None

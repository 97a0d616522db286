"""Certificates as files."""

from __future__ import annotations

from pathlib import Path

from ...catalog import Catalog
from ...catalog.durable import write_atomically
from ...errors import StdcellError
from ...verify import Effort, Report
from ...verify.certificates.subject import Subject
from ...verify.certificates.writing import certify

__all__ = ["read_text", "write_certificate"]


def write_certificate(path: Path, subject: Subject, report: Report, catalog: Catalog | None, effort: Effort) -> None:
    """Write the certificate of a report."""
    write_atomically(path, certify(subject, report, catalog, effort=effort).text.encode())


def read_text(path: Path) -> str:
    """The text of a certificate, byte for byte.

    Raises:
        StdcellError: if there is no such file, or it is no text.
    """
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        raise StdcellError(f"there is no file {str(path)!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise StdcellError(f"cannot read {str(path)!r}: {reason}") from None

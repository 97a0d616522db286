"""Certificates as files."""

from __future__ import annotations

from pathlib import Path

from ...catalog import Catalog
from ...catalog.durable import write_atomically
from ...verify import Effort, Report
from ...verify.certificates.certificate import Certificate, read_certificate
from ...verify.certificates.subject import Subject
from ...verify.certificates.writing import certify
from ..reading import reading

__all__ = ["read_certificate_file", "write_certificate"]


def write_certificate(path: Path, subject: Subject, report: Report, catalog: Catalog | None, effort: Effort) -> None:
    """Write the certificate of a report."""
    write_atomically(path, certify(subject, report, catalog, effort=effort).text.encode())


def read_certificate_file(path: Path) -> Certificate:
    """Read a certificate, of which every byte counts.

    Raises:
        StdcellError: if there is no such file, or it holds no certificate, or not as it was written.
    """
    with reading(path):
        text = path.read_bytes().decode()
    return read_certificate(text)

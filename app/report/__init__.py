"""The report: one page that shows a run, its circuit, its formula, its traces and its verdicts."""

from .contents import ReportContents
from .page import write_report

__all__ = ["ReportContents", "write_report"]

"""The minutes of a meeting as PDF, from the same page that the web shows."""

from __future__ import annotations

from recruit.tables.pages import FONTS, TEMPLATES
from recruit.tables.pdf import pdf_aside


def styles() -> str:
    """The stylesheet of the printed page, that of the monitor's report: ink on A4."""
    return (TEMPLATES / "monitoring" / "report_print.css").read_text(encoding="utf-8")


def pdf(html: str) -> bytes:
    """The page as PDF. Raises PdfUnavailable as `pdf_aside` does."""
    return pdf_aside(html, FONTS)

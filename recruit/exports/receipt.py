"""The receipt of an application as PDF: everything that was sent, on paper."""

from __future__ import annotations

from recruit.tables.pages import FONTS, TEMPLATES
from recruit.tables.pdf import pdf_aside

#: A person waits for it: longer than a loaded machine needs, and far shorter than a report may take.
LONGEST = 60
_OWN = """
dl { margin: 0 0 4mm; } .fact { display: table; width: 100%; table-layout: fixed; break-inside: avoid; }
.fact { border-top: 0.2mm solid #DAD9D1; } .fact > * { display: table-cell; padding: 1mm 0; overflow-wrap: anywhere; }
.fact dt { width: 58mm; padding-right: 4mm; color: #4B5852; } .fact dd { margin: 0; }
.fact--long, .fact--long > * { display: block; }
.fact--long { break-inside: auto; } .fact--long dt { width: auto; } h2 { margin-top: 5mm; } section { margin: 0 0 3mm; }
.checksum { font-size: 8pt; overflow-wrap: anywhere; }
"""


def styles() -> str:
    """Ink on A4, as the other printed pages, and the rows of answers."""
    return (TEMPLATES / "monitoring" / "report_print.css").read_text(encoding="utf-8") + _OWN


def pdf(html: str) -> bytes:
    """The page as PDF. Raises PdfUnavailable as `pdf_aside` does."""
    return pdf_aside(html, FONTS, LONGEST)

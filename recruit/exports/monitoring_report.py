"""The report of the monitor as PDF, from the same page that the web shows."""

from __future__ import annotations

import re

from recruit.tables.pages import FONTS, TEMPLATES
from recruit.tables.pdf import pdf_aside

#: Styles of a page do not reach inside drawings in a PDF, so each drawing gets those of its marks.
_MARKS = """
.c-grid{stroke:#DAD9D1}.c-zero{stroke:#4B5852}
.c-text{font:10px "Source Latin","Source Latin Ext",sans-serif;fill:#4B5852}
.m-line{stroke:#1B5448;stroke-width:2}.m-dashed{stroke:#7E8A83;stroke-width:1.5;stroke-dasharray:3 3}
.m-ground{stroke:#E0ECE6;stroke-width:10}.m-dot{fill:#1B5448}.m-open{fill:#FFFFFF;stroke:#7E8A83;stroke-width:1.5}
.m-triangle{fill:#805300}.m-diamond{fill:#9B2C1F}.m-cross{stroke:#16211D;fill:none}.m-reference{stroke:#4B5852}
.c-alarm{fill:#9B2C1F}.c-watch{fill:#805300}.c-rest{fill:#FFFFFF;stroke:#7E8A83}.c-1{fill:#1B5448}.c-2{fill:#5F8F7E}
.c-ink{fill:#4B5852}
"""
_DRAWING = re.compile(r'(<svg [^>]*width="100%"[^>]*>)')


def file_name(region: str, intake: str, kind: str, suffix: str) -> str:
    """What the file is called: the region, the intake and which report it is; nobody's name."""
    return f"monitoring-report-{region}-{intake}-{kind}.{suffix}"


def styles() -> str:
    """The stylesheet of the printed page. Not the application's: matching its rules to long tables takes minutes."""
    return (TEMPLATES / "monitoring" / "report_print.css").read_text(encoding="utf-8")


def pdf(html: str) -> bytes:
    """The page as PDF. Raises PdfUnavailable as `pdf_aside` does."""
    drawn = _DRAWING.sub(lambda found: f"{found[1]}<style>{_MARKS}</style>", html)
    return pdf_aside(drawn, FONTS)

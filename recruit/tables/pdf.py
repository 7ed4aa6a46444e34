"""A PDF of an HTML page. WeasyPrint is imported only here and only when used: it needs Pango from the
system."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recruit.tables.errors import PdfUnavailable


def write_pdf(path: Path, html: str, base: Path) -> None:
    """Write a page as PDF. Only files below `base` (fonts) and data inside the page are loaded, nothing
    from a network.

    Raises
    ------
    PdfUnavailable
        WeasyPrint or its system libraries are missing; the message says what to install.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise PdfUnavailable(
            "PDF needs WeasyPrint and Pango, which are missing here. Install them with 'apt install "
            "libpango-1.0-0 "
            "libpangoft2-1.0-0 libharfbuzz-subset0' (Debian, Ubuntu) or 'brew install pango' (macOS)."
        ) from error
    root = base.resolve().as_uri()

    class Fetcher(weasyprint.URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> object:
            if not url.startswith(("data:", f"{root}/")):
                raise ValueError(f"{url} is not loaded into a PDF")
            return super().fetch(url, headers)

    identifier = hashlib.sha256(html.encode()).digest()[:16]  # a random one by default
    document = weasyprint.HTML(string=html, base_url=f"{root}/", url_fetcher=Fetcher())
    with _fixed_time():
        document.write_pdf(str(path), pdf_identifier=identifier)


@contextmanager
def _fixed_time() -> Iterator[None]:
    """The time that embedded fonts are stamped with, so that the same page gives the same bytes."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = given or "946684800"
    try:
        yield
    finally:
        if given is None:
            del os.environ["SOURCE_DATE_EPOCH"]

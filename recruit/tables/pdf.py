"""A PDF of an HTML page. WeasyPrint is imported only here and only when used: it needs Pango from the
system."""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recruit.tables.errors import PdfUnavailable

#: How long a process that makes a PDF may take, in seconds; and how it says that WeasyPrint is missing.
LONGEST, UNAVAILABLE = 240, 3


def pdf_aside(html: str, base: Path, longest: int = LONGEST) -> bytes:
    """The page as PDF, made by a process of its own: long tables take seconds, in which no other page should wait.

    Raises PdfUnavailable as `write_pdf` does, or where the process fails or takes longer than `longest` seconds.
    """
    try:
        done = subprocess.run(  # noqa: S603 (this program itself)
            [sys.executable, "-m", "recruit.tables.pdf", str(base)],
            input=html.encode(),
            capture_output=True,
            timeout=longest,
            env=_surroundings(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PdfUnavailable("The PDF took too long to make. Try again when less is going on.") from None
    if done.returncode == UNAVAILABLE:
        raise PdfUnavailable(done.stderr.decode())
    if done.returncode:
        raise PdfUnavailable("The PDF could not be made. The page and the JSON have the same figures.")
    return done.stdout


def _surroundings() -> dict[str, str]:
    """None of the application's secrets. Fontconfig keeps what it knows of the fonts in the home folder."""
    kept = {
        name: os.environ[name]
        for name in ("HOME", "XDG_CACHE_HOME", "SOURCE_DATE_EPOCH")
        if name in os.environ
    }
    return kept | {"PYTHONPATH": os.pathsep.join(each for each in sys.path if each), "PATH": os.defpath}


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


def main() -> None:
    """Standard input as HTML to standard output as PDF; the argument is the folder that may be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.pdf"
        try:
            write_pdf(path, sys.stdin.buffer.read().decode(), Path(sys.argv[1]))
        except PdfUnavailable as error:
            sys.stderr.write(str(error))
            sys.exit(UNAVAILABLE)
        sys.stdout.buffer.write(path.read_bytes())


if __name__ == "__main__":
    main()

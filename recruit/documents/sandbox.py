"""What the application asks of a document, done by a worker process: a file that breaks it breaks nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from recruit.documents.limits import BROKEN, ENCRYPTED, LETTERS, MOST_PAGES, PAGES, SECONDS, TIME, Refused
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _

Told = Mapping[str, Any]  # of one page: spans, images, whole


@dataclass(frozen=True)
class PageText:
    """A page's text, how many images it has, and whether one covers most of it, as in a scan."""

    text: str
    images: int
    filled: bool


def read(content: bytes) -> tuple[PageText, ...]:
    """The text of every page. Raises Invalid with a clear word."""
    told, _data = _ask({"do": "read"}, content)
    return tuple(PageText(each["text"], each["images"], each["filled"]) for each in told["pages"])


def pages(content: bytes, marks: Mapping[int, Told] | None = None) -> tuple[bytes, ...]:
    """Every page as a JPEG, read once for all; `marks`: page, counted from 0, -> what would be struck is tinted."""
    strikes = {str(key): dict(value) for key, value in (marks or {}).items()}
    told, data = _ask({"do": "pages", "strikes": strikes}, content)
    ends = list(accumulate(told["sizes"]))
    return tuple(data[start:end] for start, end in zip([0, *ends], ends, strict=False))


def first_page(content: bytes) -> bytes:
    """The first page as a JPEG. Raises Invalid as `read` does."""
    return _ask({"do": "first"}, content)[1]


def burn(content: bytes, strikes: Mapping[int, Told]) -> bytes:
    """The redacted copy, read again and found empty of text and properties."""
    return _ask(
        {"do": "burn", "strikes": {str(key): dict(value) for key, value in strikes.items()}}, content
    )[1]


def _ask(task: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """Run a worker with nothing of the application's surroundings but where its code is."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "recruit.documents.worker"],
            input=json.dumps(task).encode() + b"\n" + content,
            capture_output=True,
            timeout=SECONDS,
            env={"PYTHONPATH": os.pathsep.join(each for each in sys.path if each), "PATH": os.defpath},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal(TIME) from None
    if done.returncode == 3:
        raise refusal(done.stdout.decode("ascii", "replace"))
    if done.returncode:
        raise refusal(TIME if done.returncode == -24 else BROKEN)  # SIGXCPU
    head, _newline, data = done.stdout.partition(b"\n")
    told: dict[str, Any] = json.loads(head)
    return told, data


def refusal(code: str) -> Invalid:
    """The word for a code of `limits`."""
    words = {
        ENCRYPTED: _(
            "The document is locked with a password, so it cannot be read here. Ask for one without."
        ),
        PAGES: _(
            "The document has more than %(most)s pages, which is too many to go through here.",
            most=MOST_PAGES,
        ),
        LETTERS: _("A page of the document holds more text than a page can show. It cannot be read here."),
        TIME: _(
            "The document takes too long to read. Open it, print it to a new PDF and redact that by hand."
        ),
    }
    broken = _("The document is damaged and cannot be read here. Redact it by hand, if it opens elsewhere.")
    return Invalid(words.get(code, broken), field="file")


__all__ = ["PageText", "Refused", "burn", "first_page", "pages", "read", "refusal"]

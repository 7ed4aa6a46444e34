"""A message as HTML, made from its own text by one layout, so that nobody writes a letter twice.

Blank lines part paragraphs, addresses become links, everything is escaped. Texts in scripts that run from right to left
stand between Unicode's isolating marks (`isolated`), also in the plain text; here those become <bdi>.
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parents[1] / "templates" / "mail"
FSI, PDI = "\u2068", "\u2069"
_LINK = re.compile(r"https?://[^\s<>\"'\u2068\u2069]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ENDS = ".,;:!?)”’"
_FACT = re.compile(r"[^\s:][^:\n]{0,40}: \S.*")


def isolated(value: Any) -> Any:
    """A text that has letters from right to left, between isolating marks; anything else as it is."""
    if not isinstance(value, str) or FSI in value or PDI in value:
        return value
    runs = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in value)
    return f"{FSI}{value}{PDI}" if runs else value


def as_html(*, subject: str, body: str, language: str, sender: str) -> str:
    """The message as a whole page: `sender` stands above it, the subject is its heading."""
    return _layout().render(
        subject=_marked(subject), body=_paragraphs(body), lang=language, sender=_marked(sender), title=subject
    )


@lru_cache
def _layout() -> Template:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("layout.html")


def _paragraphs(body: str) -> list[dict[str, Any]]:
    """Each paragraph with its lines, and whether it stands small at the end: the sender's name and address."""
    parts = [part for part in re.split(r"\n\s*\n", body.strip()) if part.strip()]
    return [
        {
            "lines": [_marked(line) for line in part.splitlines()],
            "facts": len(part.splitlines()) > 1 and all(_FACT.fullmatch(each) for each in part.splitlines()),
        }
        for part in parts
    ]


def _marked(text: str) -> Markup:
    """One line, escaped, with links and isolated names."""
    made, at = Markup(""), 0
    for found in _LINK.finditer(text):
        address = found.group().rstrip(_ENDS)
        made += _isolating(text[at : found.start()])
        target = address if address.startswith("http") else f"mailto:{address}"
        made += Markup('<a class="link" href="{}" style="color:#1B5448">{}</a>').format(target, address)
        at = found.start() + len(address)
    return made + _isolating(text[at:])


def _isolating(text: str) -> Markup:
    opened = 0
    made = Markup("")
    for part in re.split(f"([{FSI}{PDI}])", text):
        if part == FSI:
            opened += 1
            made += Markup("<bdi>")
        elif part == PDI:
            made += Markup("</bdi>") if opened else ""
            opened = max(opened - 1, 0)
        else:
            made += escape(part)
    return made + Markup("</bdi>") * opened

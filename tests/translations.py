"""Collect the texts of the interface, bring the catalogues up to date and compile them: `make translations`.

A new Swedish text is written in recruit/translations/sv/LC_MESSAGES/messages.po, at its English one. Another language
is begun with `python -m tests.translations fi`, which writes its catalogue with every text empty.
"""

import io
import sys
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUES = ROOT / "recruit/translations"
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "Message": None,
}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}


def path(locale: str) -> Path:
    """Where a language's catalogue is kept; its compiled form lies beside it."""
    return CATALOGUES / locale / "LC_MESSAGES" / "messages.po"


def locales() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(each.parts[-3] for each in CATALOGUES.glob("*/LC_MESSAGES/messages.po"))


def collect(locale: str = "sv") -> Catalog:
    """Every text in forms, recruit and templates, with where it stands."""
    found = Catalog(locale=locale, project="recruit", charset="utf-8")
    for folder, (name, line, message, comments, context) in _extracted():
        found.add(message, None, [(f"{folder}/{name}", line)], auto_comments=comments, context=context)
    return found


@cache
def _extracted() -> list[tuple[str, Any]]:
    """The folder of every text, and what Babel found of it: name, line, message, comments, context."""
    return [
        (folder, each)
        for folder in ("forms", "recruit", "templates")
        for each in extract_from_dir(ROOT / folder, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
    ]


def read(locale: str = "sv") -> Catalog:
    """A catalogue as it is kept; an empty one for a new language."""
    if not path(locale).exists():
        return Catalog(locale=locale, project="recruit", charset="utf-8")
    with path(locale).open("rb") as file:
        return read_po(file, locale=locale)


def compiled(catalogue: Catalog) -> bytes:
    """The bytes that the application reads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update(locale: str = "sv") -> Catalog:
    """The kept catalogue with the texts of today: new ones empty, unused ones gone."""
    catalogue = read(locale)
    catalogue.update(collect(locale), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """The texts that the catalogue has no words for yet."""
    return [str(message.id) for message in catalogue if message.id and not all(_strings(message.string))]


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def unwritten(locale: str) -> list[str]:
    """The whole texts that the language lacks beside the English ones: mails and notices.

    A region's own letters (templates/mail/letters) are Swedish and English whatever languages the pages have.
    """
    english = [*(ROOT / "templates/mail").glob("*.en.txt"), *(ROOT / "templates/notice").glob("*.en.txt")]
    wanted = (each.with_name(each.name.replace(".en.txt", f".{locale}.txt")) for each in english)
    return sorted(str(each.relative_to(ROOT)) for each in wanted if not each.exists())


def bring_up_to_date(locale: str) -> None:
    """Write a catalogue and its compiled form; say what lacks words."""
    catalogue = update(locale)
    path(locale).parent.mkdir(parents=True, exist_ok=True)
    with path(locale).open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
    path(locale).with_suffix(".mo").write_bytes(compiled(read(locale)))
    missing = untranslated(catalogue)
    print(f"{locale}: {len(catalogue)} texts, {len(missing)} without words.")
    for text in [*missing, *unwritten(locale)]:
        print(f"  {text}")


if __name__ == "__main__":
    for each in sorted({*locales(), *sys.argv[1:]}):
        bring_up_to_date(each)

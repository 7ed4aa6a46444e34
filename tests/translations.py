"""Collect the texts of the interface, bring the Swedish catalogue up to date and compile it: `make translations`.

A new Swedish text is written in recruit/translations/sv/LC_MESSAGES/messages.po, at its English one.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "recruit/translations/sv/LC_MESSAGES/messages.po"
COMPILED = CATALOGUE.with_suffix(".mo")
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


def collect() -> Catalog:
    """Every text in forms, recruit and templates, with where it stands."""
    found = Catalog(locale="sv", project="recruit", charset="utf-8")
    for folder in ("forms", "recruit", "templates"):
        for name, line, message, comments, context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True
        ):
            found.add(message, None, [(f"{folder}/{name}", line)], auto_comments=comments, context=context)
    return found


def read() -> Catalog:
    """The Swedish catalogue as it is kept."""
    if not CATALOGUE.exists():
        return Catalog(locale="sv", project="recruit", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="sv")


def compiled(catalogue: Catalog) -> bytes:
    """The bytes that Flask-Babel reads."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update() -> Catalog:
    """The kept catalogue with the texts of today: new ones empty, unused ones gone."""
    catalogue = read()
    catalogue.update(collect(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """The texts that have no Swedish yet."""
    return [str(message.id) for message in catalogue if message.id and not all(_strings(message.string))]


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def main() -> None:
    """Write the catalogue and its compiled form; say what lacks Swedish."""
    catalogue = update()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
    COMPILED.write_bytes(compiled(read()))
    missing = untranslated(catalogue)
    print(f"{len(catalogue)} texts, {len(missing)} without Swedish.")
    for text in missing:
        print(f"  {text}")


if __name__ == "__main__":
    main()

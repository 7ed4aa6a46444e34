"""The file that is handed out: a page to read, the same as PDF and JSON, the documents, and what is masked and why."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recruit.disclosing.items import Item, Place, masked, strikes
from recruit.display import written
from recruit.documents import sandbox
from recruit.models import Application, Disclosure, DisclosureMasking, Intake, Region
from recruit.storage import ENDINGS, Storage
from recruit.tables.errors import PdfUnavailable
from recruit.tables.pages import FONTS
from recruit.tables.pdf import pdf_aside

TEMPLATES = Path(__file__).parents[2] / "templates" / "disclosure"
#: The same, three times.
PAGE, PDF, DATA = "utlamnande.html", "utlamnande.pdf", "utlamnande.json"
#: Seconds that the PDF may take: the request is held meanwhile, and the page has it all.
LONGEST_PDF = 30
#: What a withheld item is called in the file.
WITHHELD = "[utelämnat]"
#: What this page has on paper beside the styles that all printed pages share.
_OWN = """
h2 { margin: 8mm 0 2mm; padding-top: 3mm; border-top: 0.4mm solid #16211D; }
dl { margin: 0; } dt { margin-top: 2.5mm; color: #4B5852; break-after: avoid; }
dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 1mm 3mm 1mm 0; border-bottom: 0.2mm solid #DAD9D1; }
.letter { margin: 4mm 0; white-space: pre-wrap; }
"""
KIND_WORDS = {
    "number": "personnummer",
    "contact": "privata kontaktuppgifter",
    "health": "hälsa",
    "protected": "skyddade uppgifter",
    "referee": "tredje mans kontaktuppgifter",
    "own": "annat",
}


@lru_cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


def packed(
    disclosure: Disclosure,
    region: Region,
    intake: Intake,
    material: Sequence[tuple[Application, Sequence[Item]]],
    maskings: Sequence[DisclosureMasking],
    names: Mapping[int, str],
    *,
    letter: str,
    now: datetime,
    storage: Storage,
) -> bytes:
    """A ZIP with everything, masked. The log names items and counts, never the words that were masked."""
    documents: dict[str, bytes] = {}
    applications = []
    for application, items in material:
        mine = [each for each in maskings if each.application_id == application.id]
        applications.append(
            {
                "code": application.mask_code,
                "case_number": application.case_number or "",
                "items": [_item(application.mask_code, each, mine, documents, storage) for each in items],
            }
        )
    content: dict[str, Any] = {
        "request": disclosure.number,
        "asked_on": disclosure.asked_on.isoformat(),
        "region": region.name,
        "intake": {"title": intake.title_sv, "case_number": intake.case_number},
        "made": written(now, "sv"),
        "letter": letter,
        "applications": applications,
        "masking": _log(material, maskings, names),
    }
    content["files"] = [
        {"name": PDF, "what": "allt det som sidan visar, att skriva ut"},
        {"name": PAGE, "what": "samma sida, för webbläsare"},
        {"name": DATA, "what": "samma uppgifter, för program"},
        *({"name": name, "what": "bifogad handling"} for name in documents),
    ]
    made = _pdf(content)
    return _zipped(
        {
            **({PDF: made} if made else {}),
            PAGE: _page(content).encode(),
            DATA: json.dumps(content, ensure_ascii=False, indent=1).encode(),
            **documents,
        }
    )


def _page(content: Mapping[str, Any], printed: str = "") -> str:
    """The page for a browser, which loads nothing; `printed`: the styles of paper instead."""
    asked = format_date(date.fromisoformat(content["asked_on"]), "d MMMM y", locale="sv")
    page = _environment().get_template("handed_out_print.html")
    return page.render(**content, asked=asked, printed=printed)


def _on_paper() -> str:
    """Ink on A4, as the other printed pages."""
    return (TEMPLATES.parent / "monitoring" / "report_print.css").read_text(encoding="utf-8") + _OWN


def _pdf(content: Mapping[str, Any]) -> bytes | None:
    """The page as PDF; None where none could be made, and then the list of files says so."""
    try:
        return pdf_aside(_page(content, _on_paper()), FONTS, LONGEST_PDF)
    except PdfUnavailable:
        content["files"][0]["what"] = f"kunde inte göras här; {PAGE} har samma innehåll och kan skrivas ut"
        return None


def _item(
    code: str,
    item: Item,
    maskings: Sequence[DisclosureMasking],
    documents: dict[str, bytes],
    storage: Storage,
) -> dict[str, Any]:
    places = [
        Place(each.page, each.start, each.stop, each.image) for each in maskings if each.item == item.key
    ]
    told = {"part": item.part, "label": item.label, "masked": bool(places)}
    if any(each == Place() for each in places):
        return {**told, "text": WITHHELD}
    if not item.document:
        return {**told, "text": masked(item.text, places)}
    original = storage.open(item.document)
    ending = f".{ENDINGS[item.media_type]}" if item.media_type in ENDINGS else ""
    name = f"handlingar/{code}-{item.filename}{'.pdf' if places else ending}"
    documents[name] = sandbox.burn(original, strikes(places)) if places else original
    return {**told, "text": name}


def _log(
    material: Sequence[tuple[Application, Sequence[Item]]],
    maskings: Sequence[DisclosureMasking],
    names: Mapping[int, str],
) -> list[dict[str, Any]]:
    """One line per item, kind, ground and person, with how many places."""
    labels = {
        (application.id, item.key): (application.mask_code, item.label)
        for application, items in material
        for item in items
    }
    lines: dict[tuple[str, ...], int] = {}
    for each in maskings:
        code, label = labels[each.application_id, each.item]
        line = (
            code,
            label,
            KIND_WORDS.get(each.kind, each.kind),
            each.ground,
            names.get(each.masked_by_id, ""),
        )
        lines[line] = lines.get(line, 0) + 1
    keys = ("code", "what", "kind", "ground", "by")
    return [{**dict(zip(keys, line, strict=True)), "places": count} for line, count in lines.items()]


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()

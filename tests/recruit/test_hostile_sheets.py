"""Hostile files that the group sends to pages or gives to commands: refused in words, and nothing half written."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import CriteriaProfile, Intake, ProfileDraft, RecordEntry
from tests.databases import ONE_DATABASE
from tests.recruit.assessment_helpers import handed_out
from tests.recruit.factories import World, sign_in
from tests.recruit.hostile import LAUGHS, PAPER, SCRIPT, archive, send_named
from tests.recruit.kept import kept
from tests.recruit.page_helpers import english

pytestmark = ONE_DATABASE
BASE = "/g/alvmark/bt-2026"
SHEETS = {"criterion": "theory_test"}
FAR_OUT = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>level</t></is></c></row>'
    b'<row r="200000"><c r="A200000"><v>3</v></c></row></sheetData></worksheet>'
)


def workbook() -> bytes:
    """An ordinary workbook with levels."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["application", "level"], ["AAAA", 3]):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed, or added."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        parts = {name: old.read(name) for name in old.namelist()}
        parts[part] = change(parts.get(part, b""))
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def locked() -> bytes:
    """The workbook with its sheet marked as encrypted."""
    content = bytearray(workbook())
    at = content.index(b"xl/worksheets/sheet1.xml")
    content[at - 24] |= 1  # flag in the part's own header
    central = content.rindex(b"xl/worksheets/sheet1.xml")
    content[central - 38] |= 1
    return bytes(content)


def multiplied(_old: bytes) -> bytes:
    return LAUGHS


def multiplied_in_utf_16(_old: bytes) -> bytes:
    return LAUGHS.replace(b'"1.0"', b'"1.0" encoding="utf-16"').decode().encode("utf-16")


HOSTILE = {
    "nothing": (b"", "is empty"),
    "blanks": (b"  \r\n\t\n", "is empty"),
    "a page": (SCRIPT, ""),
    "a PDF": (PAPER, ""),
    "zeros": (b"application,level\nAAAA,\x00\n", "not text"),
    "half a workbook": (workbook()[:2000], "is broken"),
    "an old workbook, or a locked one": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "old Excel workbook",
    ),
    "a locked sheet": (locked(), "has a password"),
    "a letter": (archive(word__document_dot_xml=b"<x/>"), "not an XLSX workbook"),
    "macros": (changed("xl/vbaProject.bin", lambda _old: b"Sub"), "holds macros"),
    "a bomb": (changed("xl/media/x.bin", lambda _old: b"\0" * 60_000_000), "which no ordinary sheet does"),
    "XML that multiplies in the sheet": (changed("xl/worksheets/sheet1.xml", multiplied), "XML definitions"),
    "XML that multiplies in the texts": (changed("xl/sharedStrings.xml", multiplied), "XML definitions"),
    "XML that multiplies in the styles": (changed("xl/styles.xml", multiplied_in_utf_16), "XML definitions"),
    "XML that multiplies in a link": (changed("_rels/.rels", multiplied), "XML definitions"),
    "broken XML": (changed("xl/workbook.xml", lambda _old: b"<workbook"), "cannot be read as a workbook"),
    "one cell far out": (
        changed("xl/worksheets/sheet1.xml", lambda _old: FAR_OUT),
        "200,000 rows of 16,384 columns",
    ),
    "a wide row over many lines": (b"a" + b";" * 3000 + b"\n" * 3000, "3,001 rows of 3,001 columns"),
    "a quote never closed": (b'application,level\n"AAAA,3\n', "never closed"),
    "turned and mixed letters": (b"application,level\nA\xc3\xa5,3\nB\xff\xfe,2\n", "encoding is mixed"),
    "a formula never calculated": (
        changed(
            "xl/worksheets/sheet1.xml",
            lambda old: old.replace(b"<v>3</v>", b"<f>cmd|' /C calc'!A0</f>"),
        ),
        "was never calculated",
    ),
}
NAMES = [
    "a\x00b.csv",
    "..",
    "../../x.csv",
    "👩" * 100 + ".csv",
    "x" * 5000,
    "\u202evsc.csv",
    "con",
    "\r\nX: 1",
]


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    return handed_out(session, world)


@pytest.fixture
def group(client: FlaskClient, world: World, intake: Intake) -> FlaskClient:
    sign_in(client, world.coordinator)
    english(client)
    return client


def entries(session: Session) -> int:
    session.rollback()
    return len(session.exec(select(RecordEntry.id)).all())


def test_hostile_sheet_is_refused_in_words_and_nothing_is_recorded(
    group: FlaskClient, session: Session
) -> None:
    before, wrong = entries(session), {}
    for what, (content, words) in HOSTILE.items():
        answer = send_named(group, f"{BASE}/assessment/external", content, "prov.xlsx", SHEETS)
        if answer.status_code != 422 or words not in answer.text:
            wrong[what] = answer.status_code
    assert wrong == {}
    assert entries(session) == before


@pytest.mark.parametrize("page", ["assessment/external", "applications/references"])
def test_name_of_an_uploaded_sheet_is_never_a_path(group: FlaskClient, session: Session, page: str) -> None:
    before = entries(session)
    for name in NAMES:
        answer = send_named(group, f"{BASE}/{page}", b"colour,size\nblue,3\n", name, SHEETS)
        assert answer.status_code == 422, name
        assert "is missing" in answer.text, name
    assert entries(session) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\xff\xfe\x00[", "not UTF-8 text"),
        (PAPER, ""),
        (b"a = [" * 20_000, ""),
        (b"a" * 300_000, "larger than 200 kB"),
        (b'key = "bt\\u0000"\n', ""),
        (b"version = 99999999999999999999999999\n", ""),
        (b'key = "../../x"\n', ""),
    ],
)
def test_hostile_profile_is_refused_and_no_version_is_made(
    group: FlaskClient, session: Session, content: bytes, words: str
) -> None:
    before = entries(session)
    answer = send_named(group, "/g/alvmark/profiles/new", content, "profile.toml", {})
    assert answer.status_code == 422
    assert words in answer.text
    assert entries(session) == before
    assert len(session.exec(select(CriteriaProfile)).all()) == 1
    assert session.exec(select(ProfileDraft)).all() == []

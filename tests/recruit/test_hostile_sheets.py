"""Hostile files that the group sends to pages or gives to commands: refused in words, and nothing half written."""

import io
import zipfile
from collections.abc import Callable
from html import unescape

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit.models import Application, CriteriaProfile, Intake, ProfileDraft, RecordEntry, Referee
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


def referee_of(session: Session) -> tuple[str, str]:
    """The code of an application, and the address of one of its referees."""
    application = session.exec(select(Application).order_by(col(Application.id))).first()
    assert application is not None
    referee = session.exec(select(Referee).where(Referee.application_id == application.id)).first()
    assert referee is not None
    session.rollback()
    return application.mask_code, referee.email


ANSWER = ("safety", "asks_for_help", "responsibility", "collaboration")
HEADERS = ("application", "referee", *ANSWER, "would_employ", "masked_comment", "came_by")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("application", "", "row 2, column 'application': is empty"),
        ("application", "x" * 50_000, "application XXXX"),
        ("referee", "", "row 2, column 'referee': is empty"),
        ("safety", "nan", "row 2, column 'safety': 'nan' is not a number"),
        ("safety", "1e400", "row 2, column 'safety': '1e400' is not a number"),
        ("safety", "9" * 5000, "is a number of 5,000 characters"),
        ("safety", "-1", "row 2, column 'safety': level -1 is out of range"),
        ("safety", "2.5", "row 2, column 'safety': “2.5” is no answer. Give a whole number from 0 to 4"),
        ("safety", "\x1b[31m", r"row 2, column 'safety': '\x1b[31m' is not a number"),
        ("would_employ", "perhaps", "row 2, column 'would_employ': 'perhaps' is neither yes nor no"),
        ("came_by", "pigeon", "row 2, column 'came_by': “pigeon” is no way to answer"),
        ("masked_comment", "x" * 1001, "row 2, column 'masked_comment': use at most 1000 characters"),
    ],
)
def test_answer_that_is_none_is_refused_with_row_column_and_value(
    group: FlaskClient, session: Session, column: str, value: str, said: str
) -> None:
    code, email = referee_of(session)
    before = entries(session)
    row = dict(zip(HEADERS, (code, email, "3", "3", "3", "3", "yes", "fine", "letter"), strict=True))
    row[column] = value
    content = "\n".join(map(";".join, (HEADERS, row.values()))).encode()
    answer = send_named(group, f"{BASE}/applications/references", content, "answers.csv", {})
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert len(answer.text) < 60_000
    assert entries(session) == before


def test_misspelt_column_of_answers_is_not_left_out_in_silence(group: FlaskClient, session: Session) -> None:
    code, email = referee_of(session)
    row = (code, email, "3", "3", "3", "3", "yes", "fine", "letter")
    for wrong, status in (("masked_coment", 422), ("colour", 303)):
        headers = [wrong if name == "masked_comment" else name for name in HEADERS]
        content = "\n".join(map(";".join, (headers, row))).encode()
        answer = send_named(group, f"{BASE}/applications/references", content, "answers.csv", {})
        assert answer.status_code == status
        assert ("no column masked_coment here" in unescape(answer.text)) is (status == 422)


def test_way_to_answer_is_refused_in_swedish(group: FlaskClient, session: Session) -> None:
    code, email = referee_of(session)
    with group.session_transaction() as cookie:
        cookie["language"] = "sv"
    row = (code, email, "3", "3", "3", "3", "ja", "", "brevduva")
    content = "\n".join(map(";".join, (HEADERS, row))).encode()
    answer = send_named(group, f"{BASE}/applications/references", content, "svar.csv", {})
    assert "svar.csv, rad 2, kolumnen ”came_by”: ”brevduva” är inget sätt att svara" in unescape(answer.text)


@pytest.mark.parametrize("code", ["ZZZZ", "Null", "=1+1", "x" * 50_000])
def test_level_of_nobody_is_refused_with_its_row(group: FlaskClient, session: Session, code: str) -> None:
    before = entries(session)
    content = f"application;level\n{code};3\n".encode()
    answer = send_named(group, f"{BASE}/assessment/external", content, "prov.csv", SHEETS)
    assert answer.status_code == 422
    assert (
        f"prov.csv, row 2, column 'application': there is no application {code.upper()[:40]} in"
        in unescape(answer.text)
    )
    twice = f"application;level\n{code};3\n{code};3\n".encode()
    answer = send_named(group, f"{BASE}/assessment/external", twice, "prov.csv", SHEETS)
    assert f"application {code[:40]} stands twice" in unescape(answer.text)
    assert entries(session) == before

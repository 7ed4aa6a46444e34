"""Hostile files that an applicant sends: refused in words, or kept and served so that nothing in them acts."""

import errno
import html
import io
import os
import re
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.demo.files import png
from recruit.documents import sandbox
from recruit.errors import Invalid
from recruit.models import Application, Attachment, RemovedPart
from recruit.services import attachments
from recruit.storage import MAX_FILE_BYTES
from tests.databases import ONE_DATABASE
from tests.recruit.factories import post
from tests.recruit.hostile import (
    LAUGHS,
    PAPER,
    SCRIPT,
    acting_paper,
    archive,
    crowded_archive,
    locked_paper,
    paper_inside_archive,
    photo,
    picture_of,
    send_named,
)

pytestmark = ONE_DATABASE  # what a file is decides before anything is asked of a database
LETTER = {"word__document_dot_xml": b"<w:document/>", "_Content_Types__dot_xml": b"<Types/>"}
DOCX = archive(**LETTER)
NOT_THAT = "its content is something else"
ARCHIVE_TOO = "is also an archive (ZIP)"
REFUSED = {
    "nothing at all": (b"", "cv.pdf", "is empty"),
    "too large": (b"%PDF-" + b"0" * MAX_FILE_BYTES + b"%%EOF", "cv.pdf", "is larger than 10 MB"),
    "a page": (SCRIPT, "cv.pdf", NOT_THAT),
    "a page before a PDF": (SCRIPT + PAPER, "cv.pdf", NOT_THAT),
    "rubbish before a PDF": (b"\n\x00rubbish\n" + PAPER, "cv.pdf", NOT_THAT),
    "a GIF with a script": (b"GIF89a/*\x01\x00\x01\x00" + SCRIPT, "photo.gif", "of type GIF"),
    "a GIF called JPEG": (b"GIF89a/*\x01\x00\x01\x00*/=1;" + SCRIPT, "photo.jpg", "of type GIF"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "photo.svg", "is not a PDF"),
    "SVG called PNG": (b'<svg onload="alert(1)"/>', "photo.png", NOT_THAT),
    "XML that multiplies": (LAUGHS, "cv.xml", "is not a PDF"),
    "a letter of Word": (DOCX, "cv.docx", "Choose a PDF, PNG or JPEG"),
    "a letter called PDF": (DOCX, "cv.pdf", "Choose a PDF, PNG or JPEG"),
    "a letter with macros": (
        archive(**LETTER, word__vbaProject_dot_bin=b"Sub AutoOpen()"),
        "cv.docm",
        "Choose a PDF, PNG or JPEG",
    ),
    "a bomb": (
        archive(**LETTER, word__media__x_dot_bin=b"\0" * 9_000_000),
        "cv.docx",
        "Choose a PDF, PNG or JPEG",
    ),
    "a bomb in a bomb": (archive(a=archive(b=archive(c=b"\0" * 900_000))), "cv.docx", "of type ZIP"),
    "very many parts": (crowded_archive(2_000), "cv.docx", "Choose a PDF, PNG or JPEG"),
    "a ZIP before a PDF's end": (PAPER[:-6] + DOCX + b"%%EOF\n", "cv.pdf", ARCHIVE_TOO),
    "a ZIP after a PDF": (PAPER + DOCX, "cv.pdf", ARCHIVE_TOO),
    "a ZIP around a PDF": (paper_inside_archive(PAPER), "cv.pdf", ARCHIVE_TOO),
    "a ZIP after a JPEG": (photo() + DOCX, "photo.jpg", ARCHIVE_TOO),
    "a ZIP within a PNG": (png(2, 2, 9) + archive(IEND=b"x"), "scan.png", ARCHIVE_TOO),
    "a program": (b"MZ" + b"\0" * 400, "cv.pdf", "of type EXE"),
    "a picture without end": (picture_of(50_000, 50_000), "scan.png", "is 50000 × 50000 pixels"),
    "a photo without end": (photo(says=(65_535, 65_535)), "scan.jpg", "is 65535 × 65535 pixels"),
    "half a PDF": (PAPER[: len(PAPER) // 2], "cv.pdf", NOT_THAT),
    "half a PNG": (png(50, 50, 9)[:60], "scan.png", NOT_THAT),
    "half a JPEG": (photo(64, 64)[:200], "photo.jpg", NOT_THAT),
    "another ending": (PAPER, "cv.png", "its content is PDF"),
    "two endings": (PAPER, "cv.pdf.exe", "is called .exe, but its content is PDF"),
    "a page's ending": (PAPER, "cv.html", "is called .html, but its content is PDF"),
    "an ending behind a turned text": (PAPER, "cv\u202efdp.exe", "is called .exe"),
}


@pytest.fixture
def folder(app: Flask) -> Path:
    found: Path = app.extensions["recruit_settings"].attachments
    return found


def on_disk(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def there(draft: Application) -> str:
    return f"/my/{draft.reference}/attachments"


def kept(session: Session) -> list[Attachment]:
    session.rollback()
    return list(session.exec(select(Attachment)))


def test_files_that_are_not_what_they_are_called_are_refused_in_words(
    browser: FlaskClient, session: Session, draft: Application, folder: Path
) -> None:
    wrong = {}
    for what, (content, name, words) in REFUSED.items():
        answer = send_named(browser, f"{there(draft)}/new", content, name)
        if answer.status_code != 422 or words not in answer.text or 'href="#file"' not in answer.text:
            wrong[what] = answer.status_code
    assert wrong == {}
    assert kept(session) == []
    assert on_disk(folder) == []


def test_file_that_would_act_is_kept_as_it_is_and_comes_back_as_a_download_alone(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    files = {
        "cv.pdf": acting_paper(),
        "photo.jpg": photo(more=SCRIPT),
        "end.jpg": photo() + SCRIPT + b"\xff\xd9",
    }
    for name, content in files.items():
        assert send_named(browser, f"{there(draft)}/new", content, name).status_code == 303
    assert len(kept(session)) == 3
    for row in kept(session):
        answer = browser.get(f"{there(draft)}/{row.public_id}")
        assert answer.data == files[row.filename]
        assert answer.mimetype == row.media_type
        assert answer.headers["Content-Disposition"] == f"attachment; filename={row.filename}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert (
            answer.headers["Cache-Control"].startswith("no-") or "no-cache" in answer.headers["Cache-Control"]
        )
        shown = browser.get(f"{there(draft)}/{row.public_id}/preview.jpg")
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
        assert b"script" not in shown.data
        assert b"alert" not in shown.data


def test_locked_paper_is_kept_without_a_preview_and_the_coordinator_is_told(
    browser: FlaskClient, session: Session, draft: Application
) -> None:
    assert send_named(browser, f"{there(draft)}/new", locked_paper(), "cv.pdf").status_code == 303
    (row,) = kept(session)
    assert browser.get(f"{there(draft)}/{row.public_id}/preview.jpg").status_code == 404
    with pytest.raises(Invalid, match="locked with a password"):
        sandbox.read(locked_paper())


def test_what_assessors_get_of_a_file_that_would_act_is_its_picture(draft: Application) -> None:
    copy = sandbox.burn(acting_paper(), {})
    assert not [
        word for word in (b"JavaScript", b"Launch", b"run.exe", b"OpenAction", b"Ozola") if word in copy
    ]
    with pypdfium2.PdfDocument(copy) as opened:
        assert len(opened) == 1
        assert opened[0].get_textpage().count_chars() == 0


NAMES = {
    "../../../etc/passwd.pdf": "passwd.pdf",
    "..\\..\\windows\\win.pdf": "win.pdf",
    "/etc/cron.d/x.pdf": "x.pdf",
    "cv\x00.exe.pdf": "cv.exe.pdf",
    'cv.pdf"\r\nSet-Cookie: a=b\r\n.pdf': "cv.pdfSet-Cookie a=b.pdf",
    "cv\u202efdp.exe.pdf": "cvfdp.exe.pdf",
    "cv\u2028\u2029\u200b.pdf": "cv.pdf",
    "x" * 300 + ".pdf": "x" * 139 + ".pdf",
    "👩‍⚕️ 王小明 Åsa.pdf": "👩⚕️ 王小明 Åsa.pdf",
    "CON.pdf": "_CON.pdf",
    "nul": "_nul",
    "lpt1 .pdf": "_lpt1 .pdf",
    "contract.pdf": "contract.pdf",
    "<b>=cmd|x.pdf": "b=cmdx.pdf",
    "O'Brien.pdf": "O'Brien.pdf",
    "None.pdf": "None.pdf",
    "....pdf": "pdf",
}


def test_names_lead_nowhere_and_are_shown_as_they_are(
    browser: FlaskClient, session: Session, draft: Application, folder: Path
) -> None:
    for number, name in enumerate(NAMES):
        content = PAPER.replace(b"%PDF-1.4", b"%%PDF-1.%d" % (number % 8)) + b"%%%d\n%%%%EOF" % number
        answer = send_named(browser, f"{there(draft)}/new", content, name)
        assert answer.status_code == 303, name
    assert [row.filename for row in kept(session)] == list(NAMES.values())
    assert [name for name in on_disk(folder) if not re.fullmatch("[0-9a-f]{48}", name)] == []
    assert len(on_disk(folder)) == len(NAMES)
    page = html.unescape(browser.get(there(draft)).text)
    for row in kept(session):
        assert row.filename in page
        answer = browser.get(f"{there(draft)}/{row.public_id}")
        assert "Set-Cookie: a" not in str(answer.headers)
        said = answer.headers["Content-Disposition"]
        assert said.startswith("attachment; filename")
        assert said.isascii()
        assert not set(said) & set("\r\n\x00/\\")


def test_disk_that_is_full_is_told_at_the_field_and_nothing_half_stays(
    browser: FlaskClient, session: Session, draft: Application, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = send_named(browser, f"{there(draft)}/new", PAPER, "cv.pdf")
    assert answer.status_code == 422
    assert "There is no room for more files here just now." in answer.text
    assert kept(session) == []
    assert on_disk(folder) == []


def test_one_application_cannot_fill_the_disk(
    browser: FlaskClient, session: Session, draft: Application, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their number and by their size, and by few that can be put back of those removed."""
    monkeypatch.setattr(attachments, "MAX_FILES", 3)
    monkeypatch.setattr(attachments, "MOST_LAID_ASIDE", 1)
    monkeypatch.setattr(attachments, "MAX_BYTES_IN_ALL", 3 * len(PAPER))
    several = [(io.BytesIO(PAPER + b"%%%d" % number), f"{number}.pdf") for number in range(6)]
    answer = post(browser, f"{there(draft)}/new", {"kind": "cv", "file": several})
    assert answer.status_code == 422
    assert "larger than 50 MB together" in answer.text
    assert len(kept(session)) == len(on_disk(folder)) == 2
    monkeypatch.setattr(attachments, "MAX_BYTES_IN_ALL", 50 * 1024 * 1024)
    assert send_named(browser, f"{there(draft)}/new", PAPER, "third.pdf").status_code == 303
    refused = send_named(browser, f"{there(draft)}/new", PAPER + b"%", "fourth.pdf")
    assert "There are 3 files already, which is the most." in refused.text
    for row in kept(session):
        post(browser, f"{there(draft)}/{row.public_id}/remove")
    assert kept(session) == []
    assert len(on_disk(folder)) == 1
    assert len(session.exec(select(RemovedPart)).all()) == 1

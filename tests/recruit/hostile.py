"""Files that are not what they seem, made of real bytes: two kinds in one, bombs, scripts, pictures without end."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from urllib.parse import quote

import pypdf
from flask.testing import FlaskClient
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, PdfObject, TextStringObject
from werkzeug.test import TestResponse

from recruit.demo.files import pdf, png
from tests.recruit.factories import csrf_token

SCRIPT = b"<html><script>alert(document.cookie)</script></html>"
PAPER = pdf("CV", ["Two years of emergency medicine"])
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>'
)


def archive(**parts: bytes) -> bytes:
    """A ZIP with these parts; "__" in a name stands for a slash, "_dot_" for a full stop."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def crowded_archive(entries: int) -> bytes:
    """A ZIP of very many empty parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for number in range(entries):
            opened.writestr(f"word/{number}.xml", b"")
    return made.getvalue()


def paper_inside_archive(paper: bytes) -> bytes:
    """A ZIP within a PDF whose end is the ZIP's comment, so that both kinds of programs open it."""
    made = io.BytesIO()
    made.write(b"%PDF-1.4\n")
    with zipfile.ZipFile(made, "a") as opened:
        opened.writestr("run.js", b"alert(1)")
        opened.comment = b"\n" + paper[9:]
    return made.getvalue()


def picture_of(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it has so many pixels."""
    small = png(1, 1, 200)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return small[:8] + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + small[33:]


def photo(
    width: int = 8, height: int = 8, *, says: tuple[int, int] | None = None, more: bytes = b""
) -> bytes:
    """A real JPEG; `says`: another size in its header; `more`: bytes in a comment of its own."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), (120, 90, 60)).save(made, "JPEG")
    content = bytearray(made.getvalue())
    if says:
        at = content.index(b"\xff\xc0")
        content[at + 5 : at + 9] = struct.pack(">HH", says[1], says[0])
    if more:
        content[2:2] = b"\xff\xfe" + struct.pack(">H", len(more) + 2) + more
    return bytes(content)


def acting_paper() -> bytes:
    """A PDF that would run a script, start a program and carry another file, if it were asked to."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(PAPER))
    writer.add_attachment("run.exe", b"MZ" + b"\0" * 60)
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('opened')")}
    launch = {"/S": NameObject("/Launch"), "/F": TextStringObject("cmd.exe")}
    writer.root_object[NameObject("/OpenAction")] = _dictionary(script)
    writer.pages[0][NameObject("/AA")] = _dictionary({"/O": _dictionary(launch)})
    writer.add_metadata({"/Author": "Ilse Ozola"})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _dictionary(entries: dict[str, PdfObject]) -> DictionaryObject:
    return DictionaryObject({NameObject(name): value for name, value in entries.items()})


def locked_paper() -> bytes:
    """A PDF that opens with a password only."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(PAPER))
    writer.encrypt("hemligt", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def send_named(
    client: FlaskClient, url: str, content: bytes, name: str, values: Mapping[str, str] = {"kind": "cv"}
) -> TestResponse:
    """An upload under any name at all: the long way of writing it (RFC 2231) lets every letter through."""
    fields = {"csrf_token": csrf_token(client, "/forgot"), **values}
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    )
    called = f"filename*=UTF-8''{quote(name.encode('utf-8', 'surrogatepass'), safe='')}"
    head = f'--b\r\nContent-Disposition: form-data; name="file"; {called}\r\n\r\n'
    body = parts.encode() + head.encode() + content + b"\r\n--b--\r\n"
    return client.post(url, data=body, content_type="multipart/form-data; boundary=b")

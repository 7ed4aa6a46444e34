"""Small, real PDF and PNG files for invented attachments."""

import struct
import unicodedata
import zlib


def pdf(title: str, lines: list[str]) -> bytes:
    """A one-page A4 PDF with the built-in Helvetica; other letters lose their accents or become "?"."""
    shown = [f"BT /F1 16 Tf 60 770 Td ({_escape(title)}) Tj ET"]
    shown += [f"BT /F1 11 Tf 60 {730 - 18 * i} Td ({_escape(line)}) Tj ET" for i, line in enumerate(lines)]
    stream = "\n".join(shown).encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        b"/Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(body))
    )


def _escape(text: str) -> str:
    text = "".join(letter if letter < "\u0100" else _plain(letter) for letter in text)
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _plain(letter: str) -> str:
    letter = {"–": "-", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"}.get(letter, letter)
    return unicodedata.normalize("NFD", letter)[0]


def png(width: int, height: int, grey: int) -> bytes:
    """A plain grey PNG, as a scanned page might be."""
    row = b"\x00" + bytes([grey]) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )

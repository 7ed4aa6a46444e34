"""The redacted copy: every page a picture in which what was struck is black. No text, no properties, nothing else.

The PDF is written here by hand, since writers of PDFs put in who made the file and when.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from recruit.documents.limits import DOTS_PER_INCH
from recruit.documents.pages import Box, Page, areas, opened

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True)
class Strikes:
    """What to strike on one page: spans of its text, images by their number, or the whole page."""

    spans: tuple[tuple[int, int], ...] = ()
    images: tuple[int, ...] = ()
    whole: bool = False


def burnt(content: bytes, strikes: Mapping[int, Strikes]) -> bytes:
    """A PDF of pictures. Pages that are struck whole are left out; if all are, one empty page remains."""
    pictures = []
    with opened(content) as document:
        for number in range(len(document)):
            struck = strikes.get(number, Strikes())
            if not struck.whole:
                pictures.append(document.picture(number, boxes_of(document.page(number), struck), BLACK))
    return pdf_of(pictures or [Image.new("RGB", (620, 877), WHITE)])


def boxes_of(page: Page, struck: Strikes) -> list[Box]:
    """The areas that the strikes of a page cover."""
    found = [box for start, end in struck.spans for box in areas(page, start, end)]
    return found + [page.images[each] for each in struck.images if 0 <= each < len(page.images)]


def pdf_of(pictures: Sequence[Image.Image]) -> bytes:
    """Pictures as the pages of a PDF that holds nothing else: no information dictionary, no identifier, no date."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for picture in pictures:
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=82)
        width, height = (72 * side / DOTS_PER_INCH for side in picture.size)
        image = len(objects) + 1
        jpeg = data.getvalue()
        objects.append(
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8"
            b" /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (*picture.size, len(jpeg), jpeg)
        )
        drawing = b"q %.2f 0 0 %.2f 0 0 cm /I Do Q" % (width, height)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R"
            b" /Resources << /XObject << /I %d 0 R >> >> >>" % (width, height, image + 1, image)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    body, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, end,
    )  # fmt: skip
    return bytes(body)


def leftovers(content: bytes) -> list[str]:
    """What a copy should not hold, by looking again with a reader: text, properties, attachments, scripts, comments."""
    found = []
    pdf = pypdfium2.PdfDocument(content)
    try:
        if any(pdf.get_metadata_dict(skip_empty=True).values()):
            found.append("properties")
        if pdfium.FPDFDoc_GetAttachmentCount(pdf.raw):
            found.append("attachments")
        if pdfium.FPDFDoc_GetJavaScriptActionCount(pdf.raw):
            found.append("scripts")
        for page in pdf:
            if page.get_textpage().count_chars():
                found.append("text")
            if pdfium.FPDFPage_GetAnnotCount(page.raw):
                found.append("comments")
            kinds = {each.type for each in page.get_objects(max_depth=4)}
            if kinds - {pdfium.FPDF_PAGEOBJ_IMAGE}:
                found.append("drawings")
    finally:
        pdf.close()
    if any(word in content for word in (b"/Info", b"/Metadata", b"/ID", b"/JS", b"/EmbeddedFile")):
        found.append("properties")
    return sorted(set(found))

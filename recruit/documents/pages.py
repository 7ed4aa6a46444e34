"""Pages of a PDF or a picture: text, where each letter stands, photographs, and the rendered picture.

Meant to run in a process of its own (`worker`): PDFium is C++ and reads what strangers send. Comments and form fields
are neither read nor drawn; scripts are never run.
"""

import io
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from recruit.documents.limits import (
    BROKEN,
    DOTS_PER_INCH,
    ENCRYPTED,
    LETTERS,
    LONGEST_SIDE,
    MOST_LETTERS,
    MOST_PAGES,
    PAGES,
    Refused,
)

Image.MAX_IMAGE_PIXELS = 60_000_000
#: left, bottom, right, top in points of the page; None for what has no place, such as a line's end
Box = tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Page:
    """Text in NFC with one box for each letter, and the boxes of images on the page.

    `filled`: an image covers most of the page, as in a scan, so that text alone does not tell what can be read.
    """

    text: str
    boxes: tuple[Box, ...]
    images: tuple[Box, ...]
    filled: bool


class Document:
    """An opened PDF."""

    def __init__(self, pdf: pypdfium2.PdfDocument) -> None:
        self._pdf = pdf

    def __len__(self) -> int:
        return len(self._pdf)

    def page(self, number: int) -> Page:
        """Text and places of a page, counted from 0."""
        page = self._pdf[number]
        text, boxes = _letters(page)
        width, height = page.get_size()
        images = []
        for each in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
            left, bottom, right, top = each.get_bounds()
            images.append((left, bottom, right, top))
            if len(images) >= 50:
                break
        filled = any(_area(each) > 0.5 * width * height for each in images)
        return Page(text, boxes, tuple(images), filled)

    def picture(
        self, number: int, boxes: list[Box], fill: tuple[int, int, int], *, mark: bool = False
    ) -> Image.Image:
        """The page as a picture with the boxes filled; with `mark` they are only tinted, and the text is seen."""
        page = self._pdf[number]
        width, height = page.get_size()
        if not width or not height or max(width, height) / min(width, height) > 50:
            raise Refused(BROKEN)
        scale = min(DOTS_PER_INCH / 72, LONGEST_SIDE / max(width, height))
        bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False, rev_byteorder=True)
        image = bitmap.to_pil().convert("RGB")
        convert = bitmap.get_posconv(page)
        rectangles = []
        for box in boxes:
            if box is None:
                continue
            one, other = convert.to_bitmap(box[0], box[1]), convert.to_bitmap(box[2], box[3])
            rectangles.append(_spanned(one, other, image.size))
        for left, upper, right, lower in rectangles:
            if mark:
                part = image.crop((left, upper, right, lower))
                tinted = Image.composite(
                    part,
                    Image.new("RGB", part.size, fill),
                    part.convert("L").point(lambda v: 255 if v < 110 else 60),
                )
                image.paste(tinted, (left, upper))
            else:
                image.paste(fill, (left, upper, right, lower))
        return image


@contextmanager
def opened(content: bytes) -> Iterator[Document]:
    """A document of at most `MOST_PAGES` pages. Raises Refused with the reason's code."""
    if not content.startswith(b"%PDF-"):
        content = _as_pdf(content)
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Refused(ENCRYPTED if "assword" in str(error) or "ecurity" in str(error) else BROKEN) from error
    try:
        if pdfium.FPDF_GetSecurityHandlerRevision(pdf.raw) != -1 and not len(pdf):
            raise Refused(ENCRYPTED)
        if not len(pdf):
            raise Refused(BROKEN)
        if len(pdf) > MOST_PAGES:
            raise Refused(PAGES)
        yield Document(pdf)
    except pypdfium2.PdfiumError as error:
        raise Refused(BROKEN) from error
    finally:
        pdf.close()


def _as_pdf(content: bytes) -> bytes:
    """A PNG or JPEG as a page, made anew from its pixels, so that nothing else of the file comes along."""
    from recruit.documents.burning import pdf_of

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as sent:
            sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            orientation = sent.getexif().get(0x0112)
            image = sent.convert("RGB")
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(BROKEN) from error
    turned = {3: 180, 6: 270, 8: 90}.get(orientation or 1)
    return pdf_of([image.rotate(turned, expand=True) if turned else image])


def _letters(page: pypdfium2.PdfPage) -> tuple[str, tuple[Box, ...]]:
    textpage = page.get_textpage()
    count = textpage.count_chars()
    if count > MOST_LETTERS:
        raise Refused(LETTERS)
    plain: list[tuple[str, Box]] = []
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage.raw, index)
        letter = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
        if letter == "\r":
            continue
        if letter in "\x02\ufffe\u00ad":
            letter = "-"
        box: Box = None
        if letter != "\n":
            left, bottom, right, top = textpage.get_charbox(index, loose=True)
            box = (left, bottom, right, top) if right > left and top > bottom else None
        plain.append((letter, box))
    return _composed(plain)


def _composed(plain: list[tuple[str, Box]]) -> tuple[str, tuple[Box, ...]]:
    """In NFC; a letter that was written with a separate accent gets the place of both."""
    text, boxes = "", []
    at = 0
    parts = []
    while at < len(plain):
        end = at + 1
        while end < len(plain) and unicodedata.combining(plain[end][0]):
            end += 1
        together = unicodedata.normalize("NFC", "".join(letter for letter, _box in plain[at:end]))
        box = _union([each for _letter, each in plain[at:end]])
        parts.append(together)
        boxes.extend([box] * len(together))
        at = end
    text = "".join(parts)
    if len(unicodedata.normalize("NFC", text)) != len(
        text
    ):  # jamo and the like, which compose across letters
        return text.encode("ascii", "replace").decode(), tuple(boxes)
    return unicodedata.normalize("NFC", text), tuple(boxes)


def _union(boxes: list[Box]) -> Box:
    real = [each for each in boxes if each is not None]
    if not real:
        return None
    return (
        min(each[0] for each in real),
        min(each[1] for each in real),
        max(each[2] for each in real),
        max(each[3] for each in real),
    )


def areas(page: Page, start: int, end: int) -> list[Box]:
    """What covers the letters of a span, one area for each line, a little larger than the letters."""
    lines: list[list[Box]] = []
    for box in page.boxes[start:end]:
        if box is None:
            continue
        last = lines[-1][-1] if lines else None
        same = last is not None and min(box[3], last[3]) - max(box[1], last[1]) > 0.3 * min(
            box[3] - box[1], last[3] - last[1]
        )
        if same and last is not None and abs(box[0] - last[2]) < 60:
            lines[-1].append(box)
        else:
            lines.append([box])
    found: list[Box] = []
    for line in lines:
        whole = _union(line)
        if whole is not None:
            pad = 1 + 0.12 * (whole[3] - whole[1])
            found.append((whole[0] - pad, whole[1] - pad, whole[2] + pad, whole[3] + pad))
    return found


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) if box else 0.0


def _spanned(
    one: tuple[float, float], other: tuple[float, float], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    left, right = sorted((one[0], other[0]))
    upper, lower = sorted((one[1], other[1]))
    return (
        max(0, min(size[0], int(left) - 1)),
        max(0, min(size[1], int(upper) - 1)),
        max(0, min(size[0], int(right) + 2)),
        max(0, min(size[1], int(lower) + 2)),
    )

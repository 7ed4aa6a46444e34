"""Documents: text with places, copies in which what was struck is gone, and hostile files."""

import io
import time

import pypdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from recruit.demo.files import pdf, png
from recruit.documents import sandbox
from recruit.documents.burning import Strikes, burnt, leftovers, pdf_of
from recruit.documents.limits import MOST_PAGES, Refused
from recruit.documents.pages import opened
from recruit.errors import Invalid

CV = pdf("CV", ["Ilse Ozola, born 1991", "ilse@example.org", "Kept line"])


def span(content: bytes, words: str) -> tuple[int, int]:
    with opened(content) as document:
        start = document.page(0).text.index(words)
    return start, start + len(words)


def rendered(content: bytes) -> Image.Image:
    return pypdfium2.PdfDocument(content)[0].render(scale=150 / 72).to_pil().convert("RGB")


def test_struck_words_are_gone_from_the_pixels_and_the_file() -> None:
    struck = [span(CV, "Ilse Ozola"), span(CV, "1991"), span(CV, "ilse@example.org")]
    copy = burnt(CV, {0: Strikes(tuple(struck))})
    assert leftovers(copy) == []
    assert b"Ozola" not in copy
    assert "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(copy)).pages) == ""
    assert not pypdf.PdfReader(io.BytesIO(copy)).metadata
    before, after = rendered(CV), rendered(copy)
    with opened(CV) as document:
        box = document.page(0).boxes[span(CV, "Ozola")[0]]
    assert box is not None
    at = (round((box[0] + box[2]) / 2 * 150 / 72), round((842 - (box[1] + box[3]) / 2) * 150 / 72))
    assert max(after.getpixel(at)) < 40
    assert before.size == pytest.approx(after.size, abs=3)
    # Two names of one length give one picture: what lies beneath is not there.
    other = pdf("CV", ["Ilse Ozolb, born 1991", "ilse@example.org", "Kept line"])
    assert burnt(other, {0: Strikes(tuple(struck))})[:200] == copy[:200]


def test_what_was_not_struck_stays_to_be_read() -> None:
    copy = burnt(CV, {0: Strikes((span(CV, "Ozola"),))})
    kept = span(CV, "Kept")
    with opened(CV) as document:
        box = document.page(0).boxes[kept[0]]
    assert box is not None
    part = rendered(copy).crop(
        tuple(round(v * 150 / 72) for v in (box[0] - 5, 842 - box[3] - 5, box[2] + 30, 842 - box[1] + 5))
    )  # type: ignore[arg-type]
    dark = sum(value < 128 for value in part.convert("L").tobytes())
    assert 0 < dark < 0.5 * part.width * part.height


def test_properties_scripts_and_attachments_do_not_come_along() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(CV))
    writer.add_metadata({"/Author": "Ilse Ozola"})
    name, text, script = (
        pypdf.generic.NameObject,
        pypdf.generic.TextStringObject,
        pypdf.generic.DictionaryObject(),
    )
    script.update({name("/S"): name("/JavaScript"), name("/JS"): text("app.alert('Ozola')")})
    named = pypdf.generic.DictionaryObject(
        {name("/Names"): pypdf.generic.ArrayObject([text("a"), writer._add_object(script)])}
    )
    writer.root_object[name("/Names")] = pypdf.generic.DictionaryObject({name("/JavaScript"): named})
    writer.add_attachment("cv.txt", b"Ozola")
    data = io.BytesIO()
    writer.write(data)
    assert {"properties", "scripts", "attachments", "text"} <= set(leftovers(data.getvalue()))
    assert leftovers(sandbox.burn(data.getvalue(), {})) == []


def test_turned_and_cropped_pages_are_struck_where_the_words_are() -> None:
    for turn in (90, 180, 270):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(CV))
        writer.pages[0].rotate(turn)
        writer.pages[0].cropbox = pypdf.generic.RectangleObject((20, 30, 560, 820))
        data = io.BytesIO()
        writer.write(data)
        content = data.getvalue()
        with opened(content) as document:
            plain = document.picture(0, [], (0, 0, 0))
            page = document.page(0)
            start, end = span(content, "Ilse Ozola, born 1991")
            from recruit.documents.pages import areas

            struck = document.picture(0, areas(page, start, end), (255, 0, 0))
        red = Image.new("RGB", plain.size, (255, 0, 0))
        # No dark letter of the line is left within the red, and red covers letters that were dark.
        covered = sum(
            max(before) < 128 and after == (255, 0, 0)
            for before, after in zip(plain.get_flattened_data(), struck.get_flattened_data(), strict=True)
        )
        assert covered > 200
        assert red.size == struck.size


def test_pictures_become_a_page_without_text_and_lose_their_properties() -> None:
    image = Image.new("RGB", (300, 200), "white")
    exif = Image.Exif()
    exif[0x013B] = "Ilse Ozola"
    data = io.BytesIO()
    image.save(data, "JPEG", exif=exif)
    assert sandbox.read(data.getvalue())[0].filled
    copy = sandbox.burn(data.getvalue(), {})
    assert b"Ozola" not in copy
    assert b"Exif" not in copy
    assert sandbox.read(png(120, 170, 200))[0].text == ""


def test_a_page_that_is_left_out_is_not_there() -> None:
    two = pdf_of([Image.new("RGB", (100, 100)), Image.new("RGB", (100, 100))])
    assert len(pypdf.PdfReader(io.BytesIO(burnt(two, {0: Strikes(whole=True)}))).pages) == 1
    assert len(pypdf.PdfReader(io.BytesIO(burnt(CV, {0: Strikes(whole=True)}))).pages) == 1


def locked() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(CV))
    writer.encrypt("secret", algorithm="RC4-128")
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def of_pages(number: int) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(number):
        writer.add_blank_page(595, 842)
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def of_size(width: float, height: float) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width, height)
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.4\nnothing\n%%EOF\n", "broken"),
        (CV[:300], "broken"),
        (locked(), "encrypted"),
        (of_pages(MOST_PAGES + 1), "pages"),
        (of_pages(3000), "pages"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR broken IEND", "broken"),
    ],
    ids=["nothing", "cut", "locked", "31 pages", "3000 pages", "broken PNG"],
)
def test_hostile_documents_are_refused_with_a_word(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        sandbox.read(content)
    assert refused.value.message == sandbox.refusal(code).message
    assert refused.value.field == "file"


def test_huge_and_thin_pages_take_bounded_room() -> None:
    start = time.process_time()
    with opened(of_size(14_400, 14_400)) as document:
        assert max(document.picture(0, [], (0, 0, 0)).size) <= 1801
    with opened(of_size(14_400, 10)) as document, pytest.raises(Refused):
        document.picture(0, [], (0, 0, 0))
    assert time.process_time() - start < 10


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.01)
    with pytest.raises(Invalid) as refused:
        sandbox.read(CV)
    assert refused.value.message == sandbox.refusal("time").message


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(CV) - 1))
def test_damaged_files_are_read_or_refused(noise: bytes, at: int) -> None:
    damaged = CV[:at] + noise + CV[at + len(noise) :]
    if not damaged.startswith(b"%PDF-"):
        damaged = b"%PDF-" + damaged
    try:
        copy = burnt(damaged, {})
    except Refused:
        return
    assert leftovers(copy) == []

"""Names in any script on paper: every letter is drawn, in a font that goes with the file, and can be copied out."""

import io
import unicodedata
from collections.abc import Callable

import pypdf
import pytest

from recruit.exports import minutes, receipt

NAMES = [
    "محمد عبد الله",
    "משה כהן-לוי",
    "王小明",
    "ნინო ჯავახიშვილი",
    "Thị Hoàng Ngọc Nguyễn",
    "Дарія Коваленко",
    "Αγγελική Παπαδοπούλου",
    "Donaudampfschifffahrtskapitän Müller-Lüdenscheidt",
    "O Ö",
]


@pytest.fixture(scope="module", params=[receipt, minutes], ids=["receipt", "letter and minutes"])
def printed(request: pytest.FixtureRequest) -> pypdf.PdfReader:
    """A line per name, between a code and a number, as the house prints it."""
    module = request.param
    styles: Callable[[], str] = module.styles
    lines = "".join(
        f"<p>A{number} <bdi>{name}</bdi> (Z{number})</p>" for number, name in enumerate(NAMES, 10)
    )
    page = (
        f"<html lang='sv'><head><style>{styles()}</style></head><body class='printed'>{lines}</body></html>"
    )
    return pypdf.PdfReader(io.BytesIO(module.pdf(page)))


def letters(text: str) -> list[str]:
    """The letters of a text, whatever their order: some readers give those from right to left as they are drawn.

    A letter that no font has is drawn as an empty box and copied out as another.
    """
    return sorted(
        each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each)[0] == "L"
    )


def test_every_name_is_found_whole_beside_its_code_and_number(printed: pypdf.PdfReader) -> None:
    lines = "\n".join(page.extract_text() for page in printed.pages).splitlines()
    for number, name in enumerate(NAMES, 10):
        (line,) = [each for each in lines if f"A{number}" in each]
        assert f"Z{number}" in line
        assert letters(line) == letters(f"AZ{name}")


def test_every_font_goes_with_the_file(printed: pypdf.PdfReader) -> None:
    fonts = [font.get_object() for page in printed.pages for font in page["/Resources"]["/Font"].values()]
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert len(described) >= 4
    for each in described:
        assert {"/FontFile2", "/FontFile3"} & set(each.get_object())

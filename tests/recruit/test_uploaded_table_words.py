"""What is wrong in an uploaded sheet is said in its reader's language, with row, column and value."""

from io import BytesIO

import pytest
from flask import Flask
from openpyxl import Workbook

from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.outcome_file import read_outcomes
from recruit.reference_file import read_references
from recruit.uploaded_table import place, uploaded_table

HEAD = "application;referee;safety;asks_for_help;responsibility;collaboration;would_employ\n"
SV, EN = {"Accept-Language": "sv"}, {"Accept-Language": "en"}


def refused(
    app: Flask, content: str | bytes, language: dict[str, str], read: object = read_references
) -> str:
    given = content if isinstance(content, bytes) else content.encode()
    with app.test_request_context(headers=language):  # while it lasts there is a reader, whose language it is
        with pytest.raises(Invalid) as error:
            read("svar.csv", given)  # type: ignore[operator]
        assert error.value.field == "file"
        return str(error.value)


@pytest.mark.parametrize(
    ("content", "swedish", "english"),
    [
        (
            HEAD + "7K4M;a@example.org;5;3;3;3;ja\n7K4N;b@example.org;6;3;3;3;ja\n",
            "svar.csv, rad 2, kolumnen ”safety”: nivån 5 finns inte. En nivå är ett tal från 0 till 4. "
            "Andra rader med samma fel: 1.",
            "svar.csv, row 2, column 'safety': level 5 is out of range. A level is a number from 0 to 4. "
            "Other rows with the same fault: 1.",
        ),
        (
            HEAD + "7K4M;a@example.org;1;3;3;3;kanske\n",
            "svar.csv, rad 2, kolumnen ”would_employ”: ”kanske” är varken ja eller nej. Skriv 1 eller 0, ja eller nej, "
            "yes eller no, true eller false.",
            "svar.csv, row 2, column 'would_employ': 'kanske' is neither yes nor no. Write 1 or 0, yes or no, ja or "
            "nej, true or false.",
        ),
        (
            HEAD + "7K4M;a@example.org;1,5;3;3;3;ja\n",
            "svar.csv, rad 2, kolumnen ”safety”: ”1,5” är inget svar. Ange ett heltal från 0 till 4.",
            "svar.csv, row 2, column 'safety': “1,5” is no answer. Give a whole number from 0 to 4.",
        ),
        (
            HEAD.replace("referee", "referees") + "7K4M;a@example.org;1;3;3;3;ja\n",
            "svar.csv: kolumnen ”referee” saknas (en referents svar). Menade du ”referees”? ",
            "svar.csv: the column 'referee' is missing (a referee's answers). Did you mean 'referees'? ",
        ),
        (
            "a;b\n1;2;3\n",
            "svar.csv, rad 2: 3 celler, men rubrikraden har 2. Cellerna skiljs åt av semikolon; ",
            "svar.csv, row 2: 3 cells where the header has 2. Cells are separated by semicolon; ",
        ),
    ],
)
def test_a_fault_in_a_sheet_is_said_in_the_readers_language(
    app: Flask, content: str, swedish: str, english: str
) -> None:
    assert refused(app, content, SV).startswith(swedish)
    assert refused(app, content, EN).startswith(english)


def test_a_cell_with_an_excel_error_is_named_in_swedish(app: Flask) -> None:
    book, kept = Workbook(), BytesIO()
    book.active.append(["application", "outcome", "date"])  # type: ignore[union-attr]
    book.active.append(["7K4M", "#REF!", "2027-02-01"])  # type: ignore[union-attr]
    book.save(kept)
    told = refused(app, kept.getvalue(), SV, read_outcomes)
    assert told == "svar.csv, cell B2: innehåller Excelfelet #REF!. Rätta eller töm cellen."


def test_numbers_in_what_is_said_have_the_readers_marks(app: Flask) -> None:
    wide = "a;" * 2000 + "\n" + "1\n" * 2000
    assert "2\u00a0002 rader och 2\u00a0001 kolumner" in refused(app, wide, SV)
    assert "2,002 rows of 2,001 columns" in refused(app, wide, EN)


def test_a_value_with_a_percent_sign_is_shown_as_it_is(app: Flask) -> None:
    told = refused(app, HEAD + "7K4M;a@example.org;50%(x)s;3;3;3;ja\n", SV)
    assert "”50%(x)s” är inget tal." in told


def test_the_place_of_a_cell_is_named_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context(headers=SV):
        assert place(uploaded_table("a.csv", b"x;y\n1;2\n"), 0, "y") == "a.csv, rad 2, kolumnen ”y”"
        assert _("semicolon") == "semikolon"

"""A date in three boxes, or written whole in one of them."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from forms.licence import LicenceForm


def licence_form(day: str, month: str, year: str, *, complete: bool = True) -> LicenceForm:
    typed = {"licence": "expected", "licence_route": "eu_recognition"}
    boxes = {"licence_on-day": day, "licence_on-month": month, "licence_on-year": year}
    return LicenceForm(MultiDict(typed | boxes), complete=complete)


@pytest.mark.parametrize(
    ("boxes", "message", "wrong"),
    [
        (("", "", ""), "Write the date when you expect your licence", []),
        (("", "1", "2027"), "Write which day you expect your licence", ["day"]),
        (("12", "", "2027"), "Write which month you expect your licence", ["month"]),
        (("12", "1", ""), "Write which year you expect your licence", ["year"]),
        (("32", "1", "2027"), "32 is not a day. Write a number from 1 to 31.", ["day"]),
        (("12", "13", "2027"), "13 is not a month. Write a number from 1 to 12, or its name.", ["month"]),
        (("12", "1", "27"), "27 is not a year. Write all four digits, such as 2027.", ["year"]),
        (("12", "ja", "2027"), "ja is not a month. Write a number from 1 to 12, or its name.", ["month"]),
        (("31", "2", "2027"), "There is no day 31 in month 2 of 2027", ["day"]),
    ],
)
def test_date_boxes_say_which_part_is_wrong(
    boxes: tuple[str, str, str], message: str, wrong: list[str]
) -> None:
    form = licence_form(*boxes)
    assert form.validate() is False
    assert form.licence_on.errors == [message]
    parts = {
        "day": form.licence_on.form.day,
        "month": form.licence_on.form.month,
        "year": form.licence_on.form.year,
    }
    assert [part for part, box in parts.items() if box.errors] == wrong
    assert tuple(box.text for box in parts.values()) == boxes


def test_date_boxes_read_a_date_in_any_digits() -> None:
    form = licence_form("١٢", "01", " 2027 ")
    assert form.validate() is True
    assert form.answers()["licence_on"] == date(2027, 1, 12)


def test_date_boxes_may_be_blank_in_a_draft_put_aside_but_not_half_written() -> None:
    assert licence_form("", "", "", complete=False).validate() is True
    assert licence_form("12", "", "2027", complete=False).validate() is False


def test_date_boxes_show_what_is_kept() -> None:
    form = LicenceForm(data={"licence": "expected", "licence_on": date(2027, 1, 12)})
    assert [box.text for box in form.licence_on.form] == ["12", "1", "2027"]


@pytest.mark.parametrize(
    "boxes",
    [
        ("2027-01-12", "", ""),
        ("", "", "12 jan 2027"),
        ("12 januari", "", "2027"),
        ("12", "January", "2027"),
        ("12th", "Jan.", "2027"),
        ("12/1", "", "2027"),
    ],
)
def test_date_boxes_read_what_people_write_and_say_how_it_was_read(boxes: tuple[str, str, str]) -> None:
    form = licence_form(*boxes)
    assert form.validate() is True
    assert form.licence_on.data == date(2027, 1, 12)
    assert form.licence_on.typed == " ".join(box for box in boxes if box)


def test_date_boxes_with_three_numbers_have_nothing_to_explain() -> None:
    form = licence_form("12", "01", "2027")
    assert form.validate() is True
    assert form.licence_on.typed == ""


@pytest.mark.parametrize(
    ("boxes", "message", "wrong", "shown"),
    [
        (
            ("03/04/2027", "", ""),
            "03/04/2027 can mean 2027-04-03 or 2027-03-04. Write it in one of those two ways.",
            ["day"],
            ("03/04/2027", "", ""),
        ),
        (("", "mars 2027", ""), "Write which day you expect your licence", ["day"], ("", "3", "2027")),
        (
            ("1/3 27", "", ""),
            "1/3 27 has no year with four digits. Write all four, such as 2027.",
            ["day"],
            ("1/3 27", "", ""),
        ),
        (("1 mars", "", ""), "1 mars lacks the year. Write it too.", ["day"], ("1 mars", "", "")),
        (
            ("30 februari 2027", "", ""),
            "There is no day 30 in month 2 of 2027",
            ["day"],
            ("30", "2", "2027"),
        ),
    ],
)
def test_date_boxes_ask_instead_of_guessing(
    boxes: tuple[str, str, str], message: str, wrong: list[str], shown: tuple[str, str, str]
) -> None:
    form = licence_form(*boxes)
    assert form.validate() is False
    assert form.licence_on.errors == [message]
    assert form.answers()["licence_on"] is None
    assert [part for part in ("day", "month", "year") if getattr(form.licence_on.form, part).errors] == wrong
    assert tuple(box.text for box in form.licence_on.form) == shown

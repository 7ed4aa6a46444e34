"""A date in three boxes."""

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
        (("12", "13", "2027"), "13 is not a month. Write a number from 1 to 12.", ["month"]),
        (("12", "1", "27"), "27 is not a year. Write all four digits, such as 2027.", ["year"]),
        (("12", "jan", "2027"), "jan is not a month. Write a number from 1 to 12.", ["month"]),
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

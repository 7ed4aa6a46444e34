"""Dates as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.reading_dates import LATEST, Parts, Unread, read, read_day, read_month, read_year

DAYS = st.dates(date(1950, 1, 1), date(LATEST, 12, 31))
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
WIDE = str.maketrans("0123456789-./", "０１２３４５６７８９－．／")
DIGITS = st.sampled_from([{}, ARABIC, PERSIAN, WIDE])
SWEDISH = "januari februari mars april maj juni juli augusti september oktober november december"
ENGLISH = "January February March April May June July August September October November December"


def _name(months: str, day: date) -> str:
    return months.split()[day.month - 1]


#: Every form that has one meaning, whatever the day.
CLEAR = {
    "iso": lambda d: d.isoformat(),
    "iso with blanks": lambda d: f"{d.year} {d.month} {d.day}",
    "year first, slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "in one": lambda d: f"{d:%Y%m%d}",
    "points": lambda d: f"{d.day}.{d.month}.{d.year}",
    "points and blanks": lambda d: f"{d.day:02}. {d.month:02}. {d.year}",
    "slash and blank": lambda d: f"{d.day}/{d.month} {d.year}",
    "blanks": lambda d: f"{d.day} {d.month} {d.year}",
    "Swedish": lambda d: f"den {d.day} {_name(SWEDISH, d)} {d.year}",
    "Swedish, short": lambda d: f"{d.day} {_name(SWEDISH, d)[:3]}. {d.year}",
    "English": lambda d: f"{d.day}th of {_name(ENGLISH, d)}, {d.year}",
    "American": lambda d: f"{_name(ENGLISH, d)} {d.day}, {d.year}",
    "capitals": lambda d: f"{d.day}-{_name(ENGLISH, d)[:3].upper()}-{d.year}",
    "Chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
}


@given(day=DAYS, form=st.sampled_from(sorted(CLEAR)), digits=DIGITS)
def test_date_in_every_clear_form_is_that_date(day: date, form: str, digits: dict[int, int]) -> None:
    assert read(CLEAR[form](day).translate(digits)) == Parts(day.year, day.month, day.day)


@given(day=DAYS, between=st.sampled_from("/-"), month_first=st.booleans())
def test_date_with_slashes_or_hyphens_is_read_only_when_it_has_one_meaning(
    day: date, between: str, month_first: bool
) -> None:
    parts = (day.month, day.day) if month_first else (day.day, day.month)
    text = between.join(str(part) for part in (*parts, day.year))
    if day.day > 12 or day.day == day.month:
        assert read(text) == Parts(day.year, day.month, day.day)
        return
    with pytest.raises(Unread) as refusal:
        read(text)
    assert day.isoformat() in refusal.value.message


@given(
    day=DAYS, form=st.sampled_from(["{d}.{m}.{y}", "{d}/{m} {y}", "{y}-{m}-{d}", "{y}{m}{d}", "{d} mars {y}"])
)
def test_year_with_two_digits_is_never_guessed(day: date, form: str) -> None:
    text = form.format(d=f"{day:%d}", m=f"{day:%m}", y=f"{day:%y}")
    with pytest.raises(Unread) as refusal:
        read(text)
    assert "four digits" in refusal.value.message


@given(text=st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        found: Parts | str = read(text)
    except Unread as refusal:
        found = refusal.message
    if isinstance(found, str):
        assert found.endswith((".", "or its name."))
    else:
        assert found.month in range(1, 13)
        assert found.day in {None, *range(1, 32)}


@pytest.mark.parametrize(
    "text", ["mars 2027", "March 2027", "Mar. 2027", "3/2027", "2027-03", "03 2027", "März 2027"]
)
def test_month_with_its_year_is_read_without_a_day(text: str) -> None:
    assert read(text) == Parts(2027, 3, None)


@pytest.mark.parametrize(
    ("text", "month"),
    [("3", 3), ("03", 3), ("mar", 3), ("MARS", 3), ("march", 3), ("März", 3), ("maj", 5), ("May", 5), ("okt", 10),
     ("Oct.", 10), ("٣", 3), ("３", 3), ("dez", 12), ("ma", None), ("ju", None), ("13", None), ("0", None)],
)  # fmt: skip
def test_month_by_number_or_name(text: str, month: int | None) -> None:
    assert read_month(text) == month


def test_day_and_year_alone() -> None:
    assert [read_day(text) for text in ("1", "01", "1st", "22:a", "31", "32", "-1", "one")] == [
        1, 1, 1, 22, 31, None, None, None,
    ]  # fmt: skip
    assert [read_year(text) for text in ("2027", "٢٠٢٧", "27", "1949", "2100", "20270")] == [
        2027, 2027, None, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("2027-13-01", "month"),
        ("2027-01-32", "day"),
        ("32 mars 2027", "day"),
        ("1 mars 1890", "year"),
        ("1/3", "year"),
        ("1 mars", "year"),
        ("1 mars april 2027", "whole"),
        ("1 2 3 2027", "whole"),
        ("next week", "whole"),
        ("01032027", "whole"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_part(text: str, part: str) -> None:
    with pytest.raises(Unread) as refusal:
        read(text)
    assert refusal.value.part == part

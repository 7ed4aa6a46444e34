"""The intake's form: times, numbers of posts, half months, and what must hold between the fields."""

from datetime import time

import pytest
from werkzeug.datastructures import MultiDict

from forms.eligibility import decisions_form
from forms.intake import intake_form
from forms.profile import ProfileForm

WHOLE = {
    "title_sv": "Bastjänstgöring",
    "title_en": "Basic service",
    "slug": "bt-2027",
    "form": "standalone",
    "profile_id": "1",
    "opens_on-day": "1",
    "opens_on-month": "2",
    "opens_on-year": "2027",
    "opens_time": "8.00",
    "closes_on-day": "1",
    "closes_on-month": "3",
    "closes_on-year": "2027",
    "closes_time": "23:59",
    "starts_on-day": "1",
    "starts_on-month": "9",
    "starts_on-year": "2027",
    "posts_1": "4",
    "kind_0": "acute_care",
    "months_0": "3",
    "kind_1": "primary_care",
    "months_1": "1,5",
}


def typed(**changes: str) -> object:
    form = intake_form(
        MultiDict({**WHOLE, **changes}),
        sites=[(1, "Älvstad"), (2, "Hamra")],
        profiles=[("1", "bt, version 1")],
    )
    form.validate()
    return form


def test_intake_form_whole_gives_posts_and_programme() -> None:
    form = typed()
    assert form.errors == {}
    assert (form.opens_time.data, form.closes_time.data) == (time(8), time(23, 59))
    assert form.posts() == [(1, 4, "")]
    assert form.programme() == [("acute_care", 6), ("primary_care", 3)]


@pytest.mark.parametrize("text", ["24:00", "8", "23:60", "kvart i tio"])
def test_clock_that_is_none_is_named(text: str) -> None:
    assert typed(closes_time=text).errors["closes_time"] == [f"{text} is not a time. Write it as 23:59."]


@pytest.mark.parametrize("text", ["-1", "501", "två", "1.5"])
def test_number_of_posts_out_of_range_is_named(text: str) -> None:
    message = f"{text} is not a number of posts. Write a whole number from 0 to 500."
    assert typed(posts_2=text).errors["posts_2"] == [message]


@pytest.mark.parametrize("text", ["1.3", "x", "-2", "100"])
def test_months_not_in_halves_are_named(text: str) -> None:
    message = f"{text} is not a number of months. Write whole or half months, such as 4 or 1.5."
    assert typed(months_2=text, kind_2="other").errors["months_2"] == [message]


def test_form_without_posts_or_programme_is_refused() -> None:
    assert typed(posts_1="").errors == {"posts_1": ["Give at least one post at one site"]}
    assert typed(months_0="", months_1="").errors == {
        "months_0": ["Give at least one placement and its months"]
    }


def test_form_shows_what_is_kept() -> None:
    form = intake_form(
        None,
        sites=[(1, "Älvstad")],
        profiles=[],
        data={"months_0": 3, "posts_1": 4, "opens_time": time(8, 5)},
    )
    assert [form[name]._value() for name in ("months_0", "posts_1", "opens_time", "months_1")] == [
        "1.5",
        "4",
        "08:05",
        "",
    ]


def test_decisions_are_those_that_have_an_answer() -> None:
    form = decisions_form(
        MultiDict({"answer_E1": "no", "reason_E1": "x", "reason_E2": "y"}), keys=["E1", "E2"]
    )
    assert form.validate()
    assert form.decided() == [("E1", "no", "x")]


def test_profile_form_without_text_or_file_is_refused() -> None:
    form = ProfileForm(MultiDict({"toml": "  "}))
    assert not form.validate()
    assert form.errors == {"toml": ["Choose a file or paste the text of a profile"]}

"""The forms of the topics."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from forms.application import AboutYouForm, EducationForm
from forms.attachments import AttachmentForm
from forms.experience import PeriodForm
from forms.licence import LanguageForm, LicenceForm, StartForm
from forms.references import ReferencesForm
from forms.wishes import MonitoringForm, sites_form

COUNTRIES = (("NA", "Namibia"), ("SE", "Sweden"))
TODAY = date(2026, 9, 1)
PERIOD = {
    "employer": "Hamra",
    "country": "NA",
    "area": "primary_care",
    "starts_on-day": "1",
    "starts_on-month": "9",
    "starts_on-year": "2024",
    "ends_on-day": "31",
    "ends_on-month": "12",
    "ends_on-year": "2024",
    "fte_percent": "80",
}


def errors(form: Any) -> dict[str, list[str]]:
    return {field.short_name: list(field.errors) for field in form if field.errors}


def test_about_you_complete_gives_clean_answers() -> None:
    form = AboutYouForm(MultiDict({"given_name": " Åsa ", "family_name": "O'Neil", "phone": "070-123 45 67"}))
    assert form.validate() is True
    assert form.answers() == {
        "given_name": "Åsa",
        "family_name": "O'Neil",
        "native_name": None,
        "phone": "070-123 45 67",
        "city": None,
    }


def test_about_you_empty_names_each_missing_answer() -> None:
    form = AboutYouForm(MultiDict({"phone": "ring me"}))
    assert form.validate() is False
    assert errors(form) == {
        "given_name": ["Write your given name"],
        "family_name": ["Write your family name"],
        "phone": ["Write a telephone number with digits, such as +46 70 123 45 67"],
    }


def test_about_you_put_aside_may_be_empty_but_not_wrong() -> None:
    assert AboutYouForm(MultiDict({}), complete=False).validate() is True
    assert AboutYouForm(MultiDict({"phone": "ring me"}), complete=False).validate() is False


def test_line_too_long_says_how_long() -> None:
    form = AboutYouForm(MultiDict({"given_name": "x" * 121, "family_name": "y", "phone": "12345"}))
    form.validate()
    assert errors(form) == {"given_name": ["Use at most 120 characters; now there are 121"]}


def test_form_speaks_the_readers_language() -> None:
    swedish = {"Write your given name": "Skriv ditt förnamn", "Given name": "Förnamn"}

    def say(text: str, **values: object) -> str:
        return swedish.get(text, text) % values if values else swedish.get(text, text)

    form = AboutYouForm(MultiDict({}), say=say)
    form.validate()
    assert form.given_name.label.text == "Förnamn"
    assert form.given_name.errors == ["Skriv ditt förnamn"]


def education(**typed: str) -> EducationForm:
    return EducationForm(MultiDict(typed), countries=COUNTRIES, latest_year=2027)


def test_education_na_is_namibia() -> None:
    form = education(education_country="NA", institution="UNAM", graduation_year="2027")
    assert form.validate() is True
    assert form.answers() == {"education_country": "NA", "institution": "UNAM", "graduation_year": 2027}


@pytest.mark.parametrize("year", ["1949", "2028", "19", "x", "-2020"])
def test_education_year_out_of_range(year: str) -> None:
    form = education(education_country="NA", institution="UNAM", graduation_year=year)
    form.validate()
    message = "Write the year of the degree with four digits, from 1950 to 2027"
    assert errors(form) == {"graduation_year": [message]}
    assert form.graduation_year._value() == year


def test_education_unknown_country_is_refused() -> None:
    form = education(education_country="ZZ", institution="UNAM", graduation_year="2020")
    form.validate()
    assert errors(form) == {"education_country": ["ZZ is not one of the answers. Choose one of them."]}


def test_licence_held_needs_no_date_and_drops_a_written_one() -> None:
    form = LicenceForm(
        MultiDict({"licence": "held", "licence_route": "eu_recognition", "licence_on-day": "7"})
    )
    assert form.validate() is True
    assert form.answers() == {"licence": "held", "licence_on": None, "licence_route": "eu_recognition"}


def test_licence_none_needs_no_route() -> None:
    assert LicenceForm(MultiDict({"licence": "none"})).validate() is True


def test_start_answers_are_truth_values() -> None:
    typed = {
        "swedish_at": "no",
        "st_before_july_2021": "no",
        "earlier_bt_certificate": "yes",
        "can_start": "yes",
    }
    form = StartForm(MultiDict({**typed, "work_permit": "not_needed"}))
    assert form.validate() is True
    answers = form.answers()
    assert [answers[name] for name in typed] == [False, False, True, True]


def test_start_shows_kept_truth_values() -> None:
    form = StartForm(data={"swedish_at": False, "can_start": True})
    assert (form.swedish_at.data, form.can_start.data, form.earlier_bt_certificate.data) == (
        "no",
        "yes",
        None,
    )


def test_start_expected_permit_needs_a_date() -> None:
    form = StartForm(MultiDict({"work_permit": "expected"}))
    form.validate()
    assert errors(form)["work_permit_on"] == ["Write the date when you expect your work permit"]


def test_language_work_in_swedish_needs_a_description() -> None:
    form = LanguageForm(MultiDict({"language_evidence": "work_in_swedish"}))
    assert form.validate() is False
    assert errors(form) == {
        "language_note": ["Describe your education or work in Swedish: where, when and what"]
    }


def period(**changes: str) -> PeriodForm:
    return PeriodForm(MultiDict({**PERIOD, **changes}), countries=COUNTRIES, today=TODAY)


def test_period_complete() -> None:
    form = period()
    assert form.validate() is True
    assert form.answers() == {
        "employer": "Hamra",
        "country": "NA",
        "area": "primary_care",
        "starts_on": date(2024, 9, 1),
        "ongoing": False,
        "ends_on": date(2024, 12, 31),
        "fte_percent": 80,
        "supervised": False,
    }


def test_period_ongoing_needs_no_last_day() -> None:
    blank = {"ends_on-day": "", "ends_on-month": "", "ends_on-year": ""}
    form = period(ongoing="y", **blank)
    assert form.validate() is True
    assert form.answers()["ends_on"] is None


def test_period_ongoing_with_a_last_day_is_a_contradiction() -> None:
    form = period(ongoing="y")
    form.validate()
    assert errors(form) == {"ends_on": ["Leave the last day empty, or take away the tick: it cannot be both"]}


def test_period_ending_before_it_begins() -> None:
    form = period(**{"ends_on-year": "2023"})
    form.validate()
    assert errors(form) == {"ends_on": ["The last day comes before the first day. Change one of them."]}


@pytest.mark.parametrize("extent", ["0", "101", "half", "50.5"])
def test_period_extent_out_of_range(extent: str) -> None:
    form = period(fte_percent=extent)
    form.validate()
    assert errors(form) == {"fte_percent": ["Write the extent as a whole number from 1 to 100"]}


def referee(number: int, **typed: str) -> dict[str, str]:
    return {f"referee{number}-{name}": value for name, value in typed.items()}


ANNA = {"name": "Anna", "title": "Consultant", "workplace": "Hamra", "email": "anna@example.org"}


def test_references_draft_may_name_one() -> None:
    form = ReferencesForm(MultiDict(referee(1, **ANNA)), needed=1)
    assert form.validate() is True
    assert form.answers() == {"referees": [{**ANNA, "phone": None, "language": "both"}]}


def test_references_sent_needs_both() -> None:
    form = ReferencesForm(MultiDict(referee(1, **ANNA)), needed=2)
    assert form.validate() is False
    assert form.referees[1].name.errors == ["Write the referee's name"]


def test_references_begun_must_be_whole_even_when_none_is_needed() -> None:
    form = ReferencesForm(MultiDict(referee(2, name="Omar")), needed=0)
    assert form.validate() is False
    assert form.referees[0].errors == {}
    assert form.referees[1].email.errors == ["Write the referee's e-mail address"]


def test_references_same_person_twice() -> None:
    form = ReferencesForm(
        MultiDict({**referee(1, **ANNA), **referee(2, **{**ANNA, "email": "ANNA@example.org"})})
    )
    assert form.validate() is False
    assert form.referees[1].email.errors == ["Both referees have the same address. Name two people."]


SITES = [(7, "Älvstad"), (8, "Lindfors"), (9, "Hamra")]


def test_sites_in_order_without_gaps() -> None:
    form = sites_form(MultiDict({"choice1": "9", "choice3": "7"}), sites=SITES)
    assert form.validate() is True
    assert form.answers() == {"site_ids": [9, 7]}


def test_sites_twice_the_same() -> None:
    form = sites_form(MultiDict({"choice1": "9", "choice2": "9"}), sites=SITES)
    form.validate()
    assert errors(form) == {"choice2": ["Hamra is chosen already. Choose another one, or leave this empty."]}


def test_sites_none_must_be_said() -> None:
    assert sites_form(MultiDict({}), sites=SITES).validate() is False
    assert sites_form(MultiDict({"no_preference": "y"}), sites=SITES).validate() is True
    assert sites_form(MultiDict({"no_preference": "y", "choice1": "7"}), sites=SITES).validate() is False


def test_sites_of_somewhere_else_are_refused() -> None:
    form = sites_form(MultiDict({"choice1": "1"}), sites=SITES)
    form.validate()
    assert errors(form) == {"choice1": ["1 is not one of the answers. Choose one of them."]}


def test_monitoring_may_be_left_or_declined() -> None:
    for typed in ({}, {"sex": "", "age_band": ""}):
        form = MonitoringForm(MultiDict(typed))
        assert form.validate() is True
        assert form.answers() == {"sex": None, "age_band": None}


def test_monitoring_unknown_answer_is_refused() -> None:
    assert MonitoringForm(MultiDict({"sex": "x"})).validate() is False


def test_attachment_needs_kind_and_file() -> None:
    form = AttachmentForm(MultiDict({"kind": ""}))
    form.validate()
    assert errors(form) == {"kind": ["Choose what the file is"], "file": ["Choose a file"]}
    chosen = FileStorage(BytesIO(b"x"), "cv.pdf")
    assert AttachmentForm(MultiDict({"kind": "cv", "file": chosen})).validate() is True


@pytest.mark.parametrize("typed", ["", "x", "-1", "1e3", "99999999999"])
def test_revision_that_is_no_number_is_none_of_ours(typed: str) -> None:
    assert AboutYouForm(MultiDict({"revision": typed})).revision.data == -1

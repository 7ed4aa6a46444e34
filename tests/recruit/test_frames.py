"""Rows become frames, results become rows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from recruit.frames import (
    Applicant,
    Monitored,
    counted_until,
    form_levels,
    form_values,
    monitoring_table,
    outcomes,
    rank_inputs,
    ranking_inputs,
)
from recruit.models import AgeBand, ClinicalArea, Intake, LicenceRoute, Sex
from scoring.profile import default_profile

UNTIL = date(2026, 9, 20)


@dataclass
class Work:
    starts_on: date
    ends_on: date | None
    fte_percent: int = 100
    country: str = "SE"
    area: ClinicalArea = ClinicalArea.SURGERY
    supervised: bool = False


def months(*periods: Work) -> object:
    return form_values(periods, no_experience=False, until=UNTIL)["swedish_months"]


def test_form_values_count_the_union_of_days_at_full_time() -> None:
    half = Work(date(2026, 1, 1), date(2026, 1, 31), 50)
    whole = Work(date(2026, 1, 16), date(2026, 2, 15), 100)
    days = Fraction(15, 2) + 31
    assert months(half, whole) == days / 30


def test_form_values_count_until_closing_and_only_sweden() -> None:
    going_on = Work(date(2026, 9, 11), None)
    future = Work(date(2026, 10, 1), date(2026, 12, 1))
    abroad = Work(date(2020, 1, 1), date(2024, 1, 1), country="LV")
    assert months(going_on, future, abroad) == Fraction(10, 30)


def test_form_values_breadth_counts_areas_begun_in_any_country() -> None:
    work = [
        Work(date(2026, 1, 1), None, country="LV", area=ClinicalArea.SURGERY),
        Work(date(2026, 1, 1), None, country="RO", area=ClinicalArea.PSYCHIATRY, supervised=True),
        Work(date(2026, 1, 1), None, area=ClinicalArea.PSYCHIATRY),
        Work(date(2027, 1, 1), None, area=ClinicalArea.EMERGENCY),
    ]
    assert form_values(work, no_experience=False, until=UNTIL)["breadth"] == 2
    work[3].starts_on = date(2026, 1, 1)
    assert form_values(work, no_experience=False, until=UNTIL)["breadth"] == 4


@pytest.mark.parametrize(
    ("no_experience", "values"), [(True, {"swedish_months": 0, "breadth": 0}), (None, {}), (False, {})]
)
def test_form_values_without_periods(no_experience: bool | None, values: dict[str, int]) -> None:
    assert form_values([], no_experience=no_experience, until=UNTIL) == values


def test_form_levels_of_missing_values_are_missing() -> None:
    profile = default_profile()
    assert form_levels(profile, "screening", {}) == {}
    assert form_levels(profile, "screening", {"swedish_months": 0, "breadth": 4}) == {
        "swedish_work": 0,
        "breadth": 4,
    }


def test_counted_until_is_the_day_of_closing_in_sweden() -> None:
    late = Intake(closes_at=datetime(2026, 9, 20, 21, 59, tzinfo=UTC))
    midnight = Intake(closes_at=datetime(2026, 9, 20, 22, 0, tzinfo=UTC))
    assert counted_until(late) == counted_until(midnight) == date(2026, 9, 20)


def applicants(*levels: int) -> list[Applicant]:
    keys = ("references", "science", "other_work")
    return [
        Applicant(
            f"A{n}",
            {"swedish_work": 2, "breadth": 2},
            [("x", key, level) for key in keys] + [("x", "case", 4)],
        )
        for n, level in enumerate(levels)
    ]


def test_ranking_inputs_do_not_depend_on_the_order_of_rows() -> None:
    profile = default_profile()
    some = applicants(2, 4, 3)
    forwards = ranking_inputs(profile=profile, stage="screening", seed="s", applicants=some)
    backwards = ranking_inputs(profile=profile, stage="screening", seed="s", applicants=some[::-1])
    assert forwards == backwards
    assert {row[2] for row in forwards["levels"]} == {key.key for key in profile.required_at("screening")}
    assert rank_inputs(forwards).canonical() == rank_inputs(backwards).canonical()


def test_outcomes_are_rows_in_the_order_of_the_ranking() -> None:
    some = [*applicants(2, 4), Applicant("A9", {}, [])]
    inputs = ranking_inputs(profile=default_profile(), stage="screening", seed="s", applicants=some)
    rows = outcomes(rank_inputs(inputs))
    assert [(row.mask_code, row.position, row.status, row.place) for row in rows] == [
        ("A1", 1, "ranked", 1),
        ("A0", 2, "ranked", 2),
        ("A9", 3, "incomplete", None),
    ]
    assert rows[1].points_milli == 50000
    assert rows[2].points_milli is None


def test_monitoring_table_has_ordered_groups_and_keeps_missing_and_namibia() -> None:
    rows = [
        Monitored(1, True, "NA", LicenceRoute.PROFICIENCY_TEST, Sex.FEMALE, AgeBand.FROM_40),
        Monitored(2, False, None, None, None, None),
    ]
    table = monitoring_table(rows, called={1, 2}, listed={1, 2})
    assert table["country"].tolist() == ["NA", None]
    assert table["country_group"].isna().tolist() == [False, True]
    assert table["licence_route"].iloc[0] == "third_country"
    assert list(table["age_band"].cat.categories) == [band.value for band in AgeBand]
    assert table[["eligible", "called", "listed"]].values.tolist() == [[1, 1, 1], [0, 0, 0]]

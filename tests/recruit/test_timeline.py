"""The applicant's own line of time: gaps and overlaps are found, shown to the applicant, and to nobody else."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from recruit import clock
from recruit.actor import Actor
from recruit.frames import form_values
from recruit.models import Account, Application, ClinicalArea, ExperiencePeriod, Intake
from recruit.services import application as services
from recruit.timeline import SHORTEST_GAP, Stretch, timeline
from tests.recruit.application_helpers import begin, fill_in, open_intake
from tests.recruit.factories import World, applicant, sign_in
from tests.test_architecture import ROOT, imports, modules

UNTIL = date(2027, 1, 31)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A period of work."""

    employer: str
    starts_on: date
    ends_on: date | None


def periods() -> st.SearchStrategy[list[Period]]:
    """Up to six periods of up to 300 days within some years, some of them going on."""
    starts = st.dates(date(2023, 1, 1), date(2027, 3, 1))
    made = st.builds(
        lambda start, days, name: Period(name, start, None if days is None else start + timedelta(days=days)),
        starts,
        st.none() | st.integers(0, 300),
        st.sampled_from("ABCDEF"),
    )
    return st.lists(made, min_size=1, max_size=6)


def days_of(stretch: Stretch) -> set[date]:
    return {stretch.first + timedelta(days=number) for number in range(stretch.days)}


@given(periods())
def test_timeline_gaps_and_overlaps_are_the_days_with_no_and_with_several_periods(told: list[Period]) -> None:
    found = timeline(told, UNTIL)
    assert found is not None
    worked = [days_of(each) for each in found.periods]
    at_once = {day for day in set().union(*worked) if sum(day in days for days in worked) > 1}
    assert set().union(*map(days_of, found.overlaps)) == at_once
    free = {found.first + timedelta(days=number) for number in range((found.last - found.first).days + 1)}
    free -= set().union(*worked)
    for gap in found.gaps:
        assert days_of(gap) <= free
        assert gap.days >= SHORTEST_GAP.days
        assert not {gap.first - DAY, gap.last + DAY} & free
    rest = sorted(free - set().union(*map(days_of, found.gaps)))
    for index in range(len(rest) - SHORTEST_GAP.days + 1):
        assert rest[index + SHORTEST_GAP.days - 1] - rest[index] >= SHORTEST_GAP


def test_timeline_without_periods_is_none() -> None:
    assert timeline([], UNTIL) is None


def test_timeline_names_who_overlaps_and_draws_what_goes_on_to_the_closing_day() -> None:
    found = timeline(
        [
            Period("Hamra", date(2026, 6, 1), None),
            Period("Älvstad", date(2026, 1, 1), date(2026, 6, 30)),
            Period("Åsnäs", date(2025, 1, 1), date(2025, 11, 30)),
        ],
        UNTIL,
    )
    assert found is not None
    assert found.gaps == (Stretch(date(2025, 12, 1), date(2025, 12, 31)),)
    assert found.overlaps == (Stretch(date(2026, 6, 1), date(2026, 6, 30), ("Älvstad", "Hamra")),)
    assert found.periods[-1] == Stretch(date(2026, 6, 1), UNTIL, ("Hamra",), ongoing=True)


# The pages


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def account(session: Session, intake: Intake) -> Account:
    made = applicant(session, language="en")
    session.commit()
    return made


@pytest.fixture
def application(session: Session, intake: Intake, account: Account, tmp_path: Path) -> Application:
    """A sent application with a gap, an overlap, and an employer whose name is written from the right."""
    made = begin(session, intake, account, now=clock.now())
    fill_in(session, made, tmp_path, now=clock.now())
    for employer, first, last in (
        ("مستشفى بغداد", date(2025, 6, 1), date(2025, 8, 31)),
        ("<b>Hamra</b>", date(2025, 12, 1), date(2026, 1, 31)),
    ):
        services.save_period(
            session,
            application=made,
            period=services.PeriodAnswers(employer, "SE", ClinicalArea.SURGERY, first, last, 100),
            actor=Actor(account.id),
            now=clock.now(),
        )
    services.submit(session, application=made, actor=Actor(account.id), now=clock.now())
    session.commit()
    return made


@pytest.mark.parametrize("page", ["experience", "check"])
def test_applicant_sees_gaps_and_overlaps_in_words_and_that_they_are_never_scored(
    client: FlaskClient, account: Account, application: Application, page: str
) -> None:
    sign_in(client, account)
    text = client.get(f"/my/{application.reference}/{page}").text
    assert "There is 1 gap of two weeks or more. Periods overlap at 1 time" in text
    assert "Only you see this. Gaps and overlaps are not passed on and are never scored" in text
    assert "<td>1 September 2025</td><td>30 November 2025</td><td>Gap of 91 days</td>" in text
    assert "At the same time: <bdi>Älvstads sjukhus</bdi>, <bdi>مستشفى بغداد</bdi>" in text
    assert "&lt;b&gt;Hamra&lt;/b&gt;" in text
    assert "<b>Hamra" not in text


def test_group_sees_nothing_of_the_line_of_time(
    client: FlaskClient, world: World, intake: Intake, application: Application
) -> None:
    sign_in(client, world.coordinator)
    client.get("/language/en")
    group = f"/g/{world.region.slug}/{intake.slug}/applications"
    for path in (group, f"{group}/{application.mask_code}", f"{group}/{application.mask_code}/texts"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "timeline-own" not in answer.text
        assert "period-gap" not in answer.text
        assert "Gap of" not in answer.text


def test_only_the_applicants_pages_know_the_line_of_time() -> None:
    users = {
        str(path.relative_to(ROOT))
        for folder in ("recruit", "forms", "scoring")
        for path in modules(folder)
        if any(
            name.startswith(("recruit.timeline", "recruit.routes.application_timeline"))
            for name in imports(path)
        )
    }
    assert users == {
        "recruit/routes/application.py",
        "recruit/routes/application_answers.py",
        "recruit/routes/application_timeline.py",
    }


@given(gap=st.integers(0, 400))
def test_value_that_is_scored_is_the_same_whatever_lies_between_two_periods(gap: int) -> None:
    first = ExperiencePeriod(
        application_id=1, region_id=1, employer="A", country="SE", area=ClinicalArea.SURGERY,
        starts_on=date(2023, 1, 1), ends_on=date(2023, 3, 31), fte_percent=100,
    )  # fmt: skip
    begins = date(2023, 4, 1) + timedelta(days=gap)
    second = ExperiencePeriod(
        application_id=1, region_id=1, employer="B", country="SE", area=ClinicalArea.SURGERY,
        starts_on=begins, ends_on=begins + timedelta(days=89), fte_percent=100,
    )  # fmt: skip
    apart = form_values([first, second], no_experience=False, until=UNTIL)
    second.starts_on, second.ends_on = date(2023, 4, 1), date(2023, 6, 29)
    assert apart == form_values([first, second], no_experience=False, until=UNTIL)

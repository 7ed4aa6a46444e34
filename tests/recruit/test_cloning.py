"""The next intake from an earlier one, and sites that have been closed since."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import Intake, IntakeStatus, PlanStep, Posts, RecordEntry, ReferenceAsking, Site
from recruit.queries import assigning, references, time_plan
from recruit.queries import intake as intakes
from recruit.services import assessor_limits, people, profiles, reference_rule
from recruit.services import cloning as service
from recruit.services import intake as intake_service
from recruit.services import time_plan as plans
from recruit.services.assessor_limits import Terms
from recruit.services.cloning import NewIntake
from scoring.profile import default_profile
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.intake_helpers import CLOSES, STARTS, draft_intake, opened_intake
from tests.recruit.kept import kept

PAGE = "/g/alvmark/bt-2026/clone"
PEOPLE = "/g/alvmark/people"


@kept(Intake)
def source(session: Session, world: World) -> Intake:
    """An open intake at two sites with a time plan."""
    made = opened_intake(session, world)
    dates = {PlanStep.ASSESSED: date(2026, 10, 15), PlanStep.RANKING_MEETING: date(2026, 10, 21)}
    plans.save(session, intake=made, dates=dates, seen=None, actor=world.actor, now=NOW)
    session.commit()
    return made


source = pytest.fixture(source)


def new(world: World, **changes: object) -> NewIntake:
    """Settled anew: 182 days after the earlier one."""
    whole = NewIntake(
        title_sv="Nästa",
        title_en="The next",
        slug="next",
        case_number="",
        profile_id=world.profile.id or 0,
        closes_on=CLOSES.date() + timedelta(days=182),
        starts_on=STARTS + timedelta(days=182),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def clone(
    session: Session, world: World, source: Intake, seen: str | None = None, **changes: object
) -> Intake:
    return service.clone(
        session, source=source, new=new(world, **changes), seen=seen, actor=world.actor, now=NOW
    )


def close(session: Session, world: World, *sites: Site) -> None:
    for site in sites:
        people.close_site(session, region_id=site.region_id, site_id=site.id or 0, actor=world.actor, now=NOW)


def test_a_clone_is_a_draft_with_sites_programme_and_every_date_moved(
    session: Session, world: World, source: Intake
) -> None:
    made = clone(session, world, source)
    assert (made.status, made.cloned_from_id, made.profile_id) == (
        IntakeStatus.DRAFT,
        source.id,
        source.profile_id,
    )
    old, copy = intake_service.plan_of(session, source), intake_service.plan_of(session, made)
    assert (copy.posts, copy.programme, copy.form) == (old.posts, old.programme, old.form)
    assert clock.in_stockholm(made.closes_at).strftime("%Y-%m-%d %H:%M") == "2027-03-21 23:59"
    assert clock.in_stockholm(made.opens_at).time() == clock.in_stockholm(source.opens_at).time()
    dates = time_plan.of(session, made)
    assert dates[PlanStep.ASSESSED] == date(2027, 4, 15)
    assert dates[PlanStep.RANKING_MEETING] == made.decision_on == date(2027, 4, 21)
    assert source.decision_on == date(2026, 10, 21)
    actions = session.exec(select(RecordEntry.action).where(RecordEntry.intake_id == made.id)).all()
    assert list(actions) == ["intake.created", "intake.cloned"]


def test_the_newest_version_of_the_profile_is_offered_with_the_old_one(
    session: Session, world: World, source: Intake
) -> None:
    text = default_profile().to_toml().replace("Exempelprofilen.", "Vår profil.")
    newer = profiles.save(session, region_id=source.region_id, toml=text, actor=world.actor, now=NOW)
    found = service.carried(session, source=source)
    assert [each.id for each in found.profiles] == [newer.id, world.profile.id]
    assert clone(session, world, source, profile_id=newer.id).profile_id == newer.id


def test_limits_of_assessors_who_are_still_there_come_along_without_days_away(
    session: Session, world: World, source: Intake
) -> None:
    away = Terms(least=2, most=5, away_from=date(2026, 10, 1), hand_over=True)
    for assessor, terms in zip(
        world.assessors, (away, Terms(most=9), Terms(away_from=date(2026, 9, 9))), strict=False
    ):
        assessor_limits.set_terms(
            session,
            intake=source,
            assessor_id=assessor.id or 0,
            terms=terms,
            revision=0,
            actor=world.actor,
            now=NOW,
        )
    world.assessors[1].active = False
    session.add(world.assessors[1])
    session.flush()
    made = clone(session, world, source)
    found = assigning.limits(session, intake=made)
    assert list(found) == [world.assessors[0].id]
    only = found[world.assessors[0].id or 0]
    assert (only.least, only.most, only.away_from, only.hand_over) == (2, 5, None, False)


def test_how_referees_are_asked_comes_along(session: Session, world: World, source: Intake) -> None:
    usual = clone(session, world, source, slug="usual")
    reference_rule.set_terms(
        session,
        intake=source,
        asking=ReferenceAsking.AT_CALL,
        days=21,
        remind_days=5,
        actor=world.actor,
        now=NOW,
    )
    made = clone(session, world, source)
    assert references.terms(session, made.id or 0) == references.Terms(ReferenceAsking.AT_CALL, 21, 5)
    assert references.terms(session, usual.id or 0) == references.USUAL
    reference_rule.set_terms(
        session,
        intake=made,
        asking=ReferenceAsking.BY_HAND,
        days=9,
        remind_days=2,
        actor=world.actor,
        now=NOW,
    )
    assert references.terms(session, source.id or 0).days == 21  # each has its own from then on


def test_a_site_closed_since_is_left_out_and_named(session: Session, world: World, source: Intake) -> None:
    close(session, world, world.sites[0])
    found = service.carried(session, source=source)
    assert [site.name for site, _posts in found.posts] == ["Lindfors sjukhus"]
    assert [(site.name, number) for site, number in found.closed] == [("Älvstads sjukhus", 7)]
    made = clone(session, world, source)
    assert [each.site for each in intakes.posts_of(session, made)] == ["Lindfors sjukhus"]
    assert len(intakes.posts_of(session, source)) == 2  # nothing lost there


def test_with_every_site_closed_the_way_out_is_told(session: Session, world: World, source: Intake) -> None:
    close(session, world, *world.sites[:2])
    with pytest.raises(Conflict, match="administrator can open one again"):
        clone(session, world, source)
    assert session.exec(select(Intake)).one().id == source.id


def test_a_site_closed_while_the_page_was_open_is_told(
    session: Session, world: World, source: Intake
) -> None:
    seen = service.carried(session, source=source).site_ids
    close(session, world, world.sites[0])
    with pytest.raises(Conflict, match="closed or opened meanwhile"):
        clone(session, world, source, seen=seen)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "bt-2026"}, "slug"),
        ({"starts_on": date(2027, 1, 1)}, "starts_on"),
        ({"profile_id": 999}, "profile_id"),
    ],
)
def test_a_clone_is_checked_as_any_intake(
    session: Session, world: World, source: Intake, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        clone(session, world, source, **changes)
    assert refused.value.field == field


def test_the_next_closing_day_is_the_same_weekday_and_leaves_a_month(source: Intake) -> None:
    days = [service.next_closing_day(source, NOW + timedelta(days=more)) for more in (0, 400)]
    assert days == [date(2027, 3, 21), date(2028, 3, 19)]
    assert {day.weekday() for day in days} == {6}


def test_a_closed_site_gets_no_posts_but_keeps_those_it_had(session: Session, world: World) -> None:
    draft = draft_intake(session, world)
    close(session, world, world.sites[0])
    assert session.exec(select(Posts).where(Posts.site_id == world.sites[0].id)).one().number == 7
    assert world.sites[0].name not in [each.name for each in intakes.sites(session)]
    with pytest.raises(Invalid, match="Älvstads sjukhus has been closed"):
        intake_service.open_intake(session, intake=draft, actor=world.actor, now=NOW)
    with pytest.raises(Invalid, match="Älvstads sjukhus has been closed"):
        draft_intake(session, world, slug="other")


def test_a_site_is_closed_and_opened_again_with_entries(session: Session, world: World) -> None:
    site = world.sites[2]
    close(session, world, site)
    with pytest.raises(Conflict, match="closed already"):
        close(session, world, site)
    about = {"region_id": site.region_id, "site_id": site.id or 0, "actor": world.actor, "now": NOW}
    assert people.reopen_site(session, **about).closed_at is None  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="open already"):
        people.reopen_site(session, **about)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        people.close_site(session, region_id=site.region_id, site_id=999, actor=world.actor, now=NOW)
    newest = select(RecordEntry.action).order_by(col(RecordEntry.id).desc()).limit(2)
    assert list(session.exec(newest)) == ["people.site_reopened", "people.site_closed"]


@pytest.fixture
def coordinator(client: FlaskClient, world: World, source: Intake) -> FlaskClient:
    """The coordinator's browser, in English."""
    sign_in(client, world.coordinator)
    client.get("/language/en")
    return client


def typed(world: World, **changes: object) -> dict[str, object]:
    """The form as it is proposed, the next year."""
    closes, starts = clock.now() + timedelta(days=60), clock.now() + timedelta(days=300)
    data: dict[str, object] = {
        "title_sv": "Nästa",
        "title_en": "The next",
        "slug": "bt-next",
        "case_number": "RÄ 7",
        "profile_id": world.profile.id,
        "seen": f"{world.sites[0].id} {world.sites[1].id}",
    }
    for name, day in (("closes_on", closes), ("starts_on", starts)):
        data |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}
    return {**data, **changes}


@ONE_DATABASE
def test_the_page_shows_what_is_carried_and_makes_the_draft(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    text = coordinator.get(PAGE).text
    assert "Älvstads sjukhus" in text
    assert "Everything assessed" in text
    assert "By hand: a coordinator chooses whom. 14 days to answer, reminded 3 days before." in text
    answer = post(coordinator, PAGE, typed(world))
    assert (answer.status_code, answer.location) == (303, "/g/alvmark/bt-next/")
    assert coordinator.get("/g/alvmark/bt-next/").status_code == 200


@pytest.mark.parametrize(
    ("title", "then", "proposed"),
    [
        ("Bastjänstgöring våren 2027", date(2027, 9, 1), "Bastjänstgöring hösten 2027"),
        ("Hösten 2027, bastjänstgöring", date(2027, 9, 1), "Våren 2027, bastjänstgöring"),
        ("Basic service, autumn 2027", date(2028, 9, 1), "Basic service, spring 2028"),
        ("Basic service, autumn 2027", date(2028, 3, 1), "Basic service, autumn 2028"),
        ("BT i vår region 2027", date(2028, 9, 1), "BT i vår region 2028"),
        ("Basic service", date(2027, 9, 1), ""),
    ],
)
def test_the_next_title_is_proposed_or_left_to_a_person(title: str, then: date, proposed: str) -> None:
    assert service.next_title(title, date(2027, 3, 1), then) == proposed


def test_the_title_of_the_earlier_intake_is_not_kept(session: Session, world: World, source: Intake) -> None:
    for field in ("title_sv", "title_en"):
        with pytest.raises(Invalid, match="title") as refused:
            clone(session, world, source, **{field: getattr(source, field).upper()})
        assert refused.value.field == field


@ONE_DATABASE
def test_a_fault_or_a_closed_site_keeps_what_was_typed(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    taken = post(coordinator, PAGE, typed(world, slug="bt-2026"))
    assert taken.status_code == 422
    assert "already has the address bt-2026" in taken.text
    assert "RÄ 7" in taken.text
    close(session, world, world.sites[0])
    session.commit()
    told = post(coordinator, PAGE, typed(world))
    assert told.status_code == 409
    assert "Left out: closed since" in told.text
    assert "RÄ 7" in told.text
    again = post(coordinator, PAGE, typed(world, seen=world.sites[1].id))
    assert again.status_code == 303


@ONE_DATABASE
def test_with_every_site_closed_the_page_says_what_to_do(
    coordinator: FlaskClient, session: Session, world: World
) -> None:
    close(session, world, *world.sites[:2])
    session.commit()
    text = coordinator.get(PAGE).text
    assert "Every site of this intake has been closed" in text
    assert 'href="/g/alvmark/new"' in text
    assert "Make the draft" not in text
    assert post(coordinator, PAGE, typed(world)).status_code == 409


@ONE_DATABASE
def test_an_administrator_closes_a_site_and_opens_it_again(
    client: FlaskClient, session: Session, world: World
) -> None:
    sign_in(client, world.administrator)
    client.get("/language/en")
    address = f"{PEOPLE}/sites/{world.sites[0].id}"
    assert post(client, f"{address}/close").status_code == 303
    assert "Open again" in client.get(f"{PEOPLE}/sites").text
    assert post(client, f"{address}/close").status_code == 409
    assert post(client, f"{address}/reopen").status_code == 303
    assert "Open again" not in client.get(f"{PEOPLE}/sites").text
    sign_in(client, world.coordinator)
    assert post(client, f"{address}/close").status_code == 403

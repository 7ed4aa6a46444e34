"""Profiles and intakes: what may be saved, opened, extended and closed, and what is refused."""

import hashlib
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from recruit.errors import Conflict, Invalid
from recruit.models import (
    ApplicationStatus,
    CriteriaProfile,
    DeadlineExtension,
    Eligibility,
    Intake,
    IntakeStatus,
    LotSeed,
    OutgoingMail,
    RecordEntry,
    RecordValue,
)
from recruit.queries import intake as queries
from recruit.queries import lots
from recruit.services import intake as intakes
from recruit.services import lots as lot_service
from recruit.services import panels, profiles, ranking
from recruit.services.intake import PlannedPosts
from scoring.profile import default_profile
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import CLOSES, SEEDS, draft_intake, opened_intake, plan, submitted


def actions(session: Session) -> list[str]:
    return list(session.exec(select(RecordEntry.action).order_by(RecordEntry.number)))  # type: ignore[call-overload]


def save(session: Session, world: World, toml: str) -> CriteriaProfile:
    region_id = world.region.id or 0
    return profiles.save(session, region_id=region_id, toml=toml, actor=world.actor, now=NOW)


def test_profile_saved_changed_is_next_version(session: Session, world: World) -> None:
    changed = default_profile().to_toml().replace("threshold = 40", "threshold = 45")
    assert save(session, world, changed).version == 2
    assert world.profile.version == 1


def test_profile_saved_unchanged_is_refused(session: Session, world: World) -> None:
    with pytest.raises(Conflict, match="version 1"):
        save(session, world, default_profile().to_toml())


def test_profile_saved_invalid_names_the_key(session: Session, world: World) -> None:
    broken = default_profile().to_toml().replace("weight = 15", 'weight = "x"', 1)
    with pytest.raises(Invalid, match=r"criteria\.references\.weight"):
        save(session, world, broken)


def test_create_writes_posts_programme_and_record(session: Session, world: World) -> None:
    intake = draft_intake(session, world)
    assert [(each.site, each.number) for each in queries.posts_of(session, intake)] == [
        ("Älvstads sjukhus", 7),
        ("Lindfors sjukhus", 3),
    ]
    assert sum(each.half_months for each in queries.placements_of(session, intake)) == 24
    assert "intake.created" in actions(session)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("slug", {"slug": "BT 2026"}),
        ("closes_at", {"closes_at": NOW}),
        ("starts_on", {"starts_on": CLOSES.date()}),
        ("posts", {"posts": []}),
        ("posts", {"posts": [PlannedPosts(999_999, 2)]}),
        ("programme", {"programme": []}),
        ("profile_id", {"profile_id": 999_999}),
    ],
)
def test_create_refused_names_the_field(session: Session, world: World, field: str, changes: dict) -> None:
    with pytest.raises(Invalid) as refusal:
        draft_intake(session, world, **changes)
    assert refusal.value.field == field
    session.rollback()
    assert session.exec(select(Intake)).all() == []


def test_create_with_taken_slug_is_refused(session: Session, world: World) -> None:
    draft_intake(session, world)
    with pytest.raises(Invalid, match="bt-2026"):
        draft_intake(session, world)


def test_change_of_draft_replaces_posts(session: Session, world: World) -> None:
    intake = draft_intake(session, world)
    new = plan(world, posts=[PlannedPosts(world.sites[2].id or 0, 4)])
    intakes.change(session, intake=intake, plan=new, actor=world.actor, now=NOW)
    assert [each.number for each in queries.posts_of(session, intake)] == [4]


def test_open_locks_the_profile(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    assert (intake.status, intake.opened_at) == (IntakeStatus.OPEN, NOW)
    newer = save(session, world, default_profile().to_toml().replace("threshold = 40", "threshold = 45"))
    with pytest.raises(Conflict, match="locked"):
        intakes.change(
            session, intake=intake, plan=plan(world, profile_id=newer.id), actor=world.actor, now=NOW
        )
    assert queries.profile_of(session, intake).stages["screening"].threshold == 40


def test_profile_tampered_with_is_refused(session: Session, world: World) -> None:
    """As after somebody has dropped the triggers that refuse it; in memory, since they are there."""
    intake = opened_intake(session, world)
    with session.no_autoflush:
        world.profile.toml = world.profile.toml.replace("threshold = 40", "threshold = 10")
        with pytest.raises(Conflict, match="has been changed"):
            queries.parsed(world.profile)
    session.expire(world.profile)
    assert queries.profile_of(session, intake).stages["screening"].threshold == 40


def test_open_twice_is_refused(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    with pytest.raises(Conflict):
        intakes.open_intake(session, intake=intake, actor=world.actor, now=NOW)


def test_open_commits_to_a_seed_for_each_stage_and_keeps_it_hidden(session: Session, world: World) -> None:
    intake = draft_intake(session, world)
    intakes.open_intake(session, intake=intake, actor=world.actor, now=NOW)
    rows = {row.stage: row for row in session.exec(select(LotSeed))}
    assert set(rows) == {"screening", "interview"}
    assert [len(row.seed) for row in rows.values()] == [64, 64]
    assert rows["screening"].seed != rows["interview"].seed
    shown = lots.of_intake(session, intake=intake)
    recorded = {value.field: value.new for value in session.exec(select(RecordValue))}
    for stage, row in rows.items():
        assert row.commitment == hashlib.sha256(row.seed.encode()).hexdigest()
        assert (shown[stage].commitment, shown[stage].seed) == (row.commitment, None)
        assert recorded[f"commitment_{stage}"] == row.commitment
        assert row.seed not in recorded.values()


def test_open_with_given_seeds_takes_them(session: Session, world: World) -> None:
    opened_intake(session, world)
    assert {row.stage: row.seed for row in session.exec(select(LotSeed))} == SEEDS


def test_reveal_shows_the_seed_once(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    for _ in range(2):
        lot_service.reveal(session, intake=intake, stage="screening", actor=world.actor, now=NOW)
    shown = lots.of_intake(session, intake=intake)
    assert (shown["screening"].seed, shown["screening"].revealed_at) == ("a seed", NOW)
    assert shown["interview"].seed is None
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "lot.revealed")).one()
    assert entry.subject_kind == "lot_seed"


def test_accepts_is_half_open(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    moments = [NOW - timedelta(seconds=1), NOW, CLOSES - timedelta(seconds=1), CLOSES]
    assert [queries.accepts(intake, moment) for moment in moments] == [False, True, True, False]


def test_extend_logs_both_times_and_mails_who_has_begun(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    begun = submitted(session, intake)
    gone = submitted(session, intake)
    gone.status = ApplicationStatus.WITHDRAWN
    later = CLOSES + timedelta(days=14)
    intakes.extend(
        session, intake=intake, closes_at=later, reason="För få sökande", actor=world.actor, now=NOW
    )
    session.flush()
    logged = session.exec(select(DeadlineExtension)).one()
    assert (logged.old_closes_at, logged.new_closes_at, intake.closes_at) == (CLOSES, later, later)
    mails = session.exec(select(OutgoingMail)).all()
    assert [each.application_id for each in mails] == [begun.id]
    assert "För få sökande" in mails[0].body
    values = session.exec(select(RecordValue).where(RecordValue.field == "reason")).all()
    assert [each.new for each in values] == ["För få sökande"]


def extended(session: Session, world: World, intake: Intake) -> object:
    """Two more weeks, a day after the closing time."""
    return intakes.extend(
        session,
        intake=intake,
        closes_at=CLOSES + timedelta(days=14),
        reason="Too few have applied.",
        actor=world.actor,
        now=CLOSES + timedelta(days=1),
    )


def test_extend_just_after_the_closing_time_is_possible_though_eligibility_is_decided(
    session: Session, world: World
) -> None:
    intake = opened_intake(session, world)
    submitted(session, intake).eligibility = Eligibility.ELIGIBLE
    extended(session, world, intake)
    assert queries.accepts(intake, CLOSES + timedelta(days=2))


def test_extend_after_applications_are_handed_out_is_refused(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    submitted(session, intake).eligibility = Eligibility.ELIGIBLE
    panels.assign(session, intake=intake, actor=world.actor, now=CLOSES)
    with pytest.raises(Conflict, match="given to assessors or ranked"):
        extended(session, world, intake)


def test_extend_after_a_ranking_is_refused(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    submitted(session, intake).eligibility = Eligibility.ELIGIBLE
    ranking.run(session, intake=intake, actor=world.actor, now=CLOSES)
    with pytest.raises(Conflict, match="given to assessors or ranked"):
        extended(session, world, intake)


def test_extend_backwards_or_without_reason_is_refused(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    common = {"intake": intake, "actor": world.actor, "now": NOW}
    with pytest.raises(Invalid, match="later"):
        intakes.extend(session, closes_at=CLOSES, reason="x", **common)
    with pytest.raises(Invalid, match="reason"):
        intakes.extend(session, closes_at=CLOSES + timedelta(days=1), reason=" ", **common)
    assert intake.closes_at == CLOSES


def test_close_early_needs_a_reason(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    soon = NOW + timedelta(days=1)
    with pytest.raises(Invalid, match="reason"):
        intakes.close(session, intake=intake, actor=world.actor, now=soon)
    intakes.close(session, intake=intake, actor=world.actor, now=soon, reason="Tillsatta")
    assert (intake.status, intake.closes_at) == (IntakeStatus.CLOSED, soon)


def test_close_after_time_keeps_the_closing_time(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES + timedelta(hours=1))
    assert (intake.status, intake.closes_at) == (IntakeStatus.CLOSED, CLOSES)
    with pytest.raises(Conflict):
        intakes.close(session, intake=intake, actor=world.actor, now=CLOSES + timedelta(hours=2))

"""Approval of a version by a second person, and drafts as use cases."""

import pytest
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.models import CriteriaProfile, IntakeStatus, RecordEntry
from recruit.profile_content import content_of
from recruit.queries import profile as queries
from recruit.services import intake as intakes
from recruit.services import profile_drafts as drafts
from recruit.services import profile_items as items
from recruit.services import profiles
from scoring.profile import default_profile
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import draft_intake


def saved(session: Session, world: World, threshold: int) -> CriteriaProfile:
    toml = default_profile().to_toml().replace("threshold = 40", f"threshold = {threshold}")
    return profiles.save(session, region_id=world.region.id or 0, toml=toml, actor=world.actor, now=NOW)


def test_intake_opens_only_with_an_approved_version(session: Session, world: World) -> None:
    row = saved(session, world, 45)
    intake = draft_intake(session, world, profile_id=row.id)
    with pytest.raises(profiles.NotApproved, match="Version 2 of the criteria profile"):
        intakes.open_intake(session, intake=intake, actor=world.actor, now=NOW)
    session.rollback()
    profiles.approve(session, profile=row, comment="Good.", actor=world.second, now=NOW)
    intakes.open_intake(session, intake=intake, actor=world.actor, now=NOW)
    assert intake.status is IntakeStatus.OPEN


def test_whoever_saved_it_or_is_no_coordinator_cannot_approve(session: Session, world: World) -> None:
    row = saved(session, world, 45)
    for who in (world.actor, Actor(world.auditor.id), Actor(world.assessors[0].id)):
        with pytest.raises(NotAllowed):
            profiles.approve(session, profile=row, actor=who, now=NOW)
        with pytest.raises(NotAllowed):
            profiles.send_back(session, profile=row, comment="No.", actor=who, now=NOW)


def test_older_version_is_not_approved_while_a_newer_stands(session: Session, world: World) -> None:
    older, newer = saved(session, world, 45), saved(session, world, 46)
    with pytest.raises(Conflict, match="Version 3"):
        profiles.approve(session, profile=older, actor=world.second, now=NOW)
    profiles.send_back(session, profile=newer, comment="Too high.", actor=world.second, now=NOW)
    profiles.approve(session, profile=older, actor=world.second, now=NOW)
    assert older.approved_by_id == world.chair.id


def test_waiting_counts_newest_versions_that_nobody_has_answered(session: Session, world: World) -> None:
    assert queries.waiting_for_approval(session) == 0
    saved(session, world, 45)
    newer = saved(session, world, 46)
    assert queries.waiting_for_approval(session) == 1
    profiles.send_back(session, profile=newer, comment="Too high.", actor=world.second, now=NOW)
    assert queries.waiting_for_approval(session) == 0


def test_what_was_said_is_in_the_record(session: Session, world: World) -> None:
    row = saved(session, world, 45)
    profiles.comment_on(session, profile=row, comment="Why 45?", actor=Actor(world.auditor.id), now=NOW)
    profiles.send_back(session, profile=row, comment="Too high.", actor=world.second, now=NOW)
    with pytest.raises(Conflict, match="already"):
        profiles.send_back(session, profile=row, comment="Again.", actor=world.second, now=NOW)
    profiles.approve(session, profile=row, actor=world.second, now=NOW)
    with pytest.raises(Conflict, match="approved already"):
        profiles.approve(session, profile=row, actor=world.second, now=NOW)
    actions = session.exec(select(RecordEntry.action).order_by(RecordEntry.number)).all()  # type: ignore[arg-type]
    assert list(actions)[-4:] == [
        "profile.saved",
        "profile.commented",
        "profile.sent_back",
        "profile.approved",
    ]
    assert [said.kind.value for said, _name in queries.reviews(session, row)] == [
        "comment",
        "sent_back",
        "approved",
    ]


def test_draft_from_begin_to_version(session: Session, world: World) -> None:
    region_id, who = world.region.id or 0, world.actor
    start = content_of(default_profile())
    draft = drafts.begin(session, region_id=region_id, key="bt", start=start, actor=who, now=NOW)
    with pytest.raises(Conflict, match="already begun"):
        drafts.begin(session, region_id=region_id, key="bt", start=start, actor=world.second, now=NOW)
    typed = {"threshold": "x"}
    drafts.save(session, draft=draft, part="rules/screening", typed=typed, seen=1, actor=who, now=NOW)
    with pytest.raises(Invalid):
        drafts.make_version(session, draft=draft, seen=2, over=None, actor=who, now=NOW)
    drafts.undo(session, draft=draft, seen=2, to=1, actor=who, now=NOW)
    with pytest.raises(Conflict, match="says the same"):
        drafts.make_version(session, draft=draft, seen=3, over=None, actor=who, now=NOW)
    made = items.add(session, draft=draft, name="never_scored", actor=who, now=NOW)
    typed = {f"sv_{made}": "Skostorlek", f"en_{made}": "Shoe size"}
    drafts.save(session, draft=draft, part="never", typed=typed, seen=4, actor=who, now=NOW)
    row = drafts.make_version(session, draft=draft, seen=5, over=None, actor=who, now=NOW)
    assert (row.version, draft.became_id, row.approved_at) == (2, row.id, None)
    assert queries.draft_of(session, region_id, "bt") is None
    with pytest.raises(drafts.DraftEnded):
        drafts.discard(session, draft=draft, actor=who, now=NOW)


def test_only_the_last_steps_are_kept(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "STEPS_KEPT", 3)
    start = content_of(default_profile())
    draft = drafts.begin(
        session, region_id=world.region.id or 0, key="other", start=start, actor=world.actor, now=NOW
    )
    for number in range(5):
        typed = {"threshold": str(number)}
        drafts.save(
            session,
            draft=draft,
            part="rules/screening",
            typed=typed,
            seen=number + 1,
            actor=world.actor,
            now=NOW,
        )
    assert [step.revision for step, _name in queries.steps(session, draft.id or 0)] == [6, 5, 4]
    with pytest.raises(drafts.Clash):  # what the page showed is forgotten: every difference is asked about
        drafts.save(
            session,
            draft=draft,
            part="rules/screening",
            typed={"threshold": "99"},
            seen=1,
            actor=world.second,
            now=NOW,
        )

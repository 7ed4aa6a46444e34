"""Eligibility: what the rules propose, what a person decides, and what the decisions add up to."""

from datetime import date
from itertools import product

import pytest
from sqlmodel import Session, select

from recruit.errors import Conflict, Invalid
from recruit.models import (
    Answer,
    Application,
    ApplicationStatus,
    Eligibility,
    LanguageEvidence,
    LicenceRoute,
    LicenceStatus,
    RecordEntry,
    Referee,
    RequirementDecision,
    WorkPermit,
)
from recruit.services import eligibility
from recruit.services.eligibility import Decision, ReferenceAnswers
from scoring.profile import default_profile
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import STARTS, opened_intake, submitted
from tests.recruit.kept import kept

AFTER = date(2027, 2, 2)
PROFILE = default_profile()
KEYS = [each.key for each in PROFILE.requirements]


def proposed(session: Session, world: World, **answers: object) -> dict[str, Answer]:
    application = submitted(session, opened_intake(session, world), **answers)
    found = eligibility.proposals_for(session, application=application)
    assert all(str(each.reason) for each in found.values())
    return {key: each.answer for key, each in found.items()}


def test_propose_complete_application_is_yes_throughout(session: Session, world: World) -> None:
    assert proposed(session, world) == dict.fromkeys(KEYS, Answer.YES)


@pytest.mark.parametrize(
    ("key", "answer", "told"),
    [
        ("E1", Answer.EXPECTED, {"licence": LicenceStatus.EXPECTED, "licence_on": STARTS}),
        ("E1", Answer.NO, {"licence": LicenceStatus.EXPECTED, "licence_on": AFTER}),
        ("E1", Answer.UNCLEAR, {"licence": LicenceStatus.EXPECTED}),
        ("E1", Answer.NO, {"licence": LicenceStatus.NONE}),
        ("E1", Answer.UNCLEAR, {"licence": None}),
        ("E1", Answer.UNCLEAR, {"complete": False}),
        ("E2", Answer.YES, {"language_evidence": LanguageEvidence.NORDIC}),
        ("E2", Answer.YES, {"language_evidence": LanguageEvidence.WORK_IN_SWEDISH}),
        ("E2", Answer.EXPECTED, {"language_evidence": LanguageEvidence.EXPECTED, "language_on": STARTS}),
        ("E2", Answer.NO, {"language_evidence": LanguageEvidence.NONE}),
        ("E2", Answer.UNCLEAR, {"complete": False}),
        ("E3", Answer.NO, {"swedish_at": True}),
        ("E3", Answer.NO, {"st_before_july_2021": True}),
        ("E3", Answer.UNCLEAR, {"swedish_at": None}),
        ("E3", Answer.UNCLEAR, {"licence_route": LicenceRoute.COMPLEMENTARY_PROGRAMME}),
        ("E4", Answer.NO, {"earlier_bt_certificate": True}),
        ("E4", Answer.UNCLEAR, {"earlier_bt_certificate": None}),
        ("E5", Answer.NO, {"complete": False}),
        ("E6", Answer.NO, {"complete": False}),
        ("E7", Answer.EXPECTED, {"work_permit": WorkPermit.EXPECTED, "work_permit_on": STARTS}),
        ("E7", Answer.NO, {"work_permit": WorkPermit.NONE}),
        ("E7", Answer.UNCLEAR, {"work_permit": None}),
        ("E8", Answer.NO, {"can_start": False}),
        ("E8", Answer.UNCLEAR, {"can_start": None}),
    ],
)
def test_propose_follows_the_answers(
    session: Session, world: World, key: str, answer: Answer, told: dict
) -> None:
    assert proposed(session, world, **told)[key] is answer


def test_outcome_over_all_answers_of_two_requirements() -> None:
    rest = dict.fromkeys(KEYS[2:], Answer.YES)
    for first, second in product(Answer, repeat=2):
        found = eligibility.outcome(PROFILE, {**rest, KEYS[0]: first, KEYS[1]: second})
        if Answer.NO in (first, second):
            assert found is Eligibility.INELIGIBLE
        elif Answer.UNCLEAR in (first, second):
            assert found is Eligibility.PENDING
        elif Answer.EXPECTED in (first, second):
            assert found is Eligibility.CONDITIONAL
        else:
            assert found is Eligibility.ELIGIBLE


def test_outcome_with_one_undecided_is_pending() -> None:
    assert eligibility.outcome(PROFILE, dict.fromkeys(KEYS[1:], Answer.YES)) is Eligibility.PENDING


@pytest.fixture
@kept(Application)
def application(session: Session, world: World) -> Application:
    """A submitted application that meets every requirement, committed."""
    found = submitted(session, opened_intake(session, world))
    session.commit()
    return found


def all_yes() -> list[Decision]:
    return [Decision(key, Answer.YES) for key in KEYS]


def test_decide_many_as_proposed_keeps_the_proposals_reason(
    session: Session, world: World, application: Application
) -> None:
    eligibility.decide_many(session, application=application, decisions=all_yes(), actor=world.actor, now=NOW)
    rows = session.exec(select(RequirementDecision)).all()
    assert {row.requirement for row in rows} == set(KEYS)
    assert all(row.reason and row.decided_by_id == world.coordinator.id for row in rows)
    assert application.eligibility is Eligibility.ELIGIBLE
    written = [each.action for each in session.exec(select(RecordEntry))]
    assert written.count("eligibility.decided") == 8
    assert written.count("eligibility.settled") == 1


def test_decide_against_the_proposal_needs_a_reason(
    session: Session, world: World, application: Application
) -> None:
    common = {"application": application, "requirement": "E1", "actor": world.actor, "now": NOW}
    with pytest.raises(Invalid, match="E1"):
        eligibility.decide(session, answer=Answer.NO, **common)
    session.rollback()
    assert session.exec(select(RequirementDecision)).all() == []
    row = eligibility.decide(session, answer=Answer.NO, reason="Återkallad", **common)
    assert (row.proposed, row.answer, row.reason) == (Answer.YES, Answer.NO, "Återkallad")
    assert application.eligibility is Eligibility.INELIGIBLE


def test_decide_expected_makes_conditional(session: Session, world: World, application: Application) -> None:
    decisions = [*all_yes()[1:], Decision("E1", Answer.EXPECTED, "Väntas i januari")]
    eligibility.decide_many(session, application=application, decisions=decisions, actor=world.actor, now=NOW)
    assert application.eligibility is Eligibility.CONDITIONAL


def test_decide_unknown_requirement_is_refused(
    session: Session, world: World, application: Application
) -> None:
    with pytest.raises(Invalid, match="E9"):
        eligibility.decide(
            session, application=application, requirement="E9", answer=Answer.YES, actor=world.actor, now=NOW
        )


def test_decide_on_withdrawn_is_refused(session: Session, world: World, application: Application) -> None:
    application.status = ApplicationStatus.WITHDRAWN
    session.add(application)
    session.flush()
    with pytest.raises(Conflict):
        eligibility.decide_many(
            session, application=application, decisions=all_yes(), actor=world.actor, now=NOW
        )


def test_reopen_clears_decisions(session: Session, world: World, application: Application) -> None:
    eligibility.decide_many(session, application=application, decisions=all_yes(), actor=world.actor, now=NOW)
    assert eligibility.reopen(session, application=application, actor=world.actor, now=NOW) == 8
    assert session.exec(select(RequirementDecision)).all() == []
    assert application.eligibility is Eligibility.PENDING
    assert eligibility.reopen(session, application=application, actor=world.actor, now=NOW) == 0


def test_reference_is_entered_and_corrected(session: Session, world: World, application: Application) -> None:
    referee = session.exec(select(Referee).order_by(Referee.position)).first()  # type: ignore[arg-type]
    answers = ReferenceAnswers(3, 4, 2, 3, True, " Sjukhus ", "")
    eligibility.enter_reference(session, referee=referee, answers=answers, actor=world.actor, now=NOW)
    assert (referee.safety, referee.masked_setting, referee.masked_comment) == (3, "Sjukhus", None)
    assert referee.answered_at == NOW


def test_reference_out_of_range_is_refused(session: Session, world: World, application: Application) -> None:
    referee = session.exec(select(Referee).order_by(Referee.position)).first()  # type: ignore[arg-type]
    answers = ReferenceAnswers(5, 4, 2, 3, True)
    with pytest.raises(Invalid) as refusal:
        eligibility.enter_reference(session, referee=referee, answers=answers, actor=world.actor, now=NOW)
    assert refusal.value.field == "safety"

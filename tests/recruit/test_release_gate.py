"""Nothing is released before a second person and the checks have let it through; publishing tells everybody once."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Intake,
    InterviewList,
    Level,
    ListStatus,
    OutgoingMail,
    RankingRelease,
    RankingRun,
    RecordEntry,
)
from recruit.queries import interview as queries
from recruit.queries import lots
from recruit.queries import ranking as rankings
from recruit.services import gate, interview, list_checks, ranking
from recruit.services.mail import render
from recruit.services.publishing import publish
from recruit.services.verification import verify
from tests.recruit.factories import World
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import (
    LATER,
    assessed,
    assessment,
    closed_intake,
    confirmed,
    one_line,
    ranked,
    settle,
)
from tests.recruit.test_verification import _drop_triggers

INTERVIEW = ("case", "communication", "teamwork", "learning_needs")


@pytest.fixture
@kept(InterviewList)
def drawn(session: Session, world: World) -> InterviewList:
    """A draft with its zone settled, which another coordinator may confirm."""
    intake = closed_intake(session, world)
    made = interview.draft(
        session,
        intake=intake,
        run=ranked(session, world, intake),
        groups=one_line(2, 1),
        actor=world.actor,
        now=LATER,
    )
    settle(session, world, made)
    session.commit()
    return made


def confirm(session: Session, drawn: InterviewList, actor: Actor) -> InterviewList:
    return interview.confirm(session, interview_list=drawn, actor=actor, now=LATER)


def test_confirm_by_the_one_who_drew_it_is_refused(
    session: Session, world: World, drawn: InterviewList
) -> None:
    with pytest.raises(NotAllowed, match=r"Coordinator drew version 1.*ask one to look at it"):
        confirm(session, drawn, world.actor)


def test_confirm_by_somebody_who_is_no_coordinator_is_refused(
    session: Session, world: World, drawn: InterviewList
) -> None:
    for person in (world.auditor, world.assessors[0], world.administrator):
        with pytest.raises(NotAllowed, match="Only a coordinator"):
            confirm(session, drawn, Actor(person.id))


def test_confirm_reveals_the_seed_of_the_screening_alone(
    session: Session, world: World, drawn: InterviewList
) -> None:
    intake = session.exec(select(Intake)).one()
    assert {each.seed for each in lots.of_intake(session, intake=intake).values()} == {None}
    confirm(session, drawn, world.second)
    session.commit()
    shown = lots.of_intake(session, intake=intake)
    assert (shown["screening"].seed, shown["interview"].seed) == ("a seed", None)
    assert len(session.exec(select(RecordEntry).where(RecordEntry.action == "lot.revealed")).all()) == 1
    assert verify(session, region_id=drawn.region_id).findings == []


def test_checks_of_a_sound_list_find_nothing(session: Session, drawn: InterviewList) -> None:
    found = list_checks.checks(session, interview_list=drawn)
    assert (found.failed, found.difference, found.unsettled) == ((), None, None)
    assert len(found.findings) > 20
    assert {each.code for each in found.findings} <= set(gate.SENTENCES)


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("DELETE FROM interview_list_entry WHERE position = 2", {"called", "content"}),
        ("UPDATE interview_list_entry SET kind = 'called', position = 3 WHERE kind = 'reserve'",
         {"called", "reserves", "content"}),
        ("UPDATE interview_list SET content_sha256 = 'x'", {"content"}),
        ("UPDATE ranking_row SET place = 3 - place WHERE place IN (1, 2)", {"kept_rows"}),
        ("UPDATE ranking_run SET results = replace(results, '[700,575', '[575,700')", {"stored"}),
        ("UPDATE ranking_run SET inputs = '{}'", {"unusable"}),
    ],
)  # fmt: skip
def test_confirm_of_what_fails_a_check_is_refused_and_says_why(
    session: Session, world: World, drawn: InterviewList, statement: str, codes: set[str]
) -> None:
    _drop_triggers(session)
    session.execute(text(statement))
    session.commit()
    session.expire_all()
    failed = list_checks.checks(session, interview_list=drawn).failed
    assert {each.code for each in failed} == codes
    with pytest.raises(Conflict) as refused:
        confirm(session, drawn, world.second)
    said = str(refused.value.message)
    assert all(str(gate.SENTENCES[code]) in said for code in codes)
    session.rollback()
    session.refresh(drawn)
    assert drawn.status is ListStatus.DRAFT


def test_checks_show_the_difference_from_the_version_before(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(4, 3, 2))
    confirmed(session, world, intake, ranked(session, world, intake), 2)
    best = assessed(session, world, intake, 4)
    session.commit()
    second = interview.draft(
        session,
        intake=intake,
        run=ranked(session, world, intake),
        groups=one_line(3),
        actor=world.actor,
        now=LATER,
    )
    found = list_checks.checks(session, interview_list=second).difference
    assert found is not None
    assert [each.application_id for each in found.added] == [best.id]


# --- releasing a ranking ---


@pytest.fixture
def interviewed(session: Session, world: World) -> Callable[..., RankingRun]:
    """Make a run after the interviews of three who were called."""

    def make(levels: tuple[int, ...] = (4, 3, 2)) -> RankingRun:
        intake = closed_intake(session, world, levels=(4, 3, 3, 1))
        drawn = confirmed(session, world, intake, ranked(session, world, intake), 3)
        called, _reserves = queries.ids_by_kind(session, interview_list=drawn)
        for identity, level in zip(sorted(called), levels, strict=True):
            for assessor in world.assessors[:2]:
                assessment(
                    session,
                    intake,
                    session.get_one(Application, identity),
                    assessor.id or 0,
                    level,
                    stage="interview",
                    keys=INTERVIEW,
                )
        session.commit()
        return ranked(session, world, intake, "interview")

    return make


def test_release_by_a_second_coordinator_reveals_the_seed(
    session: Session, world: World, interviewed: Callable[..., RankingRun]
) -> None:
    run = interviewed()
    intake = session.exec(select(Intake)).one()
    assert run.seed == "another seed"
    made = ranking.release(session, run=run, actor=world.second, now=LATER)
    session.commit()
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "ranking.released")).one()
    assert (made.run_id, made.released_by_id, made.chain_head) == (run.id, world.chair.id, entry.hash)
    assert rankings.release_of(session, run=run) == made
    assert lots.of_intake(session, intake=intake)["interview"].seed == "another seed"
    assert verify(session, region_id=run.region_id).findings == []
    with pytest.raises(Conflict, match="released already"):
        ranking.release(session, run=run, actor=world.second, now=LATER)


def test_release_by_the_one_who_made_the_run_is_refused(
    session: Session, world: World, interviewed: Callable[..., RankingRun]
) -> None:
    run = interviewed()
    with pytest.raises(NotAllowed, match="Coordinator made run 1"):
        ranking.release(session, run=run, actor=world.actor, now=LATER)
    with pytest.raises(NotAllowed, match="Only a coordinator"):
        ranking.release(session, run=run, actor=Actor(world.auditor.id), now=LATER)


def test_release_of_a_screening_is_refused(session: Session, world: World) -> None:
    run = ranked(session, world, closed_intake(session, world))
    with pytest.raises(Invalid, match="screening is not released"):
        ranking.release(session, run=run, actor=world.second, now=LATER)


def test_release_of_a_run_that_is_no_longer_current_is_refused(
    session: Session, world: World, interviewed: Callable[..., RankingRun]
) -> None:
    run = interviewed()
    level = session.exec(select(Level).where(Level.criterion == "case")).first()
    assert level is not None
    level.level = 1
    session.commit()
    with pytest.raises(Conflict, match="has changed since run 1"):
        ranking.release(session, run=run, actor=world.second, now=LATER)


def test_release_of_what_fails_a_check_is_refused(
    session: Session, world: World, interviewed: Callable[..., RankingRun]
) -> None:
    run = interviewed()
    _drop_triggers(session)
    session.execute(text(f"UPDATE ranking_row SET place = 9 WHERE place = 1 AND run_id = {run.id}"))
    session.commit()
    with pytest.raises(Conflict, match="places kept for the pages"):
        ranking.release(session, run=run, actor=world.second, now=LATER)
    session.rollback()
    assert session.exec(select(RankingRelease)).all() == []


# --- publishing ---


def told(session: Session) -> list[OutgoingMail]:
    """What applicants are told; notices to the group are left out."""
    mails = session.exec(select(OutgoingMail).where(col(OutgoingMail.application_id).is_not(None)))
    return [mail for mail in mails if "intervju" in mail.subject]


def test_publish_tells_everybody_in_the_run_without_the_result(
    session: Session, world: World, drawn: InterviewList
) -> None:
    confirm(session, drawn, world.second)
    session.commit()
    assert told(session) == []
    made = publish(session, interview_list=drawn, actor=world.actor, now=LATER, base_url="https://bt.example")
    session.commit()
    assert (made.published_at, made.published_by_id) == (LATER, world.coordinator.id)
    assert queries.publication(session, interview_list=drawn) == made
    mails = told(session)
    assert len({mail.recipient for mail in mails}) == len(mails) == 5
    assert all("https://bt.example/my" in mail.body for mail in mails)
    bodies = {mail.body.replace(_reference(session, mail), "…") for mail in mails}
    assert len(bodies) == 1  # the same for those who are called and those who are not
    (body,) = bodies
    assert not any(word in body.lower() for word in ("kallad", "reserv", "gått vidare"))
    assert verify(session, region_id=drawn.region_id).findings == []


def _reference(session: Session, mail: OutgoingMail) -> str:
    return session.get_one(Application, mail.application_id).reference


def test_publish_leaves_out_who_has_withdrawn(session: Session, world: World, drawn: InterviewList) -> None:
    confirm(session, drawn, world.second)
    gone = session.exec(select(Application)).first()
    assert gone is not None
    gone.status = ApplicationStatus.WITHDRAWN
    session.commit()
    publish(session, interview_list=drawn, actor=world.actor, now=LATER)
    assert gone.id not in {mail.application_id for mail in told(session)}
    assert len(told(session)) == 4


def test_publish_of_a_draft_or_twice_is_refused(session: Session, world: World, drawn: InterviewList) -> None:
    with pytest.raises(Conflict, match="A draft is not published"):
        publish(session, interview_list=drawn, actor=world.second, now=LATER)
    confirm(session, drawn, world.second)
    publish(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    with pytest.raises(Conflict, match="published already"):
        publish(session, interview_list=drawn, actor=world.second, now=LATER)
    assert len(told(session)) == 5


def test_publish_of_an_older_version_is_refused(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    first = confirmed(session, world, intake, run, 2)
    interview.draft(session, intake=intake, run=run, groups=one_line(3), actor=world.actor, now=LATER)
    session.commit()
    with pytest.raises(Conflict, match="a newer version, 2"):
        publish(session, interview_list=first, actor=world.second, now=LATER)


def test_publish_of_a_second_version_says_that_it_is_anew(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    run = ranked(session, world, intake)
    for places in (2, 3):
        drawn = confirmed(session, world, intake, run, places)
        publish(session, interview_list=drawn, actor=world.second, now=LATER)
        session.commit()
    subjects = [mail.subject.partition(":")[0] for mail in session.exec(select(OutgoingMail))]
    assert (subjects.count("Urvalet till intervju är klart"), subjects.count("Urvalet har ändrats")) == (5, 5)


def test_mail_of_a_decided_selection_is_whole_in_both_languages() -> None:
    values = {
        "name": "Åsa",
        "title": "Bastjänstgöring",
        "reference": "BT26-AAAA",
        "again": False,
        "region": "Region Älvmark",
        "contact": "bt@alvmark.example",
        "link": "",
    }
    for language, words in (("sv", "Logga in"), ("en", "Sign in")):
        subject, body = render("selection_decided", language, values)
        assert "Bastjänstgöring" in subject
        assert words in body
        assert "BT26-AAAA" in body
        assert "\n\n\n" not in body


@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
def test_database_refuses_to_change_what_is_released(
    session: Session, world: World, interviewed: Callable[..., RankingRun], verb: str
) -> None:
    ranking.release(session, run=interviewed(), actor=world.second, now=LATER)
    publish(
        session,
        interview_list=session.exec(select(InterviewList)).one(),
        actor=world.second,
        now=LATER,
    )
    session.commit()
    for table in ("ranking_release", "list_publication"):
        with pytest.raises(DBAPIError, match="never changed"):
            session.execute(text(verb.format(table)))
        session.rollback()


# --- what the check of the record finds ---


@pytest.fixture
def published(session: Session, world: World, drawn: InterviewList) -> InterviewList:
    """A confirmed and published list, whose zone was settled."""
    confirm(session, drawn, world.second)
    publish(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=drawn.region_id).findings == []
    return drawn


@pytest.mark.parametrize(
    ("statement", "kind", "message"),
    [
        ("UPDATE lot_seed SET seed = 'x' WHERE stage = 'interview'", "seed", "does not match the commitment"),
        ("UPDATE lot_seed SET commitment = 'x' WHERE stage = 'interview'", "seed", "its commitment is x, but entry"),
        ("UPDATE lot_seed SET seed = 'x' WHERE stage = 'screening'", "run", "not the one that was committed to"),
        ("UPDATE lot_seed SET revealed_at = NULL", "seed", "it is hidden, but entry"),
        ("UPDATE lot_seed SET revealed_at = '2026-10-01 00:00:00'", "seed", "no entry of the record tells of its rev"),
        ("UPDATE zone_decision SET rationale = 'x'", "decision", "recorded another rationale"),
        ("UPDATE zone_decision SET decided_by_id = (SELECT MAX(id) FROM account)", "decision", "its account is"),
        ("DELETE FROM zone_decision", "decision", "its decision is gone"),
        ("UPDATE borderline_decision SET above = false", "decision", "another number above the line"),
        ("UPDATE borderline_decision SET reason = 'x'", "decision", "no entry of the record tells of its reason"),
        ("DELETE FROM list_publication", "publication", "it is gone"),
        ("UPDATE list_publication SET published_by_id = (SELECT MIN(id) FROM account)", "publication", "its account"),
        ("UPDATE interview_list SET settlement = replace(settlement, 'discuss', 'lot')", "list", "checksum printed"),
        ("UPDATE interview_list SET settlement = replace(settlement, 'discuss', 'lot')", "list", "its settlement is"),
        ("UPDATE interview_list SET confirmed_by_id = created_by_id", "list", "confirmed by one who drew it"),
    ],
)  # fmt: skip
def test_what_is_changed_behind_the_record_is_found(
    session: Session, world: World, published: InterviewList, statement: str, kind: str, message: str
) -> None:
    _drop_triggers(session)
    before = session.exec(select(Account.id).order_by(Account.id)).first()  # type: ignore[arg-type]
    assert before not in (world.chair.id, None)
    session.execute(text(statement))
    session.expire_all()
    found = verify(session, region_id=published.region_id).findings
    assert [each for each in found if each.kind == kind and message in each.message], found


def test_released_ranking_that_is_taken_back_is_found(
    session: Session, world: World, interviewed: Callable[..., RankingRun]
) -> None:
    run = interviewed()
    ranking.release(session, run=run, actor=world.second, now=LATER)
    session.commit()
    _drop_triggers(session)
    session.execute(text("UPDATE ranking_release SET chain_head = 'x'"))
    session.expire_all()
    assert [each.kind for each in verify(session, region_id=run.region_id).findings] == ["release"]
    session.execute(text("DELETE FROM ranking_release"))
    session.expire_all()
    (found,) = verify(session, region_id=run.region_id).findings
    assert "it is gone" in found.message

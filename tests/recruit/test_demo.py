"""The demo region: as large and as mixed as it says, made by the real use cases, the same every time."""

import unicodedata
from hashlib import sha256
from pathlib import Path

from sqlmodel import Session, col, func, select

from recruit.documents.burning import leftovers
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Attachment,
    Eligibility,
    Intake,
    IntakeStatus,
    InterviewList,
    Level,
    ListStatus,
    Outcome,
    OutcomeKind,
    RankingRun,
    Region,
)
from recruit.services.verification import verify
from recruit.storage import Storage
from tests.demo import Demo, make_demo

ELIGIBLE = (Eligibility.ELIGIBLE, Eligibility.CONDITIONAL)


def _intakes(session: Session) -> list[Intake]:
    """Finished, being assessed, open."""
    return list(session.exec(select(Intake).order_by(col(Intake.opens_at))))


def _sent(session: Session) -> list[Application]:
    return list(session.exec(select(Application).where(Application.status != ApplicationStatus.DRAFT)))


def test_demo_has_many_applications_from_many_countries(demo: Demo) -> None:
    with demo.session() as session:
        sent = _sent(session)
    assert 170 <= len(sent) <= 200
    assert len({each.education_country for each in sent}) > 30


def test_demo_has_names_in_several_scripts(demo: Demo) -> None:
    with demo.session() as session:
        names = "".join(each.native_name or "" for each in _sent(session))
    scripts = {unicodedata.name(letter).split()[0] for letter in names if letter.isalpha()}
    assert {"CYRILLIC", "GREEK", "ARABIC", "CJK"} <= scripts


def test_demo_has_three_intakes_in_their_states(demo: Demo) -> None:
    with demo.session() as session:
        finished, assessed, still_open = _intakes(session)
        assert [each.status for each in (finished, assessed, still_open)] == [
            IntakeStatus.CLOSED,
            IntakeStatus.CLOSED,
            IntakeStatus.OPEN,
        ]
        drawn = session.exec(select(InterviewList)).one()
        assert (drawn.intake_id, drawn.status) == (finished.id, ListStatus.CONFIRMED)
        states = set(session.exec(select(Assignment.status).where(Assignment.intake_id == assessed.id)))
        assert states >= {AssignmentStatus.ASSIGNED, AssignmentStatus.SUBMITTED}
        drafts = select(func.count()).where(
            Application.intake_id == still_open.id, Application.status == ApplicationStatus.DRAFT
        )
        assert session.exec(drafts).one() > 0


def test_demo_has_two_assessments_of_each_eligible_application(demo: Demo) -> None:
    with demo.session() as session:
        finished = _intakes(session)[0]
        eligible = session.exec(
            select(Application.id).where(
                Application.intake_id == finished.id,
                Application.status == ApplicationStatus.SUBMITTED,
                col(Application.eligibility).in_(ELIGIBLE),
            )
        ).all()
        done = session.exec(
            select(Assignment.application_id, func.count())
            .where(Assignment.intake_id == finished.id, Assignment.status == AssignmentStatus.SUBMITTED)
            .group_by(col(Assignment.application_id))
        ).all()
    assert len(eligible) > 40
    assert dict(done) == dict.fromkeys(eligible, 2)


def test_demo_keeps_every_attachment_as_it_came(demo: Demo) -> None:
    storage = Storage(demo.settings.attachments)
    with demo.session() as session:
        files = session.exec(select(Attachment)).all()
        assert len(files) > 400
        assert all(sha256(storage.open(each.storage_name)).hexdigest() == each.sha256 for each in files)


def test_demo_verifies(demo: Demo) -> None:
    with demo.session() as session:
        region = session.exec(select(Region)).one()
        report = verify(session, region_id=region.id or 0)
    assert (report.findings, report.runs, report.lists) == ([], 1, 1)


def _made(demo: Demo) -> tuple[object, ...]:
    """What must come out the same: codes, levels, the run's bytes of results."""
    with demo.session() as session:
        codes = session.exec(
            select(Account.email, Application.mask_code, Application.status)
            .join(Account, col(Account.id) == col(Application.account_id))
            .order_by(col(Account.email))
        ).all()
        levels = session.exec(
            select(Application.mask_code, Account.email, Level.criterion, Level.level)
            .join(Assignment, col(Assignment.id) == col(Level.assignment_id))
            .join(Application, col(Application.id) == col(Assignment.application_id))
            .join(Account, col(Account.id) == col(Assignment.assessor_id))
        ).all()
        runs = session.exec(select(RankingRun.results)).all()
    return sorted(codes), sorted(levels), list(runs)


def test_demo_made_twice_is_the_same(demo: Demo, sqlite_template: Path, tmp_path: Path) -> None:
    again = make_demo(tmp_path / "again", sqlite_template)
    assert _made(again) == _made(demo)


def test_demo_follows_the_finished_intake_after_its_list(demo: Demo) -> None:
    with demo.session() as session:
        rows = list(session.exec(select(Outcome)))
        finished = _intakes(session)[0]
    assert {row.intake_id for row in rows} == {finished.id}
    of = {kind: [row for row in rows if row.kind is kind] for kind in OutcomeKind}
    assert 20 <= len(of[OutcomeKind.ACCEPTED]) < len(of[OutcomeKind.OFFERED]) < 38
    assert len(of[OutcomeKind.CALLED]) > 30  # some of the reserves came in
    assert of[OutcomeKind.DECLINED]
    assert of[OutcomeKind.DROPPED_OUT]


def test_demo_has_copies_that_assessors_can_read(demo: Demo) -> None:
    storage = Storage(demo.settings.attachments)
    with demo.session() as session:
        copies = session.exec(select(Attachment).where(col(Attachment.redacts_id).is_not(None))).all()
        assert len(copies) > 30
        assert leftovers(storage.open(copies[0].storage_name)) == []

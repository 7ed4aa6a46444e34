"""Disposal: nothing about a person is left anywhere, what was decided stays and verifies; plans, holds and proofs."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, delete, select, update

from recruit.commands.dispose import command
from recruit.commands.verify import command as verify_command
from recruit.disposals import Disposals, Run, carry_out, look, prove, scrub
from recruit.disposing import register
from recruit.disposing.belonging import links, texts
from recruit.disposing.leftovers import leftovers
from recruit.errors import Conflict, Invalid
from recruit.models import (
    Account,
    Application,
    BorderlineDecision,
    HoldGround,
    Intake,
    ListPublication,
    Outcome,
    OutcomeKind,
    OutcomeReason,
    OutgoingMail,
    RecordEntry,
    RecordValue,
    Referee,
    ZoneDecision,
    metadata,
)
from recruit.models.disposal import TERMS
from recruit.queries import disposal as queries
from recruit.queries import standing
from recruit.queries.disposal import Due
from recruit.services import disclosure, keeping_plan
from recruit.services import disposal as service
from recruit.services.verification import verify
from recruit.settings import Settings
from recruit.storage import Storage
from tests.databases import ONE_DATABASE, Database
from tests.recruit.application_helpers import begin, open_intake, sent
from tests.recruit.factories import NOW, World, applicant
from tests.recruit.planting import SHORTEST, Planter
from tests.recruit.ranking_helpers import closed_intake, confirmed, ranked
from tests.recruit.record_file_helpers import discussed_list


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    """An open intake."""
    return open_intake(session, world)


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    """Of an installation on the test's database, with a folder of its own."""
    return Settings(data_dir=str(tmp_path / "data"), database_url=database.url)


@pytest.fixture
def application(session: Session, intake: Intake, settings: Settings) -> Application:
    """A sent application with its files."""
    return sent(session, intake, applicant(session), settings.attachments)


def raw(engine: Engine) -> bytes:
    """Everything in SQLite's own files."""
    path = Path(str(engine.url.database))
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_nothing_that_was_planted_is_left(
    session: Session, world: World, application: Application, settings: Settings, engine: Engine
) -> None:
    storage = Storage(settings.attachments)
    planter = Planter(session, world, application, storage)
    planter.everything()
    session.commit()
    before = look(session, settings, planter.words)
    assert set(before.found) >= set(planter.words.values()), "every plant must be found before"
    files = planter.files()
    assert len(files) == 5
    gone = service.dispose(
        session, application=application, reason="RS 2026/12", storage=storage, actor=world.actor, now=NOW
    )
    session.commit()
    searched = prove(engine, settings, [gone])
    assert searched.found == {}
    assert look(session, settings, planter.words).found == {}
    assert not [name for name in files if (settings.attachments / name[:2] / name).exists()]
    assert leftovers(session, application) == {}
    session.close()
    scrub(engine)
    if engine.dialect.name == "sqlite":
        everything = raw(engine)
        assert [place for word, place in planter.words.items() if word.encode() in everything] == []


@ONE_DATABASE
def test_every_column_of_words_is_accounted_for(database: Database) -> None:
    unknown = []
    for name, table in metadata().tables.items():
        if name == "application":
            known = set(register.application_emptied())
        elif name in register.GOES:
            continue
        elif name in links():
            known = set(register.EMPTIED.get(name, {}))
        else:
            known = set(texts(table)) if name in register.SHARED or name in register.OTHERS else set()
        unknown += [
            f"{name}.{column}"
            for column in texts(table)
            if column not in known and f"{name}.{column}" not in register.STAYS
        ]
    assert unknown == [], (
        "say in recruit/disposing/register.py what becomes of these when a person is disposed of"
    )


@ONE_DATABASE
def test_the_register_names_only_what_there_is(database: Database) -> None:
    tables = metadata().tables
    named = {*register.GOES, *register.EMPTIED, *register.SHARED, *register.OTHERS}
    assert named - tables.keys() == set()
    places = {f"{name}.{column}" for name, table in tables.items() for column in texts(table)}
    assert register.STAYS.keys() - places == set()
    assert {f"{name}.{column}" for name, columns in register.EMPTIED.items() for column in columns} <= places
    assert not register.OTHERS.keys() & links().keys(), "what has a way to an application is no other table"
    assert SHORTEST < 10


PLAN = {**TERMS, "draft_days": 10, "not_hired_months": 24, "hired_months": 60}


def planned(session: Session, world: World, **changes: int) -> None:
    """The region has a plan; committed."""
    keeping_plan.choose(
        session,
        region_id=world.region.id or 0,
        terms={**PLAN, **changes},
        decision="Dokumenthanteringsplan RS 2026/12",
        revision=0,
        actor=world.actor,
        now=NOW,
    )
    session.commit()


def dispose(session: Session, world: World, application: Application, settings: Settings) -> service.Gone:
    gone = service.dispose(
        session,
        application=application,
        reason="RS 2026/12",
        storage=Storage(settings.attachments),
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    return gone


def declined(session: Session, world: World, application: Application, *, note: str = "") -> None:
    """The applicant said no to an offer; committed."""
    session.add(
        Outcome(
            region_id=application.region_id,
            intake_id=application.intake_id,
            application_id=application.id,
            kind=OutcomeKind.DECLINED,
            reason=OutcomeReason.NOT_SAID,
            note=note,
            happened_on=date(2026, 12, 2),
            set_at=NOW,
            set_by_id=world.coordinator.id,
        )
    )
    session.commit()


def the_due(session: Session, world: World, day: date) -> list[Due]:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return queries.due(session, region_id=world.region.id or 0, now=now)


def invoke(settings: Settings, *arguments: str) -> Result:
    """The command in the test's installation."""
    environment = {
        "RECRUIT_DATA_DIR": settings.data_dir,
        "RECRUIT_DATABASE_URL": settings.database_url,
    }
    return CliRunner().invoke(command, [*arguments], env=environment)


def test_lists_and_rankings_verify_after_everybody_has_gone(
    session: Session, world: World, settings: Settings
) -> None:
    drawn = discussed_list(session, world)
    intake = session.get_one(Intake, drawn.intake_id)
    before = standing.of(session, intake)
    for each in session.exec(select(Application).where(Application.intake_id == intake.id)).all():
        dispose(session, world, each, settings)
    report = verify(session, region_id=intake.region_id)
    assert report.findings == []
    assert (report.runs, report.lists) == (1, 1)
    after = standing.of(session, intake)
    assert (after.submitted, after.eligible, after.assessed, after.called) == (
        before.submitted,
        before.eligible,
        before.assessed,
        before.called,
    )
    reasons = session.exec(select(BorderlineDecision.reason)).all()
    assert reasons
    assert not any(reasons)
    assert session.exec(select(ZoneDecision.rationale)).all() == [""]


def test_locked_rows_take_no_other_change_than_emptying(
    session: Session, world: World, settings: Settings
) -> None:
    discussed_list(session, world)
    for statement in (
        update(BorderlineDecision).values(reason="another"),
        update(BorderlineDecision).values(reason="", above=True),
        update(ZoneDecision).values(rationale="another"),
        delete(BorderlineDecision),
    ):
        with pytest.raises(DBAPIError, match="locked"):
            session.exec(statement)
        session.rollback()


def test_an_account_goes_with_its_last_application(
    session: Session, world: World, intake: Intake, application: Application, settings: Settings
) -> None:
    other = open_intake(session, world, slug="autumn")
    account = session.get_one(Account, application.account_id)
    second = sent(session, other, account, settings.attachments)
    dispose(session, world, application, settings)
    session.refresh(account)
    assert account.email == "ada@example.org"
    dispose(session, world, second, settings)
    session.refresh(account)
    assert account.email.endswith("@disposed.invalid")
    assert not account.active
    assert session.exec(select(OutgoingMail)).all() == []


def test_a_member_of_the_group_keeps_the_account(
    session: Session, world: World, intake: Intake, settings: Settings
) -> None:
    assessor = world.assessors[0]
    application = sent(session, intake, assessor, settings.attachments)
    dispose(session, world, application, settings)
    session.refresh(assessor)
    assert assessor.active


def test_others_keep_everything(
    session: Session, world: World, intake: Intake, application: Application, settings: Settings
) -> None:
    other = sent(session, intake, applicant(session, "eva@example.org"), settings.attachments)
    dispose(session, world, application, settings)
    session.refresh(other)
    assert other.given_name == "Dariia"
    assert session.exec(select(Referee).where(Referee.application_id == other.id)).all()
    assert leftovers(session, other)


def test_mail_goes_also_where_the_record_holds_no_values(
    session: Session, world: World, application: Application
) -> None:
    session.exec(delete(RecordValue))
    session.commit()
    service.dispose_values(session, application=application, reason="plan", actor=world.actor, now=NOW)
    session.commit()
    assert session.exec(select(OutgoingMail)).all() == []


def test_twice_or_never_sent_is_refused(
    session: Session, world: World, intake: Intake, application: Application, settings: Settings
) -> None:
    dispose(session, world, application, settings)
    with pytest.raises(Conflict, match="already"):
        dispose(session, world, application, settings)
    session.rollback()
    draft = begin(session, intake, applicant(session, "eva@example.org"))
    with pytest.raises(Conflict, match="erased instead"):
        dispose(session, world, draft, settings)


def test_terms_count_from_the_start_where_nothing_was_published(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    planned(session, world)
    ripe = queries.months_later(intake.starts_on, 24)
    assert the_due(session, world, ripe - timedelta(days=1)) == []
    assert [each.applications for each in the_due(session, world, ripe)] == [(application.id,)]


def test_terms_count_from_when_a_publication_cannot_be_tried(
    session: Session, world: World, settings: Settings
) -> None:
    planned(session, world)
    intake = closed_intake(session, world)
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 2)
    session.add(
        ListPublication(
            region_id=intake.region_id,
            list_id=drawn.id,
            published_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
            published_by_id=world.chair.id or 0,
        )
    )
    session.commit()
    assert queries.over_on(session, intake) == date(2026, 11, 22)
    assert the_due(session, world, date(2028, 11, 21)) == []
    [due] = the_due(session, world, date(2028, 11, 22))
    assert len(due.applications) == 5


def test_who_was_hired_is_kept_for_another_time(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    planned(session, world, monitoring_months=600, mail_months=600)
    outcome = Outcome(
        region_id=intake.region_id,
        intake_id=intake.id,
        application_id=application.id,
        kind=OutcomeKind.ACCEPTED,
        happened_on=date(2026, 12, 1),
        set_at=NOW,
        set_by_id=world.coordinator.id,
    )
    session.add(outcome)
    session.commit()
    assert the_due(session, world, queries.months_later(intake.starts_on, 24)) == []
    assert the_due(session, world, queries.months_later(intake.starts_on, 60)) != []
    declined(session, world, application)
    assert the_due(session, world, queries.months_later(intake.starts_on, 24)) != []


def test_drafts_and_parts_go_before_the_rest(
    session: Session,
    world: World,
    intake: Intake,
    application: Application,
    settings: Settings,
    engine: Engine,
) -> None:
    planned(session, world, monitoring_months=1, mail_months=2)
    draft = begin(session, intake, applicant(session, "eva@example.org")).id
    [due] = the_due(session, world, queries.draft_until(intake, PLAN))
    assert (due.drafts, due.applications, due.monitoring) == ((draft,), (), ())
    later = datetime.combine(queries.months_later(intake.starts_on, 2), time(12), UTC)
    session.commit()
    run = carry_out(engine, settings, now=later)
    assert (run.drafts, run.monitoring, run.mails, run.applications) == (1, 1, 1, 0)
    session.expire_all()
    assert session.get(Application, draft) is None
    assert application.given_name == "Dariia"
    assert session.exec(select(OutgoingMail)).all() == []
    assert monitoring_rows(session) == 0
    assert carry_out(engine, settings, now=later) == Run()
    assert verify(session, region_id=intake.region_id).findings == []


def monitoring_rows(session: Session) -> int:
    return len(session.connection().execute(metadata().tables["monitoring_answer"].select()).all())


def test_what_is_due_goes_and_nothing_the_second_time(
    session: Session,
    world: World,
    intake: Intake,
    application: Application,
    settings: Settings,
    engine: Engine,
) -> None:
    later = datetime.combine(queries.months_later(intake.starts_on, 25), time(12), UTC)
    assert carry_out(engine, settings, now=later).without_plan == ["alvmark"], (
        "nothing goes without a decision"
    )
    planned(session, world)
    server = Disposals(engine, settings)
    run = server.look(later)
    assert run is not None
    assert (run.applications, run.files) == (1, 3)
    assert run.searched is not None
    assert run.searched.words > 4
    assert run.searched.found == {}
    assert server.look(later + timedelta(hours=23)) is None, "once a day"
    again = server.look(later + timedelta(hours=25))
    assert again == Run()
    session.expire_all()
    receipt = queries.receipt_of(session, application)
    assert receipt is not None
    assert receipt.found == 0
    assert receipt.backups_until == (later + timedelta(days=30)).date()
    assert json.loads(receipt.counts)["referee"] == 2
    assert not [path for path in settings.attachments.rglob("*") if path.is_file()]


def test_several_of_one_intake_go_in_one_run_and_each_is_looked_for(
    session: Session,
    world: World,
    intake: Intake,
    application: Application,
    settings: Settings,
    engine: Engine,
) -> None:
    other = sent(session, intake, applicant(session, "eva@example.org"), settings.attachments)
    later = datetime.combine(queries.months_later(intake.starts_on, 25), time(12), UTC)
    planned(session, world)
    run = carry_out(engine, settings, now=later)
    assert (run.applications, run.files) == (2, 6)
    assert run.searched is not None
    assert run.searched.found == {}
    session.expire_all()
    for each in (application, other):
        receipt = queries.receipt_of(session, each)
        assert receipt is not None
        assert (receipt.files, receipt.found) == (3, 0)
        assert receipt.searched is not None
        assert leftovers(session, each) == {}


@pytest.mark.parametrize("whole", [False, True])
def test_a_hold_stops_it_and_lifting_it_is_recorded(
    session: Session, world: World, intake: Intake, application: Application, settings: Settings, whole: bool
) -> None:
    planned(session, world)
    ripe = queries.months_later(intake.starts_on, 24)
    hold = keeping_plan.place(
        session,
        intake=intake,
        reference="" if whole else application.reference,
        ground=HoldGround.COURT,
        reason="Mål 1234-26",
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    [due] = the_due(session, world, ripe)
    assert (due.applications, due.held) == ((), 1)
    with pytest.raises(Conflict, match="held"):
        dispose(session, world, application, settings)
    session.rollback()
    lift = {"region_id": intake.region_id, "public_id": hold.public_id, "actor": world.actor, "now": NOW}
    with pytest.raises(Invalid):
        keeping_plan.lift(session, reason=" ", **lift)
    keeping_plan.lift(session, reason="Domen har vunnit laga kraft", **lift)
    session.commit()
    [due] = the_due(session, world, ripe)
    assert due.applications == (application.id,)
    with pytest.raises(Conflict):
        keeping_plan.lift(session, reason="Igen", **lift)
    told_of = select(RecordEntry.action).where(RecordEntry.subject_kind == "hold")
    assert list(session.exec(told_of.order_by(col(RecordEntry.number)))) == [
        "disposal.held",
        "disposal.hold_lifted",
    ]


def test_a_request_for_disclosure_under_way_holds(
    session: Session, world: World, intake: Intake, application: Application, settings: Settings
) -> None:
    made = disclosure.register(
        session, intake=intake, wanted="Allt", asked_on=NOW.date(), actor=world.actor, now=NOW
    )
    disclosure.choose(
        session,
        disclosure=made,
        codes={application.mask_code},
        parts=("answers",),
        revision=0,
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    [due] = the_due(session, world, queries.months_later(intake.starts_on, 24))
    assert (due.applications, due.held) == ((), 1)
    with pytest.raises(Conflict, match="not decided yet"):
        dispose(session, world, application, settings)


def test_a_hold_needs_a_reason_and_an_application_of_the_intake(
    session: Session, world: World, intake: Intake
) -> None:
    common = {"intake": intake, "ground": HoldGround.APPEAL, "actor": world.actor, "now": NOW}
    with pytest.raises(Invalid) as refused:
        keeping_plan.place(session, reference="", reason=" ", **common)
    assert refused.value.field == "reason"
    with pytest.raises(Invalid) as refused:
        keeping_plan.place(session, reference="BT26-NONE", reason="Överklagat", **common)
    assert refused.value.field == "reference"


def test_a_plan_needs_a_decision_and_terms_that_hold(session: Session, world: World) -> None:
    common = {"region_id": world.region.id or 0, "actor": world.actor, "now": NOW}
    for terms, decision, revision, kind, field in (
        (PLAN, " ", 0, Invalid, "decision"),
        ({**PLAN, "hired_months": 0}, "Beslut", 0, Invalid, "hired_months"),
        ({**PLAN, "draft_days": 4000}, "Beslut", 0, Invalid, "draft_days"),
        (PLAN, "Beslut", 1, Conflict, None),
    ):
        with pytest.raises(kind) as refused:
            keeping_plan.choose(session, terms=terms, decision=decision, revision=revision, **common)
        assert getattr(refused.value, "field", None) == field
        session.rollback()


def test_the_command_shows_does_and_proves(
    session: Session,
    world: World,
    intake: Intake,
    application: Application,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned(session, world)
    declined(session, world, application, note="Flyttar till Malmö.")
    reference = application.reference
    later = datetime.combine(queries.months_later(intake.starts_on, 25), time(12), UTC)
    session.close()
    monkeypatch.setattr("recruit.clock.now", lambda: later)
    shown = invoke(settings, "--dry-run")
    assert shown.exit_code == 0
    assert "1 applications" in shown.output
    assert "3 files" in shown.output
    assert "2 rows of referee\n" in shown.output
    assert "1 rows of outcome, emptied of words\n" in shown.output, "what happened stays"
    for secret in ("Dariia", reference, application.mask_code, "ada@example.org"):
        assert secret not in shown.output
    assert invoke(settings, "--prove", reference).exit_code == 1, "nothing has gone yet"
    done = invoke(settings, "--due")
    assert "1 applications and 0 drafts are gone, 3 files" in done.output
    assert "none was found" in done.output
    proof = invoke(settings, "--prove", reference, "--word", "Kovalenko", "--word", "ada@example.org")
    assert proof.exit_code == 0
    assert "none was found" in proof.output
    assert f"gone after {(later + timedelta(days=30)).date()}" in proof.output
    checked = CliRunner().invoke(
        verify_command, env={"RECRUIT_DATABASE_URL": settings.database_url}, catch_exceptions=False
    )
    assert checked.exit_code == 0


def test_the_command_disposes_of_one_and_finds_what_stands_elsewhere(
    session: Session, world: World, intake: Intake, application: Application, settings: Settings
) -> None:
    twin = sent(session, intake, applicant(session, "eva@example.org"), settings.attachments)
    session.close()
    done = invoke(settings, application.reference, "--reason", "RS 2026/12", "--yes")
    assert done.exit_code == 0, done.output
    assert "found" in done.output, "the other applicant of the same name is told of"
    assert "3 files" in done.output
    assert invoke(settings, "--prove", application.reference, "--word", "Kovalenko").exit_code == 1
    assert invoke(settings, twin.reference, "--yes").exit_code == 2, "a decision must be named"
    assert invoke(settings).exit_code == 2


def test_the_search_reads_logs_and_packed_files(session: Session, settings: Settings) -> None:
    logs = Path(settings.data_dir) / "logs"
    logs.mkdir(parents=True)
    (logs / "old.log").write_text("mail to ADA@example.org refused")
    assert look(session, settings, {"ada@example.org"}).found_in_files == {"old.log": 1}

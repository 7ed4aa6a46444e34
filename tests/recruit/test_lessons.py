"""What an intake taught: comments, what is agreed, what the page tells whom, and where the next intake begins."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.intake_home.lessons import left_words, shut_out
from recruit.models import (
    Account,
    Assignment,
    AssignmentStatus,
    Intake,
    LessonComment,
    LessonKind,
    LessonSubject,
    LessonSummary,
    OutcomeKind,
    OutcomeReason,
    RecordEntry,
    RecordValue,
)
from recruit.queries import lessons as queries
from recruit.queries.lessons import Left
from recruit.services import cloning, outcome
from recruit.services import lessons as service
from recruit.services.cloning import NewIntake
from recruit.services.outcome import Entered
from scoring.profile import default_profile
from tests.databases import ONE_DATABASE
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import CLOSES, STARTS, draft_intake, opened_intake
from tests.recruit.kept import kept
from tests.recruit.page_helpers import main_of
from tests.recruit.ranking_helpers import LATER, closed_intake, confirmed, ranked

PAGE = "/g/alvmark/bt-2026/lessons"
TEXT = "Annonsera tidigare."


@kept(Intake)
def closed(session: Session, world: World) -> Intake:
    """A closed intake that two assessors have assessed."""
    return closed_intake(session, world)


closed = pytest.fixture(closed)


def write(session: Session, intake: Intake, who: Account, text: str = TEXT) -> LessonComment:
    return service.comment(
        session,
        intake=intake,
        subject=LessonSubject.ADVERTISEMENT,
        kind=LessonKind.CHANGE,
        text=text,
        actor=Actor(who.id),
        now=LATER,
    )


def change(
    session: Session, intake: Intake, row: LessonComment, who: Account, revision: int
) -> LessonComment:
    return service.change(
        session,
        intake=intake,
        number=row.id or 0,
        subject=LessonSubject.WORK,
        kind=LessonKind.KEEP,
        text="Annorlunda.",
        revision=revision,
        actor=Actor(who.id),
        now=LATER,
    )


def agree(
    session: Session, world: World, intake: Intake, version: int = 0, text: str = "Så gör vi."
) -> LessonSummary:
    return service.agree(session, intake=intake, text=text, version=version, actor=world.second, now=LATER)


def test_comments_are_ones_own_to_change_remove_and_put_back(
    session: Session, world: World, closed: Intake
) -> None:
    row = write(session, closed, world.assessors[0])
    assert change(session, closed, row, world.assessors[0], 0).revision == 1
    with pytest.raises(Conflict, match="another window"):
        change(session, closed, row, world.assessors[0], 0)
    with pytest.raises(NotAllowed):
        change(session, closed, row, world.coordinator, 1)
    who = {"intake": closed, "number": row.id or 0, "now": LATER}
    with pytest.raises(NotAllowed):
        service.remove(session, actor=world.actor, **who)  # type: ignore[arg-type]
    mine = Actor(world.assessors[0].id)
    service.remove(session, actor=mine, **who)  # type: ignore[arg-type]
    assert queries.of(session, closed).comments == []
    service.restore(session, actor=mine, **who)  # type: ignore[arg-type]
    assert [each.row.text for each in queries.of(session, closed).comments] == ["Annorlunda."]


def test_the_record_tells_that_somebody_commented_and_not_what(
    session: Session, world: World, closed: Intake
) -> None:
    row = write(session, closed, world.assessors[0])
    change(session, closed, row, world.assessors[0], 0)
    kept_values = session.exec(select(RecordValue.old, RecordValue.new)).all()
    assert TEXT not in {text for pair in kept_values for text in pair}
    actions = session.exec(select(RecordEntry.action).where(RecordEntry.subject_kind == "lesson_comment"))
    assert list(actions) == ["lessons.commented", "lessons.comment_changed"]


def test_an_intake_that_is_not_closed_has_no_lessons(session: Session, world: World) -> None:
    intake = opened_intake(session, world)
    with pytest.raises(Conflict, match="not closed yet"):
        write(session, intake, world.coordinator)
    with pytest.raises(Conflict, match="not closed yet"):
        agree(session, world, intake)


def test_what_is_agreed_ends_the_comments_until_it_is_opened_again(
    session: Session, world: World, closed: Intake
) -> None:
    row = write(session, closed, world.assessors[0])
    assert agree(session, world, closed).version == 1
    for refused in (
        lambda: write(session, closed, world.coordinator),
        lambda: change(session, closed, row, world.assessors[0], 0),
    ):
        with pytest.raises(Conflict, match="lessons are closed"):
            refused()
    service.reopen(session, intake=closed, actor=world.actor, now=LATER)
    with pytest.raises(Conflict, match="open already"):
        service.reopen(session, intake=closed, actor=world.actor, now=LATER)
    write(session, closed, world.coordinator)
    assert agree(session, world, closed, 1, "Ännu bättre.").version == 2
    found = queries.of(session, closed)
    assert (found.is_closed, found.summary and found.summary.text) == (True, "Ännu bättre.")


def test_two_who_agree_at_once_do_not_overwrite_each_other(
    session: Session, world: World, closed: Intake
) -> None:
    agree(session, world, closed)
    with pytest.raises(Conflict, match="Somebody else has agreed"):
        agree(session, world, closed, 0, "Något annat.")
    for text in ("", "  ", "x" * 6001):
        with pytest.raises(Invalid):
            agree(session, world, closed, 1, text)


@pytest.mark.parametrize("change_to", ["UPDATE lesson_summary SET text = 'x'", "DELETE FROM lesson_summary"])
def test_what_was_agreed_is_never_changed(
    session: Session, world: World, closed: Intake, change_to: str
) -> None:
    agree(session, world, closed)
    session.commit()
    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(sql(change_to))
    session.rollback()


def test_who_left_is_counted_by_reason_and_how_far_they_had_come(
    session: Session, world: World, closed: Intake
) -> None:
    drawn = confirmed(session, world, closed, ranked(session, world, closed), places=3)
    from recruit.queries import interview as lists

    codes = [each.mask_code for each in lists.entries(session, interview_list=drawn)][:2]
    day = LATER.date()
    for code in codes:
        for kind in (OutcomeKind.CALLED, OutcomeKind.DROPPED_OUT):
            ended = kind is OutcomeKind.DROPPED_OUT
            entered = Entered(kind, day, OutcomeReason.OTHER_POST if ended else None, "")
            outcome.set_outcome(
                session,
                intake=closed,
                code=code,
                entered=entered,
                actor=world.actor,
                now=LATER + timedelta(days=2),
            )
    assert queries.left(session, closed) == [Left(OutcomeReason.OTHER_POST, OutcomeKind.CALLED, 2)]


@ONE_DATABASE
@pytest.mark.parametrize(
    ("numbers", "minimum", "shown"),
    [
        ((6, 2), 0, [6, 2]),
        ((6, 7), 5, [6, 7]),
        ((6, 3, 2), 5, [6, 5]),  # the small ones together
        ((6, 2), 5, [8]),  # two left over would be known from the sum
        ((), 5, []),
    ],
)
def test_few_of_a_reason_are_not_told_apart(
    app: object, numbers: tuple[int, ...], minimum: int, shown: list[int]
) -> None:
    reasons = [OutcomeReason.OTHER_POST, OutcomeReason.TERMS, OutcomeReason.NO_ANSWER]
    found = [
        Left(reason, OutcomeKind.OFFERED, number) for reason, number in zip(reasons, numbers, strict=False)
    ]
    with app.test_request_context():  # type: ignore[attr-defined]
        assert [number for _words, number in left_words(found, minimum=minimum)] == shown


@ONE_DATABASE
def test_requirements_that_shut_out_few_are_not_told_apart(app: object) -> None:
    refusals = [("E1", 7), ("E2", 3), ("E5", 1)]
    with app.test_request_context():  # type: ignore[attr-defined]
        assert [number for _n, number in shut_out(refusals, default_profile(), minimum=0)] == [7, 3, 1]
        assert [number for _n, number in shut_out(refusals, default_profile(), minimum=5)] == [7]


def test_the_next_intake_begins_with_the_lessons_of_its_source_or_the_newest(
    session: Session, world: World, closed: Intake
) -> None:
    region_id = world.region.id or 0
    assert queries.taught(session, region_id=region_id) is None
    agree(session, world, closed, text="Från den första.")
    later = closed_intake_with(session, world, "later")
    service.agree(
        session,
        intake=later,
        text="Från den senare.",
        version=0,
        actor=world.actor,
        now=LATER + timedelta(days=1),
    )
    new = NewIntake("Nästa", "Next", "next", "", world.profile.id or 0, date(2027, 3, 21), date(2027, 9, 1))
    made = cloning.clone(session, source=closed, new=new, seen=None, actor=world.actor, now=LATER)
    found = [queries.taught(session, region_id=region_id, intake=each) for each in (made, None, later)]
    assert [each and each.summary.text for each in found] == [
        "Från den första.",
        "Från den senare.",
        "Från den första.",
    ]


def closed_intake_with(session: Session, world: World, slug: str) -> Intake:
    from recruit.services import intake as intakes

    made = opened_intake(session, world, slug=slug)
    intakes.close(session, intake=made, actor=world.actor, now=CLOSES)
    return made


@pytest.fixture
def coordinator(client: FlaskClient, world: World, closed: Intake) -> FlaskClient:
    """The coordinator's browser, in English."""
    sign_in(client, world.coordinator)
    client.get("/language/en")
    return client


def typed(text: str = TEXT, prefix: str = "", revision: int = 0) -> dict[str, object]:
    data = {"subject": "advertisement", "kind": "change", "text": text, "revision": revision}
    return {prefix + key: value for key, value in data.items()}


@ONE_DATABASE
def test_the_whole_way_by_hand(coordinator: FlaskClient, session: Session, closed: Intake) -> None:
    assert post(coordinator, PAGE, typed()).status_code == 303
    number = session.exec(select(LessonComment.id)).one()
    session.commit()
    changed = post(coordinator, f"{PAGE}/{number}", typed("Much earlier.", f"c{number}-"))
    assert changed.status_code == 303
    stale = post(coordinator, f"{PAGE}/{number}", typed("Lost?", f"c{number}-"))
    assert stale.status_code == 409
    assert "Lost?" in stale.text
    removed = post(coordinator, f"{PAGE}/{number}/remove")
    assert "Undo" in coordinator.get(removed.location).text
    assert post(coordinator, f"{PAGE}/{number}/restore").status_code == 303
    page = coordinator.get(PAGE).text
    assert "– Change: Much earlier." in page  # proposed for what the next intake takes along
    assert post(coordinator, f"{PAGE}/agree", {"agree-version": "0", "agree-text": "So."}).status_code == 303
    late = post(coordinator, PAGE, typed("Too late"))
    assert late.status_code == 409
    assert "Too late" in late.text
    assert "Too late" not in coordinator.get(PAGE).text
    other = post(coordinator, f"{PAGE}/agree", {"agree-version": "0", "agree-text": "Otherwise."})
    assert other.status_code == 409
    assert "Otherwise." in other.text
    assert post(coordinator, f"{PAGE}/reopen").status_code == 303
    assert "What the last intake taught" in coordinator.get("/g/alvmark/new").text


@ONE_DATABASE
@pytest.mark.parametrize(("field", "words"), [("text", "Write the comment"), ("kind", "Choose keep")])
def test_an_empty_comment_is_named_and_the_rest_kept(
    coordinator: FlaskClient, field: str, words: str
) -> None:
    answer = post(coordinator, PAGE, {k: v for k, v in typed("Half").items() if k != field})
    assert answer.status_code == 422
    assert words in answer.text


@ONE_DATABASE
def test_assessors_comment_and_read_no_more_than_they_may(
    client: FlaskClient, session: Session, world: World, closed: Intake
) -> None:
    write(session, closed, world.coordinator)
    session.commit()
    sign_in(client, world.assessors[0])
    client.get("/language/en")
    words = main_of(client.get(PAGE).text)
    assert TEXT in words
    assert "How far the assessors agreed" not in words
    assert "What the monitoring shows" not in words
    assert post(client, PAGE, typed("Mine")).status_code == 303
    for page in (f"{PAGE}/agree", f"{PAGE}/reopen"):
        assert post(client, page, {"agree-version": "0", "agree-text": "x"}).status_code == 403
    other = session.exec(select(LessonComment.id).where(LessonComment.text == TEXT)).one()
    session.commit()
    assert post(client, f"{PAGE}/{other}/remove").status_code == 403
    home = client.get("/g/alvmark/").text
    assert f'href="{PAGE}"' in home
    left = session.exec(select(Assignment).where(Assignment.assessor_id == world.assessors[0].id)).first()
    assert left is not None
    left.status, left.submitted_at = AssignmentStatus.ASSIGNED, None
    session.commit()
    assert client.get(PAGE).status_code == 409
    assert f'href="{PAGE}"' not in client.get("/g/alvmark/").text
    sign_in(client, world.assessors[3])  # has assessed nothing in this intake
    assert client.get(PAGE).status_code == 403


@ONE_DATABASE
def test_auditors_read_without_names_and_write_nothing(
    client: FlaskClient, session: Session, world: World, closed: Intake
) -> None:
    write(session, closed, world.assessors[0])
    agree(session, world, closed)
    session.commit()
    sign_in(client, world.auditor)
    page = client.get(PAGE).text
    assert TEXT in page
    assert world.assessors[0].name not in page[page.index("<main") :]
    assert world.chair.name not in page[page.index("<main") :]
    assert post(client, PAGE, typed()).status_code == 403


@ONE_DATABASE
def test_lessons_open_with_the_draft(
    coordinator: FlaskClient, session: Session, world: World, closed: Intake
) -> None:
    agree(session, world, closed, text="Ring reserverna samma dag.")
    draft_intake(session, world, slug="draft", starts_on=STARTS)
    session.commit()
    assert "Ring reserverna samma dag." in coordinator.get("/g/alvmark/draft/").text

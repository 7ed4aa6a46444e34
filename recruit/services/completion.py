"""Requests for completion: asking, reminding, more time, taking back. Their answers are in `completion_answers`.

Each tells the applicant by mail in the transaction in which it happens. The link carries the reference number and the
request's own opaque id, nothing of the person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select, update

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    AttachmentKind,
    CompletionRequest,
    Intake,
)
from recruit.models.types import id_of
from recruit.queries import completion as queries
from recruit.queries import intake as intakes
from recruit.services import changing, mail
from recruit.services import completion_requests as requests
from recruit.services.selection import LeftOut, Selection, chosen
from recruit.services.written import checked

#: Topics that can be asked to be gone through again. Documents are asked for by kind; sites and monitoring never.
TOPICS = ("about_you", "licence", "start", "education", "language", "experience", "references", "own_words")
LONGEST_TEXT = 2000
LONGEST_TIME = timedelta(days=365)
REMIND_BEFORE = timedelta(days=3)


@dataclass(frozen=True)
class Wanted:
    """What is asked for: a document (`kind`), a topic, or neither: an answer in words to `text`."""

    kind: AttachmentKind | None = None
    topic: str | None = None
    requirement: str | None = None
    text: str = ""


@dataclass(frozen=True)
class Plan:
    """Whom a request would go to, and who is left out and why."""

    applications: tuple[Application, ...]
    left_out: tuple[LeftOut, ...]


@dataclass
class Done:
    """What was asked, and who was left out."""

    requests: list[CompletionRequest] = field(default_factory=list)
    left_out: tuple[LeftOut, ...] = ()


def check(session: Session, *, intake: Intake, wanted: Wanted, due_on: date, now: datetime) -> None:
    """Refuse what cannot be asked for. Raises Invalid with the field: kind, topic, requirement, text, due_on."""
    if wanted.kind is not None and wanted.topic is not None:
        raise Invalid(_("Ask for one thing at a time: a document or a topic."), field="what")
    if wanted.topic is not None and wanted.topic not in TOPICS:
        raise Invalid(_("Choose a topic of the application."), field="topic")
    known = {each.key for each in intakes.profile_of(session, intake).requirements}
    if wanted.requirement and wanted.requirement not in known:
        raise Invalid(_("Choose a requirement of this intake's profile."), field="requirement")
    if wanted.kind is None and wanted.topic is None and not wanted.text.strip():
        raise Invalid(_("Write what you ask."), field="text")
    checked(wanted.text, limit=LONGEST_TEXT, field="text")
    check_date(due_on, now)


def check_date(due_on: date, now: datetime) -> None:
    """Raise Invalid for a last day that leaves no time to answer, or more than a year."""
    today = queries.today(now)
    if due_on <= today:
        raise Invalid(
            _("The last day to answer must be later than today, so that there is time."), field="due_on"
        )
    if due_on > today + LONGEST_TIME:
        raise Invalid(_("Choose a day within a year."), field="due_on")


def plan(
    session: Session,
    *,
    intake: Intake,
    codes: Iterable[str],
    wanted: Wanted,
    actor: Actor,
    hold: bool = False,
) -> Plan:
    """Whom the request would go to. Who has the same request open already is left out, so that none gets it twice.

    Raises Invalid as `selection.chosen`.
    """
    selection: Selection = chosen(session, intake=intake, codes=codes, actor=actor, hold=hold)
    asked = queries.of_applications(session, [id_of(each) for each in selection.applications])
    kept, left_out = [], list(selection.left_out)
    for application in selection.applications:
        same = [each for each in asked.get(id_of(application), []) if each.is_open and _same(each, wanted)]
        if same:
            why = _("The same is asked for already, to be answered by %(day)s.", day=same[0].due_on)
            left_out.append(LeftOut(application.mask_code, why))
        else:
            kept.append(application)
    return Plan(tuple(kept), tuple(sorted(left_out, key=lambda each: each.code)))


def _same(request: CompletionRequest, wanted: Wanted) -> bool:
    if (request.kind, request.topic) != (wanted.kind, wanted.topic):
        return False
    return wanted.kind is not None or wanted.topic is not None or request.text == wanted.text.strip()


def ask(
    session: Session,
    *,
    intake: Intake,
    codes: Iterable[str],
    wanted: Wanted,
    due_on: date,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> Done:
    """Ask everybody behind `codes` who can be asked, each by mail. The rest are left out and named.

    Raises Invalid as `check` and `selection.chosen`; Conflict when nobody is left to ask.
    """
    check(session, intake=intake, wanted=wanted, due_on=due_on, now=now)
    found = plan(session, intake=intake, codes=codes, wanted=wanted, actor=actor, hold=True)
    if not found.applications:
        reasons = {str(each.why) for each in found.left_out}
        raise Conflict(_("Nobody is left to ask. %(why)s", why=" ".join(sorted(reasons))))
    done = Done(left_out=found.left_out)
    for application in found.applications:
        done.requests.append(_ask_one(session, application, intake, wanted, due_on, base_url, actor, now))
    return done


def _ask_one(
    session: Session,
    application: Application,
    intake: Intake,
    wanted: Wanted,
    due_on: date,
    base_url: str,
    actor: Actor,
    now: datetime,
) -> CompletionRequest:
    request = _made(application, wanted, due_on, actor.person(), now)
    session.add(request)
    session.flush()
    changes = {
        "asked_for": (None, requests.what(request)),
        "requirement": (None, request.requirement),
        "text": (None, request.text or None),
        "due_on": (None, due_on),
    }
    requests.write(session, request, "completion.asked", changes, actor, now)
    requests.tell(session, request, application, intake, "completion_asked", base_url, now)
    return request


def _made(
    application: Application, wanted: Wanted, due_on: date, asked_by_id: int, now: datetime
) -> CompletionRequest:
    return CompletionRequest(
        region_id=application.region_id,
        intake_id=application.intake_id,
        application_id=id_of(application),
        kind=wanted.kind,
        topic=wanted.topic,
        requirement=wanted.requirement or None,
        text=wanted.text.strip(),
        asked_at=now,
        asked_by_id=asked_by_id,
        due_on=due_on,
        first_due_on=due_on,
    )


def preview(
    session: Session,
    *,
    application: Application,
    intake: Intake,
    wanted: Wanted,
    due_on: date,
    base_url: str,
    now: datetime,
) -> tuple[str, str, str]:
    """Language, subject and text of the mail as this applicant would get it. Nothing is kept."""
    language = session.get_one(Account, application.account_id).language
    request = _made(application, wanted, due_on, 0, now)
    values = {
        **changing.letter_values(session, application, intake, now),
        **requests.mail_values(request, language),
        "link": base_url.rstrip("/") + f"/my/{application.reference}/…",
    }
    return language, *mail.render("completion_asked", language, values)


def cancel(
    session: Session, *, request: CompletionRequest, reason: str, base_url: str, actor: Actor, now: datetime
) -> CompletionRequest:
    """Take a request back, with a word to the applicant. Raises Invalid without one, Conflict when it is not open."""
    application = requests.application_of(session, request=request, actor=actor)
    session.refresh(request, with_for_update={"key_share": True})
    if not request.is_open:
        raise Conflict(_("The request is answered or taken back already. Look at it again."))
    if not reason.strip():
        raise Invalid(_("Write a word to the applicant on why it is taken back."), field="reason")
    request.cancelled_at, request.cancelled_by_id = now, actor.person()
    request.cancel_reason = reason.strip()
    session.add(request)
    session.flush()
    changes = {"asked_for": (None, requests.what(request))}
    requests.write(
        session, request, "completion.cancelled", changes, actor, now, reason=request.cancel_reason
    )
    if application.status is ApplicationStatus.SUBMITTED:
        intake = session.get_one(Intake, application.intake_id)
        requests.tell(session, request, application, intake, "completion_cancelled", base_url, now)
    return request


def extend(
    session: Session, *, intake: Intake, due_on: date, reason: str, base_url: str, actor: Actor, now: datetime
) -> int:
    """Give everybody who has not answered the same later day; returns how many got more time.

    The same for all is what is fair: it takes in requests that are past their date, and none gets less time than it
    had. Raises Invalid for a day that is not later than today, and without a reason; Conflict when nobody waits.
    """
    check_date(due_on, now)
    if not reason.strip():
        raise Invalid(_("Write why there is more time."), field="reason")
    rows = session.exec(
        select(CompletionRequest, Application)
        .join(Application, col(Application.id) == col(CompletionRequest.application_id))
        .where(
            CompletionRequest.intake_id == intake.id,
            col(CompletionRequest.answered_at).is_(None),
            col(CompletionRequest.cancelled_at).is_(None),
            col(CompletionRequest.due_on) < due_on,
            Application.status == ApplicationStatus.SUBMITTED,
        )
        .order_by(col(CompletionRequest.id))
        .with_for_update(key_share=True)
    ).all()
    if not rows:
        raise Conflict(_("No open request has an earlier day than this."))
    _load_accounts(session, [application for _request, application in rows])
    for request, application in rows:
        changes = {"asked_for": (None, requests.what(request)), "due_on": (request.due_on, due_on)}
        request.due_on, request.reminded_at = due_on, None
        session.add(request)
        requests.write(session, request, "completion.extended", changes, actor, now, reason=reason.strip())
        requests.tell(
            session, request, application, intake, "completion_extended", base_url, now, why=reason.strip()
        )
    return len(rows)


def _load_accounts(session: Session, applications: Sequence[Application]) -> None:
    ids = {each.account_id for each in applications}
    session.exec(select(Account).where(col(Account.id).in_(ids))).all()


def remind(session: Session, *, base_url: str, now: datetime) -> int:
    """Remind everybody whose last day is at most three days away and who was not reminded; returns how many.

    Who was asked less than a day ago has just read of it. Each request is taken up by one process alone.
    """
    today = queries.today(now)
    due = session.exec(
        select(CompletionRequest, Application)
        .join(Application, col(Application.id) == col(CompletionRequest.application_id))
        .where(
            col(CompletionRequest.answered_at).is_(None),
            col(CompletionRequest.cancelled_at).is_(None),
            col(CompletionRequest.reminded_at).is_(None),
            col(CompletionRequest.due_on) >= today,
            col(CompletionRequest.due_on) <= today + REMIND_BEFORE,
            col(CompletionRequest.asked_at) <= now - timedelta(days=1),
            Application.status == ApplicationStatus.SUBMITTED,
        )
        .order_by(col(CompletionRequest.id))
    ).all()
    reminded = 0
    for request, application in due:
        claim = update(CompletionRequest).where(
            col(CompletionRequest.id) == request.id,
            col(CompletionRequest.reminded_at).is_(None),
            col(CompletionRequest.answered_at).is_(None),
        )
        if session.exec(claim.values(reminded_at=now)).rowcount != 1:
            continue
        intake = session.get_one(Intake, request.intake_id)
        requests.tell(session, request, application, intake, "completion_reminder", base_url, now)
        reminded += 1
    return reminded

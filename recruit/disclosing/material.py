"""Everything of one application that a request may be about, as items in Swedish: the language of the authority."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlmodel import Session

from recruit import applicant_view
from recruit.disclosing.items import Item, proposals
from recruit.display import day
from recruit.documents import sandbox
from recruit.errors import Invalid
from recruit.hidden_links import hidden
from recruit.i18n import force_locale
from recruit.i18n import gettext as _
from recruit.models import Application, Attachment, Referee, ReferenceRequest
from recruit.models.application import QUESTIONS
from recruit.queries import disclosure as queries
from recruit.queries import eligibility as told
from recruit.reference_words import came_by_word
from recruit.storage import Storage

#: Answers that are private contact details as a whole.
_CONTACTS = frozenset({"phone", "city"})


def material(
    session: Session, application: Application, parts: Collection[str], storage: Storage
) -> list[Item]:
    """The items of the wanted parts, in order, with what stands in documents and what is proposed for masking."""
    _periods, referees, _attachments = told.told(session, application)
    secrets = [each for row in referees for each in (row.email, row.phone) if each]
    found = [_read(each, storage) if each.document else each for each in unread(session, application, parts)]
    return [
        each if each.private else replace(each, proposals=proposals(each.texts, secrets)) for each in found
    ]


def unread(session: Session, application: Application, parts: Collection[str]) -> list[Item]:
    """The items of the wanted parts, in order, no document opened and nothing proposed: all that a digest and the
    files rest on, without what takes long.
    """
    periods, referees, attachments = told.told(session, application)
    with force_locale("sv"):
        found: list[Item] = []
        if "answers" in parts:
            found += _answers(session, application)
            found += [_period(number, row) for number, row in enumerate(periods, 1)]
        if "attachments" in parts:
            originals = [row for row in attachments if row.redacts_id is None]
            found += [item for row in originals for item in _document(row)]
        if "references" in parts:
            asked = {each.referee_id: each for each in queries.reference_requests(session, application)}
            found += [item for row in referees for item in _reference(row, asked.get(row.id or 0))]
        if "assessments" in parts:
            found += _assessments(session, application)
        if "ranking" in parts:
            found += _places(session, application)
        if "list" in parts:
            found += _listed(session, application)
        if "mails" in parts:
            found += _mails(session, application)
    return found


def _answers(session: Session, application: Application) -> Iterator[Item]:
    yield Item("answers.case_number", "answers", _("Case number"), application.case_number or "–")
    yield Item(
        "answers.email", "answers", _("E-mail"), queries.email_of(session, application), private="contact"
    )
    for topic, (title, facts) in enumerate(applicant_view.topics(application)):
        for place, fact in enumerate(facts):
            if fact["value"] in (None, ""):
                continue
            text = str(fact["value"])
            private = "contact" if text in {getattr(application, name) for name in _CONTACTS} else ""
            yield Item(
                f"answers.{topic}.{place}", "answers", f"{title}: {fact['key']}", text, private=private
            )
    wishes = applicant_view.preferences(session, application)
    if wishes:
        yield Item("answers.sites", "answers", _("Wished sites, in order"), ", ".join(wishes))
    for decision in told.decisions_of(session, application):
        if decision.answer is not None:
            answer = applicant_view.answer_word(decision.answer)
            reason = f". {decision.reason}" if decision.reason else ""
            label = _("Requirement %(code)s", code=decision.requirement)
            yield Item(f"answers.decision.{decision.requirement}", "answers", label, answer + reason)


def _period(number: int, row: object) -> Item:
    words = applicant_view.period(row)  # type: ignore[arg-type]
    return Item(
        f"answers.period.{number}",
        "answers",
        _("Clinical work %(number)s", number=number),
        ", ".join(words.values()),
    )


def _document(row: Attachment) -> Iterator[Item]:
    name = f"{applicant_view.kind_word(row.kind)}: {row.filename}"
    yield Item(
        f"attachment.{row.public_id}",
        "attachments",
        name,
        document=row.storage_name,
        filename=f"{row.kind.value}-{row.id}",
        media_type=row.media_type,
        sha256=row.sha256,
    )
    if row.issued_on is not None:
        label = _("%(name)s, date of issue", name=name)
        yield Item(f"issued.{row.public_id}", "attachments", label, day(row.issued_on))


def _read(item: Item, storage: Storage) -> Item:
    try:
        return replace(item, pages=sandbox.read(storage.open(item.document)))
    except Invalid as refused:
        return replace(item, unread=str(refused))


def _reference(row: Referee, own: ReferenceRequest | None) -> Iterator[Item]:
    key, name = f"reference.{row.position}", _("Reference %(number)s", number=row.position)
    yield Item(f"{key}.who", "references", name, f"{row.name}, {row.title}, {row.workplace}")
    yield Item(f"{key}.email", "references", f"{name}: {_('E-mail')}", row.email, private="referee")
    if row.phone:
        yield Item(f"{key}.phone", "references", f"{name}: {_('Phone')}", row.phone, private="referee")
    if row.answered_at is not None:
        given = [f"{question}: {getattr(row, question)}" for question in QUESTIONS]
        yield Item(f"{key}.answers", "references", f"{name}: {_('answers')}", ", ".join(given))
    if row.came_by is not None:
        label = _("%(name)s: how it came", name=name)
        yield Item(f"{key}.came_by", "references", label, came_by_word(row.came_by))
    if own is not None and own.answered_at is not None:
        known = ", ".join(
            filter(None, (own.relation.value if own.relation else "", own.known_from, own.known_until))
        )
        yield Item(f"{key}.known", "references", f"{name}: {_('knows the applicant')}", known)
        if own.comment:
            yield Item(f"{key}.own_words", "references", f"{name}: {_('own words')}", own.comment)
    for column in ("masked_setting", "masked_comment"):
        if getattr(row, column):
            yield Item(f"{key}.{column}", "references", f"{name}: {_('comment')}", getattr(row, column))


def _assessments(session: Session, application: Application) -> Iterator[Item]:
    for each in queries.assessed(session, application):
        key = f"assessment.{each.assignment.id}"
        stage = _("screening") if each.assignment.stage == "screening" else _("interview")
        levels = ", ".join(f"{level.criterion} {level.level}" for level in each.levels)
        yield Item(
            f"{key}.levels",
            "assessments",
            _("Assessment, %(stage)s", stage=stage),
            f"{each.assessor}: {levels}",
        )
        for level in each.levels:
            if level.note:
                yield Item(
                    f"{key}.note.{level.criterion}",
                    "assessments",
                    _("Note on %(criterion)s", criterion=level.criterion),
                    level.note,
                )


def _places(session: Session, application: Application) -> Iterator[Item]:
    for run, row in queries.places(session, application):
        stage = _("screening") if run.stage == "screening" else _("interview")
        place = _("place %(number)s", number=row.place) if row.place else _("no place")
        points = f"{(row.points_milli or 0) / 1000:.3f}".replace(".", ",")
        yield Item(
            f"ranking.{run.id}",
            "ranking",
            _("Ranking, %(stage)s, run %(number)s", stage=stage, number=run.number),
            f"{place}, {_('%(points)s points', points=points)}",
        )


def _listed(session: Session, application: Application) -> Iterator[Item]:
    found = queries.listed(session, application)
    if found is not None:
        made, entry = found
        kind = _("called to interview") if entry.kind.value == "called" else _("reserve place")
        label = _("Interview list, version %(number)s", number=made.version)
        yield Item(f"list.{made.id}", "list", label, f"{kind}, {entry.position}")


def _mails(session: Session, application: Application) -> Iterator[Item]:
    for row in queries.mails(session, application):
        day = row.sent_at.date().isoformat() if row.sent_at else ""
        text = f"{_('To')}: {row.recipient}\n{row.subject}\n\n{hidden(row.body)}"
        yield Item(f"mail.{row.id}", "mails", _("Mail of %(day)s", day=day), text)

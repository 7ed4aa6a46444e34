"""What an application still lacks, topic by topic: the one place that knows. Pure; `queries.application` loads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from recruit.frames import counted_until, full_time_months
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    Attachment,
    AttachmentKind,
    ExperiencePeriod,
    Intake,
    LanguageEvidence,
    LicenceStatus,
    Referee,
    Region,
    WorkPermit,
)
from recruit.queries.document_age import AgeLimits
from recruit.queries.intake import PostsAtSite
from scoring.profile import Profile

#: The topics in the order in which they are asked, in the groups of the task list.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("can_apply", ("about_you", "licence", "start", "education", "language")),
    ("bring", ("experience", "references", "own_words", "attachments")),
    ("where", ("sites", "monitoring")),
)
TOPICS = tuple(topic for _group, topics in GROUPS for topic in topics)
VOLUNTARY = frozenset({"monitoring"})

#: On the page of which topic a document is asked for.
TOPIC_OF_DOCUMENT = {
    AttachmentKind.CV: "attachments",
    AttachmentKind.DIPLOMA: "education",
    AttachmentKind.LICENCE: "licence",
    AttachmentKind.LANGUAGE: "language",
    AttachmentKind.WORK_PERMIT: "start",
}


@dataclass(frozen=True)
class Missing:
    """Something that must be there before the application can be sent.

    `file`: it is a document, of the sort `kind`. `field`: where on the topic's page it is told, empty when it is the
    whole page. `rule`: of the requirement that it is for, empty when it is for none. `attachment`: the file, by its
    public id, of which it is not told when it was issued.
    """

    topic: str
    message: Any
    file: bool = False
    field: str = ""
    rule: str = ""
    kind: AttachmentKind | None = None
    attachment: str = ""


@dataclass(frozen=True)
class Task:
    """A topic in the task list. `state`: "done", "missing" (begun, something lacks) or "to_do" (not begun)."""

    topic: str
    state: str
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Dossier:
    """One application with all that belongs to it, loaded."""

    application: Application
    intake: Intake
    region: Region
    profile: Profile
    posts: Sequence[PostsAtSite]
    periods: Sequence[ExperiencePeriod]
    referees: Sequence[Referee]
    site_ids: Sequence[int]
    attachments: Sequence[Attachment]
    ages: AgeLimits

    @property
    def attached(self) -> frozenset[AttachmentKind]:
        """The kinds of document that are there."""
        return frozenset(each.kind for each in self.attachments)

    @property
    def referees_wanted(self) -> int:
        """How many referees the profile asks for."""
        return max(
            (each.count or 0 for each in self.profile.requirements if each.rule == "references"), default=0
        )

    def months(self) -> Any:
        """Full-time months of all periods, each day counted once, up to the closing day: an exact fraction."""
        return full_time_months(self.periods, counted_until(self.intake))


def required_documents(dossier: Dossier) -> list[tuple[AttachmentKind, Any]]:
    """The documents this application must have, each with the sentence to say when it lacks.

    Those that the profile demands of everybody, and those that prove what the applicant says is held already.
    """
    application = dossier.application
    demanded = {
        AttachmentKind(kind)
        for requirement in dossier.profile.requirements
        if requirement.rule == "documents"
        for kind in requirement.attachments
    }
    if application.licence is LicenceStatus.HELD:
        demanded.add(AttachmentKind.LICENCE)
    if application.language_evidence is LanguageEvidence.CERTIFICATE:
        demanded.add(AttachmentKind.LANGUAGE)
    if application.work_permit is WorkPermit.HELD:
        demanded.add(AttachmentKind.WORK_PERMIT)
    return [(kind, _LACKING[kind]) for kind in AttachmentKind if kind in demanded]


_LACKING = {
    AttachmentKind.CV: _("Add your CV."),
    AttachmentKind.DIPLOMA: _("Add your diploma or degree certificate."),
    AttachmentKind.LICENCE: _("Add a copy of your licence."),
    AttachmentKind.LANGUAGE: _("Add your certificate of Swedish at level C1."),
    AttachmentKind.WORK_PERMIT: _("Add a copy of your work permit."),
    AttachmentKind.REFERENCE: _("Add a written reference."),
    AttachmentKind.MERIT: _("Add proof of another merit."),
    AttachmentKind.OTHER: _("Add the other document that the advertisement asks for."),
}


def missing(dossier: Dossier) -> list[Missing]:
    """Everything that lacks, in the order of the topics."""
    found = [*_answers(dossier.application), *_rows(dossier), *_documents(dossier)]
    return sorted(found, key=lambda each: TOPICS.index(each.topic))


def missing_in(dossier: Dossier, topic: str) -> list[Missing]:
    """What lacks in one topic."""
    return [each for each in missing(dossier) if each.topic == topic]


def tasks(dossier: Dossier, now: datetime) -> list[Task]:
    """Every topic with its state, in order."""
    lacking = missing(dossier)
    made = []
    for topic in TOPICS:
        here = tuple(each for each in lacking if each.topic == topic)
        made.append(Task(topic, _state(dossier, topic, here), here))
    return made


def _state(dossier: Dossier, topic: str, lacking: tuple[Missing, ...]) -> str:
    begun = _begun(dossier, topic)
    if lacking:
        return "missing" if begun else "to_do"
    return "done" if begun else "to_do"


_COLUMNS = {
    "about_you": ("given_name", "family_name", "phone"),
    "licence": ("licence", "licence_route"),
    "start": ("swedish_at", "st_before_july_2021", "earlier_bt_certificate", "can_start", "work_permit"),
    "education": ("education_country", "institution", "graduation_year"),
    "language": ("language_evidence",),
    "own_words": ("motivation", "learning_needs"),
}


def _begun(dossier: Dossier, topic: str) -> bool:
    application = dossier.application
    if topic in _COLUMNS:
        return any(getattr(application, column) is not None for column in _COLUMNS[topic])
    return {
        "experience": bool(dossier.periods) or bool(application.no_experience),
        "references": bool(dossier.referees),
        "attachments": any(
            TOPIC_OF_DOCUMENT.get(each.kind, "attachments") == "attachments" for each in dossier.attachments
        ),
        "sites": application.sites_seen,
        "monitoring": application.monitoring_seen,
    }[topic]


_QUESTIONS = {
    "given_name": _("Write your given name."),
    "family_name": _("Write your family name."),
    "phone": _("Write a telephone number."),
    "licence": _("Tell whether you have a Swedish licence."),
    "licence_route": _("Tell how you got or will get your licence."),
    "swedish_at": _("Tell whether you have done Swedish AT."),
    "st_before_july_2021": _("Tell whether you began ST before 1 July 2021."),
    "earlier_bt_certificate": _("Tell whether you have a certificate of basic service."),
    "can_start": _("Tell whether you can start on the date."),
    "work_permit": _("Say what applies to you about a work permit."),
    "education_country": _("Choose the country of your medical degree."),
    "institution": _("Write where you took your degree."),
    "graduation_year": _("Write the year of your degree."),
    "language_evidence": _("Tell how you can show your Swedish."),
    "motivation": _("Write why you apply."),
    "learning_needs": _("Write what you need to learn."),
}


def _answers(application: Application) -> Iterable[Missing]:
    for topic, columns in _COLUMNS.items():
        for column in columns:
            if getattr(application, column) is None and not _needless(application, column):
                yield _told(topic, column, _QUESTIONS[column])
    if application.licence is LicenceStatus.EXPECTED and application.licence_on is None:
        yield _told("licence", "licence_on", _("Write the date when you expect your licence."))
    if application.work_permit is WorkPermit.EXPECTED and application.work_permit_on is None:
        yield _told("start", "work_permit_on", _("Write the date when you expect your work permit."))
    if application.language_evidence is LanguageEvidence.EXPECTED and application.language_on is None:
        yield _told("language", "language_on", _("Write the date when you expect the result."))
    described = (LanguageEvidence.EDUCATION_IN_SWEDISH, LanguageEvidence.WORK_IN_SWEDISH)
    if application.language_evidence in described and not application.language_note:
        yield _told("language", "language_note", _("Describe your education or work in Swedish."))


#: The requirement, by its rule, that an answer is for.
_RULE_OF_ANSWER = {
    "licence": "licence_by_start",
    "licence_on": "licence_by_start",
    "licence_route": "licence_by_start",
    "swedish_at": "bt_required",
    "st_before_july_2021": "bt_required",
    "earlier_bt_certificate": "no_earlier_bt",
    "can_start": "can_start",
    "work_permit": "work_permit",
    "work_permit_on": "work_permit",
    "language_evidence": "swedish_c1",
    "language_on": "swedish_c1",
    "language_note": "swedish_c1",
}
_RULE_OF_DOCUMENT = {
    AttachmentKind.LICENCE: "licence_by_start",
    AttachmentKind.LANGUAGE: "swedish_c1",
    AttachmentKind.WORK_PERMIT: "work_permit",
}


def _told(topic: str, column: str, message: Any) -> Missing:
    field = f"{column}-day" if column.endswith("_on") else column
    return Missing(topic, message, field=field, rule=_RULE_OF_ANSWER.get(column, ""))


def _needless(application: Application, column: str) -> bool:
    return column == "licence_route" and application.licence is LicenceStatus.NONE


def _rows(dossier: Dossier) -> Iterable[Missing]:
    if not dossier.periods and not dossier.application.no_experience:
        yield Missing("experience", _("Add your clinical work, or tick that you have none."))
    lacking = dossier.referees_wanted - len(dossier.referees)
    if lacking == 1 and dossier.referees:
        message = _("One more referee to add.")
        yield Missing("references", message, field="referee2-name", rule="references")
    elif lacking > 0:
        message = _("Name %(number)s referees.", number=lacking)
        field = f"referee{len(dossier.referees) + 1}-name"
        yield Missing("references", message, field=field, rule="references")
    if not dossier.application.sites_seen:
        message = _("Choose the sites you prefer, or tick that you have no preference.")
        yield Missing("sites", message, field="no_preference")


def _documents(dossier: Dossier) -> Iterable[Missing]:
    for kind, message in required_documents(dossier):
        if kind not in dossier.attached:
            topic = TOPIC_OF_DOCUMENT.get(kind, "attachments")
            field = "file" if topic == "attachments" else "document"
            rule = _RULE_OF_DOCUMENT.get(kind, "documents")
            yield Missing(topic, message, file=True, field=field, rule=rule, kind=kind)
    for file in dossier.attachments:
        if dossier.ages.undated(file):
            topic = TOPIC_OF_DOCUMENT.get(file.kind, "attachments")
            message = _("Write when %(name)s was issued.", name=file.filename)
            rule = _RULE_OF_DOCUMENT.get(file.kind, "documents")
            yield Missing(topic, message, rule=rule, attachment=file.public_id)

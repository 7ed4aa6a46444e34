"""What the rules propose for each eligibility requirement. A proposal decides nothing: a person does."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Answer,
    Application,
    Attachment,
    AttachmentKind,
    ExperiencePeriod,
    Intake,
    LanguageEvidence,
    LicenceRoute,
    LicenceStatus,
    Referee,
    WorkPermit,
)
from recruit.queries.document_age import AgeLimits
from scoring.profile import Profile, Requirement


@dataclass(frozen=True)
class Proposal:
    """An answer that follows from what the applicant told, and why (translated when shown)."""

    answer: Answer
    reason: Any


@dataclass(frozen=True)
class Told:
    """What a rule may look at."""

    application: Application
    intake: Intake
    requirement: Requirement
    periods: Collection[ExperiencePeriod]
    referees: Collection[Referee]
    attached: frozenset[AttachmentKind]
    too_old: frozenset[AttachmentKind] = frozenset()
    undated: frozenset[AttachmentKind] = frozenset()


def propose(
    application: Application,
    intake: Intake,
    profile: Profile,
    periods: Sequence[ExperiencePeriod],
    referees: Sequence[Referee],
    attachments: Sequence[Attachment],
    ages: AgeLimits,
) -> dict[str, Proposal]:
    """A proposal per requirement of the profile, in its order. Unanswered questions give "unclear", never "no".

    Redacted copies among `attachments` do not count as documents.
    """
    originals = [each for each in attachments if each.redacts_id is None]
    attached = frozenset(each.kind for each in originals)
    too_old, undated = ages.fails(originals)
    return {
        requirement.key: proposal(
            Told(application, intake, requirement, periods, referees, attached, too_old, undated)
        )
        for requirement in profile.requirements
    }


def proposal(told: Told) -> Proposal:
    """What the rule of one requirement proposes."""
    return _RULES[told.requirement.rule](told)


def _unanswered() -> Proposal:
    return Proposal(Answer.UNCLEAR, _("The applicant has not answered this question."))


def _by_start(told: Told, when: date | None, expected: Any, late: Any, undated: Any) -> Proposal:
    """EXPECTED if the date comes no later than the start, NO if it comes later, UNCLEAR without a date."""
    if when is None:
        return Proposal(Answer.UNCLEAR, undated)
    return Proposal(Answer.EXPECTED, expected) if when <= told.intake.starts_on else Proposal(Answer.NO, late)


def _licence(told: Told) -> Proposal:
    status, when = told.application.licence, told.application.licence_on
    if status is None:
        return _unanswered()
    if status is LicenceStatus.HELD:
        if AttachmentKind.LICENCE in told.attached:
            return Proposal(Answer.YES, _("Holds the licence; the document is attached."))
        return Proposal(
            Answer.UNCLEAR,
            _("Says that the licence is held, but no document is attached. Check the register."),
        )
    if status is LicenceStatus.NONE:
        return Proposal(Answer.NO, _("Has no licence and expects none by the start."))
    return _by_start(
        told,
        when,
        _(
            "Expects the licence on %(day)s, no later than the start on %(start)s.",
            day=when,
            start=told.intake.starts_on,
        ),
        _(
            "Expects the licence on %(day)s, after the start on %(start)s.",
            day=when,
            start=told.intake.starts_on,
        ),
        _("Expects the licence but gives no date."),
    )


def _swedish(told: Told) -> Proposal:
    evidence, when = told.application.language_evidence, told.application.language_on
    if evidence is None:
        return _unanswered()
    if evidence is LanguageEvidence.CERTIFICATE:
        if AttachmentKind.LANGUAGE in told.attached:
            return _by_age(told) or Proposal(Answer.YES, _("A language certificate is attached."))
        return Proposal(Answer.UNCLEAR, _("Says that there is a language certificate, but none is attached."))
    if evidence is LanguageEvidence.EDUCATION_IN_SWEDISH:
        return Proposal(Answer.YES, _("Was educated in Swedish."))
    if evidence is LanguageEvidence.NORDIC:
        return Proposal(Answer.YES, _("Has Danish, Norwegian or another Nordic language that is accepted."))
    if evidence is LanguageEvidence.WORK_IN_SWEDISH:
        if any(period.country == "SE" for period in told.periods):
            return Proposal(
                Answer.YES, _("Has worked as a doctor in Swedish; the periods in Sweden show it.")
            )
        return Proposal(
            Answer.UNCLEAR, _("Refers to work in Swedish, but gives no period of work in Sweden.")
        )
    if evidence is LanguageEvidence.NONE:
        return Proposal(Answer.NO, _("Has no evidence of Swedish at level C1 and expects none by the start."))
    return _by_start(
        told,
        when,
        _(
            "Expects the certificate on %(day)s, no later than the start on %(start)s.",
            day=when,
            start=told.intake.starts_on,
        ),
        _(
            "Expects the certificate on %(day)s, after the start on %(start)s.",
            day=when,
            start=told.intake.starts_on,
        ),
        _("Expects a certificate but gives no date."),
    )


def _bt_required(told: Told) -> Proposal:
    application = told.application
    if application.swedish_at:
        return Proposal(Answer.NO, _("Has done Swedish AT and is therefore exempt from basic service."))
    if application.st_before_july_2021:
        return Proposal(
            Answer.NO, _("Began ST before 1 July 2021 and is therefore exempt from basic service.")
        )
    if application.swedish_at is None or application.st_before_july_2021 is None:
        return _unanswered()
    if application.licence_route is LicenceRoute.COMPLEMENTARY_PROGRAMME:
        return Proposal(
            Answer.UNCLEAR, _("The complementary programme leads to AT, which exempts. Ask the applicant.")
        )
    return Proposal(Answer.YES, _("Has no Swedish AT and had not begun ST before 1 July 2021."))


def _no_earlier_bt(told: Told) -> Proposal:
    earlier = told.application.earlier_bt_certificate
    if earlier is None:
        return _unanswered()
    if earlier:
        return Proposal(Answer.NO, _("Already has a certificate of basic service."))
    return Proposal(Answer.YES, _("Has no earlier certificate of basic service."))


def missing_documents(requirement: Requirement, attached: Collection[AttachmentKind]) -> list[AttachmentKind]:
    """The kinds of attachment that a requirement asks for and that are not there."""
    return [AttachmentKind(kind) for kind in requirement.attachments if AttachmentKind(kind) not in attached]


def _documents(told: Told) -> Proposal:
    missing = missing_documents(told.requirement, told.attached)
    if not missing:
        return _by_age(told) or Proposal(Answer.YES, _("Every mandatory document is attached."))
    return Proposal(Answer.NO, _("Missing: %(documents)s.", documents=_names(missing)))


def _by_age(told: Told) -> Proposal | None:
    """What follows from how old the documents are that the requirement asks for; None when they are recent enough."""
    if told.requirement.months_old_at_most is None:
        return None
    asked = [AttachmentKind(kind) for kind in told.requirement.attachments]
    old = [kind for kind in asked if kind in told.too_old]
    if old:
        return Proposal(Answer.NO, _("Older than allowed: %(documents)s.", documents=_names(old)))
    undated = [kind for kind in asked if kind in told.undated]
    if undated:
        words = _("It is not told when this was issued: %(documents)s.", documents=_names(undated))
        return Proposal(Answer.UNCLEAR, words)
    return None


def _names(kinds: Sequence[AttachmentKind]) -> "_Listed":
    return _Listed(tuple(_DOCUMENTS[kind] for kind in kinds))


class _Listed:
    """Translatable words as a list, put into words when shown."""

    def __init__(self, words: tuple[Any, ...]) -> None:
        self.words = words

    def __str__(self) -> str:
        return ", ".join(str(word) for word in self.words)


_DOCUMENTS = {
    AttachmentKind.CV: _("CV"),
    AttachmentKind.DIPLOMA: _("medical degree"),
    AttachmentKind.LICENCE: _("licence"),
    AttachmentKind.LANGUAGE: _("language certificate"),
    AttachmentKind.WORK_PERMIT: _("work permit"),
    AttachmentKind.REFERENCE: _("reference"),
    AttachmentKind.MERIT: _("merits"),
    AttachmentKind.OTHER: _("other document"),
}


def document_name(kind: AttachmentKind) -> Any:
    """The word for a kind of attachment inside a sentence."""
    return _DOCUMENTS[kind]


def _references(told: Told) -> Proposal:
    wanted, named = told.requirement.count or 0, len(told.referees)
    answered = sum(referee.answered_at is not None for referee in told.referees)
    if named < wanted:
        return Proposal(Answer.NO, _("Names %(named)s of %(wanted)s referees.", named=named, wanted=wanted))
    return Proposal(
        Answer.YES, _("Names %(named)s referees; %(answered)s have answered.", named=named, answered=answered)
    )


def _work_permit(told: Told) -> Proposal:
    permit, when = told.application.work_permit, told.application.work_permit_on
    if permit is None:
        return _unanswered()
    if permit is WorkPermit.NOT_NEEDED:
        return Proposal(Answer.YES, _("Needs no work permit."))
    if permit is WorkPermit.HELD:
        return Proposal(Answer.YES, _("Holds a work permit."))
    if permit is WorkPermit.NONE:
        return Proposal(Answer.NO, _("Needs a work permit and expects none by the start."))
    return _by_start(
        told,
        when,
        _(
            "Expects the permit on %(day)s, no later than the start on %(start)s.",
            day=when,
            start=told.intake.starts_on,
        ),
        _(
            "Expects the permit on %(day)s, after the start on %(start)s.",
            day=when,
            start=told.intake.starts_on,
        ),
        _("Expects a work permit but gives no date."),
    )


def _can_start(told: Told) -> Proposal:
    can = told.application.can_start
    if can is None:
        return _unanswered()
    if can:
        return Proposal(Answer.YES, _("Can start on the date."))
    return Proposal(Answer.NO, _("Cannot start on the date."))


_RULES: dict[str, Callable[[Told], Proposal]] = {
    "licence_by_start": _licence,
    "swedish_c1": _swedish,
    "bt_required": _bt_required,
    "no_earlier_bt": _no_earlier_bt,
    "documents": _documents,
    "references": _references,
    "work_permit": _work_permit,
    "can_start": _can_start,
}

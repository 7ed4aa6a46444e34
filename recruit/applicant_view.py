"""What an applicant told, in words, for those who may see it all: the coordinators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from forms import choices
from forms.application import WITHDRAWALS
from recruit import display
from recruit.document_age_words import Issued, issued
from recruit.i18n import gettext as _
from recruit.models import (
    Answer,
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentKind,
    Eligibility,
    ExperiencePeriod,
    Referee,
    Site,
    SitePreference,
)
from recruit.queries.document_age import AgeLimits
from recruit.services.references import NEVER_REDACTED

_ICONS = {
    Answer.YES: "done",
    Answer.NO: "alarm",
    Answer.EXPECTED: "waiting",
    Answer.UNCLEAR: "watch",
}


@dataclass(frozen=True)
class Document:
    """An attachment with its redacted copy, if there is one, whether assessors may ever see one, and, where that is
    asked for, when it was issued.
    """

    original: Attachment
    copy: Attachment | None
    may_copy: bool
    issued: Issued | None


def answer_word(answer: Answer) -> str:
    """An answer to a requirement in words."""
    return {
        Answer.YES: _("Yes"),
        Answer.NO: _("No"),
        Answer.EXPECTED: _("Expected"),
        Answer.UNCLEAR: _("Unclear"),
    }[answer]


def answer_icon(answer: Answer) -> str:
    """The symbol beside it."""
    return _ICONS[answer]


def eligibility_word(eligibility: Eligibility) -> str:
    """The outcome in words."""
    return {
        Eligibility.PENDING: _("Not decided"),
        Eligibility.ELIGIBLE: _("Eligible"),
        Eligibility.CONDITIONAL: _("Eligible on condition"),
        Eligibility.INELIGIBLE: _("Not eligible"),
    }[eligibility]


def eligibility_badge(eligibility: Eligibility) -> str:
    """The badge's colour; "" is the plain one."""
    return {
        Eligibility.PENDING: "",
        Eligibility.ELIGIBLE: "spruce",
        Eligibility.CONDITIONAL: "ochre",
        Eligibility.INELIGIBLE: "lake",
    }[eligibility]


def status_word(status: ApplicationStatus) -> str:
    """The application's status in words."""
    return {
        ApplicationStatus.DRAFT: _("Draft"),
        ApplicationStatus.SUBMITTED: _("Submitted"),
        ApplicationStatus.WITHDRAWN: _("Withdrawn"),
    }[status]


def kind_word(kind: AttachmentKind) -> str:
    """What kind of document it is."""
    return _(choices.words_for(choices.ATTACHMENT_KIND, kind.value))


def size_word(size: int) -> str:
    """A file's size."""
    if size < 100_000:
        return _("%(size)s kB", size=display.number(max(round(size / 1000), 1)))
    return _("%(size)s MB", size=display.number(round(size / 1_000_000, 1)))


def withdrawal_word(code: str | None) -> str:
    """The main reason of a withdrawal; "" when none was given."""
    return _(dict(WITHDRAWALS)[code]) if code else ""


def full_name(row: Any) -> str:
    """Given and family name, or a sign that there is none."""
    return " ".join(each for each in (row.given_name, row.family_name) if each) or _("No name given")


def topics(application: Application) -> list[tuple[str, list[dict[str, Any]]]]:
    """(title, facts) per topic of what was told."""
    return [
        (_("About the applicant"), _about(application)),
        (_("Education"), _education(application)),
        (_("Licence and basic service"), _licence(application)),
        (_("Swedish"), _language(application)),
        (_("Own words"), _own_words(application)),
    ]


def _fact(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def _about(application: Application) -> list[dict[str, Any]]:
    return [
        _fact(_("Given name"), application.given_name),
        _fact(_("Family name"), application.family_name),
        *([_fact(_("Name in own script"), application.native_name)] if application.native_name else []),
        _fact(_("Phone"), application.phone),
        _fact(_("Town"), application.city),
    ]


def _education(application: Application) -> list[dict[str, Any]]:
    return [
        _fact(_("Country of education"), display.country_name(application.education_country)),
        _fact(_("School"), application.institution),
        _fact(_("Year of graduation"), application.graduation_year),
    ]


def _licence(application: Application) -> list[dict[str, Any]]:
    facts = [
        _fact(_("Swedish licence"), _chosen(choices.LICENCE, application.licence)),
        *_dated(_("Expected on"), application.licence_on),
        _fact(_("Way to the licence"), _chosen(choices.LICENCE_ROUTE, application.licence_route)),
        _fact(_("Has done Swedish AT"), _yes_no(application.swedish_at)),
        _fact(_("Began ST before 1 July 2021"), _yes_no(application.st_before_july_2021)),
        _fact(_("Has an earlier certificate of basic service"), _yes_no(application.earlier_bt_certificate)),
        _fact(_("Work permit"), _chosen(choices.WORK_PERMIT, application.work_permit)),
        *_dated(_("Permit expected on"), application.work_permit_on),
        _fact(_("Can start on the date"), _yes_no(application.can_start)),
    ]
    if application.credit_claim:
        facts.append(_fact(_("Claims earlier service"), application.credit_claim))
    return facts


def _language(application: Application) -> list[dict[str, Any]]:
    return [
        _fact(_("Evidence"), _chosen(choices.LANGUAGE_EVIDENCE, application.language_evidence)),
        *_dated(_("Certificate expected on"), application.language_on),
        *([_fact(_("Note"), application.language_note)] if application.language_note else []),
    ]


def _own_words(application: Application) -> list[dict[str, Any]]:
    return [
        _fact(_("Why this post"), application.motivation),
        _fact(_("Scientific or quality work"), application.scientific_work),
        _fact(_("Other work, teaching"), application.other_work),
        _fact(_("Own learning needs"), application.learning_needs),
    ]


def _chosen(options: tuple[tuple[str, str], ...], value: Any) -> str | None:
    return _(choices.words_for(options, value.value)) if value is not None else None


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else _("Yes") if value else _("No")


def _dated(key: str, value: Any) -> list[dict[str, Any]]:
    return [_fact(key, display.day(value))] if value else []


def period(row: ExperiencePeriod) -> dict[str, Any]:
    """A period of work in words."""
    return {
        "employer": row.employer,
        "country": display.country_name(row.country),
        "area": _(choices.words_for(choices.CLINICAL_AREA, row.area.value)),
        "from": display.day(row.starts_on),
        "until": display.day(row.ends_on) if row.ends_on else _("still there"),
        "fte": _("%(percent)s%%", percent=row.fte_percent),
        "supervised": _("Yes") if row.supervised else _("No"),
    }


def documents(attachments: Sequence[Attachment], ages: AgeLimits) -> list[Document]:
    """Originals with their copies."""
    copies: dict[int | None, Attachment] = {
        each.redacts_id: each for each in attachments if each.redacts_id is not None
    }
    return [
        Document(each, copies.get(each.id), each.kind not in NEVER_REDACTED, issued(ages, each))
        for each in attachments
        if each.redacts_id is None
    ]


def preferences(session: Session, application: Application) -> list[str]:
    """Names of the wished sites, first choice first. One query."""
    wished = (
        select(Site.name)
        .join(SitePreference, col(SitePreference.site_id) == col(Site.id))
        .where(SitePreference.application_id == application.id)
    )
    return list(session.exec(wished.order_by(col(SitePreference.rank))))


def reference_data(referee: Referee) -> dict[str, Any]:
    """A referee's answers as the form holds them."""
    scale = ("safety", "asks_for_help", "responsibility", "collaboration")
    given = {name: getattr(referee, name) for name in scale}
    return {
        **{name: None if value is None else str(value) for name, value in given.items()},
        "would_employ": referee.would_employ,
        "came_by": referee.came_by.value if referee.came_by else None,
        "masked_setting": referee.masked_setting,
        "masked_comment": referee.masked_comment,
    }

"""Everything that was told, topic by topic, as it is shown for checking."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from forms.choices import ATTACHMENT_KIND, LANGUAGE_EVIDENCE, LICENCE, LICENCE_ROUTE, WORK_PERMIT
from recruit import document_age_words
from recruit.display import country_name, day
from recruit.i18n import gettext as _
from recruit.models import LicenceStatus
from recruit.queries.application import Dossier
from recruit.queries.completeness import GROUPS
from recruit.routes.application_words import (
    bdi,
    experience_total,
    lacking_documents,
    period_facts,
    said,
    size,
    yes_no,
)
from recruit.topic_words import TITLES

#: A row is its key, its value, and whether it may be left without an answer.
Rows = Sequence[tuple[str, Any, bool]]


def answer_sections(dossier: Dossier, *, changeable: bool) -> list[dict[str, Any]]:
    """Everything that was told, topic by topic, for checking. The monitoring answers are only named as given or not."""
    sections = []
    from_check: dict[str, Any] = {"from": "check"}  # a keyword of Python, so it cannot be written as one
    for _group, topics in GROUPS:
        for topic in topics:
            url = url_for(
                "application.topic", reference=dossier.application.reference, topic=topic, **from_check
            )
            rows = topic_rows(dossier, topic)
            sections.append(
                {"topic": topic, "title": TITLES[topic], "rows": rows, "change": url if changeable else None}
            )
    return sections


def topic_rows(dossier: Dossier, topic: str) -> list[dict[str, Any]]:
    """What was told in one topic, as rows of key, value, and what to show where there is none and should be one."""
    unanswered = _("File missing") if topic == "attachments" else _("Not answered")
    return [
        {"key": key, "value": value or "–" if optional else value, "missing": unanswered}
        for key, value, optional in _ROWS[topic](dossier)
    ]


def _lines(text: str | None) -> Any:
    if not text:
        return None
    return Markup("<br>").join(text.split("\n"))


def _about_rows(dossier: Dossier) -> Rows:
    application = dossier.application
    return [
        (_("Given name"), bdi(application.given_name), False),
        (_("Family name"), bdi(application.family_name), False),
        (_("Your name in its own script"), bdi(application.native_name), True),
        (_("Telephone number"), application.phone, False),
        (_("Where you live"), bdi(application.city), True),
    ]


def _licence_rows(dossier: Dossier) -> Rows:
    application = dossier.application
    rows = [(_("Swedish licence"), said(LICENCE, application.licence), False)]
    if application.licence is LicenceStatus.EXPECTED:
        rows.append((_("Expected"), day(application.licence_on), False))
    optional = application.licence is LicenceStatus.NONE
    return [*rows, (_("Way to the licence"), said(LICENCE_ROUTE, application.licence_route), optional)]


def _start_rows(dossier: Dossier) -> Rows:
    application = dossier.application
    rows = [
        (_("Swedish general service (AT) done"), yes_no(application.swedish_at), False),
        (_("ST begun before 1 July 2021"), yes_no(application.st_before_july_2021), False),
        (_("Certificate of basic service"), yes_no(application.earlier_bt_certificate), False),
        (_("Can start on the date"), yes_no(application.can_start), False),
        (_("Work permit"), said(WORK_PERMIT, application.work_permit), False),
    ]
    if application.work_permit_on:
        rows.append((_("Permit expected"), day(application.work_permit_on), False))
    return [*rows, (_("Earlier service to be credited"), _lines(application.credit_claim), True)]


def _education_rows(dossier: Dossier) -> Rows:
    application = dossier.application
    return [
        (_("Country"), country_name(application.education_country), False),
        (_("University or other institution"), bdi(application.institution), False),
        (_("Year of the degree"), application.graduation_year, False),
    ]


def _language_rows(dossier: Dossier) -> Rows:
    application = dossier.application
    rows = [(_("Swedish at level C1"), said(LANGUAGE_EVIDENCE, application.language_evidence), False)]
    if application.language_on:
        rows.append((_("Result expected"), day(application.language_on), False))
    if application.language_note:
        rows.append((_("Description"), _lines(application.language_note), False))
    return rows


def _experience_rows(dossier: Dossier) -> Rows:
    rows: list[tuple[str, Any, bool]] = []
    for period in dossier.periods:
        facts = period_facts(period)
        lines = [facts["where"], facts["when"], _("Assessed in writing") if facts["supervised"] else ""]
        rows.append((bdi(period.employer), Markup("<br>").join(line for line in lines if line), False))
    return [*rows, (_("In total"), experience_total(dossier), False)]


def _reference_rows(dossier: Dossier) -> Rows:
    rows: list[tuple[str, Any, bool]] = [
        (
            _("Referee %(number)s", number=each.position),
            Markup("<br>").join(
                [
                    bdi(each.name),
                    *(bdi(text) for text in (each.title, each.workplace) if text),
                    *(text for text in (each.email, each.phone) if text),
                ]
            ),
            False,
        )
        for each in dossier.referees
    ]
    return rows or [(_("Referees"), None, False)]


def _own_words_rows(dossier: Dossier) -> Rows:
    application = dossier.application
    return [
        (_("Why do you apply?"), _lines(application.motivation), False),
        (_("What do you need to learn?"), _lines(application.learning_needs), False),
        (_("Scientific work or quality work"), _lines(application.scientific_work), True),
        (_("Other work and teaching"), _lines(application.other_work), True),
    ]


def _document_rows(dossier: Dossier) -> Rows:
    rows: list[tuple[str, Any, bool]] = [
        (
            said(ATTACHMENT_KIND, each.kind),
            Markup(", ").join(
                part
                for part in (
                    bdi(each.filename),
                    size(each.size),
                    document_age_words.in_one_line(dossier.ages, each),
                )
                if part
            ),
            False,
        )
        for each in dossier.attachments
    ]
    lacking = [(words, None, False) for _kind, words, _message in lacking_documents(dossier)]
    return [*rows, *lacking]


def _site_rows(dossier: Dossier) -> Rows:
    names = {each.site_id: each.site for each in dossier.posts}
    if not dossier.site_ids:
        return [(_("Preferred sites"), _("No preference") if dossier.application.sites_seen else None, False)]
    return [
        (_("Choice %(number)s", number=rank), names.get(site_id, ""), False)
        for rank, site_id in enumerate(dossier.site_ids, start=1)
    ]


def _monitoring_rows(dossier: Dossier) -> Rows:
    seen = dossier.application.monitoring_seen
    return [
        (
            _("Sex and age"),
            _("You have seen the page. Your answers are not shown here.") if seen else None,
            True,
        )
    ]


_ROWS = {
    "about_you": _about_rows,
    "licence": _licence_rows,
    "start": _start_rows,
    "education": _education_rows,
    "language": _language_rows,
    "experience": _experience_rows,
    "references": _reference_rows,
    "own_words": _own_words_rows,
    "attachments": _document_rows,
    "sites": _site_rows,
    "monitoring": _monitoring_rows,
}

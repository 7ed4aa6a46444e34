"""The words of an application's topics, tasks and answers, in the reader's language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import ngettext
from markupsafe import Markup

from forms.choices import (
    ATTACHMENT_KIND,
    CLINICAL_AREA,
    LANGUAGE_EVIDENCE,
    LICENCE,
    LICENCE_ROUTE,
    WORK_PERMIT,
    words_for,
)
from recruit.display import country_name, day, number
from recruit.i18n import gettext as _
from recruit.i18n import lazy_gettext
from recruit.models import (
    Application,
    Attachment,
    AttachmentKind,
    ExperiencePeriod,
    LanguageEvidence,
    LicenceStatus,
)
from recruit.queries.application import Dossier, Task
from recruit.queries.completeness import GROUPS, VOLUNTARY, missing_in, required_documents, tasks

TITLES = {
    "about_you": lazy_gettext("About you"),
    "licence": lazy_gettext("Licence"),
    "start": lazy_gettext("Basic service and start"),
    "education": lazy_gettext("Education"),
    "language": lazy_gettext("Language"),
    "experience": lazy_gettext("Clinical work"),
    "references": lazy_gettext("References"),
    "own_words": lazy_gettext("In your own words"),
    "attachments": lazy_gettext("Documents"),
    "sites": lazy_gettext("Sites you prefer"),
    "monitoring": lazy_gettext("Voluntary questions"),
}
GROUP_TITLES = {
    "can_apply": lazy_gettext("Can you apply"),
    "bring": lazy_gettext("What you bring"),
    "where": lazy_gettext("Where and send"),
}


def said(choices: tuple[tuple[str, str], ...], value: Any) -> str:
    """The words of a chosen answer; empty when there is none."""
    words = words_for(choices, getattr(value, "value", value))
    return _(words) if words else ""


def yes_no(value: bool | None) -> str:
    """Yes, No, or empty when not answered."""
    return "" if value is None else _("Yes") if value else _("No")


def size(octets: int) -> str:
    """A file's size, such as "14 kB" or "2.3 MB"."""
    if octets < 1024 * 1024:
        return f"{number(max(round(octets / 1024), 1))} kB"
    return f"{number(octets / 1024 / 1024, 1)} MB"


def bdi(text: str | None) -> Markup:
    """A name that keeps its own direction."""
    return Markup("<bdi>{}</bdi>").format(text) if text else Markup("")


def full_name(application: Application) -> Markup:
    """The name in Latin letters and in its own script."""
    parts = (application.given_name, application.family_name)
    latin = Markup(" ").join(bdi(part) for part in parts if part)
    return Markup(" · ").join(name for name in (latin, bdi(application.native_name)) if name)


def task_groups(dossier: Dossier, now: datetime) -> list[dict[str, Any]]:
    """The task list: groups of topics, each with title, address, state, word and hint."""
    by_topic = {task.topic: task for task in tasks(dossier, now)}
    return [
        {"title": GROUP_TITLES[group], "tasks": [_row(dossier, by_topic[topic]) for topic in topics]}
        for group, topics in GROUPS
    ]


def _row(dossier: Dossier, task: Task) -> dict[str, Any]:
    return {
        "topic": task.topic,
        "title": str(TITLES[task.topic]),
        "url": url_for("application.topic", reference=dossier.application.reference, topic=task.topic),
        "state": task.state,
        "word": _word(dossier, task),
        "hint": " ".join(str(each.message) for each in task.missing)
        if task.state == "missing"
        else _told(dossier, task.topic),
    }


def _word(dossier: Dossier, task: Task) -> str | None:
    if task.state == "to_do" and task.topic in VOLUNTARY:
        return _("Voluntary")
    if task.state != "missing":
        return None
    if task.topic == "references":
        return _("%(named)s of %(wanted)s", named=len(dossier.referees), wanted=dossier.referees_wanted)
    if all(each.file for each in task.missing):
        return _("File missing")
    return None


def _told(dossier: Dossier, topic: str) -> Any:
    """One line on what has been told in a topic; empty when there is nothing to say."""
    teller = _TELLERS.get(topic)
    return teller(dossier) if teller else ""


def _licence(dossier: Dossier) -> str:
    application = dossier.application
    if application.licence is LicenceStatus.EXPECTED and application.licence_on:
        return _("Expected %(day)s", day=day(application.licence_on))
    if application.licence is LicenceStatus.HELD:
        return _("You have it")
    return _("You have none") if application.licence else _("Needed by the start, not when you apply")


def _education(dossier: Dossier) -> Any:
    application = dossier.application
    told = (bdi(application.institution), country_name(application.education_country))
    return Markup(", ").join(each for each in told if each)


def _language(dossier: Dossier) -> str:
    application = dossier.application
    if application.language_evidence is LanguageEvidence.EXPECTED and application.language_on:
        return _("Result expected %(day)s", day=day(application.language_on))
    return said(LANGUAGE_EVIDENCE, application.language_evidence)


def experience_total(dossier: Dossier) -> str:
    """The periods and their full-time months, such as "4 periods, 19 months in total"."""
    if dossier.application.no_experience and not dossier.periods:
        return _("No clinical work")
    if not dossier.periods:
        return ""
    periods = ngettext("%(num)s period", "%(num)s periods", len(dossier.periods))
    months = round(dossier.months())
    if not months:
        return _("%(periods)s, less than a month in total", periods=periods)
    total = ngettext("%(num)s month in total", "%(num)s months in total", months)
    return f"{periods}, {total}"


def _references(dossier: Dossier) -> Any:
    return Markup(", ").join(bdi(each.name) for each in dossier.referees)


def _documents(dossier: Dossier) -> str:
    lacking = missing_in(dossier, "attachments")
    if lacking:
        return " ".join(str(each.message) for each in lacking)
    return ngettext("%(num)s file", "%(num)s files", len(dossier.attachments))


def _sites(dossier: Dossier) -> Any:
    names = {each.site_id: each.site for each in dossier.posts}
    if dossier.site_ids:
        return Markup(", ").join(bdi(names.get(site_id, "")) for site_id in dossier.site_ids)
    return _("No preference") if dossier.application.sites_seen else ""


def _monitoring(dossier: Dossier) -> str:
    if dossier.application.monitoring_seen:
        return _("Kept apart from your application")
    return _("Two questions, for monitoring that the selection is fair")


_TELLERS = {
    "about_you": lambda dossier: full_name(dossier.application),
    "licence": _licence,
    "education": _education,
    "language": _language,
    "experience": experience_total,
    "references": _references,
    "attachments": _documents,
    "sites": _sites,
    "monitoring": _monitoring,
}


def period_facts(period: ExperiencePeriod) -> dict[str, Any]:
    """A period for display: what, where, when."""
    until = day(period.ends_on) if period.ends_on else _("still there")
    extent = (
        _("full time")
        if period.fte_percent == 100
        else _("%(percent)s %% of full time", percent=period.fte_percent)
    )
    return {
        "public_id": period.public_id,
        "employer": period.employer,
        "where": f"{said(CLINICAL_AREA, period.area)}, {country_name(period.country)}",
        "when": f"{day(period.starts_on)} – {until}, {extent}",
        "supervised": period.supervised,
    }


def file_facts(application: Application, attachment: Attachment) -> dict[str, Any]:
    """A file for display, with the addresses where it is read, replaced and removed."""
    common = {"reference": application.reference, "attachment": attachment.public_id}
    return {
        "public_id": attachment.public_id,
        "kind": said(ATTACHMENT_KIND, attachment.kind),
        "name": attachment.filename,
        "size": size(attachment.size),
        "url": url_for("application.attachment", **common),
        "replace": url_for(
            "application.upload", reference=application.reference, replaces=attachment.public_id
        ),
        "remove": url_for("application.remove_attachment", **common),
    }


def files_of_kind(dossier: Dossier, kind: AttachmentKind | None) -> list[dict[str, Any]]:
    """The files of one kind."""
    return [file_facts(dossier.application, each) for each in dossier.attachments if each.kind is kind]


def lacking_documents(dossier: Dossier) -> list[tuple[AttachmentKind, str, str]]:
    """The mandatory documents that are not there: kind, its words, what to do."""
    return [
        (kind, said(ATTACHMENT_KIND, kind), str(message))
        for kind, message in required_documents(dossier)
        if kind not in dossier.attached
    ]


def answer_sections(dossier: Dossier, *, changeable: bool) -> list[dict[str, Any]]:
    """Everything that was told, topic by topic, for checking. The monitoring answers are only named as given or not."""
    sections = []
    for _group, topics in GROUPS:
        for topic in topics:
            url = url_for(
                "application.topic", reference=dossier.application.reference, topic=topic, **{"from": "check"}
            )
            unanswered = _("File missing") if topic == "attachments" else _("Not answered")
            rows = [
                {"key": key, "value": value, "missing": "–" if optional else unanswered}
                for key, value, optional in _ROWS[topic](dossier)
            ]
            sections.append({"title": TITLES[topic], "rows": rows, "change": url if changeable else None})
    return sections


Rows = Sequence[tuple[str, Any, bool]]


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
        rows.append((period.employer, Markup("<br>").join(line for line in lines if line), False))
    return [*rows, (_("In total"), experience_total(dossier), False)]


def _reference_rows(dossier: Dossier) -> Rows:
    rows: list[tuple[str, Any, bool]] = [
        (
            _("Referee %(number)s", number=each.position),
            Markup("<br>").join(
                [
                    bdi(each.name),
                    *(text for text in (each.title, each.workplace, each.email, each.phone) if text),
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
            Markup("<bdi>{}</bdi>, {}").format(each.filename, size(each.size)),
            False,
        )
        for each in dossier.attachments
    ]
    lacking = [(words, None, False) for _kind, words, _message in lacking_documents(dossier)]
    return [*rows, *lacking]


def _site_rows(dossier: Dossier) -> Rows:
    names = {each.site_id: each.site for each in dossier.posts}
    if not dossier.site_ids:
        return [(_("Sites"), _("No preference") if dossier.application.sites_seen else None, False)]
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

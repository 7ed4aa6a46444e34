"""The words of an application's topics, tasks and answers, in the reader's language."""

from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from forms.choices import (
    ATTACHMENT_KIND,
    CLINICAL_AREA,
    LANGUAGE_EVIDENCE,
    words_for,
)
from recruit import document_age_words
from recruit.display import country_name, day, number
from recruit.i18n import gettext as _
from recruit.i18n import lazy_gettext, ngettext
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
from recruit.topic_words import TITLES

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
        else _(
            "%(percent)s\N{NO-BREAK SPACE}per\N{NO-BREAK SPACE}cent of full time", percent=period.fte_percent
        )
    )
    return {
        "public_id": period.public_id,
        "employer": period.employer,
        "where": f"{said(CLINICAL_AREA, period.area)}, {country_name(period.country)}",
        "when": f"{day(period.starts_on)} – {until}, {extent}",
        "supervised": period.supervised,
    }


def file_facts(dossier: Dossier, attachment: Attachment) -> dict[str, Any]:
    """A file for display, with the addresses where it is read, replaced and removed, and where it is told when it was
    issued.
    """
    reference = dossier.application.reference
    common: dict[str, Any] = {"reference": reference, "attachment": attachment.public_id}
    return {
        "public_id": attachment.public_id,
        "kind": said(ATTACHMENT_KIND, attachment.kind),
        "name": attachment.filename,
        "size": size(attachment.size),
        "url": url_for("application.attachment", **common),
        "preview": url_for("application.preview", **common),
        "replace": url_for("application.upload", reference=reference, replaces=attachment.public_id),
        "remove": url_for("application.remove_attachment", **common),
        "issued": document_age_words.issued(dossier.ages, attachment),
        "issued_url": url_for("application.issued", **common),
    }


def files_of_kind(dossier: Dossier, kind: AttachmentKind | None) -> list[dict[str, Any]]:
    """The files of one kind."""
    return [file_facts(dossier, each) for each in dossier.attachments if each.kind is kind]


def lacking_documents(dossier: Dossier) -> list[tuple[AttachmentKind, str, str]]:
    """The mandatory documents that are not there: kind, its words, what to do."""
    return [
        (kind, said(ATTACHMENT_KIND, kind), str(message))
        for kind, message in required_documents(dossier)
        if kind not in dossier.attached
    ]

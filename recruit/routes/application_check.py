"""What the page before sending says: what lacks for which requirement, what does not fit, and what comes later."""

from typing import Any

from flask import url_for

from recruit import document_age_words
from recruit.display import day
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.queries.application import Dossier
from recruit.queries.completeness import TOPIC_OF_DOCUMENT, Missing, missing
from recruit.queries.contradictions import Contradiction
from recruit.queries.expected import Expected, expected
from recruit.topic_words import TITLES


def lacking(dossier: Dossier) -> list[dict[str, Any]]:
    """What is missing, in the order of the topics, with the requirement that it is for and the address of its field."""
    return [_line(dossier, each, each.message, each.rule) for each in missing(dossier)]


def told(dossier: Dossier, each: Contradiction) -> dict[str, Any]:
    """A contradiction in words, with the address of its field."""
    return _line(dossier, each, each.message, "")


def expected_later(dossier: Dossier) -> list[dict[str, Any]]:
    """What the application says will come, by which day."""
    return [
        _line(dossier, each, _("You expect it on %(day)s.", day=day(each.on)), each.rule)
        for each in expected(dossier.application, dossier.intake)
    ]


def too_old(dossier: Dossier) -> list[dict[str, Any]]:
    """The files that are older than the profile allows, with the address where the date can be changed."""
    found = []
    for each in dossier.attachments:
        words = document_age_words.in_one_line(dossier.ages, each)
        if dossier.ages.too_old(each):
            topic = TOPIC_OF_DOCUMENT.get(each.kind, "attachments")
            where = Missing(topic, f"{each.filename}. {words}.", attachment=each.public_id)
            found.append(_line(dossier, where, where.message, ""))
    return found


def _line(dossier: Dossier, each: Any, message: Any, rule: str) -> dict[str, Any]:
    return {
        "title": str(TITLES[each.topic]),
        "message": message,
        "requirement": requirement(dossier, rule),
        "url": _address(dossier, each),
    }


def requirement(dossier: Dossier, rule: str) -> str:
    """The name of the intake's requirement with this rule; empty when there is none."""
    names = (each.name.in_language(language()) for each in dossier.profile.requirements if each.rule == rule)
    return next(names, "")


def _address(dossier: Dossier, each: Missing | Contradiction | Expected) -> str:
    values: dict[str, Any] = {"reference": dossier.application.reference, "from": "check"}
    if isinstance(each, Missing) and each.attachment:
        return url_for("application.issued", attachment=each.attachment, **values)
    if each.topic == "experience" and each.field:
        return url_for("application.period", reference=values["reference"], period=each.field)
    kind = getattr(each, "kind", None)
    if kind is not None and each.topic == "attachments":
        values["kind"] = kind.value
    return url_for("application.topic", topic=each.topic, _anchor=each.field or None, **values)

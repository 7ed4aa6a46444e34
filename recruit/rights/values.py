"""What stands in everything held as a code, in the words that the applicant's own pages use; days on Swedish clocks."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Enum

from forms import choices
from forms.application import WITHDRAWALS
from forms.people import ROLES
from forms.referee import DECLINES, RELATIONS
from forms.rights import GROUNDS, OUTCOMES
from recruit import applicant_view, display, outcome_words, record_words, released_words
from recruit.disclosing.words import OUTCOMES as DISCLOSED
from recruit.i18n import gettext, language
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    AgeBand,
    Answer,
    ApplicationStatus,
    AssignmentStatus,
    AttachmentKind,
    ClinicalArea,
    ConflictAnswer,
    CorrectionOutcome,
    DeclineReason,
    DisagreementEnd,
    DisagreementWay,
    DisclosureOutcome,
    Eligibility,
    EntryKind,
    HoldGround,
    LanguageEvidence,
    LetterKind,
    LicenceRoute,
    LicenceStatus,
    MailState,
    OutcomeKind,
    OutcomeReason,
    Relation,
    ReleasedKind,
    Role,
    SetAsideReason,
    Sex,
    WorkPermit,
    ZoneReason,
    metadata,
)
from recruit.rights import words
from recruit.rights.register import OF_ACCOUNT, PARTS

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_ASSESSOR = re.compile(r"assessor (\d+)\Z")

Words = Mapping[Any, Any]
#: By the kind of code: the words of each.
_WORDS: dict[type[enum.Enum], Words | Callable[[Any], Any]] = {
    LicenceStatus: dict(choices.LICENCE),
    LicenceRoute: dict(choices.LICENCE_ROUTE),
    WorkPermit: dict(choices.WORK_PERMIT),
    LanguageEvidence: dict(choices.LANGUAGE_EVIDENCE),
    ClinicalArea: dict(choices.CLINICAL_AREA),
    AttachmentKind: dict(choices.ATTACHMENT_KIND),
    Sex: dict(choices.SEX),
    AgeBand: dict(choices.AGE_BAND),
    ZoneReason: dict(choices.ZONE_REASON),
    Relation: dict(RELATIONS),
    DeclineReason: dict(DECLINES),
    CorrectionOutcome: dict(OUTCOMES),
    HoldGround: dict(GROUNDS),
    Role: dict(ROLES),
    DisclosureOutcome: {each.value: said for each, said in DISCLOSED.items()},
    ApplicationStatus: applicant_view.status_word,
    Eligibility: applicant_view.eligibility_word,
    Answer: applicant_view.answer_word,
    ReleasedKind: released_words.kind_word,
    OutcomeKind: outcome_words.kind_name,
    OutcomeReason: outcome_words.reason_name,
    LetterKind: {
        "called": _("Call to an interview"),
        "reserve": _("A place in reserve"),
        "not_called": _("No call to an interview"),
        "information": _("Information"),
        "free": _("A letter of another kind"),
    },
    MailState: {
        "waiting": _("Waits to be sent"),
        "handing_over": _("Being handed over"),
        "sent": _("Sent"),
        "failed": _("Could not be sent"),
        "uncertain": _("It is not known whether it was sent"),
        "bounced": _("Came back"),
        "stopped": _("Stopped before it was sent"),
    },
    AssignmentStatus: {
        "assigned": _("Handed out"),
        "submitted": _("Submitted"),
        "recused": _("Handed back because of a conflict of interest"),
    },
    SetAsideReason: {
        "little": _("Too little to go by"),
        "unreadable": _("A document that cannot be read"),
        "language": _("In a language that the assessor does not read"),
        "recognised": _("Recognised the applicant"),
        "time": _("No time"),
        "other": _("Another reason"),
    },
    ConflictAnswer: {"conflict": _("A conflict of interest"), "no_conflict": _("No conflict of interest")},
    DisagreementWay: {
        "third": _("A third assessment"),
        "discussion": _("A discussion between the assessors"),
        "left": _("Left as it is"),
    },
    DisagreementEnd: {"changed": _("A level was changed"), "kept": _("The levels were kept")},
    EntryKind: {"called": _("Called"), "reserve": _("In reserve")},
}
#: By the field, where a text holds a code.
_TEXTS: dict[str, Words] = {
    "stage": {"screening": _("Assessment"), "interview": _("Interview")},
    "withdrawal_code": dict(WITHDRAWALS),
    "language": {"sv": _("Swedish"), "en": _("English"), "both": _("Swedish and English")},
    "by": {"you": _("You"), "the group": _("The recruitment group"), "system": _("The system")},
}
#: What `services.content` keeps as rows: the part that they are of, and what stands in each place.
_ROWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "periods": (
        "periods",
        ("employer", "country", "area", "starts_on", "ends_on", "fte_percent", "supervised"),
    ),
    "referees": ("references", ("name", "title", "workplace", "email", "phone")),
    "attachments": ("files", ("kind", "filename", "sha256")),
}
_COUNTRIES = frozenset({"country", "education_country"})


def value(part: str, name: str, told: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    """A value as it is read. `names`: what the keys of the intake's requirements and criteria stand for.

    What is no code, or one that is new, stands as it is.
    """
    if isinstance(told, bool):
        return gettext("Yes") if told else gettext("No")
    kind = _kinds().get((part, name))
    if kind is not None:
        return _of_kind(kind, str(told))
    text = str(told)
    if name in _COUNTRIES:
        return display.country_name(text)
    if name == "action":
        return record_words.action(text)
    if text in names and name in ("requirement", "criterion"):
        return names[text][language()]
    if text in _TEXTS.get(name, {}):
        return _say(_TEXTS[name][text])
    return _as_written(text)


def changed(
    field: str, told: str | None, names: Mapping[str, Mapping[str, str]], part: str = "answers"
) -> str:
    """A value of the record, which keeps all as text; `part`: what it is of."""
    if told is None or told == "":
        return "–"
    if told in ("true", "false"):
        return value("record", field, told == "true", names)
    if field in names:
        return _of_kind(Answer, told)
    if told[0] in "{[":
        try:
            return _listed(part, field, json.loads(told), names)
        except ValueError:
            return told
    return value(part, field, told, names)


def _listed(part: str, name: str, told: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    """What the record keeps as a list or as several answers together, in one text."""
    if isinstance(told, dict):
        return "; ".join(
            f"{_heading(key)}: {_listed(part, key, each, names)}"
            for key, each in told.items()
            if each not in (None, "", []) and key != "sites"  # numbers of rows, which tell nobody anything
        )
    if isinstance(told, list):
        part, fields = _ROWS.get(name, (part, ()))
        rows = [dict(zip(fields, row, strict=False)) if isinstance(row, list) else row for row in told]
        return " | ".join(_listed(part, name, row, names) for row in rows)
    return changed(name, told, names, part) if isinstance(told, str) else value(part, name, told, names)


def _heading(key: str) -> str:
    return str(words.PARTS[_ROWS[key][0]]) if key in _ROWS else words.field(key)


def field_name(field: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """A field of the record: a requirement by its name, the rest as the record's own page has it, or this one."""
    if field in names:
        return names[field][language()]
    named = record_words.field(field)
    return words.field(field) if named == field else named


def _of_kind(kind: type[enum.Enum], code: str) -> str:
    known = _WORDS.get(kind)
    if known is None or code not in {each.value for each in kind}:
        return code
    return _say(known(kind(code)) if callable(known) else known.get(code, code))


def _say(text: Any) -> str:
    return gettext(text) if isinstance(text, str) else str(text)


def _as_written(text: str) -> str:
    """Days and moments on Swedish clocks, assessors by their number, the rest as it is."""
    if _MOMENT.match(text):
        try:
            return display.when(datetime.fromisoformat(text))
        except ValueError:
            return text
    if _DAY.match(text):
        try:
            return display.day(date.fromisoformat(text))
        except ValueError:
            return text
    assessor = _ASSESSOR.match(text)
    return gettext("Assessor %(number)s", number=assessor[1]) if assessor else text


@lru_cache
def _kinds() -> dict[tuple[str, str], type[enum.Enum]]:
    """The kind of code of each field of each part, as the tables have it."""
    tables = metadata().tables
    found: dict[tuple[str, str], Any] = {
        ("answers", each.name): each.type for each in tables["application"].columns
    }
    for name, part in {**PARTS, **OF_ACCOUNT}.items():
        found |= {(part.key, each): tables[name].c[each].type for each in part.columns}
        found |= {
            (part.key, key): tables[other].c[its].type for key, (_of, other, its) in part.joined.items()
        }
    return {
        key: kind.enum_class
        for key, kind in found.items()
        if isinstance(kind, Enum) and kind.enum_class is not None
    }

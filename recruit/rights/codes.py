"""Codes of everything held, in the words that the applicant's own pages use."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

from forms import choices
from forms.application import WITHDRAWALS
from forms.people import ROLES
from forms.referee import DECLINES, RELATIONS
from forms.rights import GROUNDS, OUTCOMES
from recruit import applicant_view, notice_words, outcome_words, released_words
from recruit.acquaintance import EMPLOYER, REFEREE, REFEREE_WORKPLACE, SURNAME
from recruit.disclosing import words as disclosing
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    AgeBand,
    Answer,
    ApplicationStatus,
    AssignmentStatus,
    AttachmentKind,
    CameBy,
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
    Notice,
    NoticePace,
    OutcomeKind,
    OutcomeReason,
    Relation,
    ReleasedKind,
    RemovedKind,
    Role,
    SetAsideReason,
    Sex,
    TokenPurpose,
    WorkPermit,
    ZoneReason,
)
from recruit.storage import JPEG, PDF, PNG
from recruit.topic_words import TITLES

Words = Mapping[Any, Any]
#: By the kind of code: the words of each.
WORDS: dict[type[enum.Enum], Words | Callable[[Any], Any]] = {
    LicenceStatus: dict(choices.LICENCE),
    LicenceRoute: dict(choices.LICENCE_ROUTE),
    WorkPermit: dict(choices.WORK_PERMIT),
    LanguageEvidence: dict(choices.LANGUAGE_EVIDENCE),
    ClinicalArea: dict(choices.CLINICAL_AREA),
    AttachmentKind: dict(choices.ATTACHMENT_KIND),
    Sex: dict(choices.SEX),
    AgeBand: dict(choices.AGE_BAND),
    ZoneReason: dict(choices.ZONE_REASON),
    CameBy: dict(choices.REFERENCE_WAY),
    Relation: dict(RELATIONS),
    DeclineReason: dict(DECLINES),
    CorrectionOutcome: dict(OUTCOMES),
    HoldGround: dict(GROUNDS),
    Role: dict(ROLES),
    DisclosureOutcome: {each.value: said for each, said in disclosing.OUTCOMES.items()},
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
    RemovedKind: {"file": _("A file"), "period": _("A period of clinical work")},
    TokenPurpose: {
        "verify": _("To verify the address"),
        "reset": _("To choose a new password"),
        "sign_in": _("To sign in"),
        "address": _("To change the address"),
    },
    Notice: {each.value: said for each, said in notice_words.KINDS.items()},
    NoticePace: {each.value: said for each, said in notice_words.PACES.items()},
}
#: By the field, where a text holds a code.
TEXTS: dict[str, Words] = {
    "stage": {
        "screening": _("Screening"),
        "interview": _("Interview"),
        "calibration": _("Calibration"),
    },
    "status": {
        "ranked": _("In the order"),
        "below_threshold": _("Below the threshold"),
        "gate": _("Stopped by a gate"),
        "incomplete": _("Not assessed on every criterion"),
    },
    "topic": TITLES,
    "kind": disclosing.KINDS,
    "parts": disclosing.PARTS,
    "replacements": {"the group": _("The recruitment group")},
    "media_type": {PDF: "PDF", PNG: "PNG", JPEG: "JPEG"},
    "withdrawal_code": dict(WITHDRAWALS),
    "language": {"sv": _("Swedish"), "en": _("English"), "both": _("Swedish and English")},
    "by": {"you": _("You"), "the group": _("The recruitment group"), "system": _("The system")},
}
#: Several codes in one text, separated by commas.
SIGNS: Words = {
    REFEREE: _("Named as a referee"),
    REFEREE_WORKPLACE: _("A referee's workplace"),
    EMPLOYER: _("An employer"),
    SURNAME: _("The same surname"),
}
#: What a disclosure's item is of, by the first part of its key.
ITEMS: Words = {
    "answers": _("Your answers"),
    "attachment": _("Files"),
    "issued": _("Files"),
    "reference": _("References"),
    "assessment": _("Assessments"),
    "ranking": _("Places in rankings"),
    "list": _("Places on interview lists"),
    "mail": _("Mail about the application"),
}
#: Fields of the record that no column is called, by what they hold.
RECORDED: Mapping[str, type[enum.Enum]] = {
    "declined_reason": OutcomeReason,
    "dropped_out_reason": OutcomeReason,
    "why": SetAsideReason,
}
#: What `services.content` keeps as rows: the part that they are of, and what stands in each place.
ROWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "periods": (
        "periods",
        ("employer", "country", "area", "starts_on", "ends_on", "fte_percent", "supervised"),
    ),
    "referees": ("references", ("name", "title", "workplace", "email", "phone")),
    "attachments": ("files", ("kind", "filename", "sha256", "issued_on")),
}

"""What an application says will come later, and until when its document can be added. Pure.

Two days stand beside each other: the one that the applicant expects it on, which the applicant says, and the start,
which the requirements name ("by the start"). The second rules: who is late by a week is not shut out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from recruit.models import (
    Application,
    ApplicationStatus,
    AttachmentKind,
    Intake,
    LanguageEvidence,
    LicenceStatus,
    WorkPermit,
)

#: The answers that follow when the document is there.
HERE: Mapping[AttachmentKind, Mapping[str, Any]] = {
    AttachmentKind.LICENCE: {"licence": LicenceStatus.HELD, "licence_on": None},
    AttachmentKind.LANGUAGE: {"language_evidence": LanguageEvidence.CERTIFICATE, "language_on": None},
    AttachmentKind.WORK_PERMIT: {"work_permit": WorkPermit.HELD, "work_permit_on": None},
}


@dataclass(frozen=True)
class Expected:
    """What comes later: the document that proves it, the rule of the requirement that it is for, the day it is
    expected, and where that was said. `in_time`: expected by `until`, the last day on which it can be added.
    """

    topic: str
    field: str
    rule: str
    kind: AttachmentKind
    on: date
    until: date

    @property
    def in_time(self) -> bool:
        """Whether it is expected by the start."""
        return self.on <= self.until


def expected(application: Application, intake: Intake) -> list[Expected]:
    """What the application says will come, with its day; what has no day yet is left out."""
    return [
        Expected(topic, f"{column}-day", rule, kind, on, intake.starts_on)
        for topic, column, rule, kind, on in _waited_for(application)
        if on is not None
    ]


def _waited_for(application: Application) -> Iterable[tuple[str, str, str, AttachmentKind, date | None]]:
    if application.licence is LicenceStatus.EXPECTED:
        yield "licence", "licence_on", "licence_by_start", AttachmentKind.LICENCE, application.licence_on
    if application.language_evidence is LanguageEvidence.EXPECTED:
        yield "language", "language_on", "swedish_c1", AttachmentKind.LANGUAGE, application.language_on
    if application.work_permit is WorkPermit.EXPECTED:
        yield "start", "work_permit_on", "work_permit", AttachmentKind.WORK_PERMIT, application.work_permit_on


def waited_for(application: Application, intake: Intake) -> list[Expected]:
    """Of an application that has been sent, what is still to come; empty for a draft and a withdrawn one."""
    return expected(application, intake) if application.status is ApplicationStatus.SUBMITTED else []

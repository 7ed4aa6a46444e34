"""How old documents are and may be, in words: for the applicant, and for the group that decides."""

from dataclasses import dataclass

from recruit.display import day
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import Attachment, AttachmentKind
from recruit.queries.document_age import AgeLimits
from scoring.profile import Requirement


@dataclass(frozen=True)
class Issued:
    """When a file was issued. `too_old`: in what way it is older than allowed; empty when it is not."""

    words: str
    told: bool
    too_old: str


def issued(ages: AgeLimits, file: Attachment) -> Issued | None:
    """What to say of a file; None when nobody asks how old it is."""
    if file.issued_on is not None:
        return Issued(_("Issued %(day)s", day=day(file.issued_on)), True, too_old(ages, file))
    return Issued(_("Date of issue not told"), False, "") if ages.undated(file) else None


def in_one_line(ages: AgeLimits, file: Attachment) -> str:
    """The same in one line; empty when nobody asks how old the file is."""
    found = issued(ages, file)
    return "" if found is None else ". ".join(filter(None, (found.words, found.too_old)))


def too_old(ages: AgeLimits, file: Attachment) -> str:
    """In what way a file is older than allowed; empty when it is not, or its date is not told."""
    if not ages.too_old(file):
        return ""
    return ngettext(
        "Older than %(num)s month at the closing date, %(day)s",
        "Older than %(num)s months at the closing date, %(day)s",
        ages.months[file.kind],
        day=day(ages.on),
    )


def sendable() -> str:
    """What an applicant can do about a document that is too old."""
    return _("You can send it as it is: the region sees the date and decides. A newer one can replace it.")


def rule(ages: AgeLimits, kind: AttachmentKind) -> str:
    """How old a document of that kind may be; empty when any age will do."""
    earliest = ages.earliest(kind)
    if earliest is None:
        return ""
    return ngettext(
        "It may be at most %(num)s month old at the closing date, so it must have been issued on %(day)s or later.",
        "It may be at most %(num)s months old at the closing date, so it must have been issued on %(day)s or later.",
        ages.months[kind],
        day=day(earliest),
    )


def of_requirement(requirement: Requirement) -> str:
    """How old the documents that a requirement asks for may be; empty when any age will do."""
    months = requirement.months_old_at_most
    if months is None:
        return ""
    return ngettext(
        "At most %(num)s month old at the closing date.",
        "At most %(num)s months old at the closing date.",
        months,
    )

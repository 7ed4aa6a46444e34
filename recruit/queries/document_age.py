"""How old the documents of an application may be, where the intake's profile says so.

Age is counted in whole months back from the closing date that the advertisement first named: an extension lets more
people apply, and makes nobody's certificate too old.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from recruit.frames import last_day_before
from recruit.models import Attachment, AttachmentKind, Intake
from recruit.queries import intake as intakes
from recruit.queries.disposal import months_later
from scoring.profile import Profile


@dataclass(frozen=True)
class AgeLimits:
    """How many months old each kind of document may be on the day `on`; kinds of any age are left out."""

    on: date
    months: Mapping[AttachmentKind, int] = field(default_factory=dict)

    def earliest(self, kind: AttachmentKind) -> date | None:
        """The first day of issue that is recent enough; None for a kind of any age."""
        months = self.months.get(kind)
        return None if months is None else months_later(self.on, -months)

    def too_old(self, file: Attachment) -> bool:
        """Whether the file was issued too early, as the applicant says."""
        earliest = self.earliest(file.kind)
        return earliest is not None and file.issued_on is not None and file.issued_on < earliest

    def undated(self, file: Attachment) -> bool:
        """Whether it should be said when the file was issued, and is not."""
        return file.kind in self.months and file.issued_on is None

    def fails(
        self, files: Iterable[Attachment]
    ) -> tuple[frozenset[AttachmentKind], frozenset[AttachmentKind]]:
        """The kinds of which every file is too old, and those of which none is known to be recent enough."""
        by_kind: dict[AttachmentKind, list[Attachment]] = {}
        for each in files:
            if each.kind in self.months:
                by_kind.setdefault(each.kind, []).append(each)
        old = {kind for kind, found in by_kind.items() if all(map(self.too_old, found))}
        fresh = {each.kind for found in by_kind.values() for each in found if not self._fails(each)}
        return frozenset(old), frozenset(by_kind.keys() - old - fresh)

    def _fails(self, file: Attachment) -> bool:
        return self.too_old(file) or self.undated(file)


def months_by_kind(profile: Profile) -> dict[AttachmentKind, int]:
    """How many months old each kind of document may be; kinds of any age are left out."""
    return {
        kind: most for kind in AttachmentKind if (most := profile.months_old_at_most(kind.value)) is not None
    }


def age_limits(session: Session, intake: Intake, profile: Profile) -> AgeLimits:
    """The limits of an intake. One query, and none where the profile has no limit."""
    months = months_by_kind(profile)
    closes_at = intake.closes_at
    if months:
        closes_at = min([closes_at, *(each.old_closes_at for each in intakes.extensions_of(session, intake))])
    return AgeLimits(last_day_before(closes_at), months)

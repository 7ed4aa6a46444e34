"""What has been released to an applicant, and what waits for the group to release it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from recruit import clock
from recruit.models import (
    Application,
    ApplicationStatus,
    Eligibility,
    EntryKind,
    Intake,
    InterviewListEntry,
    ListPublication,
    Outcome,
    OutcomeKind,
    PostsFilled,
    RankingRow,
    ReleasedKind,
    ReleasedStep,
    RequirementDecision,
)
from recruit.queries import interview as lists

#: The outcomes that an applicant is told of, as they are released.
OF_OUTCOME = {
    OutcomeKind.CALLED: ReleasedKind.CALLED,
    OutcomeKind.OFFERED: ReleasedKind.OFFERED,
    OutcomeKind.ACCEPTED: ReleasedKind.ACCEPTED,
    OutcomeKind.DECLINED: ReleasedKind.DECLINED,
    OutcomeKind.STARTED: ReleasedKind.STARTED,
    OutcomeKind.DROPPED_OUT: ReleasedKind.DROPPED_OUT,
}


@dataclass(frozen=True)
class Released:
    """Everything that an applicant may know of where the application stands; nothing else goes into the page.

    `listed`: part of a published list's run. `entry` and `position`: on that list, called or in reserve.
    """

    steps: dict[ReleasedKind, date]
    listed: bool
    entry: EntryKind | None
    position: int | None
    published_at: datetime | None
    filled_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether, as far as the applicant may know, the application takes part no longer."""
        if self.steps.keys() & {ReleasedKind.DECLINED, ReleasedKind.DROPPED_OUT, ReleasedKind.STARTED}:
            return True
        if ReleasedKind.ACCEPTED in self.steps:
            return False
        if self.filled_at is not None:
            return True
        if self.steps.keys() & {ReleasedKind.OFFERED, ReleasedKind.CALLED}:
            return False
        return self.entry is None if self.listed else ReleasedKind.NOT_ELIGIBLE in self.steps


def released(session: Session, application: Application) -> Released:
    """What is released to an applicant. The same queries whatever it is, so that no time tells of more."""
    steps = session.exec(select(ReleasedStep).where(ReleasedStep.application_id == application.id)).all()
    filled = session.exec(select(PostsFilled.told_at).where(PostsFilled.intake_id == application.intake_id))
    published = lists.newest_published(session, intake_id=application.intake_id)
    list_id, run_id = (published.id, published.run_id) if published else (None, None)
    told = session.exec(select(ListPublication.published_at).where(ListPublication.list_id == list_id))
    listed = session.exec(
        select(RankingRow.id).where(RankingRow.run_id == run_id, RankingRow.application_id == application.id)
    ).first()
    entry = session.exec(
        select(InterviewListEntry).where(
            InterviewListEntry.list_id == list_id, InterviewListEntry.application_id == application.id
        )
    ).first()
    return Released(
        steps={each.kind: each.happened_on for each in steps},
        listed=listed is not None,
        entry=entry.kind if entry else None,
        position=entry.position if entry else None,
        published_at=told.first(),
        filled_at=filled.first(),
    )


@dataclass(frozen=True)
class Waiting:
    """A step of one application that is not as its applicant sees it. `on` None: it is to be taken back."""

    code: str
    application_id: int
    kind: ReleasedKind
    on: date | None
    shown: date | None

    @property
    def key(self) -> str:
        """Names it in a form."""
        return f"{self.code}:{self.kind.value}:{self.on or ''}"


def waiting(session: Session, intake: Intake) -> list[Waiting]:
    """What differs between what has happened and what is released, by kind and code, of those that have not been
    disposed of: nobody is written to about the others. Three queries."""
    codes = {
        key: (code, eligibility)
        for key, code, eligibility in session.exec(
            select(col(Application.id), Application.mask_code, col(Application.eligibility)).where(
                Application.intake_id == intake.id,
                Application.status == ApplicationStatus.SUBMITTED,
                col(Application.disposed_at).is_(None),
            )
        )
        if key is not None
    }
    real = dict(_happened(session, intake, codes))
    shown = {
        (row.application_id, row.kind): row.happened_on
        for row in session.exec(select(ReleasedStep).where(ReleasedStep.intake_id == intake.id))
    }
    found = []
    for application_id, kind in real.keys() | shown.keys():
        if application_id not in codes:
            continue
        on, seen = real.get((application_id, kind)), shown.get((application_id, kind))
        if kind is ReleasedKind.NOT_ELIGIBLE and on and seen:
            continue  # decided again with the same end: nothing new to tell
        if on != seen:
            found.append(Waiting(codes[application_id][0], application_id, kind, on, seen))
    order = list(ReleasedKind)
    return sorted(found, key=lambda each: (order.index(each.kind), each.code))


def _happened(
    session: Session, intake: Intake, codes: dict[int, tuple[str, Eligibility]]
) -> Iterable[tuple[tuple[int, ReleasedKind], date]]:
    for row in session.exec(select(Outcome).where(Outcome.intake_id == intake.id)):
        if row.kind in OF_OUTCOME:
            yield (row.application_id, OF_OUTCOME[row.kind]), row.happened_on
    decided: dict[int, datetime] = {}
    decisions = (
        select(RequirementDecision.application_id, RequirementDecision.decided_at)
        .join(Application, col(Application.id) == col(RequirementDecision.application_id))
        .where(Application.intake_id == intake.id, Application.eligibility == Eligibility.INELIGIBLE)
    )
    for application_id, at in session.exec(decisions):
        if at is not None:
            decided[application_id] = max(at, decided.get(application_id, at))
    for application_id, at in decided.items():
        yield (application_id, ReleasedKind.NOT_ELIGIBLE), clock.in_stockholm(at).date()


def posts_filled(session: Session, intake: Intake) -> PostsFilled | None:
    """The row that says that the applicants have been told, if they have."""
    return session.exec(select(PostsFilled).where(PostsFilled.intake_id == intake.id)).first()

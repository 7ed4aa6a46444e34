"""What the table of applications can be filtered by: each choice as SQL conditions on applications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from recruit.country_groups import BALTIC, COUNTRY_GROUPS, NORDIC, OTHER_EU_EEA
from recruit.models import (
    Answer,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Attachment,
    AttachmentKind,
    CompletionState,
    CorrectionRequest,
    Eligibility,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    LanguageEvidence,
    LicenceStatus,
    ListStatus,
    RankingRow,
    Referee,
    RequirementDecision,
    SitePreference,
    WorkPermit,
)
from recruit.models.application import GOES_ON
from recruit.queries import completion

SORTS = ("submitted", "code", "name", "eligibility", "due")
MISSING = ("decision", "unclear", "document", "reference", "copy", "correction")
ELIGIBILITIES = tuple(each.value for each in Eligibility)
#: How far an application has come. The last three stand on the confirmed list: before that they go by code alone.
STAGES = (
    "submitted",
    "withdrawn",
    "all",
    *ELIGIBILITIES,
    "goes_on",
    "ranked",
    "called",
    "reserve",
    "not_listed",
)
ANSWERS = (*(each.value for each in Answer), "undecided")
ASSESSED = ("none", "some", "waiting", "part", "done")
ASKED = (CompletionState.OPEN.value, CompletionState.OVERDUE.value, CompletionState.CAME_IN.value)
COUNTRIES = (*COUNTRY_GROUPS, "unknown")
#: Documents that prove what the applicant says is held already, beside those that the profile demands of everybody.
PROOFS: dict[AttachmentKind, tuple[str, Any]] = {
    AttachmentKind.LICENCE: ("licence", LicenceStatus.HELD),
    AttachmentKind.LANGUAGE: ("language_evidence", LanguageEvidence.CERTIFICATE),
    AttachmentKind.WORK_PERMIT: ("work_permit", WorkPermit.HELD),
}


@dataclass(frozen=True)
class Filter:
    """What the table shows. None and "" mean: whatever.

    `documents` are the mandatory kinds of the profile; `lacks` one kind that is not there although it should be.
    `masked` are ids of applications that the person assesses without knowing who they are from: a filter by country,
    requirement or document would tell, and so leaves them out; sorted by name they come last.
    """

    stage: str = "submitted"
    requirement: str = ""
    answer: str = ""
    site_id: int | None = None
    country: str = ""
    missing: str = ""
    lacks: AttachmentKind | None = None
    asked: str = ""
    assessed: str = ""
    search: str = ""
    sort: str = "submitted"
    descending: bool = False
    ids: Sequence[int] | None = None
    documents: tuple[AttachmentKind, ...] = ()
    masked: frozenset[int] = frozenset()

    @property
    def would_tell(self) -> bool:
        """Whether it matters for who is shown what an assessor must not know."""
        return bool(self.country or self.requirement or self.lacks or self.missing == "document")


def conditions(intake: Intake, chosen: Filter, day: date) -> list[Any]:
    """All conditions of a filter on the applications of an intake; `day` decides what is overdue."""
    found: list[Any] = [Application.intake_id == intake.id, *_stage(intake, chosen.stage)]
    if chosen.requirement and chosen.answer:
        found.append(_decided(chosen.requirement, chosen.answer))
    if chosen.site_id is not None:
        wished = SitePreference.application_id == Application.id, SitePreference.site_id == chosen.site_id
        found.append(select(SitePreference.id).where(*wished).exists())
    if chosen.country:
        found.append(_country(chosen.country))
    if chosen.lacks is not None:
        found.append(lacks(chosen.lacks, chosen.documents))
    if chosen.asked:
        found.append(completion.has(CompletionState(chosen.asked), day))
    if chosen.assessed:
        found.append(_assessed(chosen.assessed))
    if chosen.search:
        like = f"%{chosen.search.upper().replace('%', '').replace('_', '')}%"
        found.append(or_(col(Application.mask_code).like(like), col(Application.reference).like(like)))
    if chosen.ids is not None:
        found.append(col(Application.id).in_(chosen.ids))
    if chosen.would_tell and chosen.masked:
        found.append(col(Application.id).not_in(chosen.masked))
    return [*found, *_missing(chosen)]


def _stage(intake: Intake, stage: str) -> list[Any]:
    if stage == "all":
        # Two equalities, so that the index of the table serves; a draft is nobody's business.
        return [col(Application.status).in_((ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN))]
    if stage == "withdrawn":
        return [Application.status == ApplicationStatus.WITHDRAWN]
    submitted = Application.status == ApplicationStatus.SUBMITTED
    if stage in ELIGIBILITIES:
        return [submitted, Application.eligibility == Eligibility(stage)]
    if stage == "goes_on":
        return [submitted, col(Application.eligibility).in_(GOES_ON)]
    if stage in ("called", "reserve"):
        return [submitted, _listed(intake, EntryKind(stage))]
    if stage in ("ranked", "not_listed"):
        ranked = _ranked(intake)
        return [submitted, ranked] if stage == "ranked" else [submitted, ranked, ~_listed(intake)]
    return [submitted]


def _confirmed(intake: Intake) -> Any:
    """The intake's confirmed list, the newest."""
    own = InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.CONFIRMED
    newest = select(func.max(InterviewList.version)).where(*own).scalar_subquery()
    return (*own, InterviewList.version == newest)


def _listed(intake: Intake, *kinds: EntryKind) -> Any:
    chosen = [col(InterviewListEntry.kind).in_(kinds)] if kinds else []
    return (
        select(InterviewListEntry.id)
        .join(InterviewList, col(InterviewList.id) == col(InterviewListEntry.list_id))
        .where(InterviewListEntry.application_id == Application.id, *_confirmed(intake), *chosen)
        .exists()
    )


def _ranked(intake: Intake) -> Any:
    """Ranked in the run that the confirmed list was drawn from."""
    return (
        select(RankingRow.id)
        .join(InterviewList, col(InterviewList.run_id) == col(RankingRow.run_id))
        .where(
            RankingRow.application_id == Application.id, RankingRow.status == "ranked", *_confirmed(intake)
        )
        .exists()
    )


def _decided(requirement: str, answer: str) -> Any:
    about = select(RequirementDecision.id).where(
        RequirementDecision.application_id == Application.id, RequirementDecision.requirement == requirement
    )
    if answer == "undecided":
        return ~about.exists()
    return about.where(RequirementDecision.answer == Answer(answer)).exists()


def _country(group: str) -> Any:
    country = col(Application.education_country)
    known = {"nordic": NORDIC, "baltic": BALTIC, "other_eu_eea": OTHER_EU_EEA}
    if group == "unknown":
        return country.is_(None)
    if group in known:
        return country.in_(sorted(known[group]))
    return country.not_in(sorted(NORDIC | BALTIC | OTHER_EU_EEA))


def _assessed(how: str) -> Any:
    """How far the first assessment has come, among those who are to assess."""
    active = select(Assignment.id).where(
        Assignment.application_id == Application.id,
        Assignment.stage == "screening",
        col(Assignment.status) != AssignmentStatus.RECUSED,
    )
    done = active.where(Assignment.status == AssignmentStatus.SUBMITTED).exists()
    left = active.where(Assignment.status == AssignmentStatus.ASSIGNED).exists()
    return {
        "none": ~active.exists(),
        "some": active.exists(),
        "waiting": left & ~done,
        "part": left & done,
        "done": done & ~left,
    }[how]


def lacks(kind: AttachmentKind, mandatory: Sequence[AttachmentKind]) -> Any:
    """SQL: a document of this kind should be there, and is not."""
    attached = (
        select(Attachment.id)
        .where(
            Attachment.application_id == Application.id,
            Attachment.kind == kind,
            col(Attachment.redacts_id).is_(None),
        )
        .exists()
    )
    if kind in mandatory or kind not in PROOFS:
        return ~attached
    column, held = PROOFS[kind]
    return (getattr(Application, column) == held) & ~attached


def _missing(chosen: Filter) -> list[Any]:
    if chosen.missing == "decision":
        return [Application.eligibility == Eligibility.PENDING]
    if chosen.missing == "unclear":
        return [has_unclear()]
    if chosen.missing == "document":
        wanted = [lacks(kind, chosen.documents) for kind in {*chosen.documents, *PROOFS}]
        return [or_(*wanted)]
    if chosen.missing == "reference":
        return [
            select(Referee.id)
            .where(Referee.application_id == Application.id, col(Referee.answered_at).is_(None))
            .exists()
        ]
    if chosen.missing == "correction":
        return [awaits_correction()]
    return [lacks_copy()] if chosen.missing == "copy" else []


def awaits_correction() -> Any:
    """SQL: its applicant has asked for a correction that nobody has answered, and it is not disposed of."""
    asked = select(CorrectionRequest.id).where(
        CorrectionRequest.application_id == Application.id, col(CorrectionRequest.answered_at).is_(None)
    )
    return and_(col(Application.disposed_at).is_(None), asked.exists())


def has_unclear() -> Any:
    """SQL: some requirement has been decided as unclear."""
    return (
        select(RequirementDecision.id)
        .where(
            RequirementDecision.application_id == Application.id, RequirementDecision.answer == Answer.UNCLEAR
        )
        .exists()
    )


def lacks_copy() -> Any:
    """SQL: a CV has no redacted copy, so that assessors cannot see it."""
    original, copy = aliased(Attachment), aliased(Attachment)
    # The application's own attachments are found by an index; all copies of all applications are not.
    own = copy.application_id == original.application_id
    redacted = select(copy.id).where(own, copy.redacts_id == original.id).exists()
    return (
        select(original.id)
        .where(
            original.application_id == Application.id,
            col(original.redacts_id).is_(None),
            original.kind == AttachmentKind.CV,
            ~redacted,
        )
        .exists()
    )

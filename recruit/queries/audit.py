"""What an auditor begins with: every intake with its reports, lists, overrides and conflicts, in a fixed number of
queries.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, literal, or_, union_all
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from recruit.models import (
    AnalysisState,
    Application,
    BorderlineDecision,
    ConflictOfInterest,
    Disclosure,
    Intake,
    IntakeStatus,
    InterviewList,
    ListPublication,
    ListStatus,
    MonitoringAnalysis,
    MonitoringSignature,
    RecordEntry,
    UtcDateTime,
)
from recruit.queries.standing import newest_confirmed

#: Steps whose entries can change what an analysis was computed from.
CHANGING = ("application.", "eligibility.", "assessment.", "ranking.", "interview.", "outcome.", "intake.")


@dataclass(frozen=True)
class Report:
    """The newest finished analysis. `touched`: the record tells of changes after it was asked for."""

    number: int
    at: datetime
    signed_at: datetime | None
    touched: bool


@dataclass(frozen=True)
class Audited:
    """One intake as its auditor sees it. `confirmed` and `published` are the newest such versions of the list."""

    intake: Intake
    report: Report | None
    under_way: bool
    failed: bool
    confirmed: int | None
    published: int | None
    published_at: datetime | None
    overrides: int
    conflicts: int
    requests: int

    @property
    def to_sign(self) -> bool:
        """Whether a report waits for a signature: there is a confirmed list, and the newest analysis is unsigned."""
        return self.confirmed is not None and self.report is not None and self.report.signed_at is None

    @property
    def to_analyse(self) -> bool:
        """Whether a list is confirmed and nobody has been told how the selection fell out."""
        return self.confirmed is not None and self.report is None and not self.under_way


def intakes(session: Session, *, region_id: int) -> list[Audited]:
    """Every intake that has been opened, the one that closes last first. Five queries, however many there are."""
    opened = session.exec(
        select(Intake)
        .where(Intake.region_id == region_id, Intake.status != IntakeStatus.DRAFT)
        .order_by(col(Intake.closes_at).desc(), col(Intake.id).desc())
    ).all()
    reports, under_way, failed = _reports(session, region_id)
    confirmed, published = _lists(session, region_id)
    counted = _counts(session, region_id)
    overrides, conflicts, requests = (counted[kind] for kind in ("overrides", "conflicts", "requests"))
    return [
        Audited(
            intake=each,
            report=reports.get(each.id or 0),
            under_way=each.id in under_way,
            failed=each.id in failed and each.id not in under_way,
            confirmed=confirmed.get(each.id or 0),
            published=published.get(each.id or 0, (None, None))[0],
            published_at=published.get(each.id or 0, (None, None))[1],
            overrides=overrides.get(each.id or 0, 0),
            conflicts=conflicts.get(each.id or 0, 0),
            requests=requests.get(each.id or 0, 0),
        )
        for each in opened
    ]


def _reports(session: Session, region_id: int) -> tuple[dict[int, Report], set[int], set[int]]:
    """The newest finished analysis of each intake; those with one under way; those whose newest has failed."""
    analyses = session.execute(
        select_columns(
            col(MonitoringAnalysis.intake_id),
            col(MonitoringAnalysis.number),
            col(MonitoringAnalysis.state),
            col(MonitoringAnalysis.requested_at),
            col(MonitoringAnalysis.started_at),
            col(MonitoringAnalysis.finished_at),
            col(MonitoringSignature.signed_at),
        )
        .outerjoin(MonitoringSignature, col(MonitoringSignature.analysis_id) == col(MonitoringAnalysis.id))
        .where(col(MonitoringAnalysis.region_id) == region_id)
        .order_by(col(MonitoringAnalysis.number))
    ).all()
    about = or_(*(col(RecordEntry.action).startswith(each) for each in CHANGING))
    changing = case((about & (col(RecordEntry.action) != "interview.published"), RecordEntry.at))
    latest = func.max(changing, type_=UtcDateTime)
    found = session.execute(
        select_columns(col(RecordEntry.intake_id), latest)
        .where(col(RecordEntry.region_id) == region_id, col(RecordEntry.intake_id).is_not(None))
        .group_by(col(RecordEntry.intake_id))
    )
    changed = dict(found.all())
    reports: dict[int, Report] = {}
    newest: dict[int, AnalysisState] = {}
    for intake_id, number, state, requested_at, started_at, finished_at, signed_at in analyses:
        newest[intake_id] = state
        if state is AnalysisState.DONE:
            since = started_at or requested_at
            at = changed.get(intake_id)
            reports[intake_id] = Report(
                number, finished_at or since, signed_at, at is not None and at > since
            )
    running = {key for key, state in newest.items() if state in (AnalysisState.QUEUED, AnalysisState.RUNNING)}
    return reports, running, {key for key, state in newest.items() if state is AnalysisState.FAILED}


def _lists(session: Session, region_id: int) -> tuple[dict[int, int], dict[int, tuple[int, datetime]]]:
    """The newest confirmed version of each intake's list; the newest published one, and when it was."""
    rows = session.execute(
        select_columns(
            col(InterviewList.intake_id), col(InterviewList.version), col(ListPublication.published_at)
        )
        .outerjoin(ListPublication, col(ListPublication.list_id) == col(InterviewList.id))
        .where(col(InterviewList.region_id) == region_id, col(InterviewList.status) == ListStatus.CONFIRMED)
        .order_by(col(InterviewList.version))
    )
    confirmed: dict[int, int] = {}
    published: dict[int, tuple[int, datetime]] = {}
    for intake_id, version, at in rows:
        confirmed[intake_id] = version
        if at is not None:
            published[intake_id] = (version, at)
    return confirmed, published


def _counts(session: Session, region_id: int) -> dict[str, dict[int, int]]:
    """Overrides on each newest confirmed list, declared conflicts, requests for disclosure, by intake. One query."""
    overrides: Any = (
        select_columns(literal("overrides").label("kind"), col(InterviewList.intake_id).label("intake"))
        .join(BorderlineDecision, col(BorderlineDecision.list_id) == col(InterviewList.id))
        .where(
            col(InterviewList.region_id) == region_id,
            newest_confirmed(),
            or_(col(BorderlineDecision.reason) != "", col(BorderlineDecision.reason_code).is_not(None)),
        )
    )
    conflicts = (
        select_columns(literal("conflicts"), col(Application.intake_id))
        .join(ConflictOfInterest, col(ConflictOfInterest.application_id) == col(Application.id))
        .where(col(Application.region_id) == region_id)
    )
    requests = select_columns(literal("requests"), col(Disclosure.intake_id)).where(
        col(Disclosure.region_id) == region_id
    )
    each = union_all(overrides, conflicts, requests).subquery()
    rows = session.execute(
        select_columns(each.c.kind, each.c.intake, func.count()).group_by(each.c.kind, each.c.intake)
    )
    found: dict[str, dict[int, int]] = {"overrides": {}, "conflicts": {}, "requests": {}}
    for kind, intake_id, count in rows:
        found[kind][intake_id] = int(count)
    return found

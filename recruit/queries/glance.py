"""What is told of several intakes side by side, in a fixed number of queries however many they are."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit import clock
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    CompletionRequest,
    CriteriaProfile,
    Eligibility,
    EntryKind,
    Intake,
    IntakeStatus,
    InterviewList,
    InterviewListEntry,
    ListPublication,
    ListStatus,
    Outcome,
    OutcomeKind,
    PlanStep,
    Posts,
    RankingRun,
    RecordEntry,
    Referee,
    Retrospective,
    Site,
    StageSetting,
    Visit,
)
from recruit.models.application import GOES_ON
from recruit.planning import Share, assessed_by, is_behind
from recruit.queries import intake as intakes
from recruit.queries import time_plan
from recruit.queries.assessment_pool import each_needs
from recruit.queries.standing import ASSESSORS_EACH, Standing, unpublished
from recruit.queries.unchanged import kept

#: An intake whose start lies so far back is over even if nobody has closed its retrospective.
LONG_AGO = timedelta(days=90)


@dataclass(frozen=True)
class Facts:
    """Counts of what came after the assessments, and of what others are waited for.

    `news`: entries by others since the reader last looked; none while they never have. `unapproved`: 1 while nobody
    has approved the intake's version of its criteria profile.
    """

    published: int = 0
    interviewed: int = 0
    offered: int = 0
    replied: int = 0
    left: int = 0
    started: int = 0
    references: int = 0
    completions: int = 0
    overdue: int = 0
    learnt: int = 0
    unapproved: int = 0
    news: int = 0


@dataclass(frozen=True)
class Glance:
    """One intake: how far it has come, its plan and which steps are done, its posts, its assessors' shares."""

    intake: Intake
    standing: Standing
    facts: Facts
    dates: dict[PlanStep, date]
    done: frozenset[PlanStep]
    posts: list[tuple[str, int]] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)

    def behind(self, today: date) -> int:
        """How many assessors have more left than their share of the time."""
        until = assessed_by(self.dates)
        return sum(is_behind(each, until, today) for each in self.shares)

    def is_finished(self, today: date) -> bool:
        """Whether nothing more is to be done: its lessons are agreed, or it is long past."""
        return self.intake.status is IntakeStatus.CLOSED and (
            bool(self.facts.learnt) or today > self.intake.starts_on + LONG_AGO
        )


def at(session: Session, several: Collection[Intake], *, account_id: int, now: datetime) -> list[Glance]:
    """Each of these intakes, in their order. Eight queries; two while the record has no new entry."""
    ids = tuple(each.id or 0 for each in several)
    today = clock.in_stockholm(now).date()
    counted = kept(session, lambda: _counted(session, ids, today), "glance", ids, today)
    dates, news = time_plan.of_many(session, several), _news(session, ids, account_id)
    found = []
    for intake in several:
        key = intake.id or 0
        each = counted[key]
        facts = replace(each.facts, news=news[key])
        done = done_steps(intake, each.standing, facts, now)
        found.append(Glance(intake, each.standing, facts, dates[key], done, each.posts, each.shares))
    return found


@dataclass(frozen=True)
class _Counted:
    standing: Standing
    facts: Facts
    posts: list[tuple[str, int]]
    shares: list[Share]


def _counted(session: Session, ids: Collection[int], today: date) -> dict[int, _Counted]:
    applications, assessed = _applications(session, ids), _assessed(session, ids)
    facts, rest = _facts(session, ids, today)
    posts, shares = _posts(session, ids), _shares(session, ids)
    found = {}
    for key in ids:
        counts: dict[str, Any] = applications[key] | assessed[key] | rest[key]
        standing = Standing(**counts, posts=sum(number for _site, number in posts[key]))
        found[key] = _Counted(standing, facts[key], posts[key], shares[key])
    return found


def done_steps(intake: Intake, standing: Standing, facts: Facts, now: datetime) -> frozenset[PlanStep]:
    """The steps of the plan that are done, as far as the intake's rows tell."""
    over = intakes.is_over(intake, now)
    decided = over and standing.submitted > 0 and standing.pending == 0
    listed = standing.called is not None
    done = {
        PlanStep.ADVERTISED: intake.status is not IntakeStatus.DRAFT and intake.opens_at <= now,
        PlanStep.CLOSES: intake.status is IntakeStatus.CLOSED,
        PlanStep.COMPLETIONS_IN: listed
        or (over and not facts.completions and standing.pending < standing.submitted),
        PlanStep.ELIGIBILITY_DECIDED: decided or listed,
        PlanStep.CALIBRATED: standing.assessments_done > 0 or listed,
        PlanStep.ASSESSED: listed or (decided and 0 < standing.eligible <= standing.assessed),
        PlanStep.RANKING_MEETING: listed or standing.has_draft_list,
        PlanStep.LIST_PUBLISHED: facts.published > 0,
        PlanStep.INTERVIEWS_FROM: facts.interviewed > 0 or facts.offered > 0,
        PlanStep.INTERVIEWS_UNTIL: facts.offered > 0
        or (standing.called is not None and facts.interviewed + facts.left >= standing.called),
        PlanStep.OFFERS_OUT: facts.offered > 0,
        PlanStep.REPLIES_IN: 0 < facts.offered <= facts.replied,
        PlanStep.STARTS: facts.started > 0,
    }
    return frozenset(step for step, reached in done.items() if reached)


def _applications(session: Session, ids: Collection[int]) -> dict[int, dict[str, int]]:
    sent = col(Application.status) == ApplicationStatus.SUBMITTED
    passed = and_(sent, col(Application.eligibility).in_(GOES_ON))
    counted: dict[str, Any] = {
        "drafts": Application.status == ApplicationStatus.DRAFT,
        "submitted": sent,
        "withdrawn": Application.status == ApplicationStatus.WITHDRAWN,
        "pending": and_(sent, col(Application.eligibility) == Eligibility.PENDING),
        "eligible": passed,
        "conditional": and_(sent, col(Application.eligibility) == Eligibility.CONDITIONAL),
        "ineligible": and_(sent, col(Application.eligibility) == Eligibility.INELIGIBLE),
    }
    rows = session.execute(
        select_columns(
            col(Application.intake_id), *(func.sum(case((each, 1), else_=0)) for each in counted.values())
        )
        .where(col(Application.intake_id).in_(ids))
        .group_by(col(Application.intake_id))
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(counted, 0))
    for intake_id, *numbers in rows:
        found[intake_id] = dict(zip(counted, map(int, numbers), strict=True))
    return found


def _goes_on(ids: Collection[int]) -> tuple[Any, ...]:
    return (
        col(Assignment.intake_id).in_(ids),
        Assignment.stage == "screening",
        Application.status == ApplicationStatus.SUBMITTED,
        col(Application.eligibility).in_(GOES_ON),
    )


def _assessed(session: Session, ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How many applications have their assessors and their assessments."""
    taken = func.sum(case((col(Assignment.status) != AssignmentStatus.RECUSED, 1), else_=0))
    done = func.sum(case((col(Assignment.status) == AssignmentStatus.SUBMITTED, 1), else_=0))
    each = (
        select_columns(
            col(Assignment.intake_id),
            taken.label("taken"),
            done.label("done"),
            each_needs("screening").label("needs"),
        )
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(*_goes_on(ids))
        .group_by(col(Assignment.intake_id), col(Assignment.application_id), col(Application.intake_id))
        .subquery()
    )
    names = ("assessments_done", "covered", "assessed", "begun")
    rows = session.execute(
        select_columns(
            each.c.intake_id,
            func.sum(each.c.done),
            func.sum(case((each.c.taken >= each.c.needs, 1), else_=0)),
            func.sum(case((each.c.done >= each.c.needs, 1), else_=0)),
            func.sum(case((each.c.done >= 1, 1), else_=0)),
        ).group_by(each.c.intake_id)
    )
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for intake_id, *numbers in rows:
        found[intake_id] = dict(zip(names, map(int, numbers), strict=True))
    return found


def _shares(session: Session, ids: Collection[int]) -> dict[int, list[Share]]:
    done = func.sum(case((col(Assignment.status) == AssignmentStatus.SUBMITTED, 1), else_=0))
    rows = session.execute(
        select_columns(
            col(Assignment.intake_id),
            func.count(col(Assignment.id)),
            done,
            func.min(Assignment.assigned_at),
        )
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(*_goes_on(ids), col(Assignment.status) != AssignmentStatus.RECUSED)
        .group_by(col(Assignment.intake_id), col(Assignment.assessor_id))
    )
    found: dict[int, list[Share]] = defaultdict(list)
    for intake_id, assigned, submitted, since in rows:
        found[intake_id].append(Share(int(assigned), int(submitted), clock.in_stockholm(since).date()))
    return found


def _posts(session: Session, ids: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    rows = session.exec(
        select(Posts.intake_id, Site.name, Posts.number)
        .join(Site, col(Site.id) == col(Posts.site_id))
        .where(col(Posts.intake_id).in_(ids))
        .order_by(col(Posts.number).desc(), Site.name)
    )
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for intake_id, name, number in rows:
        found[intake_id].append((name, int(number)))
    return found


def _facts(
    session: Session, ids: Collection[int], today: date
) -> tuple[dict[int, Facts], dict[int, dict[str, Any]]]:
    """What else is told of each intake, one scalar subquery for each figure. One query."""
    facts = {
        "published": _number(
            ListPublication, ListPublication.list_id == InterviewList.id, join=InterviewList
        ),
        "interviewed": _outcomes(OutcomeKind.INTERVIEWED),
        "offered": _outcomes(OutcomeKind.OFFERED),
        "replied": _outcomes(OutcomeKind.ACCEPTED, OutcomeKind.DECLINED),
        "left": _outcomes(OutcomeKind.DROPPED_OUT, OutcomeKind.DECLINED),
        "started": _outcomes(OutcomeKind.STARTED),
        "references": _references(),
        "completions": _waited_for(),
        "overdue": _waited_for(col(CompletionRequest.due_on) < today),
        "learnt": select(func.count(col(Retrospective.id)))
        .where(Retrospective.intake_id == Intake.id, col(Retrospective.closed_at).is_not(None))
        .scalar_subquery(),
        "unapproved": select(func.count(col(CriteriaProfile.id)))
        .where(CriteriaProfile.id == Intake.profile_id, col(CriteriaProfile.approved_at).is_(None))
        .scalar_subquery(),
    }
    rest = {
        "run_number": select(func.max(RankingRun.number))
        .where(RankingRun.intake_id == Intake.id, RankingRun.stage == "screening")
        .scalar_subquery(),
        "called": _called(),
        "has_draft_list": select(func.count(col(InterviewList.id)))
        .where(InterviewList.intake_id == Intake.id, InterviewList.status == ListStatus.DRAFT)
        .scalar_subquery(),
        "unpublished": unpublished(col(Intake.id)),
        "assessors_each": select(StageSetting.per_application)
        .where(StageSetting.intake_id == Intake.id, StageSetting.stage == "screening")
        .scalar_subquery(),
    }
    chosen = select_columns(col(Intake.id), *facts.values(), *rest.values()).where(col(Intake.id).in_(ids))
    told, others = {}, {}
    for intake_id, *values in session.execute(chosen):
        told[intake_id] = Facts(*(int(value or 0) for value in values[: len(facts)]))
        run_number, called, drafts, silent, each = values[len(facts) :]
        others[intake_id] = {
            "run_number": run_number,
            "called": called or None,
            "has_draft_list": bool(drafts),
            "unpublished": bool(silent),
            "assessors_each": each or ASSESSORS_EACH,
        }
    return told, others


def _number(model: Any, condition: Any, *, join: Any) -> Any:
    return (
        select(func.count(col(model.id)))
        .join(join, condition)
        .where(join.intake_id == Intake.id)
        .scalar_subquery()
    )


def _outcomes(*kinds: OutcomeKind) -> Any:
    return (
        select(func.count(col(Outcome.id)))
        .where(Outcome.intake_id == Intake.id, col(Outcome.kind).in_(kinds))
        .scalar_subquery()
    )


def _references() -> Any:
    return (
        select(func.count(col(Referee.id)))
        .join(Application, col(Application.id) == col(Referee.application_id))
        .where(
            Application.intake_id == Intake.id,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.eligibility) != Eligibility.INELIGIBLE,
            col(Referee.answered_at).is_(None),
        )
        .scalar_subquery()
    )


def _waited_for(*conditions: Any) -> Any:
    """Requests for completion that have neither an answer nor been taken back."""
    return (
        select(func.count(col(CompletionRequest.id)))
        .join(Application, col(Application.id) == col(CompletionRequest.application_id))
        .where(
            CompletionRequest.intake_id == Intake.id,
            Application.status == ApplicationStatus.SUBMITTED,
            col(CompletionRequest.answered_at).is_(None),
            col(CompletionRequest.cancelled_at).is_(None),
            *conditions,
        )
        .scalar_subquery()
    )


def _news(session: Session, ids: Collection[int], account_id: int) -> dict[int, int]:
    """Entries by others since this person last looked at each intake."""
    rows = session.exec(
        select(Visit.intake_id, func.count(col(RecordEntry.id)))
        .join(RecordEntry, col(RecordEntry.intake_id) == col(Visit.intake_id))
        .where(
            col(Visit.intake_id).in_(ids),
            Visit.account_id == account_id,
            col(RecordEntry.at) > col(Visit.seen_at),
            func.coalesce(RecordEntry.actor_id, 0) != account_id,
        )
        .group_by(col(Visit.intake_id))
    )
    return dict.fromkeys(ids, 0) | {intake_id: int(number) for intake_id, number in rows}


def _called() -> Any:
    """How many the newest confirmed list calls: the version is correlated to the entry's own list."""
    newer = (
        select(func.max(InterviewList.version))
        .where(InterviewList.intake_id == Intake.id, InterviewList.status == ListStatus.CONFIRMED)
        .correlate(Intake)
        .scalar_subquery()
    )
    return (
        select(func.count(col(InterviewListEntry.id)))
        .join(InterviewList, col(InterviewList.id) == col(InterviewListEntry.list_id))
        .where(
            InterviewList.intake_id == Intake.id,
            InterviewList.version == newer,
            InterviewListEntry.kind == EntryKind.CALLED,
        )
        .correlate(Intake)
        .scalar_subquery()
    )

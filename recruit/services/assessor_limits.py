"""What assessors can take: limits, days away, workplaces, and how many assessors each application has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from recruit import clock
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    AssessorLimit,
    Assignment,
    AssignmentStatus,
    Intake,
    Membership,
    Role,
    StageSetting,
)
from recruit.models.types import id_of
from recruit.queries import assigning as queries
from recruit.services import conflict_search, record
from recruit.services.holding import hold_intake

#: Nobody assesses more; a larger number is a slip of the hand.
LARGEST = 9_999
EACH = range(1, 5)


@dataclass(frozen=True)
class Terms:
    """What is set for one assessor in one intake; `most` None is no limit. `workplace` holds in all intakes."""

    least: int = 0
    most: int | None = None
    away_from: date | None = None
    away_until: date | None = None
    hand_over: bool = False
    workplace: str = ""


def set_terms(
    session: Session,
    *,
    intake: Intake,
    assessor_id: int,
    terms: Terms,
    revision: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Set what an assessor can take. `revision` is that of the limits that the form showed, 0 where there were none.

    Raises Invalid, naming the field, for limits that contradict each other or cannot be meant, NotFound for somebody
    who is no assessor, Conflict when somebody else has changed them meanwhile. A new workplace is compared with all
    applicants at once.
    """
    _check(terms)
    hold_intake(session, intake.id)
    member = _member(session, intake.region_id, assessor_id)
    limit = _limit(session, intake, assessor_id)
    if limit.revision != revision:
        raise Conflict(
            _("Somebody else has changed this meanwhile. Look at what it says now, and write it again.")
        )
    changes = _changes(limit, member, terms)
    if not changes:
        return
    moved = "workplace" in changes
    for field in ("least", "most", "away_from", "away_until", "hand_over"):
        setattr(limit, field, getattr(terms, field))
    limit.revision += 1
    member.workplace = terms.workplace.strip()
    session.add_all([limit, member])
    session.flush()
    _write(session, intake, "assessment.limits_set", assessor_id, changes, actor, now)
    if moved:
        conflict_search.search(session, intake=intake, now=now)


class RefusedFor(Invalid):
    """Limits of one of several assessors that cannot be meant; `assessor_id` says whose."""

    def __init__(self, assessor_id: int, refused: Invalid) -> None:
        self.assessor_id = assessor_id
        super().__init__(refused.message, field=refused.field)


def set_numbers(
    session: Session,
    *,
    intake: Intake,
    numbers: Mapping[int, tuple[int, int | None, int]],
    actor: Actor,
    now: datetime,
) -> int:
    """Set the least and the most of several assessors (id -> least, most, the revision that the form showed).

    All of them or none; days away and workplaces stay. Returns for how many something changed. Raises RefusedFor for
    numbers that cannot be meant, otherwise as `set_terms`.
    """
    hold_intake(session, intake.id)
    changed = 0
    for assessor_id, (least, most, revision) in numbers.items():
        held = _held_terms(session, intake, assessor_id)
        if (held.least, held.most) == (least, most):
            continue
        terms = replace(held, least=least, most=most)
        try:
            set_terms(
                session,
                intake=intake,
                assessor_id=assessor_id,
                terms=terms,
                revision=revision,
                actor=actor,
                now=now,
            )
        except Invalid as refused:
            raise RefusedFor(assessor_id, refused) from refused
        changed += 1
    return changed


def hand_over(session: Session, *, intake: Intake, assessor_id: int, actor: Actor, now: datetime) -> None:
    """The assessor is away from today until further notice, and others take over what they have not submitted.

    Why is not asked and not kept: it may be their health. Nothing is handed out before the next plan.
    """
    held = _held_terms(session, intake, assessor_id)
    today = clock.in_stockholm(now).date()
    terms = Terms(held.least, held.most, today, None, True, held.workplace)
    _set_present(session, intake, assessor_id, terms, actor, now)


def come_back(session: Session, *, intake: Intake, assessor_id: int, actor: Actor, now: datetime) -> None:
    """The assessor is no longer away."""
    held = _held_terms(session, intake, assessor_id)
    terms = Terms(held.least, held.most, None, None, False, held.workplace)
    _set_present(session, intake, assessor_id, terms, actor, now)


def set_each(
    session: Session, *, intake: Intake, stage: str, number: int, actor: Actor, now: datetime
) -> None:
    """Set how many assessors each application has at a stage. Nothing changes before the next plan.

    Raises Invalid for a number outside 1–4, Conflict when some application already has more submitted assessments:
    these cannot be undone, so not every application would have the same number.
    """
    if number not in EACH:
        raise Invalid(_("Choose a number from 1 to 4."), field="each")
    hold_intake(session, intake.id)
    before = queries.per_application(session, intake=intake, stage=stage)
    if number == before:
        return
    if number < before:
        _refuse_fewer(session, intake, stage, number)
    setting = session.exec(
        select(StageSetting).where(StageSetting.intake_id == intake.id, StageSetting.stage == stage)
    ).first() or StageSetting(
        region_id=intake.region_id, intake_id=id_of(intake), stage=stage, per_application=number
    )
    setting.per_application = number
    session.add(setting)
    session.flush()
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action="assessment.number_set",
        subject=("intake", id_of(intake)),
        changes={"stage": (None, stage), "assessors": (before, number)},
        intake_id=intake.id,
    )


def _refuse_fewer(session: Session, intake: Intake, stage: str, number: int) -> None:
    third = queries.with_third(session, intake=intake, stage=stage)
    full = (
        select(Assignment.application_id)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
        .group_by(col(Assignment.application_id))
        .having(func.count(col(Assignment.id)) > number)
    )
    many = set(session.exec(full)) - third
    if many:
        raise Conflict(
            _(
                "%(number)s applications have more than %(each)s submitted assessments already, and every application "
                "is to have as many. The number can be raised, not lowered.",
                number=len(many),
                each=number,
            )
        )


def _check(terms: Terms) -> None:
    if not 0 <= terms.least <= LARGEST:
        raise Invalid(_("Write a number from 0 to %(most)s.", most=LARGEST), field="least")
    if terms.most is not None and not 0 <= terms.most <= LARGEST:
        raise Invalid(
            _("Write a number from 0 to %(most)s, or nothing for no limit.", most=LARGEST), field="most"
        )
    if terms.most is not None and terms.most < terms.least:
        raise Invalid(_("This is less than “at least”. Raise it, or lower the other."), field="most")
    if terms.away_until is not None and terms.away_from is None:
        raise Invalid(_("Write from which day as well."), field="away_from")
    if terms.away_until is not None and terms.away_from is not None and terms.away_until < terms.away_from:
        raise Invalid(_("The last day away is before the first."), field="away_until")


def _member(session: Session, region_id: int, assessor_id: int) -> Membership:
    found = session.exec(
        select(Membership)
        .where(
            Membership.region_id == region_id,
            Membership.account_id == assessor_id,
            Membership.role == Role.ASSESSOR,
        )
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound(_("There is no such assessor in the recruitment group."))
    return found


def _limit(session: Session, intake: Intake, assessor_id: int) -> AssessorLimit:
    """The limits as they are now, or new ones without any limit that are not yet written."""
    found = session.exec(
        select(AssessorLimit)
        .where(AssessorLimit.intake_id == intake.id, AssessorLimit.assessor_id == assessor_id)
        .execution_options(populate_existing=True)
    ).first()
    return found or AssessorLimit(
        region_id=intake.region_id, intake_id=id_of(intake), assessor_id=assessor_id
    )


def _held_terms(session: Session, intake: Intake, assessor_id: int) -> Terms:
    hold_intake(session, intake.id)
    member = _member(session, intake.region_id, assessor_id)
    limit = _limit(session, intake, assessor_id)
    return Terms(
        limit.least, limit.most, limit.away_from, limit.away_until, limit.hand_over, member.workplace
    )


def _set_present(
    session: Session, intake: Intake, assessor_id: int, terms: Terms, actor: Actor, now: datetime
) -> None:
    revision = _limit(session, intake, assessor_id).revision
    set_terms(
        session, intake=intake, assessor_id=assessor_id, terms=terms, revision=revision, actor=actor, now=now
    )


def _changes(limit: AssessorLimit, member: Membership, terms: Terms) -> dict[str, tuple[Any, Any]]:
    fields = ("least", "most", "away_from", "away_until", "hand_over")
    pairs = {field: (getattr(limit, field), getattr(terms, field)) for field in fields}
    pairs["workplace"] = (member.workplace, terms.workplace.strip())
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def _write(
    session: Session,
    intake: Intake,
    action: str,
    assessor_id: int,
    changes: dict[str, tuple[Any, Any]],
    actor: Actor,
    now: datetime,
) -> None:
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("account", assessor_id),
        changes=changes,
        intake_id=intake.id,
    )

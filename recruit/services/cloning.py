"""The next intake from an earlier one, as a new draft: posts, programme, profile, time plan, how referees are asked."""

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    AssessorLimit,
    CriteriaProfile,
    Intake,
    Membership,
    PlanDate,
    PlanStep,
    ReferenceSetting,
    Role,
    Site,
)
from recruit.models.types import id_of
from recruit.planning import COLUMNS, PLANNED, moved
from recruit.queries import intake as intakes
from recruit.queries import references
from recruit.queries import time_plan as plans
from recruit.services import intake as service
from recruit.services import record
from recruit.services.intake import IntakePlan, PlannedPosts

#: A new intake is proposed so long after the old one, on the same day of the week, and again until it lies ahead.
HALF_A_YEAR = timedelta(weeks=26)


@dataclass(frozen=True)
class Carried:
    """What an earlier intake passes on. `profiles`: the newest version of its profile first, then its own, if older."""

    posts: Sequence[tuple[Site, PlannedPosts]]
    closed: Sequence[tuple[Site, int]]
    profiles: Sequence[CriteriaProfile]
    plan: IntakePlan
    dates: dict[PlanStep, date]

    @property
    def site_ids(self) -> str:
        """The sites that are carried over, as a form says which ones it showed."""
        return " ".join(str(site.id) for site, _posts in self.posts)


@dataclass(frozen=True)
class NewIntake:
    """What is settled anew. The time of day of opening and closing stays the earlier one's."""

    title_sv: str
    title_en: str
    slug: str
    case_number: str
    profile_id: int
    closes_on: date
    starts_on: date


def carried(session: Session, *, source: Intake) -> Carried:
    """What would be carried over now: sites that have been closed since are told apart. Six queries."""
    plan = service.plan_of(session, source)
    wanted = [each.site_id for each in plan.posts]
    sites = {each.id: each for each in session.exec(select(Site).where(col(Site.id).in_(wanted)))}
    own = intakes.profile_row_of(session, source)
    newest = session.exec(
        select(CriteriaProfile)
        .where(CriteriaProfile.region_id == source.region_id, CriteriaProfile.key == own.key)
        .order_by(col(CriteriaProfile.version).desc())
        .limit(1)
    ).one()
    return Carried(
        posts=[(sites[each.site_id], each) for each in plan.posts if sites[each.site_id].closed_at is None],
        closed=[(sites[each.site_id], each.number) for each in plan.posts if sites[each.site_id].closed_at],
        profiles=[newest] if newest.id == own.id else [newest, own],
        plan=plan,
        dates={step: day for step, day in plans.of(session, source).items() if step in PLANNED},
    )


def next_closing_day(source: Intake, now: datetime) -> date:
    """The day that is proposed: half a year later, as often as it takes to leave a month for advertising."""
    day = clock.in_stockholm(source.closes_at).date() + HALF_A_YEAR
    while day < clock.in_stockholm(now).date() + timedelta(days=30):
        day += HALF_A_YEAR
    return day


#: The two halves of a year, as titles name them. "Vår" alone is also "our", so it counts only before a year.
_SEASONS = re.compile(r"\b(?:(våren|hösten|spring|autumn)\b|(vår|höst)(?=\s+\d{4}\b))", re.IGNORECASE)
_OTHER = {
    "våren": "hösten",
    "hösten": "våren",
    "vår": "höst",
    "höst": "vår",
    "spring": "autumn",
    "autumn": "spring",
}


def next_title(title: str, old_start: date, start: date) -> str:
    """The title that is proposed: the year of the start moved, and with an odd number of half years the season.

    Empty where nothing in the title tells the two intakes apart: a person must write one.
    """

    def other(found: re.Match[str]) -> str:
        word = _OTHER[found[0].lower()]
        return word.capitalize() if found[0][0].isupper() else word

    moved_on = title.replace(str(old_start.year), str(start.year))
    if round((start - old_start) / HALF_A_YEAR) % 2:
        moved_on = _SEASONS.sub(other, moved_on)
    return "" if moved_on == title else moved_on


def clone(
    session: Session, *, source: Intake, new: NewIntake, seen: str | None, actor: Actor, now: datetime
) -> Intake:
    """Make a draft from an earlier intake, every date moved by as much as the closing day.

    `seen` is `Carried.site_ids` as they were shown (None: whatever they are). The earlier intake is left as it is.
    Raises Conflict when all its sites are closed or others than shown are, Invalid for the earlier one's title and as
    `services.intake.create`.
    """
    for field in ("title_sv", "title_en"):
        if getattr(new, field).strip().casefold() == getattr(source, field).casefold():
            raise Invalid(_("The earlier intake has this title. Give the new one its own."), field=field)
    found = carried(session, source=source)
    if not found.posts:
        raise Conflict(
            _(
                "Every site of this intake has been closed. An administrator can open one again under People and"
                " sites; or make a new intake and choose other sites."
            )
        )
    if seen is not None and seen != found.site_ids:
        raise Conflict(_("A site has been closed or opened meanwhile. Look at what is carried over again."))
    days = (new.closes_on - clock.in_stockholm(source.closes_at).date()).days
    dates = moved(found.dates, days)
    plan = _plan(source, found, new, dates, days)
    made = service.create(session, region_id=source.region_id, plan=plan, actor=actor, now=now)
    made.cloned_from_id = source.id
    session.add(made)
    _add_dates(session, made, dates)
    _add_limits(session, source, made)
    _add_reference_terms(session, source, made, actor, now)
    record.write(
        session,
        region_id=source.region_id,
        actor=actor,
        now=now,
        action="intake.cloned",
        subject=("intake", id_of(made)),
        changes={"cloned_from": (None, source.slug), "left_out": (None, _names(found.closed))},
        intake_id=made.id,
    )
    return made


def _plan(
    source: Intake, found: Carried, new: NewIntake, dates: dict[PlanStep, date], days: int
) -> IntakePlan:
    at = clock.in_stockholm(source.closes_at)
    opens = clock.in_stockholm(source.opens_at)
    days_of_columns: dict[str, Any] = {column: dates.get(step) for step, column in COLUMNS.items()}
    return replace(
        found.plan,
        profile_id=new.profile_id,
        slug=new.slug,
        title_sv=new.title_sv,
        title_en=new.title_en,
        case_number=new.case_number,
        starts_on=new.starts_on,
        opens_at=clock.stockholm(opens.date() + timedelta(days=days), opens.time()),
        closes_at=clock.stockholm(new.closes_on, at.time()),
        posts=[posts for _site, posts in found.posts],
        **days_of_columns,
    )


def _add_dates(session: Session, made: Intake, dates: dict[PlanStep, date]) -> None:
    session.add_all(
        PlanDate(region_id=made.region_id, intake_id=id_of(made), step=step, on_day=day)
        for step, day in dates.items()
        if step not in COLUMNS
    )
    session.flush()


def _add_limits(session: Session, source: Intake, made: Intake) -> None:
    """How much each assessor can take, of those who are still in the group. Days away belong to the earlier intake."""
    session.add_all(
        AssessorLimit(
            region_id=made.region_id,
            intake_id=id_of(made),
            assessor_id=each.assessor_id,
            least=each.least,
            most=each.most,
            revision=1,
        )
        for each in limits_carried(session, source)
    )
    session.flush()


def _add_reference_terms(session: Session, source: Intake, made: Intake, actor: Actor, now: datetime) -> None:
    """When referees are asked and how long they have, where it differs from the usual."""
    terms = references.terms(session, id_of(source))
    if terms != references.USUAL:
        session.add(
            ReferenceSetting(
                region_id=made.region_id,
                intake_id=id_of(made),
                **asdict(terms),
                set_at=now,
                set_by_id=actor.person(),
            )
        )
        session.flush()


def limits_carried(session: Session, source: Intake) -> Sequence[AssessorLimit]:
    """The limits that a clone takes over: of active assessors, where there is a number."""
    return session.exec(
        select(AssessorLimit)
        .join(Membership, col(Membership.account_id) == col(AssessorLimit.assessor_id))
        .join(Account, col(Account.id) == col(AssessorLimit.assessor_id))
        .where(
            AssessorLimit.intake_id == source.id,
            Membership.region_id == source.region_id,
            Membership.role == Role.ASSESSOR,
            col(Account.active).is_(True),
            (col(AssessorLimit.least) > 0) | col(AssessorLimit.most).is_not(None),
        )
        .order_by(col(AssessorLimit.assessor_id))
    ).all()


def _names(closed: Collection[tuple[Site, int]]) -> str | None:
    return ", ".join(site.name for site, _number in closed) or None

"""Case numbers (diarienummer) in the region's own pattern: one per intake and application, without gaps, never twice.

A number is drawn in the transaction that it belongs to, so that one that is rolled back gives its number back. The
region's row is held meanwhile, as `services.record.write` holds it right after.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from recruit import clock
from recruit.actor import Actor
from recruit.case_pattern import DEFAULTS, Pattern, parse
from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, CaseCounter, CasePattern, Intake
from recruit.models.types import id_of
from recruit.services import record

Changes = dict[str, tuple[Any, Any]]
_PATTERNS = (
    select(CasePattern)
    .where(col(CasePattern.region_id) == bindparam("region"))
    .execution_options(populate_existing=True)
)
_DRAW = (
    update(CaseCounter)
    .where(col(CaseCounter.region_id) == bindparam("region"), col(CaseCounter.series) == bindparam("counted"))
    .values(last=CaseCounter.last + 1)
    .returning(col(CaseCounter.last))
    .execution_options(synchronize_session=False)  # a counter is read anew wherever it is read
)
_APPLICATIONS = (
    select(Application.id)
    .where(
        col(Application.region_id) == bindparam("region"), col(Application.case_number) == bindparam("number")
    )
    .limit(1)
)


def for_intake(session: Session, intake: Intake, now: datetime) -> Changes:
    """Give an intake a number, unless it has one, typed by hand for example. Returns the change for the record."""
    if intake.case_number:
        return {}
    pattern = Pattern("intake", patterns_of(session, intake.region_id)[0])
    intake.case_number = _next(
        session,
        pattern,
        intake.region_id,
        now,
        taken=lambda text: _has_intake(session, intake.region_id, text),
    )
    session.add(intake)
    session.flush()
    return {"case_number": (None, intake.case_number)}


def for_application(session: Session, application: Application, now: datetime) -> Changes:
    """A number for an application that is sent the first time; withdrawn and sent again it keeps its own. Returns the
    change, for the row and for the record: whoever sends it writes both.
    """
    if application.case_number is not None:
        return {}
    pattern = Pattern("application", patterns_of(session, application.region_id)[1])
    intake = session.get_one(Intake, application.intake_id)
    number = _next(
        session,
        pattern,
        application.region_id,
        now,
        intake=intake.case_number or intake.slug,  # opened before intakes got numbers
        taken=lambda text: _has_application(session, application.region_id, text),
    )
    return {"case_number": (None, number)}


def patterns_of(session: Session, region_id: int) -> tuple[str, str, int]:
    """The patterns of intakes and of applications, and their revision; 0 where the region has chosen none."""
    row = _row(session, region_id)
    if row is None:
        return DEFAULTS["intake"], DEFAULTS["application"], 0
    return row.intake, row.application, row.revision


def choose(
    session: Session,
    *,
    region_id: int,
    intake: str,
    application: str,
    revision: int,
    actor: Actor,
    now: datetime,
) -> CasePattern:
    """Set the region's patterns. They apply to numbers given from now on; those given stay.

    Raises Invalid naming the pattern that does not hold, Conflict when they were changed after `revision`.
    """
    chosen = {"intake": parse("intake", intake).text, "application": parse("application", application).text}
    record.hold_region(session, region_id)
    old = patterns_of(session, region_id)
    if revision != old[2]:
        raise Conflict(
            _("Somebody else has changed the patterns meanwhile. Look at theirs before you save yours.")
        )
    row = _row(session, region_id) or CasePattern(
        region_id=region_id, intake="", application="", changed_at=now, changed_by_id=actor.person()
    )
    row.intake, row.application = chosen["intake"], chosen["application"]
    row.revision, row.changed_at, row.changed_by_id = old[2] + 1, now, actor.person()
    session.add(row)
    session.flush()
    record.write(
        session,
        region_id=region_id,
        actor=actor,
        now=now,
        action="people.case_pattern_changed",
        subject=("case_pattern", id_of(row)),
        changes={
            f"pattern_{kind}": (before, chosen[kind])
            for kind, before in (("intake", old[0]), ("application", old[1]))
            if before != chosen[kind]
        },
    )
    return row


def preview(session: Session, *, region_id: int, pattern: Pattern, intake: str, now: datetime) -> list[str]:
    """The next three numbers that a pattern would give, without giving them."""
    year = clock.in_stockholm(now).year
    last = _last(session, region_id, pattern.series(year=year, intake=intake))
    start = last.last if last else 0
    return [pattern.number(start + step, year=year, intake=intake) for step in (1, 2, 3)]


def _next(
    session: Session,
    pattern: Pattern,
    region_id: int,
    now: datetime,
    *,
    taken: Callable[[str], bool],
    intake: str = "",
) -> str:
    record.hold_region(session, region_id)
    year = clock.in_stockholm(now).year
    series = pattern.series(year=year, intake=intake)
    while True:
        number = pattern.number(_draw(session, region_id, series), year=year, intake=intake)
        if not taken(number):  # somebody has typed it by hand, or another pattern gave it
            return number


def _draw(session: Session, region_id: int, series: str) -> int:
    """The series' next number, from 1."""
    drawn = session.execute(_DRAW, {"region": region_id, "counted": series}).scalar()
    if drawn is None:
        session.add(CaseCounter(region_id=region_id, series=series, last=1))
        session.flush()
    return drawn or 1


def _last(session: Session, region_id: int, series: str) -> CaseCounter | None:
    counted = select(CaseCounter).where(CaseCounter.region_id == region_id, CaseCounter.series == series)
    return session.exec(counted.execution_options(populate_existing=True)).first()


def _row(session: Session, region_id: int) -> CasePattern | None:
    return session.exec(_PATTERNS, params={"region": region_id}).first()


def _has_intake(session: Session, region_id: int, text: str) -> bool:
    same = select(Intake.id).where(Intake.region_id == region_id, Intake.case_number == text)
    return session.exec(same.limit(1)).first() is not None


def _has_application(session: Session, region_id: int, text: str) -> bool:
    return session.exec(_APPLICATIONS, params={"region": region_id, "number": text}).first() is not None

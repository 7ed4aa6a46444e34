"""What a record file is made from: a confirmed list, and the chain of the region's record up to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlmodel import Session, col, or_, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Eligibility,
    Intake,
    InterviewList,
    ListStatus,
    LotSeed,
    RankingRun,
    RecordEntry,
    RecordValue,
    Region,
)


def confirmed_list(session: Session, *, intake: Intake, version: int | None = None) -> InterviewList:
    """A confirmed list by its version, the newest by default. Raises NotFound."""
    found = select(InterviewList).where(
        InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.CONFIRMED
    )
    if version is not None:
        found = found.where(InterviewList.version == version)
    chosen = session.exec(found.order_by(col(InterviewList.version).desc()).limit(1)).first()
    if chosen is None:
        raise NotFound(_("There is no such confirmed interview list, so there is no record file of it."))
    return chosen


@dataclass(frozen=True)
class Drawn:
    """A list with what it stands on."""

    region: Region
    intake: Intake
    run: RankingRun


def drawn_on(session: Session, *, interview_list: InterviewList) -> Drawn:
    """The region, the intake and the run of a list."""
    return Drawn(
        region=session.exec(select(Region).where(Region.id == interview_list.region_id)).one(),
        intake=session.exec(select(Intake).where(Intake.id == interview_list.intake_id)).one(),
        run=session.exec(select(RankingRun).where(RankingRun.id == interview_list.run_id)).one(),
    )


def chain_until(session: Session, *, interview_list: InterviewList) -> list[dict[str, Any]]:
    """The entries of the region's record up to the head that is printed on a list, as the record hashes them."""
    head = select(RecordEntry.number).where(
        RecordEntry.region_id == interview_list.region_id, RecordEntry.hash == interview_list.chain_head
    )
    columns = (
        *(
            RecordEntry.region_id,
            RecordEntry.number,
            RecordEntry.at,
            RecordEntry.actor_id,
            RecordEntry.action,
        ),
        *(RecordEntry.subject_kind, RecordEntry.subject_id, RecordEntry.intake_id),
        *(RecordEntry.application_id, RecordEntry.digests, RecordEntry.previous_hash, RecordEntry.hash),
    )
    found = (
        select(*columns)  # type: ignore[call-overload]
        .where(
            RecordEntry.region_id == interview_list.region_id,
            RecordEntry.number <= head.scalar_subquery(),
        )
        .order_by(col(RecordEntry.number))
    )
    return [
        {
            "region": row[0],
            "number": row[1],
            "at": row[2].astimezone(UTC).isoformat(),
            "actor": row[3],
            "action": row[4],
            "subject": [row[5], row[6]],
            "intake": row[7],
            "application": row[8],
            "digests": row[9],
            "previous": row[10],
            "hash": row[11],
        }
        for row in session.execute(found)
    ]


def told_of(session: Session, *, interview_list: InterviewList) -> dict[int, dict[str, Mapping[str, Any]]]:
    """Number of an entry -> field -> salt, old and new value.

    Of the entries that speak of a selection as a whole: the opening of the intake, the making of the run, the
    confirmation of the list, and the revealing of the seed of its stage. None is about a single application.
    """
    run = select(RankingRun.stage).where(RankingRun.id == interview_list.run_id).scalar_subquery()
    seed = select(LotSeed.id).where(LotSeed.intake_id == interview_list.intake_id, LotSeed.stage == run)
    about = (
        ("intake.opened", "intake", interview_list.intake_id),
        ("ranking.run", "ranking_run", interview_list.run_id),
        ("interview.confirmed", "interview_list", interview_list.id),
        ("lot.revealed", "lot_seed", seed.scalar_subquery()),
    )
    wanted = [
        (RecordEntry.action == action)
        & (RecordEntry.subject_kind == kind)
        & (RecordEntry.subject_id == identity)
        for action, kind, identity in about
    ]
    found = (
        select(RecordEntry.number, RecordValue)
        .join(RecordValue, col(RecordValue.entry_id) == RecordEntry.id, isouter=True)
        .where(RecordEntry.region_id == interview_list.region_id, or_(*wanted))
        .order_by(col(RecordEntry.number), col(RecordValue.field))
    )
    told: dict[int, dict[str, Mapping[str, Any]]] = {}
    for number, value in session.exec(found):
        told.setdefault(number, {})
        if value is not None:
            told[number][value.field] = {"salt": value.salt, "old": value.old, "new": value.new}
    return told


@dataclass(frozen=True)
class Standing:
    """How an application of somebody who applied stands now."""

    mask_code: str
    withdrawn: bool
    undecided: bool


def standings(session: Session, *, intake: Intake) -> dict[int, Standing]:
    """Every application that has been submitted, by id, as `queries.monitoring.applied` counts them."""
    columns = (Application.id, Application.mask_code, Application.status, Application.eligibility)
    found = select(*columns).where(  # type: ignore[call-overload]
        Application.intake_id == intake.id, col(Application.submitted_at).is_not(None)
    )
    return {
        identity or 0: Standing(
            mask_code=code,
            withdrawn=status is ApplicationStatus.WITHDRAWN,
            undecided=eligibility is Eligibility.PENDING and status is ApplicationStatus.SUBMITTED,
        )
        for identity, code, status, eligibility in session.exec(found)
    }

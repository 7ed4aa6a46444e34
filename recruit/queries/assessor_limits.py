"""The coordinator's page of assessors: what each can take, has, and has submitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, AssessorLimit, Intake, Membership, Role, Site
from recruit.queries.assessment_panels import Load, Progress
from recruit.queries.assigning import limits, workplaces


@dataclass(frozen=True)
class AssessorRow:
    """One assessor of the region. `limit` None: nothing is set for them in this intake."""

    load: Load
    workplace: str
    limit: AssessorLimit | None
    away: bool


def rows(session: Session, *, intake: Intake, progress: Progress, day: date) -> list[AssessorRow]:
    """The assessors of a stage, by number, with those who have left and hold something. Two queries."""
    places = workplaces(session, region_id=intake.region_id)
    found = limits(session, intake=intake)
    return [
        AssessorRow(
            load=load,
            workplace=places.get(load.account_id, ""),
            limit=found.get(load.account_id),
            away=load.account_id in found and found[load.account_id].is_away(day),
        )
        for load in progress.loads
    ]


def assessor(session: Session, *, region_id: int, public_id: str) -> tuple[Account, Membership]:
    """An assessor of the region. Raises NotFound."""
    found = session.exec(
        select(Account, Membership)
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(
            Account.public_id == public_id,
            Membership.region_id == region_id,
            Membership.role == Role.ASSESSOR,
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no such assessor in the recruitment group."))
    return found[0], found[1]


def known_workplaces(session: Session, *, region_id: int) -> Sequence[str]:
    """The sites' names, and other workplaces that are in use, to choose from."""
    sites = session.exec(select(Site.name).where(Site.region_id == region_id)).all()
    return sorted({*sites, *workplaces(session, region_id=region_id).values()})

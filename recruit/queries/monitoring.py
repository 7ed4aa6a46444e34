"""How the selection fell out between groups. The only reader of the monitoring answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from recruit.frames import ATTRIBUTES, Monitored, monitoring_table
from recruit.models import Application, ApplicationStatus, Eligibility, Intake, MonitoringAnswer

GOES_ON = (Eligibility.ELIGIBLE, Eligibility.CONDITIONAL)


@dataclass(frozen=True)
class Applied:
    """Everybody who applied to an intake, and what is still open."""

    rows: tuple[Monitored, ...]
    withdrawn: int
    undecided: int

    @property
    def decided(self) -> int:
        """How many applications have a decision on eligibility."""
        return len(self.rows) - self.undecided


def applied(session: Session, *, intake: Intake) -> Applied:
    """Everybody who has submitted an application, also those who withdrew it later; drafts have not applied.

    Someone who withdrew before a decision did not become eligible; after it, the decision counts.
    """
    found = (
        select(
            Application.id,
            Application.status,
            Application.eligibility,
            Application.education_country,
            Application.licence_route,
            MonitoringAnswer.sex,
            MonitoringAnswer.age_band,
        )
        .join(MonitoringAnswer, col(MonitoringAnswer.application_id) == Application.id, isouter=True)
        .where(Application.intake_id == intake.id, col(Application.submitted_at).is_not(None))
        .order_by(col(Application.id))
    )
    rows = list(session.exec(found))
    return Applied(
        rows=tuple(
            Monitored(
                application_id=row[0] or 0,
                eligible=row[2] in GOES_ON,
                country=row[3],
                licence_route=row[4],
                sex=row[5],
                age_band=row[6],
            )
            for row in rows
        ),
        withdrawn=sum(row[1] is ApplicationStatus.WITHDRAWN for row in rows),
        undecided=sum(
            row[2] is Eligibility.PENDING and row[1] is ApplicationStatus.SUBMITTED for row in rows
        ),
    )


def figures(
    session: Session,
    *,
    intake: Intake,
    called: Collection[int] | None,
    listed: Collection[int] | None = None,
    minimum: int | None = None,
) -> dict[str, Any]:
    """The monitor's figures, JSON-ready, as `scoring.monitoring.Audit.to_dict` gives them.

    `called` and `listed` are ids of applications: above the line, and called or in reserve; None leaves the
    stage out. Each is a share of the eligible. With `minimum`, smaller cells are suppressed (for the group).
    """
    return audit(applied(session, intake=intake), called=called, listed=listed, minimum=minimum)


def audit(
    people: Applied,
    *,
    called: Collection[int] | None,
    listed: Collection[int] | None = None,
    minimum: int | None = None,
) -> dict[str, Any]:
    """The same from rows that have been read."""
    from scoring.monitoring import Stage, audit_stages
    from scoring.suppression import suppress

    stages = [Stage("eligible", "eligible")]
    if called is not None:
        stages.append(Stage("called", "called", "eligible"))
    if listed is not None:
        stages.append(Stage("listed", "listed", "eligible"))
    table = monitoring_table(people.rows, called=called or (), listed=listed or ())
    found = audit_stages(table, ATTRIBUTES, stages).to_dict()
    found["withdrawn"] = people.withdrawn
    found["undecided"] = people.undecided
    return found if minimum is None else suppress(found, minimum)

"""What a report of the monitor rests on: an analysis, its signature, and what of it may leave the house."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, AnalysisState, Intake, MonitoringAnalysis, MonitoringSignature, Region
from recruit.queries import analysis as analyses
from recruit.queries import interview as lists
from recruit.queries import monitoring
from recruit.queries.monitoring import Reader


@dataclass(frozen=True)
class Basis:
    """Everything that a report of one intake is made from.

    `published` is what may leave the house: as it was when the analysis was signed, else as it is now. `stale`: what
    the analysis was computed from has changed since. `analysis` is None where none is finished.
    """

    region: Region
    intake: Intake
    analysis: MonitoringAnalysis | None
    stale: bool
    signature: MonitoringSignature | None
    signer: str
    signed_before: tuple[int, ...]
    published: dict[str, Any]

    @property
    def figures(self) -> dict[str, Any]:
        """The figures of the analysis; empty without one. To be read only."""
        return analyses.figures_of(self.analysis) if self.analysis else {}

    @property
    def comments(self) -> dict[str, str]:
        """What the auditor wrote, by "overall" and attribute; empty where nobody has signed."""
        return json.loads(self.signature.comments) if self.signature else {}


def basis(
    session: Session, *, intake: Intake, minimum: int, now: datetime, number: int | None = None
) -> Basis:
    """What the report of the newest analysis rests on, or of the analysis with this number. Raises NotFound."""
    analysis = (
        analyses.newest_done(session, intake=intake) if number is None else _numbered(session, intake, number)
    )
    signature = signature_of(session, analysis=analysis) if analysis else None
    return Basis(
        region=session.exec(select(Region).where(Region.id == intake.region_id)).one(),
        intake=intake,
        analysis=analysis,
        stale=analysis is not None and analyses.is_stale(session, intake=intake, analysis=analysis),
        signature=signature,
        signer=_name(session, signature) if signature else "",
        signed_before=_signed_before(session, intake, analysis),
        published=json.loads(signature.published)
        if signature
        else publication(session, intake=intake, minimum=minimum, now=now),
    )


def signature_of(session: Session, *, analysis: MonitoringAnalysis) -> MonitoringSignature | None:
    """The signature under the report of an analysis, or None."""
    found = select(MonitoringSignature).where(MonitoringSignature.analysis_id == analysis.id)
    return session.exec(found).first()


def publication(session: Session, *, intake: Intake, minimum: int, now: datetime) -> dict[str, Any]:
    """What may leave the house now: the figures as the recruitment group sees them, suppressed, or why there are none.

    The same as the group's, sex and age as they were kept when the line was drawn, so that the two cannot be compared.
    """
    drawn = lists.latest_confirmed(session, intake=intake) or lists.draft_of(session, intake=intake)
    reached = monitoring.reached(session, intake=intake, drawn=drawn)
    seen = monitoring.for_reader(
        session,
        intake=intake,
        reader=Reader(inside=True, minimum=minimum),
        now=now,
        called=reached.called,
        listed=reached.listed,
        drawn=drawn,
        further=reached.further,
    )
    return {
        "minimum": minimum,
        "withheld": seen.withheld,
        "voluntary_answers_left_out": seen.veiled,
        "figures": _public(seen.figures) if seen.figures is not None else None,
    }


def _public(figures: dict[str, Any]) -> dict[str, Any]:
    """The suppressed figures key by key: whatever is not named as public is left out, also where it is empty."""
    from scoring.public_report import (
        PUBLIC_ATTRIBUTE,
        PUBLIC_GROUP,
        PUBLIC_MISSING,
        PUBLIC_OF_APPLIED,
        PUBLIC_STAGE,
        PUBLIC_TOTALS,
    )

    def only(found: dict[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
        return {key: value for key, value in found.items() if key in allowed or key == "suppressed"}

    def cells(found: dict[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
        kept = only(found, allowed)
        if kept.get("of_applied"):
            kept["of_applied"] = only(kept["of_applied"], PUBLIC_OF_APPLIED)
        return kept

    def part(found: dict[str, Any]) -> dict[str, Any]:
        kept = only(found, PUBLIC_ATTRIBUTE - {"stages", "ordered", "comparisons"})
        kept["groups"] = {name: cells(row, PUBLIC_GROUP) for name, row in kept["groups"].items()}
        return kept | {"missing": cells(kept["missing"], PUBLIC_MISSING)}

    whole = only(figures, PUBLIC_TOTALS)
    whole["stages"] = [only(stage, PUBLIC_STAGE) for stage in whole["stages"]]
    whole["attributes"] = {
        name: only(attribute, PUBLIC_ATTRIBUTE - {"groups", "missing"})
        | {"stages": {key: part(stage) for key, stage in attribute["stages"].items()}}
        for name, attribute in figures["attributes"].items()
    }
    return whole


def _numbered(session: Session, intake: Intake, number: int) -> MonitoringAnalysis:
    found = session.exec(
        select(MonitoringAnalysis).where(
            MonitoringAnalysis.intake_id == intake.id,
            MonitoringAnalysis.number == number,
            MonitoringAnalysis.state == AnalysisState.DONE,
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no finished analysis with this number in this intake."))
    return found


def _name(session: Session, signature: MonitoringSignature) -> str:
    account = session.exec(select(Account).where(Account.id == signature.signed_by_id)).one()
    return account.name or account.email


def _signed_before(session: Session, intake: Intake, analysis: MonitoringAnalysis | None) -> tuple[int, ...]:
    """Numbers of other analyses of the intake that are signed, the newest first."""
    found = (
        select(MonitoringAnalysis.number)
        .join(MonitoringSignature, col(MonitoringSignature.analysis_id) == col(MonitoringAnalysis.id))
        .where(MonitoringSignature.intake_id == intake.id)
        .order_by(col(MonitoringAnalysis.number).desc())
    )
    return tuple(number for number in session.exec(found) if analysis is None or number != analysis.number)

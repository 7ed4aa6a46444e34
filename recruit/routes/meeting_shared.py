"""What the pages of a meeting share: what it is about, the steps, and the way from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import render_template, url_for

from recruit import meeting_view
from recruit.models import Intake, InterviewList, ListStatus, RankingRun, Role, ZoneDecision
from recruit.queries import interview as lists
from recruit.queries import lots
from recruit.request import db, region, roles
from recruit.routes.monitoring_shared import intake_here
from recruit.routes.ranking_shared import own_levels_first
from recruit.routes.zone_shared import view
from recruit.services import protocol, settling
from recruit.services.lines import line_groups, line_on
from recruit.services.settling import Settlement
from recruit.zone_view import Zone, inside

PREFIX = "/g/<region>/<intake>/meeting"


@dataclass(frozen=True)
class About:
    """What a meeting is about: the newest list with its run and zone; None where there is no list, or no run."""

    intake: Intake
    run: RankingRun | None
    drawn: InterviewList | None
    settlement: Settlement | None
    decision: ZoneDecision | None

    @property
    def is_draft(self) -> bool:
        """Whether there is a list, and it can still be decided on."""
        return self.drawn is not None and self.drawn.status is ListStatus.DRAFT

    @cached_property
    def zone(self) -> Zone | None:
        """The zone as people read it; None too for a list from before there were zones."""
        if self.run is None or self.drawn is None or self.settlement is None:
            return None
        lot = lots.of_stage(db(), intake_id=self.intake.id or 0, stage=self.run.stage)
        return view(self.drawn, self.run, self.settlement, lot.seed if lot else None)

    @cached_property
    def codes(self) -> list[str]:
        """Who is gone through one by one: those in the zone, or nearest the line, in the order of points."""
        if self.run is None or self.drawn is None or self.settlement is None:
            return []
        return inside(self.settlement, line_on(db(), run=self.run, groups=line_groups(self.drawn)))


def about() -> About:
    """What the meeting of the intake in the address is about. Raises Conflict as `own_levels_first`, and NotFound."""
    intake = intake_here()
    own_levels_first(intake, "screening")
    run, drawn = protocol.subject(db(), intake=intake)
    settlement = settling.settlement_of(drawn) if drawn is not None else None
    decision = lists.zone_decision(db(), interview_list=drawn) if drawn is not None else None
    return About(intake, run, drawn, settlement, decision)


def page(subject: About, step: str, *, code: str = "", status: int = 200, **values: Any) -> Any:
    """A page of the meeting, with the ways forward and back."""
    before, after = _beside(subject, step, code)
    return (
        render_template(
            f"meeting/{step}.html",
            intake=subject.intake,
            subject=subject,
            run=subject.run,
            list=subject.drawn,
            step=step,
            code=code,
            steps=meeting_view.steps(step),
            heading=meeting_view.title(step),
            before=before,
            after=after,
            may=Role.COORDINATOR in roles(),
            at_meeting=True,
            **values,
        ),
        status,
    )


def _beside(subject: About, step: str, code: str) -> tuple[str | None, str | None]:
    """The addresses before and after a page: the zone is gone through one application at a time."""
    order: list[tuple[str, str]] = []
    for each in meeting_view.STEPS:
        order.append((each, ""))
        if each == "zone" and step in ("zone", "monitor"):
            order += [("zone", each_code) for each_code in subject.codes]
    at = order.index((step, code))
    return (
        address(subject.intake, *order[at - 1]) if at > 0 else None,
        address(subject.intake, *order[at + 1]) if at + 1 < len(order) else None,
    )


def address(intake: Intake, step: str, code: str = "") -> str:
    """The address of a step, or of one application in the zone."""
    here: dict[str, Any] = {"region": region().slug, "intake": intake.slug}
    if code:
        return url_for("meeting.one", code=code, **here)
    return (
        url_for("meeting.minutes", **here)
        if step == "minutes"
        else url_for("meeting.show", step=step, **here)
    )

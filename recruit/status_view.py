"""Where an application stands, in plain words for its applicant: made of what is released and the dates alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from recruit import clock
from recruit.display import day
from recruit.i18n import gettext as _
from recruit.models import Application, EntryKind, Intake, PlanStep, ReleasedKind
from recruit.queries.released import Released

#: From the furthest: what ends the way says where somebody stands.
_ORDER = (
    ReleasedKind.DROPPED_OUT,
    ReleasedKind.DECLINED,
    ReleasedKind.STARTED,
    ReleasedKind.ACCEPTED,
    ReleasedKind.OFFERED,
    ReleasedKind.CALLED,
)
#: Those to whom it says nothing new that the posts are filled.
_SETTLED = frozenset({"started", "accepted", "declined", "dropped_out", "not_eligible"})


@dataclass(frozen=True)
class StatusView:
    """`code` names where it stands; `heading` says it, `next` what happens then, `steps` the way as a timeline."""

    code: str
    heading: str
    next: str
    steps: list[dict[str, Any]]

    @property
    def more(self) -> bool:
        """Whether something is still to come: of what has ended nothing is promised."""
        return any(step["state"] == "to_come" for step in self.steps)


def status_of(
    application: Application,
    intake: Intake,
    told: Released,
    plan: Mapping[PlanStep, date],
    *,
    accepts: bool,
    checked: bool,
) -> StatusView:
    """The page's content. `accepts`: the intake is open; `checked`: everybody in it has been checked."""
    code = _code(told, accepts=accepts, checked=checked)
    return StatusView(
        code, _heading(code, told), _next(code, intake, plan), _steps(code, application, intake, told, plan)
    )


def _code(told: Released, *, accepts: bool, checked: bool) -> str:
    kind = next((each for each in _ORDER if each in told.steps), None)
    code = kind.value if kind else ""
    if not code and told.listed:
        code = {EntryKind.CALLED: "called", EntryKind.RESERVE: "reserve", None: "not_selected"}[told.entry]
    if not code and ReleasedKind.NOT_ELIGIBLE in told.steps:
        code = "not_eligible"
    if told.filled_at is not None and code and code not in _SETTLED:
        return "filled"
    if code:
        return code
    return "received" if accepts else "assessed" if checked else "checked"


def _heading(code: str, told: Released) -> str:
    return {
        "received": _("We have your application"),
        "checked": _("We check that you can apply"),
        "assessed": _("Your application is being assessed"),
        "called": _("You are called to an interview"),
        "reserve": _("You are in reserve, number %(number)s", number=told.position),
        "not_selected": _("You are not called to an interview this time"),
        "not_eligible": _("Your application does not meet the requirements"),
        "offered": _("You are offered a post"),
        "accepted": _("You have accepted the post"),
        "declined": _("You have declined the offer"),
        "started": _("You have started"),
        "dropped_out": _("You no longer take part"),
        "filled": _("The posts are filled"),
    }[code]


def _next(code: str, intake: Intake, plan: Mapping[PlanStep, date]) -> str:
    said = {
        "received": _(
            "You can change the application until the time to apply ends, %(day)s. After that a person checks it"
            " against the requirements.",
            day=day(intake.closes_at),
        ),
        "checked": _("A person checks every application against the requirements.")
        + _planned(plan, PlanStep.ELIGIBILITY_DECIDED),
        "assessed": _("Two doctors score those who can apply, without seeing who they are.")
        + _planned(plan, PlanStep.LIST_PUBLISHED),
        "called": _("The region writes to you about time and place.") + _interviews(plan),
        "reserve": _(
            "When somebody who is called declines, the first in reserve is called instead. You hear from us if your"
            " turn comes."
        )
        + _interviews(plan),
        "not_selected": _(
            "Nothing more happens with this application. You can read why, and apply again next time."
        ),
        "not_eligible": _(
            "Nothing more happens with this application. You can read why, and apply again next time."
        ),
        "offered": _("Answer the region by the date given in the offer.")
        + _planned(plan, PlanStep.REPLIES_IN),
        "accepted": _(
            "The post starts %(day)s. The region writes to you before that.", day=day(intake.starts_on)
        ),
        "declined": _("The offer goes to the next in order. Nothing more is needed of you."),
        "started": _("Good luck with your basic service."),
        "dropped_out": _("Nothing more is needed of you."),
        "filled": _("Every post has been accepted by somebody. You can apply again next time."),
    }
    return said[code]


def _planned(plan: Mapping[PlanStep, date], step: PlanStep) -> str:
    return " " + _("Planned to be done %(day)s.", day=day(plan[step])) if step in plan else ""


def _interviews(plan: Mapping[PlanStep, date]) -> str:
    first, last = plan.get(PlanStep.INTERVIEWS_FROM), plan.get(PlanStep.INTERVIEWS_UNTIL)
    if first is None:
        return ""
    if last is None or last == first:
        return " " + _("Interviews are planned for %(day)s.", day=day(first))
    return " " + _("Interviews are planned from %(first)s to %(last)s.", first=day(first), last=day(last))


def _steps(
    code: str, application: Application, intake: Intake, told: Released, plan: Mapping[PlanStep, date]
) -> list[dict[str, Any]]:
    """The way so far with its dates, and what comes."""
    order = ("received", "checked", "assessed")
    reached = order.index(code) if code in order else len(order)
    steps = [
        _step(_("Application received"), day(application.submitted_at), 0, reached),
        _step(_("We check that you can apply"), _by(plan, PlanStep.ELIGIBILITY_DECIDED), 1, reached),
        _step(_("Two doctors score those who can apply"), _by(plan, PlanStep.ASSESSED), 2, reached),
    ]
    if reached < len(order):
        steps[0]["state"] = "done"
        steps.append(_coming(_("You hear from us"), _by(plan, PlanStep.LIST_PUBLISHED)))
        return steps
    if code == "not_eligible":
        on = told.steps[ReleasedKind.NOT_ELIGIBLE]
        return [steps[0], _now(_("Your application does not meet the requirements"), day(on))]
    return steps + _after_list(code, told, plan, intake)


def _after_list(
    code: str, told: Released, plan: Mapping[PlanStep, date], intake: Intake
) -> list[dict[str, Any]]:
    rows: list[tuple[str, str]] = []
    if told.listed:
        kind = {EntryKind.CALLED: "called", EntryKind.RESERVE: "reserve", None: "not_selected"}[told.entry]
        rows.append((_heading(kind, told), _day_of(told.published_at)))
    for released in reversed(_ORDER):
        if released in told.steps and not (
            released is ReleasedKind.CALLED and told.entry is EntryKind.CALLED
        ):
            rows.append((_heading(released.value, told), day(told.steps[released])))
    if code == "filled":
        rows.append((_heading("filled", told), _day_of(told.filled_at)))
    found = [{"title": title, "text": text, "state": "done"} for title, text in rows]
    if found:
        found[-1]["state"] = "now"
    if code == "called":
        found.append(_coming(_("Interviews"), _by(plan, PlanStep.INTERVIEWS_FROM)))
    if code in ("called", "reserve"):
        found.append(_coming(_("Offers"), _by(plan, PlanStep.OFFERS_OUT)))
    if code in ("offered", "accepted"):
        found.append(_coming(_("The post starts"), day(intake.starts_on)))
    return found


def _day_of(moment: datetime | None) -> str:
    return day(clock.in_stockholm(moment).date()) if moment else ""


def _by(plan: Mapping[PlanStep, date], step: PlanStep) -> str:
    return _("Planned for %(day)s.", day=day(plan[step])) if step in plan else ""


def _step(title: str, text: str, place: int, reached: int) -> dict[str, Any]:
    """A step on the way. After the first, `text` is the day it was planned for, which is not said once it is done."""
    if place < reached:
        return {"title": title, "text": "" if place else text, "state": "done"}
    return {"title": title, "text": text, "state": "now" if place == reached else "to_come"}


def _now(title: str, text: str) -> dict[str, Any]:
    return {"title": title, "text": text, "state": "now"}


def _coming(title: str, text: str) -> dict[str, Any]:
    return {"title": title, "text": text, "state": "to_come"}

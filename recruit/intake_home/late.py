"""What is late in an intake, said plainly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from recruit import display
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.intake_home.plan import apart, step_name
from recruit.intake_home.words import to
from recruit.models import PlanStep
from recruit.planning import Placed, assessed_by, placed
from recruit.queries.glance import Glance

#: Where each late step is worked on. Those of days that only come and go lead to the plan.
_PAGES = {
    PlanStep.ADVERTISED: "intake.edit",
    PlanStep.CLOSES: "intake.close",
    PlanStep.COMPLETIONS_IN: "completion.index",
    PlanStep.ELIGIBILITY_DECIDED: "eligibility.index",
    PlanStep.ASSESSED: "assessment.assign",
    PlanStep.CALIBRATED: "assessment.calibration",
    PlanStep.RANKING_MEETING: "ranking.index",
    PlanStep.LIST_PUBLISHED: "interview.index",
    PlanStep.INTERVIEWS_FROM: "outcome.index",
    PlanStep.INTERVIEWS_UNTIL: "outcome.index",
    PlanStep.OFFERS_OUT: "outcome.index",
    PlanStep.REPLIES_IN: "outcome.index",
    PlanStep.STARTS: "outcome.index",
}


@dataclass(frozen=True)
class Late:
    """One late thing: in a few words, with what is left, and the page where it is worked on."""

    title: str
    text: str
    url: str


def late_things(glance: Glance, today: date) -> list[Late]:
    """Steps of the plan first, in their order, then people and papers that are waited for."""
    steps = [each for each in placed(glance.dates, glance.done, today) if each.state == "late"]
    found = [_step(glance, each, today) for each in steps]
    found += [
        each for each in (_assessors(glance, today), _completions(glance), _references(glance, today)) if each
    ]
    return found


def _step(glance: Glance, each: Placed, today: date) -> Late:
    assert each.on is not None
    when = _("%(day)s, %(apart)s", day=display.day(each.on, "short"), apart=apart(each.on, today))
    left = _left(glance, each.step)
    return Late(
        _("%(step)s: was to be done %(when)s", step=step_name(each.step), when=when),
        left,
        to(_PAGES.get(each.step, "time_plan.show"), glance.intake),
    )


def _left(glance: Glance, step: PlanStep) -> str:
    standing = glance.standing
    if step is PlanStep.ELIGIBILITY_DECIDED:
        return ngettext("%(num)s not decided.", "%(num)s not decided.", standing.pending)
    if step is PlanStep.ASSESSED:
        left = standing.assessments_wanted - standing.assessments_done
        return ngettext("%(num)s assessment is left.", "%(num)s assessments are left.", left)
    if step is PlanStep.COMPLETIONS_IN and glance.facts.completions:
        return ngettext(
            "%(num)s request is not answered.", "%(num)s requests are not answered.", glance.facts.completions
        )
    if step is PlanStep.CLOSES:
        return _("The time is over and nobody can apply. Confirm it, or extend the time.")
    if step in (PlanStep.INTERVIEWS_FROM, PlanStep.INTERVIEWS_UNTIL, PlanStep.OFFERS_OUT, PlanStep.STARTS):
        return _("Nothing about it has been entered. If it has happened, enter it; if not, move the date.")
    return ""


def _assessors(glance: Glance, today: date) -> Late | None:
    behind, until = glance.behind(today), assessed_by(glance.dates)
    if not behind or until is None or (PlanStep.ASSESSED in glance.dates and today > until):
        return None  # once the day has passed the step itself is late
    return Late(
        ngettext(
            "%(num)s assessor has more left than the time allows",
            "%(num)s assessors have more left than the time allows",
            behind,
        ),
        _(
            "At an even pace until %(day)s they would be two or more further on.",
            day=display.day(until, "short"),
        )
        if today <= until
        else _("Their last day was %(day)s.", day=display.day(until, "short")),
        to("assessment.assign", glance.intake),
    )


def _completions(glance: Glance) -> Late | None:
    if not glance.facts.overdue:
        return None
    return Late(
        ngettext(
            "%(num)s request for completion is past its date",
            "%(num)s requests for completion are past their date",
            glance.facts.overdue,
        ),
        _("Extend, remind or decide on what there is."),
        to("completion.index", glance.intake),
    )


def _references(glance: Glance, today: date) -> Late | None:
    until = glance.dates.get(PlanStep.COMPLETIONS_IN)
    if not glance.facts.references or until is None or today <= until:
        return None
    if PlanStep.RANKING_MEETING in glance.done:
        return None
    return Late(
        ngettext(
            "%(num)s reference has not been answered",
            "%(num)s references have not been answered",
            glance.facts.references,
        ),
        _("They were to be in with the completions, %(day)s.", day=display.day(until, "short")),
        to("eligibility.index", glance.intake, missing="reference"),
    )


def next_date(steps: Sequence[Placed]) -> Placed | None:
    """The next day to come, or None when none is planned."""
    return next((each for each in steps if each.state == "now"), None)

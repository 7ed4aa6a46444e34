"""Where an intake stands, in words: the next step, the way here as a chart, and what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from recruit import charts, display
from recruit.i18n import language
from recruit.models import Intake, IntakeStatus
from recruit.profile_view import joined
from recruit.queries import intake as intakes
from recruit.queries.overview import Load, Waiting
from recruit.queries.record import Entry
from recruit.queries.standing import Standing
from recruit.request import region
from scoring.profile import Profile

REASONS_SHOWN = 3
LATEST_SHOWN = 6


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now. `post`: the button changes something and asks `confirm` first."""

    title: str
    text: str
    label: str = ""
    url: str = ""
    post: bool = False
    confirm: str = ""


@dataclass(frozen=True)
class Wait:
    """One line of what waits: how many, what, for whom, until when, and where to act."""

    number: int
    title: str
    text: str
    on: str
    until: str
    url: str
    label: str


def title_of(intake: Intake) -> str:
    """The intake's title in the reader's language."""
    return intake.title_sv if language() == "sv" else intake.title_en


def state_of(intake: Intake, now: datetime) -> tuple[str, str]:
    """(badge, words): draft, coming, open, time over, closed."""
    if intake.status is IntakeStatus.DRAFT:
        return "", _("Draft")
    if intakes.is_coming(intake, now):
        return "lake", _("Opens %(day)s", day=display.day(intake.opens_at, "short"))
    if intakes.accepts(intake, now):
        return "spruce", _("Open until %(day)s", day=display.day(intake.closes_at, "short"))
    if intake.status is IntakeStatus.OPEN:
        return "ochre", _("Time is over, not closed")
    return "", _("Closed")


def _to(endpoint: str, intake: Intake, **more: Any) -> str:
    return url_for(endpoint, region=region().slug, intake=intake.slug, **more)


def next_step(intake: Intake, standing: Standing, waiting: Waiting, now: datetime) -> NextStep:
    """What the coordinator does next, by the state of the intake."""
    if intake.status is IntakeStatus.DRAFT:
        return NextStep(
            _("Open the intake"),
            _("The advertisement becomes public, and the criteria profile, posts and dates are locked."),
            _("Open the intake"),
            _to("intake.open", intake),
            post=True,
            confirm=_("Open the intake? Criteria profile, posts and dates cannot be changed afterwards."),
        )
    if intake.status is IntakeStatus.OPEN:
        return _while_open(intake, standing, now)
    if standing.pending:
        return _decide(intake, standing, waiting)
    if not standing.eligible:
        return NextStep(
            _("Nobody is eligible"),
            _(
                "Every submitted application has been decided. A new intake, or an extension next time, is what"
                " remains."
            ),
        )
    return _after_eligibility(intake, standing)


def _while_open(intake: Intake, standing: Standing, now: datetime) -> NextStep:
    if intakes.is_coming(intake, now):
        return NextStep(
            _("Opens for applications %(moment)s", moment=display.when(intake.opens_at)),
            _("The advertisement is public. There is nothing to do until then."),
        )
    if intakes.accepts(intake, now):
        per_post = display.number(round(standing.submitted / standing.posts, 1)) if standing.posts else "0"
        return NextStep(
            _("Open until %(moment)s", moment=display.when(intake.closes_at)),
            ngettext("%(num)s application submitted", "%(num)s applications submitted", standing.submitted)
            + ", "
            + _(
                "%(number)s per post, and %(drafts)s begun. With too few, the time can be extended.",
                number=per_post,
                drafts=standing.drafts,
            ),
            _("See the applications"),
            _to("eligibility.index", intake),
        )
    return NextStep(
        _("Close the intake"),
        _(
            "The time to apply is over since %(moment)s; nobody can apply any more. Confirm it, or extend the time.",
            moment=display.when(intake.closes_at),
        ),
        _("Close the intake"),
        _to("intake.close", intake),
        post=True,
        confirm=_("Close the intake?"),
    )


def _decide(intake: Intake, standing: Standing, waiting: Waiting) -> NextStep:
    text = _("The rules propose an answer to each requirement; you see the documents and decide.")
    if waiting.unclear:
        text += " " + ngettext(
            "%(num)s has an answer that is unclear and must be settled first.",
            "%(num)s have an answer that is unclear and must be settled first.",
            waiting.unclear,
        )
    return NextStep(
        ngettext(
            "Decide the eligibility of %(num)s application",
            "Decide the eligibility of %(num)s applications",
            standing.pending,
        ),
        text,
        _("Decide eligibility"),
        _to("eligibility.index", intake, missing="decision"),
    )


def _after_eligibility(intake: Intake, standing: Standing) -> NextStep:
    left = standing.assessments_wanted - standing.assessments_done
    if standing.run_number is None and standing.covered < standing.eligible:
        bare = standing.eligible - standing.covered
        return NextStep(
            ngettext(
                "Assign two assessors to %(num)s application",
                "Assign two assessors to %(num)s applications",
                bare,
            ),
            _(
                "The work is shared evenly, and nobody gets an application with a declared conflict of interest."
            ),
            _("Assign assessors"),
            _to("assessment.assign", intake),
        )
    if standing.run_number is None and standing.assessed < standing.eligible:
        text = _("An application without all its levels is listed as incomplete, never ranked low.")
        if intake.decision_on:
            text = _("The group meets %(day)s.", day=display.day(intake.decision_on)) + " " + text
        return NextStep(
            ngettext("%(num)s assessment is left", "%(num)s assessments are left", left),
            text,
            _("See who has what"),
            _to("assessment.assign", intake),
        )
    return _after_assessment(intake, standing)


def _after_assessment(intake: Intake, standing: Standing) -> NextStep:
    if standing.run_number is None:
        return NextStep(
            _("Run the ranking"),
            _(
                "Every eligible application has two assessments. A run is kept as it is, with its inputs, and can be"
                " recomputed."
            ),
            _("To the ranking"),
            _to("ranking.index", intake),
        )
    if standing.has_draft_list:
        return NextStep(
            _("Confirm the interview list"),
            _("Look at how the line falls between groups before you confirm. A confirmed list is locked."),
            _("To the list"),
            _to("interview.index", intake),
        )
    if standing.called is None:
        return NextStep(
            _("Draw the line"),
            _("Decide how many are called and how many stand in reserve."),
            _("To the interview list"),
            _to("interview.index", intake),
        )
    return NextStep(
        ngettext("%(num)s is called to interview", "%(num)s are called to interview", standing.called),
        _(
            "The list is confirmed and locked. If something changes, make a new version; the difference is shown."
        ),
        _("See the list"),
        _to("interview.index", intake),
    )


def funnel_rows(
    standing: Standing,
    waiting: Waiting,
    refusals: Sequence[tuple[str, int]],
    profile: Profile,
    language: str,
) -> list[charts.FunnelRow]:
    """The way from begun applications to posts, with the reasons for each loss."""
    begun = standing.drafts + standing.submitted + standing.withdrawn
    rows = [
        charts.FunnelRow(_("Begun applications"), begun, _begun_note(standing), tone=2),
        charts.FunnelRow(
            _("Submitted applications"),
            standing.submitted,
            ngettext(
                "from %(num)s country of education", "from %(num)s countries of education", waiting.countries
            )
            if standing.submitted
            else "",
        ),
        charts.FunnelRow(
            _("Eligible applications"),
            standing.eligible,
            _eligible_note(standing, refusals, profile, language),
        ),
        charts.FunnelRow(_("Assessed by two"), standing.assessed, _assessed_note(standing)),
    ]
    if standing.called is not None:
        rows.append(charts.FunnelRow(_("Called to interview"), standing.called))
    per_post = display.number(round(standing.eligible / standing.posts, 1)) if standing.posts else "0"
    note = _("%(number)s eligible per post", number=per_post)
    return [*rows, charts.FunnelRow(_("Posts"), standing.posts, note, planned=True)]


def funnel(rows: Sequence[charts.FunnelRow]) -> Markup:
    """The chart of those rows."""
    return charts.funnel(rows, title=_("The way here"))


def _begun_note(standing: Standing) -> str:
    parts = []
    if standing.drafts:
        parts.append(ngettext("%(num)s not submitted", "%(num)s not submitted", standing.drafts))
    if standing.withdrawn:
        parts.append(ngettext("%(num)s withdrawn", "%(num)s withdrawn", standing.withdrawn))
    return ", ".join(parts)


def _eligible_note(
    standing: Standing, refusals: Sequence[tuple[str, int]], profile: Profile, language: str
) -> str:
    if not standing.submitted:
        return ""
    parts = [display.percent(standing.eligible / standing.submitted) + "."]
    if standing.conditional:
        parts.append(ngettext("%(num)s conditional.", "%(num)s conditional.", standing.conditional))
    if standing.pending:
        parts.append(ngettext("%(num)s not decided.", "%(num)s not decided.", standing.pending))
    if standing.ineligible:
        names = {each.key: each.name.in_language(language) for each in profile.requirements}
        reasons = [
            f"{count} {_inside(names.get(key, key), language)}" for key, count in refusals[:REASONS_SHOWN]
        ]
        parts.append(_("Of %(number)s no: %(reasons)s.", number=standing.ineligible, reasons=joined(reasons)))
    return " ".join(parts)


def _inside(name: str, language: str) -> str:
    """A name inside a sentence. English keeps its capital: it may be a proper noun (Swedish)."""
    return name[:1].lower() + name[1:] if language == "sv" else name


def _assessed_note(standing: Standing) -> str:
    left = standing.eligible - standing.assessed
    if not left:
        return _("all eligible") if standing.eligible else ""
    one = standing.begun - standing.assessed
    return _(
        "%(left)s left: %(one)s have one assessment, %(none)s have none", left=left, one=one, none=left - one
    )


def waits(
    intake: Intake, standing: Standing, waiting: Waiting, loads: Sequence[Load], *, coordinates: bool
) -> list[Wait]:
    """What waits and on whom, what holds up the most first; ``coordinates``: the reader is a coordinator.

    Once all are assessed no copy is waited for: nobody would read it any more.
    """
    coordinator = _("You") if coordinates else _("The coordinator")
    unassessed = standing.assessed < standing.eligible or not standing.eligible
    meeting = display.day(intake.decision_on) if intake.decision_on else ""
    slow = [str(each.number) for each in loads if each.left]
    left = sum(each.left for each in loads)
    table = "eligibility.index"
    found = [
        Wait(
            standing.pending,
            _("Eligibility to decide"),
            _("Nothing is decided until a person has seen the documents."),
            coordinator,
            meeting,
            _to(table, intake, missing="decision"),
            _("Decide"),
        ),
        Wait(
            waiting.unclear,
            _("Unclear requirements"),
            _("They must be settled before assessors are assigned."),
            coordinator,
            meeting,
            _to(table, intake, missing="unclear"),
            _("Settle"),
        ),
        Wait(
            waiting.copies if unassessed else 0,
            _("CVs without a redacted copy"),
            _("Assessors see a CV only as a copy without name, age, sex, school and country."),
            coordinator,
            meeting,
            _to(table, intake, missing="copy"),
            _("Add copies"),
        ),
        Wait(
            standing.eligible - standing.covered,
            _("Applications without two assessors"),
            _("They cannot be ranked until two have assessed them."),
            coordinator,
            meeting,
            _to("assessment.assign", intake),
            _("Assign"),
        ),
        Wait(
            left,
            _("Assessments left"),
            _("Two for each eligible application."),
            _("Assessor %(numbers)s", numbers=", ".join(slow)),
            meeting,
            _to("assessment.assign", intake),
            _("See who"),
        ),
        Wait(
            waiting.references,
            _("References not answered"),
            _("A missing reference is never counted as zero."),
            _("Referees"),
            meeting,
            _to(table, intake, missing="reference"),
            _("Enter answers"),
        ),
        Wait(
            standing.conditional,
            _("Expected licences, certificates or permits"),
            _("Eligible on condition; marked everywhere."),
            _("Applicants"),
            display.day(intake.starts_on),
            _to(table, intake, eligibility="conditional"),
            _("See dates"),
        ),
    ]
    return [each for each in found if each.number > 0]


def latest(entries: Sequence[Entry]) -> list[tuple[Entry, int]]:
    """The newest things done, those of the same kind to the same application together with their number."""
    grouped: list[tuple[Entry, int]] = []
    for entry in entries:
        last = grouped[-1] if grouped else None
        if last and (last[0].action, last[0].code) == (entry.action, entry.code):
            grouped[-1] = (last[0], last[1] + 1)
        else:
            grouped.append((entry, 1))
    return grouped[:LATEST_SHOWN]


def load_bar(load: Load) -> Markup:
    """One assessor's share as a bar."""
    return charts.share_bar(load.submitted, load.assigned)

"""The one thing that the coordinator does next, by the state of the intake."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from recruit import display
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.intake_home.words import to
from recruit.models import Intake, IntakeStatus
from recruit.queries import intake as intakes
from recruit.queries.standing import Standing
from recruit.request import region


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now. `post`: the button changes something and asks `confirm` first."""

    title: str
    text: str
    label: str = ""
    url: str = ""
    post: bool = False
    confirm: str = ""


def next_step(
    intake: Intake, standing: Standing, now: datetime, *, unapproved: bool, unclear: int = 0
) -> NextStep:
    """What the coordinator does next.

    `unapproved`: nobody has approved the version of the profile, so the intake cannot be opened with it. `unclear`:
    how many applications have a requirement that is unclear.
    """
    if intake.status is IntakeStatus.DRAFT:
        return _get_it_approved() if unapproved else _open(intake)
    if intake.status is IntakeStatus.OPEN:
        return _while_open(intake, standing, now)
    if standing.pending:
        return _decide(intake, standing, unclear)
    if not standing.eligible:
        return NextStep(
            _("Nobody is eligible"),
            _(
                "Every submitted application has been decided. A new intake, or an extension next time, is what"
                " remains."
            ),
        )
    return _after_eligibility(intake, standing)


def _get_it_approved() -> NextStep:
    return NextStep(
        _("The criteria profile is to be approved"),
        _(
            "Another coordinator than the one who saved the version approves it. Then the intake can be opened."
        ),
        _("To the profiles"),
        url_for("profile.index", region=region().slug),
    )


def _open(intake: Intake) -> NextStep:
    return NextStep(
        _("Open the intake"),
        _("The advertisement becomes public, and the criteria profile, posts and dates are locked."),
        _("Open the intake"),
        to("intake.open", intake),
        post=True,
        confirm=_("Open the intake? Criteria profile, posts and dates cannot be changed afterwards."),
    )


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
            to("eligibility.index", intake),
        )
    return NextStep(
        _("Close the intake"),
        _(
            "The time to apply is over since %(moment)s; nobody can apply any more. Confirm it, or extend the time.",
            moment=display.when(intake.closes_at),
        ),
        _("Close the intake"),
        to("intake.close", intake),
        post=True,
        confirm=_("Close the intake?"),
    )


def _decide(intake: Intake, standing: Standing, unclear: int) -> NextStep:
    text = _("The rules propose an answer to each requirement; you see the documents and decide.")
    if unclear:
        text += " " + ngettext(
            "%(num)s has an answer that is unclear and must be settled first.",
            "%(num)s have an answer that is unclear and must be settled first.",
            unclear,
        )
    return NextStep(
        ngettext(
            "Decide the eligibility of %(num)s application",
            "Decide the eligibility of %(num)s applications",
            standing.pending,
        ),
        text,
        _("Decide eligibility"),
        to("eligibility.index", intake, missing="decision"),
    )


def _after_eligibility(intake: Intake, standing: Standing) -> NextStep:
    left = standing.assessments_wanted - standing.assessments_done
    if standing.run_number is None and standing.covered < standing.eligible:
        bare = standing.eligible - standing.covered
        return NextStep(
            ngettext(
                "Assign assessors to %(num)s application",
                "Assign assessors to %(num)s applications",
                bare,
            ),
            _(
                "The work is shared evenly, and nobody gets an application with a declared conflict of interest."
            ),
            _("Assign assessors"),
            to("assessment.assign", intake),
        )
    if standing.run_number is None and standing.assessed < standing.eligible:
        text = _("An application without all its levels is listed as incomplete, never ranked low.")
        if intake.decision_on:
            text = _("The group meets %(day)s.", day=display.day(intake.decision_on)) + " " + text
        return NextStep(
            ngettext("%(num)s assessment is left", "%(num)s assessments are left", left),
            text,
            _("See who has what"),
            to("assessment.assign", intake),
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
            to("ranking.index", intake),
        )
    if standing.has_draft_list:
        return NextStep(
            _("Look at the draft of the interview list"),
            _(
                "See how the line falls between groups, and what is left before it can be confirmed. A confirmed list"
                " is locked."
            ),
            _("To the list"),
            to("interview.index", intake),
        )
    if standing.called is None:
        return NextStep(
            _("Draw the line"),
            _("Decide how many are called and how many stand in reserve."),
            _("To the interview list"),
            to("interview.index", intake),
        )
    if standing.unpublished:
        return NextStep(
            _("Publish the interview list"),
            _("The list is confirmed and locked. The applicants are told when it is published."),
            _("To the list"),
            to("interview.index", intake),
        )
    return NextStep(
        ngettext("%(num)s is called to interview", "%(num)s are called to interview", standing.called),
        _(
            "The list is confirmed and locked. If something changes, make a new version; the difference is shown."
        ),
        _("See the list"),
        to("interview.index", intake),
    )

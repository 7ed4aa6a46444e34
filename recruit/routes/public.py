"""Pages for everyone: the intakes of all regions, an advertisement, the language, and whether the service is alive."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, session, url_for
from sqlalchemy import text

from recruit import charts, clock, display, profile_view
from recruit.exports import deadlines
from recruit.i18n import gettext as _
from recruit.i18n import language, languages
from recruit.job_posting import job_posting
from recruit.models import Intake, Placement, PlacementKind, PostForm, Region
from recruit.queries import intake as intakes
from recruit.queries import lots
from recruit.request import db, safe_target, settings

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
def home() -> str:
    """Every intake that has been opened, in all regions: open, coming, closed."""
    now = clock.now()
    everything = intakes.advertised(db())
    return render_template(
        "public/home.html",
        open=sorted(
            (each for each in everything if intakes.accepts(each.intake, now)),
            key=lambda each: each.intake.closes_at,
        ),
        coming=[each for each in everything if intakes.is_coming(each.intake, now)],
        closed=[each for each in everything if intakes.is_over(each.intake, now)],
        months=profile_view.months,
        title=title_of,
    )


@blueprint.get("/i/<region>/<intake>")
def intake(region: str, intake: str) -> str:
    """An advertisement: posts, dates, who can apply, and everything that will count."""
    found, owner = intakes.published(db(), region, intake)
    return render_template("public/intake.html", **advertisement(found, owner), **_for_others(found, owner))


@blueprint.get("/i/<region>/<intake>/dates.ics")
def dates(region: str, intake: str) -> Response:
    """The dates of one intake, for a calendar."""
    found, owner = intakes.published(db(), region, intake)
    return _calendar([(found, owner)], title_of(found), f"{found.slug}.ics")


@blueprint.get("/dates.ics")
def all_dates() -> Response:
    """The dates of every intake that is open or coming, to subscribe to."""
    now = clock.now()
    current = [
        (each.intake, each.region)
        for each in intakes.advertised(db())
        if intakes.accepts(each.intake, now) or intakes.is_coming(each.intake, now)
    ]
    return _calendar(current, _("Posts for basic service"), "bt.ics")


def _calendar(found: Sequence[tuple[Intake, Region]], name: str, filename: str) -> Response:
    """A calendar keeps no cookie: `language` in the address says which language it is in."""
    asked = request.args.get("language")
    if asked in languages():
        g.language = asked
    with_addresses = [(each, owner, _address(each, owner)) for each, owner in found]
    made = deadlines.calendar(with_addresses, base_url=settings().base_url, name=name)
    response = Response(made, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _address(found: Intake, owner: Region) -> str:
    """The whole address of an advertisement, for use outside this site."""
    return settings().base_url.rstrip("/") + url_for("public.intake", region=owner.slug, intake=found.slug)


def _for_others(found: Intake, owner: Region) -> dict[str, Any]:
    """What leads to the advertisement from elsewhere: its address, and what machines read of it."""
    posts, placements = intakes.posts_of(db(), found), intakes.placements_of(db(), found)
    profile = profile_view.view_of(intakes.profile_of(db(), found), language())
    address = _address(found, owner)
    posting = job_posting(
        found,
        owner,
        title=title_of(found),
        posts=posts,
        profile=profile,
        url=address,
        length=profile_view.months(sum(each.half_months for each in placements)),
    )
    return {"address": address, "posting": None if intakes.is_over(found, clock.now()) else posting}


def advertisement(found: Intake, owner: Region) -> dict[str, Any]:
    """Everything that the advertisement shows."""
    now = clock.now()
    posts = intakes.posts_of(db(), found)
    placements = intakes.placements_of(db(), found)
    return {
        "intake": found,
        "region": owner,
        "region_name": owner.name,
        "heading": title_of(found),
        "posts": [(each, charts.posts_squares(each.number)) for each in posts],
        "post_count": sum(each.number for each in posts),
        "length": profile_view.months(sum(each.half_months for each in placements)),
        "programme": programme_bar(placements),
        "form_name": form_name(found.form),
        "steps": _dates(found),
        "profile": profile_view.view_of(intakes.profile_of(db(), found), language()),
        "lots": lots.of_intake(db(), intake=found),
        "extensions": intakes.extensions_of(db(), found),
        "accepts": intakes.accepts(found, now),
        "coming": intakes.is_coming(found, now),
        "footer": _footer(found, owner),
    }


def title_of(intake: Intake) -> str:
    """The intake's title in the reader's language."""
    return intake.title_sv if language() == "sv" else intake.title_en


def form_name(form: PostForm) -> str:
    """Standalone or integrated, in words."""
    return {
        PostForm.STANDALONE: _("standalone basic service (BT)"),
        PostForm.INTEGRATED: _("basic service (BT) integrated in specialist training"),
    }[form]


def placement_name(kind: PlacementKind) -> str:
    """The kind of placement in words."""
    return {
        PlacementKind.INTRODUCTION: _("Introduction"),
        PlacementKind.ACUTE_CARE: _("Acute care"),
        PlacementKind.PRIMARY_CARE: _("Primary care"),
        PlacementKind.PSYCHIATRY: _("Psychiatry"),
        PlacementKind.OTHER: _("Other"),
    }[kind]


def programme_bar(placements: Any) -> Any:
    """The programme as a bar of months."""
    parts = [
        charts.WeightPart(_short(each), each.half_months / 2, display.number(each.half_months / 2))
        for each in placements
    ]
    return charts.parts_bar(parts, title=_("Months per placement"))


def _short(placement: Placement) -> str:
    # A month's breadth holds no long word.
    if placement.kind is PlacementKind.INTRODUCTION and placement.half_months <= 2:
        return _("Intro")
    return placement_name(placement.kind)


def _dates(intake: Intake) -> list[dict[str, str]]:
    now, today = clock.now(), clock.in_stockholm(clock.now()).date()
    opens, closes = display.day(intake.opens_at, "short"), display.day(intake.closes_at, "short")
    steps = [
        (
            f"{opens}–{closes}",
            _("Open for applications"),
            intake.closes_at <= now,
            intakes.accepts(intake, now),
        )
    ]
    if intake.decision_on:
        steps.append(
            (
                _("until %(day)s", day=display.day(intake.decision_on, "short")),
                _("Eligibility is checked, two people assess each application"),
                intake.decision_on < today,
                False,
            )
        )
        steps.append(
            (
                display.day(intake.decision_on, "short"),
                _("The group draws the line"),
                intake.decision_on < today,
                False,
            )
        )
    if intake.interviews_from:
        until = intake.interviews_until or intake.interviews_from
        span = display.day(intake.interviews_from, "short")
        if until != intake.interviews_from:
            span += f"–{display.day(until, 'short')}"
        steps.append((span, _("Interviews"), until < today, False))
    steps.append((display.day(intake.starts_on), _("Start"), intake.starts_on < today, False))
    return [
        {"date": date, "text": words, "state": "done" if over else "now" if present else "to_come"}
        for date, words, over, present in steps
    ]


def _footer(intake: Intake, region: Region) -> list[dict[str, str]]:
    hours = f", {region.contact_hours}" if region.contact_hours else ""
    mail = f"mailto:{region.contact_email}"
    blocks = [
        {
            "title": _("Questions about the posts"),
            "text": _("The recruitment group") + hours + ".",
            "url": mail,
            "link": region.contact_email,
        },
        {
            "title": _("Accessibility"),
            "text": _("Do you need help with the form, or another format?"),
            "url": mail,
            "link": _("Write to us"),
        },
    ]
    if intake.case_number:
        number = _("%(number)s. Applications are public records.", number=intake.case_number)
        blocks.insert(1, {"title": _("Case number"), "text": number, "url": "", "link": ""})
    return blocks


@blueprint.get("/language/<code>", endpoint="language")
def choose_language(code: str) -> Any:
    """Choose the language until one signs out; back to the page one came from. The account's own is at My account."""
    if code not in languages():
        abort(404)
    session["language"] = g.language = code
    return redirect(safe_target(request.args.get("next")) or url_for("public.home"))


@blueprint.get("/health")
def health() -> dict[str, str]:
    """For monitors: answers when the application and its database do."""
    db().execute(text("SELECT 1"))
    return {"status": "ok"}

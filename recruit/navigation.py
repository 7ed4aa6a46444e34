"""What every page's frame shows: region, language, account, and for the group the menu and the line of stations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user

from recruit import clock, display, record_words
from recruit.errors import NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language, languages, own_name
from recruit.models import Intake, Region, Role
from recruit.queries import standing as standings
from recruit.queries.standing import Standing
from recruit.queries.unchanged import kept
from recruit.request import db, roles

OVERSIGHT = (Role.COORDINATOR, Role.AUDITOR)
_PROFILES = ("profile", "profile_draft", "profile_items", "profile_review", "profile_view", "trial")


def init_app(app: Flask) -> None:
    """Give every template its frame."""
    app.context_processor(frame)
    app.jinja_env.globals.update(
        has_page=lambda endpoint: endpoint in app.view_functions,
        address_of=address_of,
        once=cache,  # a macro that says the same in many rows: the cells for each set of values are put together once
        record_words=record_words,
    )


def address_of(endpoint: str, name: str, **values: Any) -> Callable[[str], str]:
    """`url_for` with one of its values to come, put together once for the hundreds of rows of a list."""
    before, after = url_for(endpoint, **{**values, name: "\0"}).split("%00")
    return lambda value: before + quote(value, safe="") + after


@dataclass(frozen=True)
class Entry:
    """A line of the menu: where it leads, its words, who sees it, and which blueprints it stands for."""

    endpoint: str
    label: Any
    roles: tuple[Role, ...]
    steps: tuple[str, ...]


def present_intake() -> Intake | None:
    """The intake that the address names, which the guard has read; None when it names none. Raises NotFound."""
    if "intake" not in (request.view_args or {}) or "region" not in g:
        return None
    if g.intake is None:
        raise NotFound(_("There is no intake with this address in this region."))
    found: Intake = g.intake
    return found


def present_standing(intake: Intake) -> Standing:
    """How far that intake has come, read once per request."""
    if "standing" not in g:
        g.standing = kept(db(), lambda: standings.of(db(), intake), "standing", intake.id)
    found: Standing = g.standing
    return found


def frame() -> dict[str, Any]:
    """Values of the layouts; see docs/look.md. Never raises: errors need a frame too."""
    region: Region | None = g.get("region")
    signed_in = current_user.account if current_user and current_user.is_authenticated else None
    values: dict[str, Any] = {
        "lang": language(),
        "region_name": region.name if region else _("Basic service for doctors"),
        "home_url": _home_of(region) if region else url_for("public.home"),
        "language_links": [
            (url_for("public.language", code=code, next=_here()), own_name(code), code)
            for code in languages()
            if code != language()
        ],
        "login_url": url_for("account.login"),
        "account": (url_for("account.me"), signed_in.name or signed_in.email) if signed_in else None,
        "logout_url": url_for("account.logout"),
    }
    if region is not None and signed_in is not None:
        values |= _group_frame(region)
    return values


def _home_of(region: Region) -> str:
    """Where a member's work in the region begins: an auditor who is nothing else has a home of their own."""
    return url_for("audit.home" if roles() == {Role.AUDITOR} else "intake.home", region=region.slug)


def _here() -> str:
    """Where to return to: this page, if it can be fetched."""
    if request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        return url_for("public.home")
    return request.full_path.rstrip("?")


def _group_frame(region: Region) -> dict[str, Any]:
    try:
        intake = present_intake()
    except Refusal:
        intake = None
    values: dict[str, Any] = {"menu": _menu(region, intake)}
    if intake is None:
        return values
    title = intake.title_sv if language() == "sv" else intake.title_en
    values["intake_title"] = title
    if _holds(OVERSIGHT):
        values["intake_url"] = url_for("intake.show", region=region.slug, intake=intake.slug)
        values["stations"] = stations(region, intake, present_standing(intake))
    return values


def _holds(wanted: tuple[Role, ...]) -> bool:
    return bool(roles() & frozenset(wanted))


def _in_intake() -> tuple[Entry, ...]:
    coordinator = (Role.COORDINATOR,)
    return (
        Entry("intake.show", _("Intake"), OVERSIGHT, ("intake", "time_plan", "cloning", "lessons")),
        Entry(
            "eligibility.index", _("Applications"), coordinator, ("eligibility", "completion", "references")
        ),
        Entry("assessment.assign", _("Assessment"), coordinator, ("assessment", "disagreement")),
        Entry("assessment.queue", _("Assess"), (Role.ASSESSOR,), ("assessment", "discussion")),
        Entry("ranking.index", _("Ranking"), OVERSIGHT, ("ranking", "place", "agreement", "sensitivity")),
        Entry("meeting.show", _("Meeting"), OVERSIGHT, ("meeting",)),
        Entry("monitoring.show", _("Monitoring"), OVERSIGHT, ("monitoring",)),
        Entry("interview.index", _("Interview list"), OVERSIGHT, ("interview",)),
        Entry("outcome.index", _("After the list"), OVERSIGHT, ("outcome", "releasing", "merits")),
        Entry("letters.index", _("Letters"), coordinator, ("letters",)),
        Entry("record.index", _("Record"), (*OVERSIGHT, Role.ADMINISTRATOR), ("record", "disclosure")),
    )


def _in_region() -> tuple[Entry, ...]:
    return (
        Entry("audit.home", _("Overview"), (Role.AUDITOR,), ("audit",)),
        Entry("intake.home", _("Intakes"), tuple(Role), ("intake",)),
        Entry("profile.index", _("Criteria profiles"), OVERSIGHT, _PROFILES),
        Entry("monitoring.region_over_time", _("Monitoring"), (Role.AUDITOR,), ()),
        Entry("letter_texts.index", _("Letters"), (Role.COORDINATOR,), ("letter_texts",)),
        Entry("people.index", _("People and sites"), (Role.ADMINISTRATOR,), ("people", "keeping")),
        Entry("record.index", _("Record"), (*OVERSIGHT, Role.ADMINISTRATOR), ("record",)),
    )


def _menu(region: Region, intake: Intake | None) -> list[tuple[str, str, bool]]:
    entries = _in_intake() if intake else _in_region()
    values = {"region": region.slug} | ({"intake": intake.slug} if intake else {})
    shown = []
    for entry in entries:
        if not _holds(entry.roles) or entry.endpoint not in current_app.view_functions:
            continue
        current = request.endpoint == entry.endpoint or (
            request.blueprint in entry.steps
            and not any(request.endpoint == other.endpoint for other in entries)
        )
        shown.append((_url(entry.endpoint, values), str(entry.label), current))
    return shown


def _url(endpoint: str, values: Mapping[str, Any]) -> str:
    """The endpoint's address with those of the values that it takes."""
    takes = set().union(*(rule.arguments for rule in current_app.url_map.iter_rules(endpoint)))
    return url_for(endpoint, **{name: value for name, value in values.items() if name in takes})


def stations(region: Region, intake: Intake, standing: Standing) -> list[dict[str, Any]]:
    """The steps of the selection, each with one live figure: done, the first that is not, and those to come."""
    steps = standing.steps(intake, clock.now())
    figures = {
        "intake": display.day(intake.opened_at or intake.opens_at, "short"),
        "application": _("%(number)s submitted", number=standing.submitted),
        "eligibility": _("%(number)s eligible", number=standing.eligible),
        "assessment": _(
            "%(done)s of %(all)s", done=standing.assessments_done, all=standing.assessments_wanted
        ),
        "ranking": _ranking_figure(intake, standing),
        "interview": _list_figure(standing),
    }
    links = {
        "intake": "intake.show",
        "application": "eligibility.index",
        "eligibility": "eligibility.index",
        "assessment": "assessment.assign",
        "ranking": "ranking.index",
        "interview": "interview.index",
    }
    labels = {
        "intake": _("Advertisement"),
        "application": _("Application"),
        "eligibility": _("Eligibility"),
        "assessment": _("Assessment"),
        "ranking": _("Ranking"),
        "interview": _("Interview list"),
    }
    values = {"region": region.slug, "intake": intake.slug}
    return [
        {
            "label": labels[step],
            "figure": figures[step],
            "state": state,
            "url": _url(links[step], values) if _may(links[step]) else None,
        }
        for step, state in steps
    ]


def _may(endpoint: str) -> bool:
    from recruit.access import ACCESS

    access = ACCESS[endpoint]
    return endpoint in current_app.view_functions and isinstance(access, frozenset) and bool(roles() & access)


def _ranking_figure(intake: Intake, standing: Standing) -> str:
    if standing.run_number:
        return _("run %(number)s", number=standing.run_number)
    return (
        _("meeting %(day)s", day=display.day(intake.decision_on, "short"))
        if intake.decision_on
        else _("no run yet")
    )


def _list_figure(standing: Standing) -> str:
    if standing.called is not None:
        return _("%(number)s called", number=standing.called)
    return _("draft") if standing.has_draft_list else _("no line yet")

"""The meeting as its pages show it: the steps, what is still open, the rows around the line, the minutes in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from recruit import display
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import ZoneReason
from recruit.monitoring_view import LineVerdict
from recruit.zone_view import kind_words

STEPS = ("done", "order", "zone", "monitor", "decisions", "minutes", "release")
#: So many places on either side of the line are shown in the table of the order.
AROUND = 5


@dataclass(frozen=True)
class Step:
    """One step of the meeting: its number, words, and whether it is the present one."""

    key: str
    number: int
    label: str
    current: bool


def steps(current: str) -> list[Step]:
    """All steps in order."""
    words = {
        "done": _("What has been done"),
        "order": _("The order"),
        "zone": _("The borderline zone"),
        "monitor": _("The monitor"),
        "decisions": _("Decisions"),
        "minutes": _("Minutes"),
        "release": _("Release"),
    }
    return [Step(key, number, words[key], key == current) for number, key in enumerate(STEPS, 1)]


def title(step: str) -> str:
    """What a step is called."""
    return next(each.label for each in steps(step) if each.current)


@dataclass(frozen=True)
class Open:
    """One matter that is still open, with the page that deals with it: an endpoint, and the step of the meeting.

    `blocks`: nothing is released before it is done.
    """

    words: str
    endpoint: str
    blocks: bool = True
    step: str | None = None


def open_matters(
    *, stale: bool, waiting: int, discussed: int, to_handle: int, third_out: int, unsettled: str
) -> list[Open]:
    """What is still to be done before the list can be released, in the order in which it is done."""
    found = []
    if waiting:
        found.append(
            Open(
                ngettext(
                    "%(num)s application waits for an assessment",
                    "%(num)s applications wait for an assessment",
                    waiting,
                ),
                "assessment.assign",
            )
        )
    if third_out:
        words = ngettext(
            "%(num)s third assessment is still to come",
            "%(num)s third assessments are still to come",
            third_out,
        )
        found.append(Open(words, "disagreement.index"))
    if discussed:
        words = ngettext(
            "%(num)s application is being discussed", "%(num)s applications are being discussed", discussed
        )
        found.append(Open(words, "disagreement.index"))
    if to_handle:
        words = ngettext(
            "%(num)s large disagreement is not dealt with",
            "%(num)s large disagreements are not dealt with",
            to_handle,
        )
        found.append(Open(words, "disagreement.index", blocks=False))
    if stale:
        found.append(Open(_("Something has changed since the run: rank again"), "ranking.index"))
    if unsettled:
        found.append(Open(_("The borderline zone is not settled"), "meeting.show", step="decisions"))
    return found


def around(places: int | None) -> tuple[int, int]:
    """Where the rows nearest the line begin in the order, from 0, and how many they are; the first without a line."""
    if places is None:
        return 0, 2 * AROUND
    start = max(places - AROUND, 0)
    return start, places + AROUND - start


def by_group(beside: Sequence[LineVerdict], country: str) -> list[LineVerdict]:
    """The monitor's figures for the wall: of countries the verdict alone, since few applicants share one."""
    return [
        LineVerdict(each.title, each.verdict, "", []) if each.title == country else each for each in beside
    ]


# The minutes


@dataclass(frozen=True)
class Decision:
    """One application of the zone in the minutes."""

    code: str
    place: int
    by_points: str
    now: str
    moved: bool
    kind: str
    reason: str


@dataclass(frozen=True)
class Minutes:
    """The minutes of a meeting in words. `facts` are (what, value); `closed`: they are locked."""

    number: int
    held_on: str
    members: list[str]
    guests: str
    notes: str
    facts: list[tuple[str, str]]
    how: str
    kind: str
    rationale: str
    decisions: list[Decision]
    closed: bool


def minutes(content: Mapping[str, Any], how: str, *, closed: bool) -> Minutes:
    """The minutes from what was kept of them, or would be kept now. `how`: how the profile settles the zone."""
    drawn = content["list"]
    zone = drawn["zone"] if drawn else None
    return Minutes(
        number=content["number"],
        held_on=display.day(date.fromisoformat(content["held_on"])),
        members=content["members"],
        guests=content["guests"],
        notes=content["notes"],
        facts=_facts(content),
        how=how if zone else "",
        kind=_kind(zone["kind"]) if zone else "",
        rationale=zone["rationale"] if zone else "",
        decisions=[_decision(each) for each in zone["rows"]] if zone else [],
        closed=closed,
    )


def _facts(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    counts, differ = content["counts"], content["disagreements"]
    found = [
        (
            _("Applications"),
            _(
                "%(submitted)s submitted, %(eligible)s eligible (%(conditional)s of them conditionally), %(assessed)s"
                " assessed, for %(posts)s posts",
                **{key: counts[key] for key in ("submitted", "eligible", "conditional", "assessed", "posts")},
            ),
        ),
        (
            _("Disagreements"),
            _(
                "discussed: %(discussions)s, given a third assessment: %(thirds)s, left as they are: %(left)s; levels"
                " raised: %(up)s, lowered: %(down)s",
                **differ,
            ),
        ),
    ]
    if content["run"]:
        run = content["run"]
        when = display.when(datetime.fromisoformat(run["made_at"]))
        found.append((_("Ranking"), _("run %(number)s, %(when)s", number=run["number"], when=when)))
        found.append((_("Checksum of the result"), run["results_sha256"]))
    if content["list"]:
        drawn = content["list"]
        found.append(
            (
                _("Interview list"),
                _(
                    "version %(version)s, %(state)s: %(called)s called, %(reserves)s in reserve, %(conditional)s"
                    " conditional",
                    version=drawn["version"],
                    state=_("confirmed by %(name)s", name=drawn["confirmed_by"])
                    if drawn["confirmed"]
                    else _("draft"),
                    called=drawn["called"],
                    reserves=drawn["reserves"],
                    conditional=drawn["conditional"],
                ),
            )
        )
        found.append((_("Checksum of the list"), drawn["content_sha256"]))
    return found


def _decision(row: Mapping[str, Any]) -> Decision:
    words = {True: _("above"), False: _("below")}
    return Decision(
        code=row["application"],
        place=row["place"],
        by_points=words[row["by_points"]],
        now=words[row["above"]],
        moved=row["by_points"] is not row["above"],
        kind=_kind(row["kind"]),
        reason=row["reason"],
    )


def _kind(value: str | None) -> str:
    return kind_words(ZoneReason(value)) if value else ""

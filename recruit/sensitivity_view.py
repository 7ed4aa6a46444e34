"""What if, in words: who would go in and out with other settings, and how much the list depends on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup

from recruit import charts, display
from recruit.criterion_words import name_of
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.run_analysis import DRAWN_WITH, WEIGHTS_VARY_BY, OtherPlace, RunAnalysis, Tried, Varied

if TYPE_CHECKING:
    from scoring.criteria import Profile
    from scoring.sensitivity import LeftOut, ListChange

#: Places on each side of the line that the picture shows, and the most that it grows to.
_AROUND, _MOST_AROUND = 9, 45


@dataclass(frozen=True)
class ChangeView:
    """What a change of settings does to the list, as sentences and codes."""

    heading: str
    share: str
    comes_in: list[str]
    goes_out: list[str]
    words: list[str]


@dataclass(frozen=True)
class OrderRow:
    """One application in both orders. ``mark``: in, out, or empty."""

    code: str
    place: str
    before: str
    points: str
    moved: str
    mark: str


@dataclass(frozen=True)
class LeftOutRow:
    """The list without one criterion or assessor."""

    key: str
    name: str
    share: str
    comes_in: list[str]
    goes_out: list[str]
    words: str


@dataclass(frozen=True)
class DrawnRow:
    """How often one application is on the list when the weights vary."""

    code: str
    place: str
    share: str
    bar: Markup
    listed: bool


@dataclass(frozen=True)
class VariedView:
    """How much the list depends on the weights, on each criterion and assessor, and on the mean."""

    heading: str
    sentences: list[str]
    rows: list[DrawnRow]
    criteria: list[LeftOutRow]
    assessors: list[LeftOutRow]
    combined_heading: str
    combined: LeftOutRow


def change_view(change: ListChange) -> ChangeView:
    """The sentence first: how many stay."""
    before = len(change.before)
    if not before:
        heading = _("Nobody has a place, so there is no list to compare.")
    elif not change.comes_in and not change.goes_out:
        heading = _("The list is the same: all %(number)s stay", number=before)
    else:
        heading = _("%(stays)s of %(number)s stay on the list", stays=change.stays, number=before)
    return ChangeView(
        heading,
        display.percent(float(change.share)) if change.share is not None else "–",
        list(change.comes_in),
        list(change.goes_out),
        _lacking(change),
    )


def _lacking(change: ListChange) -> list[str]:
    said = []
    if change.unrankable:
        said.append(
            ngettext(
                "%(num)s has no place then for want of a level, not for a low one: %(codes)s.",
                "%(num)s have no place then for want of a level, not for a low one: %(codes)s.",
                len(change.unrankable),
                codes=_some(change.unrankable),
            )
        )
    if change.rankable:
        said.append(
            ngettext(
                "%(num)s who lacked a level has all that is needed then: %(codes)s.",
                "%(num)s who lacked a level have all that is needed then: %(codes)s.",
                len(change.rankable),
                codes=_some(change.rankable),
            )
        )
    return said


def _some(codes: Sequence[str], shown: int = 10) -> str:
    return ", ".join(codes[:shown]) + (" …" if len(codes) > shown else "")


# The order beside the real one


def order_rows(tried: Tried) -> list[OrderRow]:
    """Everybody who has a place in one of the two orders."""
    goes_out, comes_in = set(tried.change.goes_out), set(tried.change.comes_in)
    return [
        OrderRow(
            code=row.code,
            place="–" if row.place is None else str(row.place),
            before="–" if row.before is None else str(row.before),
            points=_points(row.points),
            moved=_moved(row),
            mark="out" if row.code in goes_out else "in" if row.code in comes_in else "",
        )
        for row in tried.rows
        if row.place is not None or row.before is not None
    ]


def _points(text: str | None) -> str:
    return "–" if text is None else display.number(float(text), 3)


def _moved(row: OtherPlace) -> str:
    if row.place is None or row.before is None:
        return ""
    steps = row.before - row.place
    return _("%(steps)s up", steps=steps) if steps > 0 else _("%(steps)s down", steps=-steps) if steps else ""


def picture(tried: Tried) -> Markup | None:
    """Both orders around the line; None where nobody is near it."""
    k = tried.change.k
    moves = [
        charts.Move(row.code, row.before, row.place, _kind(row, k))
        for row in tried.rows
        if row.place is not None or row.before is not None
    ]
    if not moves:
        return None
    crossing = [
        place
        for move in moves
        if move.kind in ("in", "out")
        for place in (move.before, move.after)
        if place is not None
    ]
    last = max(place for move in moves for place in (move.before, move.after) if place is not None)
    first_shown = max(min([k - _AROUND, *crossing]), k - _MOST_AROUND, 1)
    last_shown = min(max([k + _AROUND + 1, *crossing]), k + _MOST_AROUND, last)
    if first_shown > last_shown:
        return None
    shown = [move for move in moves if _near(move, first_shown, last_shown)]
    return charts.move_plot(
        shown,
        title=_(
            "The order in the run and the order tried, places %(first)s to %(last)s",
            first=first_shown,
            last=last_shown,
        ),
        first=first_shown,
        last=last_shown,
        line_at=k,
        line_label=_("The line, %(places)s called", places=k),
        headings=(_("In the run"), _("As tried")),
    )


def _kind(row: OtherPlace, k: int) -> Literal["in", "out", "above", "below"]:
    before = row.before is not None and row.before <= k
    after = row.place is not None and row.place <= k
    return "above" if before and after else "out" if before else "in" if after else "below"


def _near(move: charts.Move, first: int, last: int) -> bool:
    places = [place for place in (move.before, move.after) if place is not None]
    return min(places) <= last and max(places) >= first


# How much the list depends on it all


def varied_view(taken: RunAnalysis, varied: Varied) -> VariedView:
    """The standard questions, which depend on the length of the list alone."""
    ranges = varied.ranges
    listed = len(ranges.listed)
    heading = _("Nobody has a place, so there is no list to compare.")
    if ranges.mean_share is not None:
        heading = _(
            "On average %(share)s of the list stays when the weights vary",
            share=display.percent(float(ranges.mean_share), 1),
        )
    return VariedView(
        heading,
        _varied_words(taken.profile, varied, listed),
        _drawn_rows(varied),
        [_left_out(each, name_of(taken.profile, each.name)) for each in varied.criteria],
        [_left_out(each, each.name) for each in varied.assessors],
        _combined_heading(varied),
        _row("", "", varied.combined.change),
    )


def _varied_words(profile: Profile, varied: Varied, listed: int) -> list[str]:
    ranges = varied.ranges
    said = [
        _(
            "Each weight was drawn at random within %(vary)s of itself, %(draws)s times (seed %(seed)s), and the list"
            " drawn anew each time.",
            vary="±" + display.percent(float(WEIGHTS_VARY_BY)),
            draws=display.number(ranges.draws),
            seed=DRAWN_WITH,
        )
    ]
    if listed:
        said.append(
            _(
                "%(always)s of %(listed)s are on it every time. In the worst draw %(least)s stay.",
                always=ranges.always,
                listed=listed,
                least=ranges.least_stays,
            )
        )
        said.append(
            _("No single weight changes the list on its own.")
            if ranges.moves_most is None
            else _(
                "The weight that changes the list most on its own is that of %(criterion)s.",
                criterion=_lower(name_of(profile, ranges.moves_most)),
            )
        )
    return said


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _drawn_rows(varied: Varied) -> list[DrawnRow]:
    """Those who are on the list in some draws and not in others."""
    table, draws = varied.ranges.table, varied.ranges.draws
    names = ("application", "place", "listed", "times")
    rows = []
    for code, place, listed, times in zip(*(table[name].tolist() for name in names), strict=True):
        if 0 < times < draws:
            share = Fraction(int(times), draws)
            rows.append(
                DrawnRow(
                    code,
                    str(place) if isinstance(place, int) else "–",
                    _often(share),
                    charts.share_bar(float(share), 1.0, tone=1 if listed else 5),
                    bool(listed),
                )
            )
    return rows


def _often(share: Fraction) -> str:
    if share < Fraction(1, 100):
        return _("under %(p)s", p=display.percent(0.01))
    if share > Fraction(99, 100):
        return _("over %(p)s", p=display.percent(0.99))
    return display.percent(float(share))


def _left_out(each: LeftOut, name: str) -> LeftOutRow:
    if each.change is None:
        return LeftOutRow(each.name, name, "–", [], [], _("Nothing else counts, so it cannot be left out."))
    return _row(each.name, name, each.change)


def _row(key: str, name: str, change: ListChange) -> LeftOutRow:
    share = "–"
    if change.share is not None:
        share = _("%(stays)s of %(number)s", stays=change.stays, number=len(change.before))
    return LeftOutRow(
        key, name, share, list(change.comes_in), list(change.goes_out), " ".join(_lacking(change))
    )


def _combined_heading(varied: Varied) -> str:
    if varied.combined.used == "mean":
        return _("The median instead of the mean")
    return _("The mean instead of the median")

"""A ranking run as people read it: the order, what every criterion gave, and where a line would fall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Literal, cast

from markupsafe import Markup

from recruit import charts, display
from recruit.certainty_words import probability
from recruit.criterion_words import name_of, names_of
from recruit.frames import ResultRow, RunCertainty, RunResults
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.queries.ranking import Placed
from recruit.run_analysis import Adjusted
from scoring.profile import Profile


@dataclass(frozen=True)
class Column:
    """A criterion as a column: its name and the most it can give."""

    key: str
    name: str
    highest: str


@dataclass(frozen=True)
class Cell:
    """What one criterion gave: points, the mean level, and a bar of the most it can give."""

    points: str
    level: str
    bar: Markup


@dataclass(frozen=True)
class Sure:
    """How certain a place is: the possible places as text and as a band, and the chance to be above the line."""

    places: str
    band: Markup
    chance: str


@dataclass(frozen=True)
class Row:
    """One application in the table. `break_before` and `line_after` are sentences of rows between."""

    place: int | None
    code: str
    points: str
    cells: list[Cell | None]
    conditional: bool
    withdrawn: bool
    words: str
    kind: str
    sure: Sure | None
    adjusted: int | None
    break_before: str
    line_after: str
    reserve_after: str


@dataclass(frozen=True)
class Tie:
    """Equal totals that the line cuts, and the numbers that would avoid it (None where there is none)."""

    title: str
    words: str
    below: int | None
    above: int | None


@dataclass(frozen=True)
class TheLine:
    """So many called and so many in reserve."""

    places: int
    reserves: int


def points(milli: int | None) -> str:
    """Thousandths of a point with the language's mark; an en dash for none."""
    return "–" if milli is None else display.number(milli / 1000, 3)


def points_of(exact: Fraction | None) -> str:
    """Exact points as text with three decimals, rounded half to even; an en dash for none."""
    return "–" if exact is None else points(round(exact * 1000))


def columns(results: RunResults, profile: Profile) -> list[Column]:
    """The criteria that count in the run."""
    return [
        Column(
            key=key,
            name=profile.criterion(key).short_name.in_language(language()),
            highest=display.number(results.highest_milli[key] / 1000),
        )
        for key in results.criteria
    ]


def rows(
    results: RunResults,
    profile: Profile,
    placed: list[Placed],
    start: int,
    line: TheLine | None,
    sure: RunCertainty | None = None,
    adjusted: Mapping[str, Adjusted] | None = None,
) -> list[Row]:
    """A page of the table; `placed` are its rows as the database has them, from position `start` on.

    `sure`: how certain the places are with the line; `adjusted`: the places if all were equally strict, by mask code.
    """
    exact = results.rows(start, start + len(placed))
    before = results.rows(start - 1, start)[0].status if start else ""
    cell = cache(_cell)  # a criterion gives the same few points in hundreds of rows
    shown = []
    for row, now in zip(exact, placed, strict=True):
        other = (adjusted or {}).get(row.mask_code)
        shown.append(
            Row(
                place=row.place,
                code=row.mask_code,
                points=points(row.points_milli),
                cells=_cells(row, results, cell),
                conditional=now.conditional,
                withdrawn=now.withdrawn,
                words=_status_words(row, profile),
                kind=_kind(row.place, line, sure),
                sure=_sure(sure, row.place),
                adjusted=other.place if other else None,
                break_before=_heading(row.status, profile, results)
                if row.status != before and row.status != "ranked"
                else "",
                line_after=line_words(results, profile, line) if line and row.place == line.places else "",
                reserve_after=_reserve_words(row.place, results, line),
            )
        )
        before = row.status
    return shown


def _sure(sure: RunCertainty | None, place: int | None) -> Sure | None:
    if sure is None or place is None:
        return None
    found = sure.rows[place - 1]
    if found.rank_low is None or found.rank_high is None:
        return None
    low, high = found.rank_low, found.rank_high
    text = str(low) if low == high else f"{low}–{high}"
    band = charts.band_row(
        charts.Band(place, low, high, sure.sides[place - 1]), len(sure.rows), line_at=sure.k
    )
    return Sure(text, band, probability(found.p))


def _cells(row: ResultRow, results: RunResults, cell: Callable[..., Cell]) -> list[Cell | None]:
    parts = {part.key: part for part in row.parts}
    return [
        cell(parts[key].points_milli, parts[key].level, results.highest_milli[key], index)
        if key in parts
        else None
        for index, key in enumerate(results.criteria)
    ]


def _reserve_words(place: int | None, results: RunResults, line: TheLine | None) -> str:
    if not line or not line.reserves or place != min(line.places + line.reserves, len(results.totals)):
        return ""
    return _("The reserves end here: %(number)s in reserve.", number=line.reserves)


def _cell(milli: int, level: str, highest: int, index: int) -> Cell:
    tone = cast(Literal[1, 2, 3, 4, 5], index % 5 + 1)
    return Cell(points(milli), level_words(level), charts.share_bar(milli, highest, tone=tone, height=8))


def level_words(level: str) -> str:
    """A mean level such as "5/2" as a decimal where it is short, else as a fraction."""
    numerator, _slash, denominator = level.partition("/")
    if not denominator:
        return numerator
    decimal = int(numerator) / int(denominator)
    return display.number(decimal) if int(denominator) in (2, 4, 8) else f"{numerator}/{denominator}"


def _kind(place: int | None, line: TheLine | None, sure: RunCertainty | None) -> str:
    if place is not None and sure is not None and sure.rows[place - 1].zone:
        return "zone"
    if line is None or place is None:
        return ""
    if place <= line.places:
        return "called"
    return "reserve" if place <= line.places + line.reserves else "out"


def _status_words(row: ResultRow, profile: Profile) -> str:
    if row.status == "incomplete":
        return _("Missing: %(criteria)s", criteria=_names(row.missing, profile))
    if row.status == "gate":
        return "; ".join(_gate_words(gate) for gate in row.gates)
    return ""


def _gate_words(gate: str) -> str:
    return {
        "forbidden_level": _("A criterion at a level that stops"),
        "max_count": _("Too many criteria at a low level"),
        "mean_at_least": _("The mean is too low"),
    }.get(gate, gate)


def _names(keys: tuple[str, ...], profile: Profile) -> str:
    return names_of(profile, keys).lower()


def _heading(status: str, profile: Profile, results: RunResults) -> str:
    if status == "below_threshold":
        threshold = display.number(results.threshold / results.denominator)
        return _("Below the threshold of %(points)s points: no place", points=threshold)
    if status == "gate":
        return _("Stopped by a gate: no place")
    return _("Incomplete: a criterion lacks a level. Missing is never zero, so these are not ranked")


def separated_by(decided: str | None, profile: Profile) -> str:
    """What decides between two with equal points, in words for a sentence."""
    if decided == "lot":
        return _("the lot")
    if decided in (None, "total"):
        return _("the points")
    return _("the criterion %(name)s", name=name_of(profile, decided).lower())


def line_words(results: RunResults, profile: Profile, line: TheLine) -> str:
    """The sentence on the line itself."""
    text = _("The line: %(places)s are called.", places=line.places)
    if results.tie_at(line.places):
        text += " " + _(
            "It falls between applications with the same points, %(points)s; places %(place)s and %(next)s"
            " are separated by %(what)s.",
            points=display.number(results.points(results.totals[line.places - 1]), 3),
            place=line.places,
            next=line.places + 1,
            what=separated_by(results.decided_by(line.places + 1), profile),
        )
    return text


def tie(results: RunResults, profile: Profile, line: TheLine) -> Tie | None:
    """What to say when the line cuts equal totals; None when it does not."""
    found = results.tie_at(line.places)
    if found is None:
        return None
    first, last = found
    below = first - 1 if first > 1 else None
    above = last
    words = _(
        "Places %(first)s–%(last)s have %(points)s points.",
        first=first,
        last=last,
        points=display.number(results.points(results.totals[line.places - 1]), 3),
    )
    if below is None:
        words += " " + _(
            "At %(above)s the line falls in a gap and equal points are not told apart.", above=above
        )
    else:
        words += " " + _(
            "At %(below)s or %(above)s the line falls in a gap and equal points are not told apart.",
            below=below,
            above=above,
        )
    count = last - first + 1
    return Tie(
        title=ngettext(
            "The line parts %(num)s with the same points",
            "The line parts %(num)s with the same points",
            count,
        ),
        words=words,
        below=below,
        above=above,
    )


def plot(
    results: RunResults, line: TheLine | None, counts: Mapping[str, int], sure: RunCertainty | None = None
) -> Markup:
    """The order with its bands where they are known; else as points by place, with line, reserves and threshold."""
    if sure is not None and sure.determinable and sure.rows:
        return _bands(sure)
    totals = results.totals
    inside = min(line.places, len(totals)) if line else None
    spare = min(line.places + line.reserves, len(totals)) if line else None
    rest = sum(counts.values()) - len(totals)
    caption = (
        _("Place 1"),
        _("A dot is an application: its points from 0 to 100 by its place in the order."),
        _("Place %(place)s", place=len(totals))
        + (_(", and %(rest)s without a place", rest=rest) if rest else ""),
    )
    return charts.order_plot(
        [results.points(total) for total in totals],
        title=_("Points by place, %(number)s applications", number=len(totals)),
        caption=caption,
        line_at=inside,
        line_label=_("The line, %(places)s called", places=inside) if inside else "",
        reserve_at=spare,
        reserve_label=_("%(reserves)s in reserve", reserves=spare - inside)
        if spare is not None and inside is not None
        else "",
        threshold=results.threshold / results.denominator,
        threshold_label=_(
            "threshold %(points)s", points=display.number(results.threshold / results.denominator)
        ),
    )


def _bands(sure: RunCertainty) -> Markup:
    count, zone, inside = len(sure.rows), len(sure.zone), sure.sides.count("in")
    together = max((each.last - each.first for each in sure.spans), default=0) + 1
    title = _(
        "The %(number)s places in order. A dot is the place; its line the places that cannot be ruled out.",
        number=count,
    )
    if together > 1:
        title = _(
            "The %(number)s places in order. A dot is up to %(together)s places in a row; its line all places that"
            " cannot be ruled out for them.",
            number=count,
            together=together,
        )
    return charts.band_plot(
        [
            charts.Band(
                each.first, each.low, each.high, each.side, each.last if each.last > each.first else None
            )
            for each in sure.spans
        ],
        count=count,
        title=title,
        line_at=min(sure.k, count),
        line_label=_("The line, %(places)s called", places=min(sure.k, count)),
        captions=(
            ngettext("%(num)s clearly above the line", "%(num)s clearly above the line", inside),
            ngettext("Borderline zone, %(num)s application", "Borderline zone, %(num)s applications", zone)
            if zone
            else _("Nobody in the borderline zone"),
            ngettext("%(num)s clearly below", "%(num)s clearly below", count - inside - zone),
        ),
    )


@dataclass(frozen=True)
class Shift:
    """One application whose place is another than in the run before; "–" where it has or had none."""

    code: str
    before: str
    now: str


def since(before: RunResults, now: RunResults) -> list[Shift]:
    """What differs from the run before, in the order of this one; those who have lost their place last."""
    old, new = before.places, now.places
    codes = [*new, *(code for code in old if code not in new)]
    return [
        Shift(code, str(old.get(code, "–")), str(new.get(code, "–")))
        for code in codes
        if old.get(code) != new.get(code)
    ]


def heading(
    results: RunResults, counts: Mapping[str, int], line: TheLine | None, sure: RunCertainty | None = None
) -> str:
    """What the run says in a few words."""
    ranked = len(results.totals)
    if sure is not None and sure.zone:
        return _(
            "%(clear)s are clear, %(zone)s in the borderline zone",
            clear=sure.sides.count("in"),
            zone=len(sure.zone),
        )
    if line is None:
        return ngettext("%(num)s application has a place", "%(num)s applications have a place", ranked)
    called = min(line.places, ranked)
    return _("%(called)s of %(ranked)s are called", called=called, ranked=ranked)


def summary(counts: Mapping[str, Any]) -> str:
    """How many applications of a run have which status."""
    parts = []
    if counts.get("below_threshold"):
        parts.append(_("%(number)s below the threshold", number=counts["below_threshold"]))
    if counts.get("gate"):
        parts.append(_("%(number)s stopped by a gate", number=counts["gate"]))
    if counts.get("incomplete"):
        parts.append(_("%(number)s incomplete", number=counts["incomplete"]))
    return ", ".join([_("%(number)s with a place", number=counts.get("ranked", 0)), *parts])

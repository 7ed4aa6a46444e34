"""The borderline zone of a list as people read it: who is in it, by code, and how it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from forms.choices import ZONE_REASON
from recruit import certainty_words, charts
from recruit.frames import RunCertainty, RunResults
from recruit.i18n import gettext as _
from recruit.models import ZoneReason
from recruit.queries.interview import Decided
from recruit.ranking_view import points
from recruit.services import settling
from recruit.services.lines import Line
from recruit.services.settling import Settlement

#: So many on either side of the line are shown where the levels cannot tell who is in the zone.
NEAR = 3


@dataclass(frozen=True)
class ZoneRow:
    """One application: where points put it, where it stands now, and what was written about it.

    `turn` is its number in the order that the zone was settled in, `key` what the lot drew for it, once the seed is
    revealed.
    """

    code: str
    place: int
    points: str
    places: str
    band: Markup
    chance: str
    by_points: bool
    now: bool
    turn: int
    reason: str
    key: str = ""
    code_of_reason: ZoneReason | None = None

    @property
    def kind(self) -> str:
        """The kind of reason in words; empty where nobody was moved, or before there were kinds."""
        return kind_words(self.code_of_reason)

    @property
    def moved(self) -> bool:
        """Whether it stands on another side of the line than points put it."""
        return self.by_points is not self.now


@dataclass(frozen=True)
class Zone:
    """The zone of a list. `open_places` are those of the line's places that the zone has; `k` is all of them."""

    settle: str
    rows: list[ZoneRow]
    k: int
    open_places: int
    between: str
    undeterminable: bool
    caveats: list[str]
    third_asked: bool

    @property
    def in_turn(self) -> list[ZoneRow]:
        """The rows in the order in which the zone was settled."""
        return sorted(self.rows, key=lambda each: each.turn)

    @property
    def by_points(self) -> list[str]:
        """The codes that points put above the line."""
        return [each.code for each in self.rows if each.by_points]


def view_of(
    settlement: Settlement,
    line: Line,
    results: RunResults,
    sure: RunCertainty | None,
    decided: Sequence[Decided] = (),
    seed: str | None = None,
) -> Zone:
    """The zone with its rows in the order of points.

    `sure` may be missing where it can no longer be computed; `seed` is the screening's once it is revealed.
    """
    place_of = {code: number for number, code in enumerate(line.ranked, 1)}
    by_points, now = set(line.called(line.ranked)), set(line.called(settlement.on(line.ranked)))
    turns = {code: number for number, code in enumerate(settlement.order, 1)}
    reasons = {each.mask_code: each for each in decided}
    chances = {each.application: each.p for each in settlement.zone}
    rows = []
    for code in inside(settlement, line):
        place = place_of[code]
        text, band = _possible(sure, place)
        rows.append(
            ZoneRow(
                code=code,
                place=place,
                points=points(results.points_milli(place)),
                places=text,
                band=band,
                chance=certainty_words.probability(chances.get(code)),
                by_points=code in by_points,
                now=code in now,
                turn=turns.get(code, place),
                reason=reasons[code].reason if code in reasons else "",
                code_of_reason=reasons[code].reason_code if code in reasons else None,
                key=_drawn(seed, code) if seed and settlement.settle == settling.LOT else "",
            )
        )
    return Zone(
        settle=settlement.settle,
        rows=rows,
        k=settlement.k,
        open_places=len(by_points & set(settlement.codes)),
        between=certainty_words.between(settlement.low, settlement.high),
        undeterminable=settlement.undeterminable,
        caveats=certainty_words.caveat_words(settlement.caveats),
        third_asked=settlement.third_asked,
    )


def inside(settlement: Settlement, line: Line) -> list[str]:
    """Who is gone through one by one: those in the zone, or nearest the line, in the order of points."""
    return settlement.codes if not settlement.undeterminable else _near(line)


def _drawn(seed: str, code: str) -> str:
    from scoring.lot import lot_key

    return lot_key(seed, code).hex()


def _near(line: Line) -> list[str]:
    """Those nearest the line on either side, in the order of points."""
    if line.wishes is not None:
        return []
    return list(line.ranked[max(line.places - NEAR, 0) : line.places + NEAR])


def _possible(sure: RunCertainty | None, place: int) -> tuple[str, Markup]:
    if sure is None or place > len(sure.rows):
        return "", Markup()
    found = sure.rows[place - 1]
    if found.rank_low is None or found.rank_high is None:
        return "", Markup()
    low, high = found.rank_low, found.rank_high
    band = charts.Band(place, low, high, "zone" if found.zone else "in" if (found.p or 0) > 0.5 else "out")
    text = str(low) if low == high else f"{low}–{high}"
    return text, charts.band_row(band, len(sure.rows), line_at=sure.k)


def kind_words(code: ZoneReason | None) -> str:
    """A kind of reason in words; empty for none."""
    return _(dict(ZONE_REASON)[code.value]) if code is not None else ""


def how(settle: str) -> str:
    """How the profile settles the zone, as the group decided before the intake opened."""
    return {
        settling.DISCUSS: _(
            "The group looks at these applications again, by code alone, and decides together who takes the places"
            " that are left. Whoever is moved across the line gets a reason, and all of it is kept in the record."
        ),
        settling.THIRD: _(
            "Each of these applications gets a third assessment. Then the ranking is run again, and points decide."
            " There is no further round."
        ),
        settling.LOT: _(
            "These applications are drawn by lot, with a seed whose checksum was published when the intake opened."
            " Nobody could choose the seed to suit anybody, and nobody can draw again."
        ),
    }[settle]

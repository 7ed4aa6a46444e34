"""What small countries could ever have shown, in sentences by fixed rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from recruit import monitoring_view
from recruit.i18n import gettext as _
from recruit.i18n import ngettext

if TYPE_CHECKING:
    from recruit.countries_view import Row


def pool_name(figures: Mapping[str, Any]) -> str:
    """The pool that a country's rate is drawn towards: a licence route, or all countries."""
    pool = figures.get("shrunk_pool")
    return _("All countries") if pool is None else monitoring_view.group_name("licence_route", pool)


def could_show(figures: Mapping[str, Any]) -> str:
    """Which counts of a country would have been an alarm."""
    n, low, high = figures["n"], figures["detectable"]["low"], figures["detectable"]["high"]
    if low is None and high is None:
        return _("Neither 0 nor %(n)s of %(n)s would have been an alarm.", n=n)
    if high is None:
        return _("Alarm at %(low)s.", low=_at_most(low))
    if low is None:
        return _("Alarm at %(high)s of %(n)s; not even 0 would have been one.", high=_at_least(high, n), n=n)
    return _("Alarm at %(low)s, or at %(high)s of %(n)s.", low=_at_most(low), high=_at_least(high, n), n=n)


def _at_most(low: int) -> str:
    return _("0") if low == 0 else _("%(low)s or fewer", low=low)


def _at_least(high: int, n: int) -> str:
    return _("all %(n)s", n=n) if high == n else _("%(high)s or more", high=high)


def lead(rows: Sequence[Row], persons: int) -> str:
    """How many countries, how many people, and for how many of them something can be said."""
    silent = sum(row.figures["verdict"] == "no_conclusion" for row in rows)
    alarms = sum(row.figures["verdict"] == "alarm" for row in rows)
    said = [
        ngettext(
            "%(people)s people from %(num)s country.",
            "%(people)s people from %(num)s countries.",
            len(rows),
            people=persons,
        )
    ]
    if alarms:
        said.append(ngettext("An alarm for %(num)s of them.", "An alarm for %(num)s of them.", alarms))
    else:
        said.append(_("No alarm."))
    if silent:
        said.append(
            ngettext(
                "For %(num)s no conclusion is possible; that does not mean that all is well.",
                "For %(num)s no conclusion is possible; that does not mean that all is well.",
                silent,
            )
        )
    return " ".join(said)


def could_be_seen(rows: Sequence[Row]) -> list[str]:
    """How large a country must be for anything to show, and an example of one where nothing could."""
    blind = [row for row in rows if row.figures["detectable"]["low"] is None]
    seeing = [row for row in rows if row.figures["detectable"]["low"] is not None]
    said = []
    if blind:
        example = max(blind, key=lambda row: (row.n, row.name))
        said.append(
            _(
                "For %(number)s of %(all)s countries, not even 0 who went on would have been an alarm. The largest "
                "of them is %(name)s: of %(n)s, not even 0.",
                number=len(blind),
                all=len(rows),
                name=example.name,
                n=example.n,
            )
        )
    if seeing:
        least = min(seeing, key=lambda row: (row.n, row.name))
        gap = min(seeing, key=lambda row: (abs(row.figures["detectable"]["low_difference"]), row.name))
        said.append(
            _(
                "The smallest where it would is %(name)s, with %(n)s. The smallest gap downwards that any country "
                "could have shown is %(gap)s percentage points, for %(other)s with %(others)s.",
                name=least.name,
                n=least.n,
                gap=monitoring_view.signed(gap.figures["detectable"]["low_difference"]),
                other=gap.name,
                others=gap.n,
            )
        )
    return said


def outside(rows: Sequence[Row]) -> str:
    """Which countries lie outside the limits of the funnel plot, the outermost first."""
    far = [row.name for row in rows if row.zone == "outside_99_8"]
    near = [row.name for row in rows if row.zone == "outside_95"]
    if not far and not near:
        return _("No country lies outside the limits.")
    said = []
    if far:
        said.append(_("Outside the outer limit: %(names)s.", names=", ".join(far)))
    if near:
        said.append(_("Outside the inner limit only: %(names)s.", names=", ".join(near)))
    return " ".join(said)

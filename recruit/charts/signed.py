"""Signed bars around zero: the parts of a gap, which add up to the whole of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from recruit.charts.drawing import EDGE, attribute, position
from recruit.charts.intervals import Verdict

_ROW = 26  # px, height of one row of marks
_BAR = 14
_TONES = {"alarm": "c-alarm", "watch": "c-watch", "no_conclusion": "c-rest", "no_concern": "c-2"}


@dataclass(frozen=True)
class SignedRow:
    """One part. `value` lies on the axis of the plot, None where there is none; `figures` stands beside.

    The row of kind "whole" is what the parts add up to, one of kind "heading" has only a label. `verdict` colours a
    part; one of which nothing can be concluded is hollow.
    """

    label: str
    value: float | None = None
    figures: str = ""
    kind: Literal["part", "whole", "heading"] = "part"
    verdict: Verdict = "no_concern"


def signed_bars(
    rows: Sequence[SignedRow], *, title: str, group_label: str, figures_label: str, limit: float | None = None
) -> Markup:
    """A table with a bar from zero per row, to the left for what is below it.

    `limit`: where the axis ends on both sides; without it the longest bar does. `title` names the table for a
    screen reader. The figures stand beside as text, so the plot is also their table.
    """
    longest = max((abs(row.value) for row in rows if row.value is not None), default=0.0)
    end = limit or longest or 1.0
    body = Markup().join(_row(row, end) for row in rows)
    return Markup(
        '<figure class="plot"><table class="plot-rows signed" aria-label="{}"><thead class="visually-hidden"><tr>'
        '<th scope="col">{}</th><td></td><th scope="col">{}</th></tr></thead><tbody>{}</tbody></table></figure>'
    ).format(title, group_label, figures_label, body)


def _row(row: SignedRow, end: float) -> Markup:
    if row.kind == "heading":
        return Markup('<tr class="plot-group"><th scope="rowgroup" colspan="3">{}</th></tr>').format(
            row.label
        )
    return Markup(
        '<tr{}><th scope="row">{}</th><td class="plot-marks"><svg width="100%" height="{}" aria-hidden="true">{}'
        '<line class="c-zero" x1="50%" x2="50%" y1="0" y2="{}"/></svg></td><td class="plot-n">{}</td></tr>'
    ).format(
        Markup(' class="is-whole"') if row.kind == "whole" else "",
        row.label,
        _ROW,
        _bar(row, end),
        _ROW,
        row.figures,
    )


def _bar(row: SignedRow, end: float) -> Markup:
    if not row.value:
        return Markup()
    value = min(max(row.value, -end), end)
    return Markup('<rect class="{}" x="{}" y="{}" width="{}%" height="{}"/>').format(
        "c-ink" if row.kind == "whole" else _TONES[row.verdict],
        position(min(value, 0), -end, end),
        (_ROW - _BAR) // 2,
        attribute(abs(value) / (2 * end) * (100 - 2 * EDGE)),
        _BAR,
    )

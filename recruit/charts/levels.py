"""How often each level was given, as small upright bars."""

from collections.abc import Sequence

from markupsafe import Markup

from recruit.charts.drawing import Tone, attribute, named

_HEIGHT = 68  # px, with the count above a bar and the level below it
_ABOVE, _BELOW = 16, 18  # px


def level_bars(counts: Sequence[int], *, title: str, tone: Tone = 1) -> Markup:
    """A bar for each level from 0, with its count above and the level below; no bar where nobody is."""
    slot = 100 / max(len(counts), 1)
    most = max([*counts, 1])
    room = _HEIGHT - _ABOVE - _BELOW
    bars = Markup()
    for level, count in enumerate(counts):
        height = max(room * count / most, 1.5) if count else 0
        middle, top = slot * (level + 0.5), _ABOVE + room - height
        bars += Markup(
            '<rect class="c-{}" x="{}%" y="{}" width="{}%" height="{}" rx="1"/>'
            '<text class="c-text" x="{}%" y="{}" text-anchor="middle">{}</text>'
            '<text class="c-text c-text--level" x="{}%" y="{}" text-anchor="middle">{}</text>'
        ).format(
            tone,
            attribute(middle - 0.38 * slot),
            attribute(top),
            attribute(0.76 * slot),
            attribute(height),
            attribute(middle),
            attribute(top - 3),
            count,
            attribute(middle),
            _HEIGHT - 3,
            level,
        )
    floor = _ABOVE + room + 0.5
    spoken = ", ".join(f"{level}: {count}" for level, count in enumerate(counts))
    return Markup(
        '<svg class="level-bars" width="100%" height="{}" {}>{}'
        '<line class="c-grid" x1="0" x2="100%" y1="{}" y2="{}"/></svg>'
    ).format(_HEIGHT, named(f"{title}. {spoken}"), bars, floor, floor)

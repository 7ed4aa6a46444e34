"""Bars whose parts make a whole: weights of a profile, months of a programme, a share of a maximum."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from recruit.charts.drawing import Tone, attribute, named

# Neighbours differ in lightness; a new stage takes the other hue.
_STAGE_TONES: tuple[tuple[Tone, Tone], ...] = ((1, 2), (3, 4), (5, 5))
_PART_TONES: tuple[Tone, ...] = (5, 1, 2, 3, 4)
_LETTERS_PER_CENT = (
    1.25  # letters of a label that fit in one per cent of the narrowest width that shows labels
)
_LABEL_LINES = 3
_PER_LETTER = 2.5  # per cent of a phone's width that one letter of a figure takes


@dataclass(frozen=True)
class WeightPart:
    """One part of a bar; `weight` is its points or months, 0 or more, `figure` the same as it is written."""

    label: str
    weight: float
    figure: str = ""

    @property
    def written(self) -> str:
        """The figure that stands in the bar."""
        return self.figure or attribute(self.weight)


@dataclass(frozen=True)
class WeightGroup:
    """The criteria of one stage; `heading` stands above its part of the bar."""

    heading: str
    parts: Sequence[WeightPart] = field(default_factory=tuple)


def weights_bar(groups: Sequence[WeightGroup], *, title: str) -> Markup:
    """Every criterion as wide as its weight with its figure in it, grouped by stage.

    A name that does not fit below its part is left out, and on a phone all names give way to the headings
    below: the table of anchors has every name. A criterion of weight 0 is not drawn.
    """
    total = sum(part.weight for group in groups for part in group.parts) or 1
    bars, start, lines = Markup(), 0.0, 0
    for index, group in enumerate(groups):
        tones = _STAGE_TONES[min(index, len(_STAGE_TONES) - 1)]
        bars += Markup('<text class="c-text--ink weights-label" x="{}%" y="16">{}</text>').format(
            attribute(start), group.heading
        )
        for place, part in enumerate(part for part in group.parts if part.weight):
            width = 100 * part.weight / total
            label = wrapped(part.label, int(width * _LETTERS_PER_CENT))
            bars += _part(part, start, width, tones[place % 2], label, top=24)
            start += width
            lines = max(lines, len(label))
    below = Markup().join(Markup("<li>{}</li>").format(group.heading) for group in groups)
    return Markup(
        '<figure class="plot weights"><svg class="weights-bar" width="100%" height="{}" {}>{}</svg>'
        '<ul class="weights-phone" aria-hidden="true">{}</ul></figure>'
    ).format(66 + 16 * lines, named(f"{title}. {_spoken(groups)}"), bars, below)


def parts_bar(parts: Sequence[WeightPart], *, title: str) -> Markup:
    """Parts that make a whole, such as the months of a programme; each with its figure and its name."""
    total = sum(part.weight for part in parts) or 1
    bars, start, lines = Markup(), 0.0, 0
    for index, part in enumerate(part for part in parts if part.weight):
        width = 100 * part.weight / total
        label = wrapped(part.label, int(width * _LETTERS_PER_CENT / 2))
        bars += _part(part, start, width, _PART_TONES[index % len(_PART_TONES)], label)
        start += width
        lines = max(lines, len(label))
    spoken = ", ".join(f"{part.label} {part.written}" for part in parts)
    below = Markup().join(
        Markup("<li>{} {}</li>").format(part.label, part.written) for part in parts if part.weight
    )
    return Markup(
        '<figure class="plot"><svg class="parts-bar" width="100%" height="{}" {}>{}</svg>'
        '<ul class="weights-phone" aria-hidden="true">{}</ul></figure>'
    ).format(42 + 16 * lines, named(f"{title}: {spoken}"), bars, below)


def share_bar(value: float, maximum: float, *, tone: Tone = 1, height: int = 8, label: str = "") -> Markup:
    """`value` of `maximum` (0 or more) as a small bar that fills its cell; read out only with a label."""
    share = 0.0 if maximum <= 0 else min(max(value / maximum, 0.0), 1.0)
    # Hundreds of rows have several each: written at once, of numbers alone and a name that is escaped.
    return Markup(  # noqa: S704
        f'<svg class="bar" width="100%" height="{height:d}" {named(label)}>'
        f'<rect class="c-rest" x="0.5" y="0.5" width="99%" height="{height - 1:d}" rx="2"/>'
        f'<rect class="c-{tone:d}" width="{attribute(100 * share)}%" height="{height:d}" rx="2"/></svg>'
    )


def posts_squares(count: int, *, per_row: int = 15) -> Markup:
    """One square per post. Hidden from screen readers: the figure stands beside."""
    count = max(count, 0)
    squares = Markup().join(
        Markup('<rect class="c-1" x="{}" y="{}" width="14" height="14" rx="3"/>').format(
            20 * (i % per_row), 20 * (i // per_row)
        )
        for i in range(count)
    )
    width = max(20 * min(count, per_row) - 6, 1)
    height = 20 * max(-(-count // per_row), 1) - 6
    return Markup(
        '<svg class="squares" width="{0}" height="{1}" viewBox="0 0 {0} {1}" aria-hidden="true">{2}</svg>'
    ).format(width, height, squares)


def _part(
    part: WeightPart, start: float, width: float, tone: Tone, label: Sequence[str], *, top: int = 0
) -> Markup:
    below = Markup().join(
        Markup('<text class="c-text weights-label" x="2" y="{}">{}</text>').format(54 + 16 * line, words)
        for line, words in enumerate(label)
    )
    # On a phone such a part is too slight for its figure, which stands in the list below it.
    narrow = " c-figure--narrow" if width < _PER_LETTER * len(part.written) else ""
    return Markup(
        '<svg x="{0}%" y="{1}" width="{2}%" height="92" overflow="visible"><title>{3}</title>'
        '<rect class="c-{4}" x="1" width="98.5%" height="36" rx="2"/>'
        '<text class="c-figure{7} on-{4}" x="50%" y="24">{5}</text>{6}</svg>'
    ).format(attribute(start), top, attribute(width), part.label, tone, part.written, below, narrow)


def wrapped(label: str, letters: int) -> list[str]:
    """A label in at most three lines of so many letters; empty if it does not fit."""
    lines: list[str] = []
    for word in label.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines if len(lines) <= _LABEL_LINES and all(len(line) <= letters for line in lines) else []


def _spoken(groups: Sequence[WeightGroup]) -> str:
    return "; ".join(
        f"{group.heading}: " + ", ".join(f"{part.label} {attribute(part.weight)}" for part in group.parts)
        for group in groups
    )

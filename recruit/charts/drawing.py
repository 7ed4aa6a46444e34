"""What every chart shares: numbers as attributes, names for screen readers, positions on an axis."""

from typing import Literal

from markupsafe import Markup

Tone = Literal[1, 2, 3, 4, 5]

EDGE = 3.0  # per cent kept free at both ends of an axis, so that a mark at the end is whole


def attribute(value: float) -> str:
    """A number as short as it can be written, with a point as decimal mark."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def position(value: float, low: float, high: float) -> str:
    """Position on the axis low–high as a per cent of the width; what lies outside is drawn at the end."""
    share = (min(max(value, low), high) - low) / (high - low)
    return attribute(EDGE + share * (100 - 2 * EDGE)) + "%"


def named(label: str) -> Markup:
    """The attributes of a picture with a name, or of one that stands beside the same figures as text."""
    return Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')

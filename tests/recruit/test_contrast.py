"""WCAG contrast of the colour pairs in use, read from the stylesheet, in both themes."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "recruit" / "static" / "css" / "app.css"

GROUNDS = ("page", "surface")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "spruce", "ochre", "falu", "lake") for ground in GROUNDS),
    *((f"{hue}", f"{hue}-tint") for hue in ("spruce", "ochre", "falu", "lake")),
    *((ink, f"{hue}-tint") for ink in ("ink", "ink-2") for hue in ("spruce", "ochre", "falu", "lake")),
    ("ink-2", "sunk"),
    ("ink", "sunk"),
    ("spruce-deep", "surface"),
    ("spruce-deep", "spruce-tint"),
    ("on-spruce", "spruce"),
    ("on-spruce", "spruce-deep"),
    ("on-falu", "falu"),
    ("on-panel", "panel"),
    ("on-panel-button", "panel-button"),
    *((f"on-chart-{n}", f"chart-{n}") for n in range(1, 6)),
]
SHAPES = [
    *((shape, ground) for shape in ("edge", "focus", "chart-mute") for ground in GROUNDS),
    *((f"chart-{n}", "surface") for n in range(1, 6)),
    *((hue, "sunk") for hue in ("spruce", "edge")),
    ("edge", "spruce-tint"),
    ("focus-on-panel", "panel"),
    ("panel-button", "panel"),
]


def themes() -> dict[str, dict[str, str]]:
    css = CSS.read_text("utf-8")
    dark_at = css.index("prefers-color-scheme: dark")
    found = {}
    for name, part in (("light", css[:dark_at]), ("dark", css[dark_at:])):
        found[name] = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})", part))
    return found


def luminance(colour: str) -> float:
    """Relative luminance 0–1 as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_twenty_one():
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_on_its_ground_reaches_four_and_a_half(theme: str, ink: str, ground: str):
    tokens = themes()[theme]
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shape_on_its_ground_reaches_three(theme: str, shape: str, ground: str):
    tokens = themes()[theme]
    assert contrast(tokens[shape], tokens[ground]) >= 3


def test_themes_name_the_same_colours():
    light, dark = themes().values()
    assert set(light) == set(dark)

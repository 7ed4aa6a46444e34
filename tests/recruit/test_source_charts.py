"""Charts of sources and order: parts that keep to their axis, and a curve in its band."""

import re
from typing import Any
from xml.etree import ElementTree

from recruit import charts
from recruit.charts import IntervalRow, SignedRow, Top

HOSTILE = '<script>"&'
TOPS = [Top(1, 0, 0, 1, 0), Top(2, 0, 0, 2, 0), Top(3, 1, 0, 2, 1), Top(4, 2, 2, 2, 1)]


def curve(tops: list[Top] = TOPS, words: str = "Women", **more: object) -> str:
    return str(
        charts.top_curve(tops, title=words, share=0.5, captions=(words, words), **more)  # type: ignore[arg-type]
    )


def points(svg: str, kind: str) -> list[tuple[float, float]]:
    path = re.search(rf'class="{kind}"[^>]* d="M([^"Z]+)Z?"', svg)
    assert path is not None
    return [(float(x), float(y)) for x, y in (pair.split(" ") for pair in path.group(1).split("L"))]


def test_a_curve_goes_from_the_first_place_to_the_last_at_its_shares() -> None:
    line = points(curve(), "top-line")
    assert [x for x, _y in line] == [125, 375, 625, 875]
    top, bottom = 8, 172
    assert [round((bottom - y) / (bottom - top), 3) for _x, y in line] == [0, 0, 0.333, 0.5]


def test_the_band_goes_there_along_its_upper_end_and_back_along_its_lower() -> None:
    ground = points(curve(), "top-ground")
    assert [x for x, _y in ground] == [125, 375, 625, 875, 875, 625, 375, 125]
    assert ground[3] == ground[4]


def test_the_limit_begins_where_anything_is_needed() -> None:
    assert [x for x, _y in points(curve(), "top-limit")] == [625, 875]
    assert "top-limit" not in curve([Top(1, 1, 0, 1, 0)])


def test_where_it_falls_short_is_marked_with_its_words() -> None:
    marked = curve(short_at=3, short_label="of the first 3: 0")
    assert "top-short" in marked
    assert "of the first 3: 0" in marked
    assert "top-short" not in curve()


def test_words_are_escaped_and_nothing_is_inline() -> None:
    drawn = curve(words=HOSTILE, short_at=1, short_label=HOSTILE)
    ElementTree.fromstring(drawn)
    assert HOSTILE not in drawn
    assert "style=" not in drawn


def test_a_curve_of_nobody_is_empty() -> None:
    ElementTree.fromstring(curve([]))


def test_a_part_has_the_tone_of_its_verdict_and_the_whole_its_own() -> None:
    rows = [
        SignedRow("a", -2.0, "−2", verdict="alarm"),
        SignedRow("b", 1.0, "+1", verdict="watch"),
        SignedRow("c", 0.5, "+0,5", verdict="no_conclusion"),
        SignedRow("d", 0.25, "+0,25"),
        SignedRow("all", -0.25, "−0,25", kind="whole", verdict="alarm"),
    ]
    drawn = charts.signed_bars(rows, title="Parts", group_label="Part", figures_label="Points")
    assert re.findall(r'rect class="([^"]+)"', drawn) == ["c-alarm", "c-watch", "c-rest", "c-2", "c-ink"]


def test_where_chance_would_have_a_point_lies_behind_it() -> None:
    row = IntervalRow("a", 0.9, ground=(0.4, 0.6))
    labels: dict[str, Any] = {"title": "t", "group_label": "g", "figures_label": "f", "marks_label": "m"}
    drawn = charts.interval_plot([row], **labels)
    assert drawn.index("m-ground") < drawn.index("m-dot")
    assert "m-ground" not in charts.interval_plot([IntervalRow("a", 0.9)], **labels)

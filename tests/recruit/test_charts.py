"""Charts as pages get them: escaped, without inline style or script, readable without the picture."""

from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from recruit import charts
from recruit.charts import (
    Band,
    ControlLimit,
    ControlPoint,
    Curve,
    FrontPoint,
    FunnelRow,
    IntervalRow,
    Move,
    Panel,
    PanelRow,
    Scale,
    SignedRow,
    WeightGroup,
    WeightPart,
)

LABELS = {"title": "Shares", "group_label": "Group", "figures_label": "Count", "marks_label": "Share"}
HOSTILE = '<script>"&'


def every_chart(words: str = "Women") -> dict[str, Markup]:
    """One of each, with the words everywhere that words are taken."""
    row = IntervalRow(words, 0.5, 0.4, 0.6, words, words=words)
    labels = dict.fromkeys(LABELS, words)
    return {
        "interval": charts.interval_plot([row], **labels, words_label=words, description=words),
        "difference": charts.difference_plot([row], **labels, equal_label=words),
        "funnel": charts.funnel(
            [FunnelRow(words, 8, words), FunnelRow(words, 5, words, planned=True)], title=words
        ),
        "weights": charts.weights_bar([WeightGroup(words, [WeightPart(words, 100)])], title=words),
        "parts": charts.parts_bar([WeightPart(words, 4)], title=words),
        "share": charts.share_bar(1, 2, label=words),
        "squares": charts.posts_squares(3),
        "bands": charts.band_plot(
            [Band(1, 1, 2, "in"), Band(2, None, None, "zone")],
            title=words,
            line_at=1,
            line_label=words,
            captions=(words, words, words),
        ),
        "levels": charts.level_bars([1, 0, 2], title=words),
        "moves": charts.move_plot(
            [Move(words, 1, 2, "out"), Move(words, 2, 1, "in"), Move(words, None, 3, "below")],
            title=words,
            first=1,
            last=3,
            line_at=1,
            line_label=words,
            headings=(words, words),
        ),
        "band": charts.band_row(Band(1, 1, 2, "zone"), 2, line_at=1, label=words),
        "curves": charts.curve_plot(
            [Curve(words, [(0, 1), (1, 50)]), Curve(words, [(0, 1)], 1)],
            title=words,
            x=Scale(0, 1, [(0, words), (1, words)]),
            y=Scale(0.1, 100, [(1, words)], log=True),
            x_label=words,
            dots=True,
            limit=(20, words),
            upright=(0.9, words),
        ),
        "front": charts.front_plot(
            [FrontPoint(words, (0.5, 0.2), (0.4, 0.3), "lost"), FrontPoint(words, None, None, "present")],
            title=words,
            x=Scale(0, 1, [(0, words)]),
            y=Scale(0, 1, [(0, words)]),
            x_label=words,
            y_label=words,
        ),
        "control": charts.control_plot(
            [ControlPoint(words, 4, 0.5), ControlPoint(words, 9, 1.0, "outside_95", 2)],
            [ControlLimit([(1, 0.0, 1.0), (2, 0.1, 0.9)], "inner")],
            0.4,
            title=words,
            size_label=words,
            rate_label=words,
        ),
        "panels": charts.rate_panels(
            [
                Panel(
                    words,
                    words,
                    [PanelRow(words, 0.5, 0.4, 0.6, words), PanelRow(words, None, None, None, words)],
                )
            ],
            title=words,
            group_label=words,
            figures_label=words,
        ),
        "signed": charts.signed_bars(
            [
                SignedRow(words, kind="heading"),
                SignedRow(words, -0.2, words),
                SignedRow(words, 0.1, words, "whole"),
            ],
            title=words,
            group_label=words,
            figures_label=words,
        ),
        "order": charts.order_plot(
            [40.0, 30.0],
            title=words,
            caption=(words, words, words),
            line_at=1,
            line_label=words,
            reserve_at=2,
            reserve_label=words,
            threshold=20,
            threshold_label=words,
        ),
    }


def tree(chart: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(chart)


def marks(chart: Markup, kind: str) -> list[ElementTree.Element]:
    return [node for node in tree(chart).iter() if kind in node.get("class", "").split()]


@pytest.mark.parametrize("name", every_chart())
def test_chart_is_well_formed_and_has_nothing_inline(name: str):
    nodes = list(tree(every_chart()[name]).iter())
    attributes = {key for node in nodes for key in node.keys()}  # noqa: SIM118 - an Element is not a mapping
    assert "style" not in attributes
    assert not any(key.startswith("on") for key in attributes)
    assert not any(node.tag in ("script", "style") for node in nodes)


@pytest.mark.parametrize("name", every_chart())
def test_chart_escapes_its_words(name: str):
    assert "<script" not in every_chart(HOSTILE)[name]


@pytest.mark.parametrize("name", every_chart())
def test_chart_names_its_pictures_or_hides_them(name: str):
    chart = tree(every_chart()[name])
    for picture in [node for node in [chart, *chart.iter()] if node.tag == "svg" and node.get("height")]:
        nested = picture.get("x") is not None or picture.get("preserveAspectRatio") is not None
        assert nested or picture.get("aria-hidden") == "true" or picture.get("aria-label")


@pytest.mark.parametrize(
    ("verdict", "mark"),
    [("alarm", "m-diamond"), ("watch", "m-triangle"), ("no_conclusion", "m-open"), ("no_concern", "m-dot")],
)
def test_interval_plot_draws_one_shape_per_verdict(verdict: str, mark: str):
    chart = charts.interval_plot([IntervalRow("Women", 0.5, 0.4, 0.6, verdict=verdict)], **LABELS)
    assert [len(marks(chart, each)) for each in ("m-diamond", "m-triangle", "m-open", "m-dot")].count(1) == 1
    assert len(marks(chart, mark)) == 1


def test_interval_plot_is_dashed_only_when_nothing_can_be_said():
    rows = [IntervalRow("A", 0.5, 0.1, 0.9, verdict="no_conclusion"), IntervalRow("B", 0.5, 0.4, 0.6)]
    chart = charts.interval_plot(rows, **LABELS)
    assert (len(marks(chart, "m-dashed")), len(marks(chart, "m-line"))) == (1, 1)


def test_interval_plot_draws_nothing_for_a_suppressed_group():
    chart = charts.interval_plot([IntervalRow("A", figures="under 5")], **LABELS)
    assert marks(chart, "m-line") == marks(chart, "m-dot") == []
    assert "under 5" in chart


def test_interval_plot_keeps_the_figures_as_text():
    chart = charts.interval_plot([IntervalRow("Outside the EU", 0.25, 0.14, 0.41, "9 of 36")], **LABELS)
    cells = ["".join(node.itertext()) for node in tree(chart).iter() if node.tag in ("td", "th")]
    assert cells[-4:] == ["Outside the EU", "9 of 36", "", ""]


def test_interval_plot_draws_what_lies_outside_the_axis_at_its_end():
    outside = charts.interval_plot([IntervalRow("A", 1.4, 0.9, 2.0)], **LABELS)
    at_end = charts.interval_plot([IntervalRow("A", 1.0, 0.9, 1.0)], **LABELS)
    assert outside == at_end


def test_difference_plot_marks_equal_as_the_zero_line():
    chart = charts.difference_plot([IntervalRow("A", 0, -0.1, 0.1)], **LABELS, equal_label="equal", limit=0.4)
    ticks = [node.text for node in tree(chart).iter("text")]
    assert ticks == ["−40", "−20", "equal", "+20", "+40"]
    assert len(marks(chart, "c-zero")) == 1


def test_funnel_bars_are_as_wide_as_their_counts():
    chart = charts.funnel(
        [FunnelRow("Begun", 200), FunnelRow("Sent", 100), FunnelRow("Called", 0)], title="Way"
    )
    assert [node.get("width") for node in tree(chart).iter("svg")] == ["92%", "46%", "0.8%"]


def test_funnel_hatches_what_is_planned():
    chart = charts.funnel([FunnelRow("Sent", 10), FunnelRow("Called", 5, planned=True)], title="Way")
    assert len(list(tree(chart).iter("pattern"))) == 1


def test_funnel_without_anyone_is_drawn():
    assert len(list(tree(charts.funnel([FunnelRow("Begun", 0)], title="Way")).iter("rect"))) == 0


def test_weights_bar_reads_out_every_criterion():
    groups = [
        WeightGroup("Application", [WeightPart("References", 15), WeightPart("Theory", 0)]),
        WeightGroup("Interview", [WeightPart("Case", 22.5)]),
    ]
    chart = tree(charts.weights_bar(groups, title="Points"))
    picture = next(chart.iter("svg"))
    assert picture.get("aria-label") == "Points. Application: References 15, Theory 0; Interview: Case 22.5"


def test_weights_bar_fills_the_width_without_criteria_of_weight_zero():
    groups = [WeightGroup("Application", [WeightPart("A", 10), WeightPart("B", 0), WeightPart("C", 30)])]
    chart = tree(charts.weights_bar(groups, title="Points"))
    places = [(node.get("x"), node.get("width")) for node in chart.iter("svg") if node.get("x")]
    assert places == [("0%", "25%"), ("25%", "75%")]


def test_weights_bar_leaves_out_a_name_that_does_not_fit():
    parts = [WeightPart("Incomprehensibilities", 5), WeightPart("Work", 95)]
    chart = tree(charts.weights_bar([WeightGroup("Stage", parts)], title="Points"))
    assert [node.text for node in chart.iter("text")] == ["Stage", "5", "95", "Work"]


def test_parts_bar_writes_its_figures_as_told_and_keeps_a_slight_part_without_one_on_a_phone():
    parts = [WeightPart("Intro", 0.5, "0,5"), WeightPart("Psychiatry", 11.5, "11,5")]
    chart = tree(charts.parts_bar(parts, title="Months"))
    figures = [
        (node.text, node.get("class").split()[1])
        for node in chart.iter("text")
        if "c-figure" in node.get("class")
    ]
    assert figures == [("0,5", "c-figure--narrow"), ("11,5", "on-1")]
    assert [node.text for node in chart.iter("li")] == ["Intro 0,5", "Psychiatry 11,5"]
    assert next(chart.iter("svg")).get("aria-label") == "Months: Intro 0,5, Psychiatry 11,5"


def test_share_bar_stays_within_its_cell():
    widths = [
        [node.get("width") for node in tree(charts.share_bar(value, maximum)).iter("rect")][-1]
        for value, maximum in ((0, 10), (2.5, 10), (12, 10), (1, 0))
    ]
    assert widths == ["0%", "25%", "100%", "0%"]


@pytest.mark.parametrize(("count", "size"), [(0, ("1", "14")), (3, ("54", "14")), (16, ("294", "34"))])
def test_posts_squares_counts_them_in_rows(count: int, size: tuple[str, str]):
    squares = tree(charts.posts_squares(count))
    assert (len(list(squares.iter("rect"))), (squares.get("width"), squares.get("height"))) == (count, size)


def test_order_plot_colours_called_reserves_and_the_rest():
    chart = charts.order_plot([50, 40, 30, 20, 10], title="Order", line_at=2, reserve_at=3)
    dots = {
        kind: marks(chart, f"dots--{kind}")[0].get("d", "").count("h0") for kind in ("in", "reserve", "out")
    }
    assert dots == {"in": 2, "reserve": 1, "out": 2}


def test_order_plot_draws_the_line_between_the_places():
    chart = charts.order_plot([50, 40, 30, 20], title="Order", line_at=1)
    assert [node.get("x1") for node in marks(chart, "c-the-line")] == ["25%"]


def test_order_plot_begins_the_reserves_below_a_label_that_stands_after_the_line():
    totals = list(range(100, 0, -1))
    near = charts.order_plot(totals, title="Order", line_at=20, line_label="20 called", reserve_at=22)
    far = charts.order_plot(totals, title="Order", line_at=60, line_label="60 called", reserve_at=62)
    assert [marks(chart, "c-reserve")[0].get("y1") for chart in (near, far)] == ["22", "0"]


def test_order_plot_of_nobody_is_drawn():
    assert marks(charts.order_plot([], title="Order", line_at=0), "dots") == []


def test_order_plot_of_thousands_stays_one_mark_per_kind():
    chart = charts.order_plot([100 - i / 50 for i in range(5000)], title="Order", line_at=100)
    assert len(marks(chart, "dots")) == 2


def test_bands_have_a_ground_for_every_unbroken_run_of_the_zone():
    kinds = ["in", "zone", "zone", "out", "zone", "out"]
    bands = [Band(place, place, place, kind) for place, kind in enumerate(kinds, 1)]
    assert len(marks(charts.band_plot(bands, title="Order"), "band-ground")) == 2


def test_band_without_a_set_has_a_dot_and_no_stroke():
    row = charts.band_row(Band(2, None, None, "out"), 4)
    assert (len(marks(row, "band-dot")), len(marks(row, "band"))) == (1, 0)


def test_level_bars_are_as_high_as_their_counts_and_none_where_nobody_is() -> None:
    chart = charts.level_bars([2, 0, 4, 1, 0], title="Levels")
    heights = [float(bar.get("height", "")) for bar in marks(chart, "c-1")]
    assert heights[0] == pytest.approx(heights[2] / 2)
    assert heights[1] == heights[4] == 0
    assert tree(chart).get("aria-label") == "Levels. 0: 2, 1: 0, 2: 4, 3: 1, 4: 0"


def test_move_plot_leaves_room_for_the_line_and_cuts_what_leaves_the_picture() -> None:
    moves = [
        Move("A", 4, 4, "above"),
        Move("B", 5, 5, "below"),
        Move("C", 6, 40, "below"),
        Move("D", 50, 60, "below"),
        Move("E", None, 5, "in"),
    ]
    chart = charts.move_plot(
        moves, title="Moves", first=4, last=6, line_at=4, line_label="Line", headings=("Before", "After")
    )
    strokes = marks(chart, "move")
    assert len(strokes) == 3  # D is out of sight, and E has no place before
    flat, after, cut = strokes
    assert flat.get("y1") == flat.get("y2")
    line = float(marks(chart, "c-the-line")[0].get("y1", ""))
    assert float(flat.get("y1", "")) < line < float(after.get("y1", ""))
    height = float(next(node for node in tree(chart).iter() if node.tag.endswith("svg")).get("height", ""))
    assert float(cut.get("y2", "")) <= height
    assert float(cut.get("x2", "0%").rstrip("%")) < float(flat.get("x2", "0%").rstrip("%"))
    assert [node.text for node in marks(chart, "move-label--in")] == ["5  E"]


def test_signed_bars_go_from_zero_to_both_sides() -> None:
    rows = [
        SignedRow("whole", -0.1, "−10", "whole"),
        SignedRow("less", -0.3, "−30"),
        SignedRow("more", 0.2, "+20"),
    ]
    found = charts.signed_bars(rows, title="t", group_label="g", figures_label="f")
    bars = [
        (float(each.attrib["x"].rstrip("%")), float(each.attrib["width"].rstrip("%")))
        for each in ElementTree.fromstring(found).iter("rect")
    ]
    whole, less, more = bars
    # The axis reaches as far as the longest bar, and what is below zero ends where what is above it begins.
    assert less[0] == pytest.approx(3)
    assert sum(less) == pytest.approx(50)
    assert sum(whole) == pytest.approx(50)
    assert more[0] == pytest.approx(50)
    assert (less[1] / whole[1], less[1] / more[1]) == pytest.approx((3, 1.5), rel=1e-3)


def control(points: list[ControlPoint]) -> ElementTree.Element:
    limits = [
        ControlLimit([(n, 0.0 if n < 5 else 0.1, 1.0 if n < 5 else 0.9) for n in range(1, 31)], "inner")
    ]
    return ElementTree.fromstring(
        charts.control_plot(points, limits, 0.5, title="t", size_label="s", rate_label="r")
    )


def test_a_funnel_plot_names_those_outside_even_in_a_crowd() -> None:
    crowd = [ControlPoint(f"inside {i}", 20, 0.48 + i / 1000) for i in range(30)]
    found = control([*crowd, ControlPoint("far off", 20, 0.5, "outside_99_8")])
    texts = [each.text for each in found.iter("text")]
    assert "far off" in texts
    # The others give way: what overlaps cannot be read.
    assert sum(text is not None and text.startswith("inside") for text in texts) < 10
    # Every point has its name all the same, for who points at it.
    assert len(list(found.iter("title"))) == 31


def test_limits_are_drawn_only_where_a_group_could_be_outside() -> None:
    (path,) = control([ControlPoint("one", 30, 0.5)]).iter("path")
    # Two unbroken ends, the low and the high one, that begin where the limit leaves 0 and 1.
    assert path.attrib["d"].count("M") == 2


def test_curve_on_a_log_scale_rises_evenly_by_powers_of_ten():
    scale = Scale(0.1, 1000, [], log=True)
    assert [round(scale.share(value), 6) for value in (0.1, 1, 10, 100, 1000)] == [0, 0.25, 0.5, 0.75, 1]
    assert (scale.share(1e-9), scale.share(1e300)) == (0, 1)


def test_stepped_curve_is_level_until_the_next_figure():
    axis = Scale(0, 10, [])
    curve = Curve("All", [(0, 0), (5, 10)])
    path = marks(charts.curve_plot([curve], title="t", x=axis, y=axis, x_label="x", stepped=True), "curve")[0]
    assert path.get("d") == "M20 226H500V14"
    slanted = charts.curve_plot([curve], title="t", x=axis, y=axis, x_label="x")
    assert marks(slanted, "curve")[0].get("d") == "M20 226L500 14"

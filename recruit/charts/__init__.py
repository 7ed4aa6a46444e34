"""Charts drawn on the server: text as HTML, marks as SVG, colour only through classes of the stylesheet.

Every function returns `Markup` without a style attribute or a script, so that it passes a strict
Content-Security-Policy, follows dark mode and prints. Horizontal positions are percentages, so a chart fills
its column while its text keeps its size on a phone. The words are passed in, already translated.
"""

from recruit.charts.bands import Band, band_plot, band_row
from recruit.charts.bars import WeightGroup, WeightPart, parts_bar, posts_squares, share_bar, weights_bar
from recruit.charts.control import ControlLimit, ControlPoint, control_plot
from recruit.charts.curves import MOST_LINES, Curve, Scale, curve_plot
from recruit.charts.front import FrontPoint, front_plot
from recruit.charts.funnel import FunnelRow, funnel
from recruit.charts.intervals import IntervalRow, difference_plot, interval_plot
from recruit.charts.levels import level_bars
from recruit.charts.moves import Move, move_plot
from recruit.charts.order import order_plot
from recruit.charts.panels import Panel, PanelRow, rate_panels
from recruit.charts.periods import PeriodRow, period_plot
from recruit.charts.signed import SignedRow, signed_bars
from recruit.charts.tops import Top, top_curve

__all__ = [
    "MOST_LINES",
    "Band",
    "ControlLimit",
    "ControlPoint",
    "Curve",
    "FrontPoint",
    "FunnelRow",
    "IntervalRow",
    "Move",
    "Panel",
    "PanelRow",
    "PeriodRow",
    "Scale",
    "SignedRow",
    "Top",
    "WeightGroup",
    "WeightPart",
    "band_plot",
    "band_row",
    "control_plot",
    "curve_plot",
    "difference_plot",
    "front_plot",
    "funnel",
    "interval_plot",
    "level_bars",
    "move_plot",
    "order_plot",
    "parts_bar",
    "period_plot",
    "posts_squares",
    "rate_panels",
    "share_bar",
    "signed_bars",
    "top_curve",
    "weights_bar",
]

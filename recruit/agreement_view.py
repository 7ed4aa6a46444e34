"""How far the assessors agree, as the page shows it: words, plots and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from recruit import agreement_words, charts, display, severity_view
from recruit.charts import IntervalRow
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.run_analysis import RunAnalysis
from scoring.profile import TOP_LEVEL

if TYPE_CHECKING:
    from scoring.agreement import Agreement, Figures
    from scoring.alpha import Alpha
    from scoring.criteria import Profile
    from scoring.icc_forms import Form


@dataclass(frozen=True)
class Figure:
    """A figure with its interval, as texts, and how many it rests on."""

    value: str
    interval: str


@dataclass(frozen=True)
class FigureRow:
    """All that is said of one criterion, or of all."""

    name: str
    one: Figure
    mean: Figure
    alpha: Figure
    applications: int
    levels: int


@dataclass(frozen=True)
class AssessorRow:
    """How one assessor used the scale, and the severity on each criterion."""

    assessor: str
    levels: int
    bars: Markup
    severities: list[str]


@dataclass(frozen=True)
class Disagreement:
    """One application and criterion on which assessors differ."""

    code: str
    criterion: str
    difference: str
    given: list[tuple[str, str]]


@dataclass(frozen=True)
class AgreementView:
    """Everything that the page shows."""

    title: str
    sentences: list[str]
    stats: list[tuple[str, str, str]]
    limits: list[str]
    mean_plot: Markup
    alpha_plot: Markup
    rows: list[FigureRow]
    severity_plot: Markup
    severity_words: list[str]
    criteria: list[str]
    assessors: list[AssessorRow]
    form_counted: int


def view_of(taken: RunAnalysis, found: Agreement) -> AgreementView:
    """The agreement of a run."""
    rows = [(_("In all"), found.overall), *_by_criterion(taken.profile, found)]
    return AgreementView(
        title=agreement_words.title(found),
        sentences=agreement_words.sentences(found),
        stats=_stats(found),
        limits=agreement_words.limits(taken, found),
        mean_plot=_mean_plot(rows),
        alpha_plot=_alpha_plot(rows),
        rows=[_row(name, figures) for name, figures in rows],
        severity_plot=severity_view.plot(found.overall.severity),
        severity_words=severity_view.words(found.overall.severity),
        criteria=[name for name, _figures in rows[1:]],
        assessors=_assessors(taken, found, [figures for _name, figures in rows[1:]]),
        form_counted=next((note.count for note in found.notes if note.code == "form_left_out"), 0),
    )


def _by_criterion(profile: Profile, found: Agreement) -> list[tuple[str, Figures]]:
    """In the order of the profile."""
    return [
        (each.name.in_language(language()), found.criteria[each.key])
        for each in profile.criteria
        if each.key in found.criteria
    ]


def decimal(value: float | None) -> str:
    """A coefficient with two decimals and a true minus sign; an en dash for none."""
    return "–" if value is None or value != value else display.number(value, 2).replace("-", "−")


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None or low != low:
        return ""
    return _("%(low)s to %(high)s", low=decimal(low), high=decimal(high))


def _stats(found: Agreement) -> list[tuple[str, str, str]]:
    figures = found.overall
    named = (
        (_("The mean, ICC(A,k)"), figures.icc["2,k"]),
        (_("One assessor, ICC(A,1)"), figures.icc["2,1"]),
        (_("Krippendorff's α, ordinal"), figures.alpha["ordinal"]),
    )
    return [(name, decimal(each.value), _interval(each.low, each.high)) for name, each in named]


# ICC and α per criterion


def _row(name: str, figures: Figures) -> FigureRow:
    def figure(each: Form | Alpha) -> Figure:
        return Figure(decimal(each.value), _interval(each.low, each.high))

    return FigureRow(
        name,
        figure(figures.icc["2,1"]),
        figure(figures.icc["2,k"]),
        figure(figures.alpha["ordinal"]),
        figures.icc.n_applications,
        figures.n_levels,
    )


def _mean_plot(rows: list[tuple[str, Figures]]) -> Markup:
    marks = [
        _mark(name, figures.icc["2,k"], figures.icc.n_applications, _short_reason(figures.icc["2,k"].reason))
        for name, figures in rows
    ]
    return _plot(
        marks,
        _("Agreement of the mean, ICC(A,k), by criterion"),
        _("Applications"),
        _("ICC(A,k) with its 95 per cent interval"),
    )


def _alpha_plot(rows: list[tuple[str, Figures]]) -> Markup:
    marks = []
    for name, figures in rows:
        alpha = figures.alpha["ordinal"]
        reason = "" if alpha.value is not None else _("cannot be told")
        marks.append(_mark(name, alpha, alpha.n_pairable, reason))
    return _plot(
        marks,
        _("Krippendorff's α, ordinal, by criterion"),
        _("With two levels or more"),
        _("α with its 95 per cent interval"),
    )


def _short_reason(reason: str) -> str:
    return _("cannot be told") if reason else ""


def _mark(name: str, each: Form | Alpha, n: int, reason: str) -> IntervalRow:
    return IntervalRow(
        label=name,
        rate=each.value,
        low=each.low,
        high=each.high,
        figures=display.number(n),
        verdict="no_conclusion" if each.value is None else "no_concern",
        words=reason or decimal(each.value),
    )


def _plot(marks: list[IntervalRow], title: str, figures_label: str, marks_label: str) -> Markup:
    below = min((value for each in marks for value in (each.rate, each.low) if value is not None), default=0)
    low = -1.0 if below < -0.5 else -0.5 if below < 0 else 0.0
    ticks = [(at / 4, display.number(at / 4).replace("-", "−")) for at in range(round(low * 4), 5)]
    return charts.interval_plot(
        marks,
        title=title,
        group_label=_("Criterion"),
        figures_label=figures_label,
        marks_label=marks_label,
        axis=(low, 1.0),
        ticks=ticks,
        zero=0 if low else None,
    )


def _assessors(taken: RunAnalysis, found: Agreement, criteria: list[Figures]) -> list[AssessorRow]:
    by_criterion = [{each["assessor"]: each for each in figures.severity.records()} for figures in criteria]
    rows = []
    for name in taken.assessors:
        counts = [taken.counts.get(name, {}).get(level, 0) for level in range(TOP_LEVEL + 1)]
        rows.append(
            AssessorRow(
                name,
                sum(counts),
                charts.level_bars(counts, title=_("Levels that %(assessor)s gave", assessor=name)),
                [severity_view.text(records.get(name)) for records in by_criterion],
            )
        )
    return rows


# Disagreements


def disagreements(taken: RunAnalysis, found: Agreement, first: int, last: int) -> list[Disagreement]:
    """Those from ``first`` (counted from 0) to before ``last``, the largest first."""
    names = {each.key: each.name.in_language(language()) for each in taken.profile.criteria}
    return [
        Disagreement(
            code=row["application"],
            criterion=names[row["criterion"]],
            difference=f"{row['range']:g}",
            given=[
                (assessor, str(level))
                for assessor, level in sorted(
                    taken.levels_of(row["application"], row["criterion"]), key=lambda each: (each[1], each[0])
                )
            ],
        )
        for row in found.disagreements.iloc[first:last].to_dict("records")
    ]


def disagreement_words(taken: RunAnalysis, found: Agreement) -> str:
    """How many there are, and of how many."""
    pairs = found.overall.alpha["ordinal"].n_pairable
    largest = int((found.disagreements["range"] >= 2).sum())
    return _(
        "On %(differing)s of %(pairs)s the assessors differ, on %(far)s by two levels or more. Counted is each"
        " application on each criterion.",
        differing=len(found.disagreements),
        pairs=pairs,
        far=largest,
    )

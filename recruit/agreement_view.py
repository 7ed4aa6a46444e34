"""How far the assessors agree, in words a lay person can follow, with intervals and what limits them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from recruit import charts, display
from recruit.charts import IntervalRow
from recruit.i18n import language
from recruit.run_analysis import RunAnalysis
from scoring.profile import TOP_LEVEL

if TYPE_CHECKING:
    from scoring.agreement import Agreement, Figures, Note
    from scoring.alpha import Alpha
    from scoring.criteria import Profile
    from scoring.icc_forms import Form
    from scoring.severity import Severity

#: Where the words of Koo & Li (2016), Journal of Chiropractic Medicine 15, 155-163, change.
_LIMITS = (0.5, 0.75, 0.9)


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
        title=_("Poor agreement") if _no_more_than_chance(found) else _title(found.overall.icc["2,k"]),
        sentences=_sentences(found),
        stats=_stats(found),
        limits=_limits(taken, found),
        mean_plot=_mean_plot(rows),
        alpha_plot=_alpha_plot(rows),
        rows=[_row(name, figures) for name, figures in rows],
        severity_plot=_severity_plot(found.overall.severity),
        severity_words=_severity_words(found.overall.severity),
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


# The sentence first


def _title(form: Form) -> str:
    """In the words of Koo & Li, for the whole interval and not only for its middle."""
    if form.value is None:
        return _("How far the assessors agree cannot be told")
    low, high = form.low, form.high
    ends = [_grade(form.value)] if low is None or high is None else [_grade(low), _grade(high)]
    words = (
        _("Poor agreement"),
        _("Moderate agreement"),
        _("Good agreement"),
        _("Very good agreement"),
    )
    if ends[0] == ends[-1]:
        return words[ends[0]]
    last = (_("poor"), _("moderate"), _("good"), _("very good"))[ends[-1]]
    return _("%(from)s, at best %(to)s", **{"from": words[ends[0]], "to": last})


def _grade(value: float) -> int:
    return sum(value >= limit for limit in _LIMITS)


def _sentences(found: Agreement) -> list[str]:
    mean, one = found.overall.icc["2,k"], found.overall.icc["2,1"]
    chance = _no_more_than_chance(found)
    if mean.value is None and not chance:
        return [_icc_reasons()[mean.reason]]
    if mean.value is None or chance:
        said = [
            _("The assessors agree no more than chance would have it: the mean levels say nothing certain.")
        ]
    else:
        said = [
            _(
                "Of the differences between the applications' mean levels %(share)s come from the applications"
                " themselves. The rest comes from who happened to assess them, and from chance.",
                share=display.percent(mean.value),
            )
        ]
    if mean.low is not None and mean.high is not None:
        said.append(
            _(
                "The share may in truth be anything from %(low)s to %(high)s (95 per cent interval).",
                low=display.percent(max(mean.low, 0.0)),
                high=display.percent(max(mean.high, 0.0)),
            )
        )
    k = found.overall.icc.k
    if one.value is not None and k is not None:
        said.append(
            _(
                "That is for the mean of %(assessors)s assessors, which the order goes by. One assessor alone would"
                " have given %(share)s.",
                assessors=display.number(round(k, 1)),
                share=display.percent(max(one.value, 0.0)),
            )
        )
    return said


def _no_more_than_chance(found: Agreement) -> bool:
    """Where assessors agree less than chance would have it, the mean of k may have no figure, but one has."""
    one = found.overall.icc["2,1"].value
    return one is not None and one <= 0


def _stats(found: Agreement) -> list[tuple[str, str, str]]:
    figures = found.overall
    named = (
        (_("The mean, ICC(A,k)"), figures.icc["2,k"]),
        (_("One assessor, ICC(A,1)"), figures.icc["2,1"]),
        (_("Krippendorff's α, ordinal"), figures.alpha["ordinal"]),
    )
    return [(name, decimal(each.value), _interval(each.low, each.high)) for name, each in named]


def _limits(taken: RunAnalysis, found: Agreement) -> list[str]:
    said = [
        _(
            "Only those who went on to this stage are assessed. The more alike they are, the lower the same"
            " disagreement makes these figures, so they cannot be compared between stages or intakes."
        )
    ]
    if len(taken.assessors) < 6 and found.overall.icc["2,k"].value is not None:
        said.append(
            ngettext(
                "There is only %(num)s assessor. What is said of assessors in general is uncertain: read the interval.",
                "There are only %(num)s assessors. What is said of assessors in general is uncertain: read the"
                " interval.",
                len(taken.assessors),
            )
        )
    if len(found.criteria) > 1:
        said.append(
            _(
                "The ICC in all is about each assessor's mean over the criteria, where much of the chance in single"
                " levels evens out. α is about the single levels, so the two cannot be compared."
            )
        )
        said.append(
            _(
                "α in all takes each application and criterion by itself. Where criteria differ in how high they lie,"
                " assessors who see that agree by it; read α per criterion beside it."
            )
        )
    overall = {note.code for note in found.notes if note.criterion is None}
    for note in found.notes:
        if note.code != "form_left_out" and (note.criterion is None or note.code not in overall):
            said.append(_note(note, taken.profile))
    return said


def _note(note: Note, profile: Profile) -> str:
    words = {
        "one_assessor": _("One person gave all the levels."),
        "one_application": _("There is only one application."),
        "all_equal": _("All levels are equal."),
        "assessed_once": ngettext(
            "%(num)s has one level only. It counts, but cannot show disagreement.",
            "%(num)s have one level only. They count, but cannot show disagreement.",
            note.count,
        ),
        "partly_assessed": ngettext(
            "%(num)s assessment lacks a level on some criterion.",
            "%(num)s assessments lack a level on some criterion.",
            note.count,
        ),
        "separate_panels": ngettext(
            "The assessors are %(num)s group.",
            "The assessors are %(num)s groups that share no application, so nobody can tell whether one group is"
            " stricter than another.",
            note.count,
        ),
        "few_units": ngettext(
            "Only %(num)s has two levels or more: the interval of α is rough.",
            "Only %(num)s have two levels or more: the interval of α is rough.",
            note.count,
        ),
    }[note.code]
    if note.criterion is None:
        return words
    return f"{profile.criterion(note.criterion).name.in_language(language())}: {words}"


def _icc_reasons() -> dict[str, str]:
    """By the reasons of `scoring.icc`."""
    return {
        "no_levels": _("Nobody has given a level."),
        "one_application": _("There is only one application, so there is nothing to compare."),
        "one_assessor": _("One person gave all the levels, so nobody knows how much assessors differ."),
        "one_level_each": _("No application has levels of two assessors."),
        "no_variance": _("All levels are the same, so there are no differences to agree about."),
        "too_few_shared": _(
            "Too few applications were judged by more than one assessor to tell them and chance apart."
        ),
        "undefined": _("For levels like these there is no figure."),
        "": "",
    }


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


# Severity


def _severity_plot(found: Severity) -> Markup:
    records = found.records()
    ends = [abs(each[name]) for each in records for name in ("low", "high") if each[name] is not None]
    limit = max(math.ceil(min(max(ends, default=0.5), float(TOP_LEVEL)) * 2) / 2, 0.5)
    step = 0.25 if limit <= 0.5 else 0.5 if limit <= 1.5 else 1.0
    count = int(limit / step)
    ticks = [
        (at * step, signed(at * step, 2 if step == 0.25 else 1) if at else _("as the others"))
        for at in range(-count, count + 1)
    ]
    marks: list[IntervalRow] = []
    panels = {each["panel"] for each in records}
    for panel in sorted(panels):
        if len(panels) > 1:
            marks.append(IntervalRow(label=_("Group %(number)s", number=panel + 1), heading=True))
        own = [each for each in records if each["panel"] == panel]
        marks += [_severity_mark(each) for each in sorted(own, key=lambda each: -(each["severity"] or 0))]
    return charts.interval_plot(
        marks,
        title=_("How strict each assessor is, in levels"),
        group_label=_("Assessor"),
        figures_label=_("Applications"),
        marks_label=_("Levels lower than colleagues on the same application, with its 95 per cent interval"),
        axis=(-limit, limit),
        ticks=ticks,
        zero=0,
    )


def _severity_mark(each: dict[str, Any]) -> IntervalRow:
    if not each["identifiable"]:
        words = (
            _("cannot be told: shares no application with anybody")
            if each["reason"] == "no_shared_application"
            else _("cannot be told: too few shared applications")
        )
        return IntervalRow(each["assessor"], figures=str(each["n"]), verdict="no_conclusion", words=words)
    apart = each["low"] > 0 or each["high"] < 0
    word = (_("stricter") if each["severity"] > 0 else _("more lenient")) if apart else ""
    figure = signed(each["severity"])
    return IntervalRow(
        label=each["assessor"],
        rate=each["severity"],
        low=each["low"],
        high=each["high"],
        figures=str(each["n"]),
        verdict="watch" if apart else "no_concern",
        words=f"{figure}, {word}" if word else figure,
    )


def signed(value: float | None, decimals: int = 2) -> str:
    """Levels with their sign and a true minus sign; no sign for what is shown as zero."""
    if value is None or value != value:
        return "–"
    text = display.number(abs(round(value, decimals)), decimals)
    rounded = round(value, decimals)
    return f"+{text}" if rounded > 0 else f"−{text}" if rounded < 0 else text


def _severity_words(found: Severity) -> list[str]:
    count = len(found.table)
    said = [
        _(
            "To the right: stricter, lower levels than colleagues on the same applications. Applications differ, so"
            " only those that two have seen can tell a strict assessor from a weak application."
        )
    ]
    if count > 1:
        said.append(
            _(
                "Each interval is for one assessor alone: of twenty, about one misses zero by chance. None of this"
                " changes a place."
            )
        )
    return said


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
                [_severity_text(records.get(name)) for records in by_criterion],
            )
        )
    return rows


def _severity_text(each: dict[str, Any] | None) -> str:
    if each is None:
        return "–"
    if not each["identifiable"]:
        return _("cannot be told")
    between = _("%(low)s to %(high)s", low=signed(each["low"]), high=signed(each["high"]))
    return f"{signed(each['severity'])} ({between})"


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

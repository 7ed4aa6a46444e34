"""A profile tried on levels that are there: does it tell applicants apart, and is the bar too high? In words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from markupsafe import Markup

from recruit import charts, display
from recruit.criterion_words import name_of
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.monitoring_view import Finding
from recruit.profile_view import joined

if TYPE_CHECKING:
    from scoring.criteria import Criterion, Profile
    from scoring.trial import Bar, CriterionTrial, Intake, Pair, Ties, Trial


@dataclass(frozen=True)
class CriterionRow:
    """How one criterion's levels fall out."""

    name: str
    bars: Markup
    n: str
    mean: str
    sd: str
    words: list[str]
    notable: bool


@dataclass(frozen=True)
class IntakeRow:
    """One intake with the tried profile: who would be above the threshold."""

    name: str
    applicants: int
    above: str
    below: str
    stopped: str
    incomplete: str
    posts: str
    needed: str


@dataclass(frozen=True)
class PairRow:
    """Two criteria and how alike their orders are."""

    first: str
    second: str
    n: int
    spearman: str
    words: str
    notable: bool


@dataclass(frozen=True)
class TrialView:
    """Everything that the page shows of a trial."""

    findings: list[Finding]
    criteria: list[CriterionRow]
    intakes: list[IntakeRow]
    pairs: list[PairRow]
    ties: list[str]
    notes: list[str]
    rules: list[str]


def view_of(
    trial: Trial, profile: Profile, names: Sequence[str], changed: Sequence[tuple[str, str]]
) -> TrialView:
    """``names``: of the intakes, in the order of the trial; ``changed``: (criterion, intake) with other definitions."""
    return TrialView(
        findings=[
            *(_bar(each.bar, name) for each, name in zip(trial.intakes, names, strict=True) if each.bar),
            _differences(trial, profile),
            _ends(trial, profile),
            _copies(trial, profile),
        ],
        criteria=[_criterion(each, profile) for each in trial.criteria],
        intakes=[_intake(each, name) for each, name in zip(trial.intakes, names, strict=True)],
        pairs=[_pair(each, profile) for each in trial.pairs],
        ties=[_ties(each.ties, name) for each, name in zip(trial.intakes, names, strict=True) if each.ties],
        notes=_notes(trial, profile, names, changed),
        rules=_rules(trial),
    )


def changed_since(profile: Profile, earlier: Profile, stage: str) -> list[str]:
    """Keys of criteria that are in both versions but are asked or counted in another way."""
    before = {each.key: each for each in earlier.criteria}
    return [
        each.key
        for each in profile.required_at(stage)
        if each.key in before and _asked(each) != _asked(before[each.key])
    ]


def _asked(criterion: Criterion) -> tuple[object, ...]:
    return criterion.kind, criterion.value, criterion.bands, criterion.anchors


# Findings


def _bar(bar: Bar, intake: str) -> Finding:
    above = ngettext(
        "%(num)s of %(complete)s would be at or above the threshold",
        "%(num)s of %(complete)s would be at or above the threshold",
        bar.above,
        complete=bar.complete,
    )
    posts = ngettext("%(num)s post", "%(num)s posts", bar.posts or 0)
    figures = _(
        "%(above)s above, %(posts)s, %(needed)s wanted", above=bar.above, posts=posts, needed=bar.needed
    )
    if bar.verdict == "too_high":
        words = _(
            "The bar is too high: %(above)s, fewer than there are posts (%(posts)s).",
            above=above,
            posts=posts,
        )
        return Finding("alarm", intake, words, figures)
    if bar.verdict == "tight":
        words = _(
            "The bar is tight: %(above)s. With %(posts)s that leaves few to choose from.",
            above=above,
            posts=posts,
        )
        return Finding("watch", intake, words, figures)
    if bar.verdict == "no_posts":
        words = _("%(above)s. How many posts there are is not known.", above=above)
        return Finding("no_conclusion", intake, words, "")
    return Finding(
        "no_concern",
        intake,
        _("The bar is not too high: %(above)s, for %(posts)s.", above=above, posts=posts),
        figures,
    )


def _differences(trial: Trial, profile: Profile) -> Finding:
    heading = _("Telling applicants apart")
    alike = [each for each in trial.criteria if {"all_equal", "hardly_differs"} & set(each.verdicts)]
    if alike:
        words = ngettext(
            "%(names)s hardly differs between applicants, so it decides little.",
            "%(names)s hardly differ between applicants, so they decide little.",
            len(alike),
            names=_names(alike, profile),
        )
        return Finding("watch", heading, words, "")
    return _none(trial, heading, _("Every criterion that can be judged differs between applicants."))


def _ends(trial: Trial, profile: Profile) -> Finding:
    heading = _("Ceilings and floors")
    high = [each for each in trial.criteria if "ceiling" in each.verdicts]
    low = [each for each in trial.criteria if "floor" in each.verdicts]
    words = []
    if high:
        words.append(_("Half or more have the highest level on %(names)s.", names=_names(high, profile)))
    if low:
        words.append(_("Half or more have level 0 on %(names)s.", names=_names(low, profile)))
    if words:
        return Finding("watch", heading, " ".join(words), "")
    return _none(
        trial, heading, _("On no criterion do half the applicants have the highest level, or level 0.")
    )


def _copies(trial: Trial, profile: Profile) -> Finding:
    heading = _("Measuring the same twice")
    copies = [each for each in trial.pairs if each.verdict == "near_copies"]
    if copies:
        words = "; ".join(
            _(
                "%(first)s and %(second)s are nearly copies of each other (ρ %(rho)s)",
                first=name_of(profile, each.first),
                second=_lower(name_of(profile, each.second)),
                rho=_decimal(each.spearman),
            )
            for each in copies
        )
        return Finding("watch", heading, f"{words}.", "")
    judged = [each for each in trial.pairs if each.verdict == "distinct"]
    if not judged:
        return Finding("no_conclusion", heading, _("No two criteria can be compared."), "")
    largest = max(judged, key=lambda each: abs(each.spearman or 0))
    return Finding(
        "no_concern",
        heading,
        _("No two criteria are nearly copies of each other."),
        _(
            "Most alike: %(first)s and %(second)s, ρ %(rho)s.",
            first=_lower(name_of(profile, largest.first)),
            second=_lower(name_of(profile, largest.second)),
            rho=_decimal(largest.spearman),
        ),
    )


def _none(trial: Trial, heading: str, words: str) -> Finding:
    """Nothing stands out; nothing can be said where no criterion could be judged."""
    if all({"too_few", "unknown"} & set(each.verdicts) for each in trial.criteria):
        return Finding("no_conclusion", heading, _("Too few applicants have a level."), "")
    return Finding("no_concern", heading, words, "")


# Tables


def _criterion(each: CriterionTrial, profile: Profile) -> CriterionRow:
    known = {
        "unknown": _("No chosen intake has it. It is never counted as 0."),
        "too_few": _("Too few have a level to say anything."),
        "all_equal": _("All have the same level."),
        "hardly_differs": _("Hardly differs."),
        "ceiling": _("Ceiling: half or more at level 4."),
        "floor": _("Floor: half or more at level 0."),
    }
    codes = [
        code for code in each.verdicts if not (code == "hardly_differs" and "all_equal" in each.verdicts)
    ]
    words = [known[code] for code in codes]
    if each.without and each.n:
        words.append(ngettext("%(num)s lacks a level.", "%(num)s lack a level.", each.without))
    name = name_of(profile, each.criterion)
    return CriterionRow(
        name,
        charts.level_bars(each.counts, title=name) if each.n else Markup("–"),
        display.number(each.n),
        _decimal(each.mean),
        _decimal(each.sd),
        words,
        bool(codes),
    )


def _intake(each: Intake, name: str) -> IntakeRow:
    bar = each.bar
    return IntakeRow(
        name=name,
        applicants=each.applicants,
        above=str(bar.above) if bar else "–",
        below=str(bar.below) if bar else "–",
        stopped=str(bar.stopped) if bar else "–",
        incomplete=str(each.incomplete),
        posts=str(bar.posts) if bar and bar.posts is not None else "–",
        needed=str(bar.needed) if bar and bar.needed is not None else "–",
    )


def _ties(ties: Ties, name: str) -> str:
    if not ties.lines:
        return _("%(intake)s: too few have a place for ties to matter.", intake=name)
    words = _(
        "%(intake)s: %(tied)s of %(ranked)s share their points with somebody, at most %(largest)s of them the same. A"
        " line drawn anywhere would part equal points %(share)s of the time; in %(lot)s of %(lines)s places only the"
        " lot decides.",
        intake=name,
        tied=ties.tied,
        ranked=ties.ranked,
        largest=ties.largest,
        share=display.percent(float(Fraction(ties.cut, ties.lines))),
        lot=ties.by_lot,
        lines=ties.lines,
    )
    if ties.at_posts:
        words += " " + _("At the last post %(number)s have the same points.", number=ties.at_posts)
    return words


def _pair(each: Pair, profile: Profile) -> PairRow:
    words = {
        "near_copies": _("nearly copies"),
        "distinct": "",
        "too_few": _("too few"),
        "undefined": _("one of them does not vary"),
    }[each.verdict]
    return PairRow(
        name_of(profile, each.first),
        name_of(profile, each.second),
        each.n,
        _decimal(each.spearman),
        words,
        each.verdict == "near_copies",
    )


# What to know


def _notes(
    trial: Trial, profile: Profile, names: Sequence[str], changed: Sequence[tuple[str, str]]
) -> list[str]:
    said = []
    for each, name in zip(trial.intakes, names, strict=True):
        if each.unknown:
            said.append(
                _(
                    "%(intake)s has no levels on %(criteria)s, so no points, ties or bar can be worked out for it.",
                    intake=name,
                    criteria=joined([_lower(name_of(profile, key)) for key in each.unknown]),
                )
            )
        if each.ignored:
            said.append(
                ngettext(
                    "%(intake)s has %(num)s criterion that this version lacks; it is left out.",
                    "%(intake)s has %(num)s criteria that this version lacks; they are left out.",
                    len(each.ignored),
                    intake=name,
                )
            )
    said += [
        _(
            "%(criterion)s is asked or counted in another way in %(intake)s; its levels are as they were given then.",
            criterion=name_of(profile, key),
            intake=name,
        )
        for key, name in changed
    ]
    return said


def _rules(trial: Trial) -> list[str]:
    rules = trial.rules
    return [
        _(
            "Hardly differs: %(share)s or more have reached the same whole level and not the next.",
            share=display.percent(float(rules.same)),
        ),
        _(
            "Ceiling or floor: %(share)s or more are at exactly 4, or at exactly 0.",
            share=display.percent(float(rules.end)),
        ),
        _(
            "Nearly copies: Spearman's ρ is %(limit)s or more, or −%(limit)s or less.",
            limit=display.number(rules.copies),
        ),
        _(
            "The bar is too high if fewer are above it than there are posts, and tight below %(number)s for each post.",
            number=display.number(float(rules.interviews_per_post)),
        ),
        _("With fewer than %(number)s applicants nothing is said.", number=rules.fewest),
        _(
            "Earlier applicants are not those to come, and two criteria may go together in applicants without measuring"
            " the same. A figure here is a reason to look, not a verdict."
        ),
    ]


def _names(found: Sequence[CriterionTrial], profile: Profile) -> str:
    names = [name_of(profile, each.criterion) for each in found]
    return joined([names[0], *(_lower(name) for name in names[1:])])


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _decimal(value: float | None) -> str:
    return "–" if value is None else display.number(value, 2).replace("-", "−")

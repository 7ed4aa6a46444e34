"""Why an application has its place, in words: for the applicant plainly, for the group and the auditor in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from recruit import charts, display
from recruit.certainty_words import chance, undetermined
from recruit.frames import RunCertainty
from recruit.i18n import language
from recruit.ranking_view import level_words, points_of, separated_by
from recruit.services.settling import LOT, THIRD, Settlement

if TYPE_CHECKING:
    from scoring.comparison import Comparison, Side
    from scoring.criteria import Profile
    from scoring.explanation import (
        Anchor,
        Change,
        CriterionChange,
        CriterionPart,
        Explanation,
        GateTest,
        LevelChange,
    )
    from scoring.level_steps import Cell
    from scoring.ranking import Ranking


@dataclass(frozen=True)
class AssessorLevel:
    """One assessor's level with its anchor. ``assessor`` is the pseudonym that the run holds."""

    assessor: str
    level: str


@dataclass(frozen=True)
class CriterionRow:
    """What one criterion gave. ``alone``: what it alone would have had to be for another outcome, if anything."""

    name: str
    counted: bool
    level: str
    anchor: str
    points: str
    highest: str
    bar: Markup
    assessors: list[AssessorLevel]
    alone: str


@dataclass(frozen=True)
class GateRow:
    """One test of a gate: what it asks for and whether it is passed."""

    words: str
    passed: bool


@dataclass(frozen=True)
class Story:
    """An explanation in words. ``outcome`` is one sentence; ``sentences`` follow it in the order of reading."""

    outcome: str
    sentences: list[str]
    changes: list[str]
    change_heading: str
    sure: list[str]
    criteria: list[CriterionRow]
    gates: list[GateRow]
    total: str


def story(
    explanation: Explanation,
    profile: Profile,
    *,
    called: bool | None,
    certainty: RunCertainty | None = None,
    reserve: int | None = None,
    settled: str = "",
    personal: bool = False,
) -> Story:
    """One application's explanation.

    ``called``: whether it is called, None where no line is drawn: the list's own answer, which a settled
    borderline zone may make another than the order's. ``reserve``: its number among the reserves.
    ``settled``: how the zone was settled, as a sentence. ``personal``: spoken to the applicant, without
    the assessors' single levels.
    """
    moved = _moved_across(explanation, called)
    # What would have moved it in the order of points says nothing of one whom the settled zone moved.
    change = explanation.changes[0] if explanation.changes and not moved else None
    alone = {each.criterion: each for each in change.single} if change else {}
    return Story(
        outcome=_outcome(explanation, called, reserve, personal),
        sentences=[
            *_standing(explanation, profile, moved, grouped=certainty is not None and certainty.grouped),
            *([settled] if settled else []),
        ],
        changes=[] if moved else _change_words(explanation, profile, change, personal),
        change_heading=_change_heading(change),
        sure=_sure(explanation, profile, certainty, personal),
        criteria=[
            _criterion(part, profile, alone.get(part.key), change, index, personal)
            for index, part in enumerate(explanation.criteria)
        ],
        gates=[_gate(test) for test in explanation.gates],
        total="–" if explanation.total is None else points_of(explanation.total),
    )


def _moved_across(explanation: Explanation, called: bool | None) -> bool:
    """Whether the settled borderline zone put the application on the other side of the line than its points."""
    line = explanation.line
    return explanation.place is not None and line is not None and called not in (None, line.called)


def _outcome(explanation: Explanation, called: bool | None, reserve: int | None, personal: bool) -> str:
    if explanation.status == "incomplete":
        return _("The application could not be ranked: a level is missing.")
    if explanation.status != "ranked":
        return (
            _("Your application did not get a place in the order.")
            if personal
            else _("The application has no place in the order.")
        )
    if called is None:
        return _("Place %(place)s of %(ranked)s.", place=explanation.place, ranked=explanation.ranked)
    if reserve is not None:
        return (
            _("You stand in reserve, as number %(number)s.", number=reserve)
            if personal
            else _(
                "In reserve as number %(number)s, from place %(place)s.",
                number=reserve,
                place=explanation.place,
            )
        )
    if personal:
        return _("You are called to interview.") if called else _("You are not called to interview.")
    return (
        _("Called to interview, from place %(place)s.", place=explanation.place)
        if called
        else _("Not called to interview, from place %(place)s.", place=explanation.place)
    )


def _standing(explanation: Explanation, profile: Profile, moved: bool, *, grouped: bool) -> list[str]:
    if explanation.total is None:
        names = "; ".join(_name(profile, key) for key in explanation.missing)
        return [_("A level is missing on: %(criteria)s. Missing is never zero.", criteria=names)]
    said = []
    if explanation.status == "ranked":
        said.append(
            _(
                "The application has %(points)s of 100 points and place %(place)s of the %(ranked)s that have a place.",
                points=points_of(explanation.total),
                place=explanation.place,
                ranked=explanation.ranked,
            )
        )
        if explanation.raw_place is not None:
            said.append(
                _(
                    "The order goes by points adjusted for how strict the assessors are: %(adjusted)s here. By the"
                    " levels as given the place would have been %(raw)s.",
                    adjusted=points_of(explanation.adjusted_total),
                    raw=explanation.raw_place,
                )
            )
    elif explanation.status == "below_threshold":
        said.append(
            _(
                "It has %(points)s points. The threshold, which was published in the advertisement, is %(threshold)s.",
                points=points_of(explanation.total),
                threshold=display.number(float(explanation.threshold)),
            )
        )
    else:
        said.append(
            _("It has %(points)s points, but does not meet a condition.", points=points_of(explanation.total))
        )
    if moved:
        above = explanation.line is not None and explanation.line.called
        return [
            *said,
            _("By points alone it would have stood above the line.")
            if above
            else _("By points alone it would have stood below the line."),
        ]
    return said + _line(explanation, profile, grouped=grouped)


def _line(explanation: Explanation, profile: Profile, *, grouped: bool) -> list[str]:
    line = explanation.line
    if line is None or explanation.place is None or line.against is None or line.distance is None:
        return []
    if grouped:
        return [
            _(
                "There is a line for each group of posts. With the wishes of all, place %(places)s is the last from"
                " which this application would be called.",
                places=line.places,
            )
        ]
    drawn = ngettext(
        "The line is drawn after %(num)s application.",
        "The line is drawn after %(num)s applications.",
        line.places,
    )
    other = points_of(line.against.total)
    if line.distance == 0:
        what = separated_by(line.decided_by, profile)
        sentence = (
            _(
                "The first below it has the same points, %(points)s; %(what)s decides.",
                points=other,
                what=what,
            )
            if line.called
            else _(
                "The last above it has the same points, %(points)s; %(what)s decides.",
                points=other,
                what=what,
            )
        )
    elif line.called:
        sentence = _(
            "The first below it has %(points)s points, %(distance)s fewer.",
            points=other,
            distance=points_of(line.distance),
        )
    else:
        sentence = _(
            "The last above it has %(points)s points, %(distance)s more.",
            points=other,
            distance=points_of(-line.distance),
        )
    return [f"{drawn} {sentence}"]


def _change_heading(change: Change | None) -> str:
    if change is None:
        return ""
    if change.outcome == "place":
        return _("What would have given a place")
    return (
        _("What would have moved it below the line") if change.reached else _("What would have been enough")
    )


def _change_words(
    explanation: Explanation, profile: Profile, change: Change | None, personal: bool
) -> list[str]:
    if explanation.changes_unknown:
        return [
            _(
                "With points adjusted for severity one level changed would move the points of others too, so no single"
                " change can be named."
            )
        ]
    if change is None:
        return []
    if change.fewest is None:
        return [_("No levels from 0 to 4 would have given another outcome.")]
    if personal:
        return [_("Such as this:"), *_combined(change.fewest.changes, profile)]
    steps = ngettext(
        "%(num)s step on one criterion, such as this:",
        "%(num)s steps, such as these:",
        change.fewest.steps,
    )
    return [steps, *(_moved(each, profile) for each in change.fewest.changes)]


def _combined(changes: Sequence[LevelChange], profile: Profile) -> list[str]:
    """The changes as levels over all assessors: the applicant is not told what a single assessor gave."""
    before: dict[str, Fraction] = {}
    after: dict[str, Fraction] = {}
    for each in changes:
        before.setdefault(each.criterion, each.combined_before)
        after[each.criterion] = each.combined_after
    return [
        _(
            "%(criterion)s: level %(after)s instead of %(before)s",
            criterion=_name(profile, key),
            after=_anchored(
                after[key], [each.in_language(language()) for each in profile.criterion(key).anchors]
            ),
            before=_anchored(
                before[key], [each.in_language(language()) for each in profile.criterion(key).anchors]
            ),
        )
        for key in after
    ]


def _moved(change: LevelChange, profile: Profile) -> str:
    criterion = profile.criterion(change.criterion)
    anchors = [each.in_language(language()) for each in criterion.anchors]
    after = _anchored(change.after, anchors)
    before = _anchored(change.before, anchors)
    name = criterion.name.in_language(language())
    if criterion.kind == "from_form" or change.assessor is None:
        return _(
            "%(criterion)s: level %(after)s instead of %(before)s", criterion=name, after=after, before=before
        )
    return _(
        "%(criterion)s: level %(after)s instead of %(before)s from one of the assessors",
        criterion=name,
        after=after,
        before=before,
    )


def _anchored(level: Fraction, anchors: list[str]) -> str:
    """A level with its anchor where it is whole: 3 (“strong”)."""
    text = level_words(str(level))
    if level.denominator != 1:
        return text
    return _("%(level)s (“%(anchor)s”)", level=text, anchor=anchors[int(level)])


def _sure(
    explanation: Explanation, profile: Profile, certainty: RunCertainty | None, personal: bool
) -> list[str]:
    if certainty is None or explanation.place is None:
        return []
    found = next((row for row in certainty.rows if row.mask_code == explanation.application), None)
    if found is None or found.p is None or found.rank_low is None:
        return [undetermined(certainty)]
    said = [
        _(
            "Assessors do not always agree, and whole levels are coarse. Places %(low)s to %(high)s cannot be ruled out"
            " (%(confidence)s confidence).",
            low=found.rank_low,
            high=found.rank_high,
            confidence=display.percent(certainty.confidence),
        )
    ]
    if explanation.line is not None:
        said.append(chance(found, certainty, personal=personal))
        if profile.stages[explanation.stage].places == "raw":
            said.append(
                _(
                    "The probability takes into account how strict the assessors of this application were. The order"
                    " goes by the levels as they were given, as the criteria profile said beforehand."
                )
            )
    return said


def _criterion(
    part: CriterionPart,
    profile: Profile,
    alone: CriterionChange | None,
    change: Change | None,
    index: int,
    personal: bool,
) -> CriterionRow:
    anchors = [each.in_language(language()) for each in profile.criterion(part.key).anchors]
    milli = 0 if part.contribution is None else round(part.contribution * 1000)
    return CriterionRow(
        name=part.name.in_language(language()),
        counted=part.kind == "from_form",
        level="–" if part.level is None else level_words(str(part.level)),
        anchor=_between(part.below, part.above),
        points="–" if part.contribution is None else points_of(part.contribution),
        highest=points_of(part.weight),
        bar=charts.share_bar(
            milli, max(round(part.weight * 1000), 1), tone=(1, 2, 3, 4, 5)[index % 5], height=8
        ),
        assessors=[]
        if personal
        else [_assessor(cell, anchors) for cell in part.assessors if part.kind != "from_form"],
        alone=_alone(alone, change),
    )


def _between(below: Anchor | None, above: Anchor | None) -> str:
    if below is None or above is None:
        return _("no level")
    low = below.text.in_language(language())
    if below.level == above.level:
        return low
    return _("between “%(low)s” and “%(high)s”", low=low, high=above.text.in_language(language()))


def _assessor(cell: Cell, anchors: list[str]) -> AssessorLevel:
    return AssessorLevel(cell.assessor or "–", _anchored(cell.level, anchors))


def _alone(change: CriterionChange | None, of: Change | None) -> str:
    """From which level, that one assessor could have given, one criterion alone had changed the outcome."""
    if change is None or of is None:
        return ""
    if change.bound is None:
        return _("no level would have")
    if change.one_assessor:
        level = level_words(str(change.one_assessor[0].combined_after))
        return _("at %(level)s or lower", level=level) if of.reached else _("from %(level)s", level=level)
    level = level_words(str(change.bound.level))
    if of.reached:
        return (
            _("at %(level)s or lower", level=level)
            if change.bound.reached
            else _("below %(level)s", level=level)
        )
    return _("from %(level)s", level=level) if change.bound.reached else _("over %(level)s", level=level)


def _gate(test: GateTest) -> GateRow:
    value, limit = display.number(float(test.value)), display.number(float(test.limit))
    if test.test == "mean_at_least":
        words = _("The mean is %(value)s; at least %(limit)s is needed", value=value, limit=limit)
    elif test.test == "max_count":
        words = _(
            "%(value)s criteria at level %(level)s or lower; at most %(limit)s are allowed",
            value=value,
            level=test.level,
            limit=limit,
        )
    else:
        words = _(
            "%(value)s criteria at level %(level)s or lower; none is allowed", value=value, level=test.level
        )
    return GateRow(words, test.passed)


def _name(profile: Profile, key: str) -> str:
    return profile.criterion(key).name.in_language(language())


def names(profile: Profile, keys: Sequence[str]) -> str:
    """Criteria by name, as a list in a sentence; empty for none."""
    return "; ".join(_name(profile, key) for key in keys)


def settled(settlement: Settlement | None, code: str, *, called: bool, by_points: bool) -> str:
    """How the borderline zone was settled for one application in it; empty outside the zone.

    ``called``: what the list says; ``by_points``: whether the order of points would have called it.
    """
    if settlement is None or code not in (*settlement.codes, *settlement.third_missing):
        return ""
    if settlement.settle == LOT:
        return _(
            "In the borderline zone the order is drawn by lot, with a seed whose checksum was published when the"
            " intake opened."
        )
    if settlement.settle == THIRD and code in settlement.third_missing:
        return _(
            "In the borderline zone a third assessment was asked for, but nobody was left who could make it. The group"
            " has written down why points decide without it."
        )
    if settlement.settle == THIRD:
        return _("In the borderline zone a third assessment was asked for, and then points decide.")
    if settlement.rationale_sha256 is None:
        return _("The group has not settled the borderline zone yet; until then points decide.")
    if called == by_points:
        return _("The group discussed the borderline zone and let points decide about this application.")
    moved = (
        _("The group discussed the borderline zone and moved this application above the line.")
        if called
        else _("The group discussed the borderline zone and moved this application below the line.")
    )
    return moved + " " + _("Its reasons are written down; you can ask for them.")


@dataclass(frozen=True)
class Beside:
    """An application on a place nearby, to compare with."""

    place: int
    code: str


def neighbours(ranking: Ranking, place: int | None) -> list[Beside]:
    """Those on the places before and after, as far as there are any."""
    if place is None:
        return []
    ranked = ranking.ranked
    return [Beside(at, ranked[at - 1]) for at in (place - 1, place + 1) if 1 <= at <= len(ranked)]


# Two side by side


@dataclass(frozen=True)
class DifferenceRow:
    """One criterion of a comparison, as texts; ``ahead``: 1 or 2, 0 where it is equal or unknown."""

    name: str
    first: str
    second: str
    points: str
    so_far: str
    ahead: int


def difference_rows(comparison: Comparison) -> list[DifferenceRow]:
    """The criteria of a comparison, the largest difference in points first."""
    return [
        DifferenceRow(
            name=each.name.in_language(language()),
            first="–" if each.first is None else level_words(str(each.first)),
            second="–" if each.second is None else level_words(str(each.second)),
            points=signed(each.points),
            so_far=signed(each.so_far),
            ahead=0 if not each.points else 1 if each.points > 0 else 2,
        )
        for each in comparison.differences
    ]


def signed(value: Fraction | None) -> str:
    """Points with their sign; a true minus sign, and none for zero."""
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + points_of(abs(value))


def verdict(comparison: Comparison, profile: Profile) -> str:
    """Who is ahead and what decides, in one or two sentences."""
    one, two = comparison.first, comparison.second
    if comparison.ahead is None:
        return _("Neither of the two has a place in the order.")
    behind = two if comparison.ahead == one.application else one
    if comparison.decided_by == "status":
        return _(
            "%(ahead)s has a place; %(behind)s has none.", ahead=comparison.ahead, behind=behind.application
        )
    if comparison.decided_by == "total":
        between = _between_totals(comparison)
        return _("%(ahead)s is ahead by %(points)s points.", ahead=comparison.ahead, points=between)
    return _(
        "The two have the same points. %(ahead)s is ahead because %(what)s decides.",
        ahead=comparison.ahead,
        what=separated_by(comparison.decided_by, profile),
    )


def _between_totals(comparison: Comparison) -> str:
    adjusted = comparison.first.adjusted_total, comparison.second.adjusted_total
    if adjusted[0] is not None and adjusted[1] is not None:
        return points_of(abs(adjusted[0] - adjusted[1]))
    return points_of(abs(comparison.difference or Fraction(0)))


@dataclass(frozen=True)
class SideWords:
    """One of two that are compared: place, points, and why it has none, if it has none."""

    code: str
    place: str
    points: str
    words: str


def side(found: Side, profile: Profile) -> SideWords:
    """One of two applications, as texts."""
    words = {
        "ranked": "",
        "below_threshold": _("Below the threshold"),
        "gate": _("Stopped by a gate"),
        "incomplete": _("Missing: %(criteria)s", criteria=names(profile, found.missing)),
    }[found.status]
    place = "–" if found.place is None else str(found.place)
    return SideWords(found.application, place, points_of(found.total), words)

"""Why an application has its place, in words: for the applicant plainly, for the group and the auditor in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from recruit import change_words, charts, display
from recruit.certainty_words import chance, undetermined
from recruit.criterion_words import names_of
from recruit.frames import RunCertainty
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.ranking_view import level_words, points_of, separated_by

if TYPE_CHECKING:
    from scoring.criteria import Profile
    from scoring.explanation import (
        Anchor,
        Change,
        CriterionChange,
        CriterionPart,
        Explanation,
        GateTest,
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
    """An explanation in words. ``outcome`` is one sentence; ``sentences`` follow it in the order of reading.

    ``scale``: how points are counted, where weights do not add up to them; else empty.
    """

    outcome: str
    sentences: list[str]
    changes: list[str]
    change_heading: str
    sure: list[str]
    criteria: list[CriterionRow]
    gates: list[GateRow]
    total: str
    scale: str


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
        changes=[] if moved else change_words.fewest(explanation, profile, change, personal),
        change_heading=change_words.heading(change),
        sure=_sure(explanation, profile, certainty, personal),
        criteria=[
            _criterion(part, profile, alone.get(part.key), change, index, personal)
            for index, part in enumerate(explanation.criteria)
        ],
        gates=[_gate(test) for test in explanation.gates],
        total="–" if explanation.total is None else points_of(explanation.total),
        scale=_scale(explanation, profile),
    )


def in_lines(told: Story) -> list[str]:
    """The whole of it as lines of text, for where there are no bars and tables."""
    parts = [
        _("%(name)s: %(points)s of %(highest)s points", name=row.name, points=row.points, highest=row.highest)
        for row in told.criteria
    ]
    return [
        told.outcome,
        *told.sentences,
        *parts,
        _("In all %(points)s of 100 points", points=told.total),
        *([told.scale] if told.scale else []),
        *(gate.words for gate in told.gates),
        *([told.change_heading] if told.changes else []),
        *told.changes,
        *told.sure,
    ]


def _scale(explanation: Explanation, profile: Profile) -> str:
    """The advertisement gives weights over both stages, the points are out of 100 at each."""
    here = sum(profile.criterion(part.key).weight for part in explanation.criteria)
    if here == 100:
        return ""
    return _(
        "The criteria of this stage together weigh %(here)s of the %(all)s in the criteria profile. Here they are"
        " counted out of 100, so that every stage has the same scale.",
        here=display.number(float(here)),
        all=display.number(float(sum(each.weight for each in profile.criteria))),
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
            _("You are in reserve, number %(number)s.", number=reserve)
            if personal
            else _(
                "In reserve as number %(number)s, from place %(place)s.",
                number=reserve,
                place=explanation.place,
            )
        )
    if personal:
        return (
            _("You are called to an interview.")
            if called
            else _("You are not called to an interview this time.")
        )
    return (
        _("Called to interview, from place %(place)s.", place=explanation.place)
        if called
        else _("Not called to interview, from place %(place)s.", place=explanation.place)
    )


def _standing(explanation: Explanation, profile: Profile, moved: bool, *, grouped: bool) -> list[str]:
    if explanation.total is None:
        names = names_of(profile, explanation.missing)
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
        alone=change_words.alone(alone, change),
    )


def _between(below: Anchor | None, above: Anchor | None) -> str:
    if below is None or above is None:
        return _("no level")
    low = below.text.in_language(language())
    if below.level == above.level:
        return low
    return _("between “%(low)s” and “%(high)s”", low=low, high=above.text.in_language(language()))


def _assessor(cell: Cell, anchors: list[str]) -> AssessorLevel:
    return AssessorLevel(cell.assessor or "–", change_words.anchored(cell.level, anchors))


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

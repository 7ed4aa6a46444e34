"""What would have given an application another outcome, in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from recruit.criterion_words import name_of
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.ranking_view import level_words

if TYPE_CHECKING:
    from scoring.criteria import Profile
    from scoring.explanation import Change, CriterionChange, Explanation, LevelChange


def heading(change: Change | None) -> str:
    """What the changes below it would have led to; empty for none."""
    if change is None:
        return ""
    if change.outcome == "place":
        return _("What would have given a place")
    return (
        _("What would have moved it below the line") if change.reached else _("What would have been enough")
    )


def fewest(explanation: Explanation, profile: Profile, change: Change | None, personal: bool) -> list[str]:
    """The fewest steps that would have been enough; `personal`: told to the applicant, over all assessors."""
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
            criterion=name_of(profile, key),
            after=anchored(
                after[key], [each.in_language(language()) for each in profile.criterion(key).anchors]
            ),
            before=anchored(
                before[key], [each.in_language(language()) for each in profile.criterion(key).anchors]
            ),
        )
        for key in after
    ]


def _moved(change: LevelChange, profile: Profile) -> str:
    criterion = profile.criterion(change.criterion)
    anchors = [each.in_language(language()) for each in criterion.anchors]
    after = anchored(change.after, anchors)
    before = anchored(change.before, anchors)
    name = name_of(profile, change.criterion)
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


def anchored(level: Fraction, anchors: list[str]) -> str:
    """A level with its anchor where it is whole: 3 (“strong”)."""
    text = level_words(str(level))
    if level.denominator != 1:
        return text
    return _("%(level)s (“%(anchor)s”)", level=text, anchor=anchors[int(level)])


def alone(change: CriterionChange | None, of: Change | None) -> str:
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

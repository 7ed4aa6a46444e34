"""A retrospective in words: the time that each step took, who left and why, what shut out most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from recruit import agreement_words, outcome_words
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.intake_home.plan import step_name
from recruit.models import LessonKind, LessonSubject, OutcomeKind, PlanStep
from recruit.queries.lessons import Comment, Left
from scoring.profile import Profile

if TYPE_CHECKING:
    from recruit.run_analysis import RunAnalysis


@dataclass(frozen=True)
class StepTime:
    """One step: when it was planned and done, how much later (negative: earlier), and days since the step before."""

    name: str
    planned: date | None
    actual: date | None
    later: int | None
    took: int | None


def times(planned: Mapping[PlanStep, date], actual: Mapping[PlanStep, date]) -> list[StepTime]:
    """Every step that was planned or done."""
    found: list[StepTime] = []
    before: date | None = None
    for step in PlanStep:
        on, done = planned.get(step), actual.get(step)
        if on is None and done is None:
            continue
        later = (done - on).days if on and done else None
        took = (done - before).days if done and before and done >= before else None
        found.append(StepTime(step_name(step), on, done, later, took))
        before = max(filter(None, (done, before)), default=None)
    return found


def left_words(found: Sequence[Left], *, minimum: int) -> list[tuple[str, int]]:
    """(in words, how many) of those who left. With `minimum` (0: none) reasons of fewer are counted together.

    Where even together they are fewer, no reason is told: the rest would give them away.
    """
    rows = [(_why(each), each.number) for each in found]
    if not minimum:
        return rows
    large = [row for row in rows if row[1] >= minimum]
    small = sum(number for _words, number in rows if number < minimum)
    if small and (small < minimum or not large):
        return [(_("All reasons"), sum(number for _words, number in rows))]
    return [*large, (_("Other reasons, each of few"), small)] if small else large


def _why(each: Left) -> str:
    came = {
        OutcomeKind.CALLED: _("before the interview"),
        OutcomeKind.INTERVIEWED: _("after the interview"),
        OutcomeKind.OFFERED: _("after the offer"),
        OutcomeKind.ACCEPTED: _("after accepting"),
        OutcomeKind.STARTED: _("after starting"),
        OutcomeKind.GOALS_REACHED: _("after reaching the goals"),
    }
    return _("%(reason)s, %(when)s", reason=outcome_words.reason_name(each.reason), when=came[each.after])


def shut_out(refusals: Sequence[tuple[str, int]], profile: Profile, *, minimum: int) -> list[tuple[str, int]]:
    """(requirement, how many it shut out), most first. With `minimum` those of fewer are counted together."""
    names = {each.key: each.name.in_language(language()) for each in profile.requirements}
    rows = [(names.get(key, key), number) for key, number in refusals]
    large = [row for row in rows if row[1] >= minimum]
    small = sum(number for _name, number in rows if number < minimum)
    if not small:
        return large
    return [*large, (_("Other requirements, each of few"), small)] if small >= minimum else large


def agreement(taken: "RunAnalysis | None") -> tuple[str, list[str]] | None:
    """(heading, sentences) of how far the assessors agreed; None where there is nothing to tell."""
    found = taken.agreement if taken else None
    if found is None:
        return None
    return agreement_words.title(found), agreement_words.sentences(found)


def subject_name(subject: LessonSubject) -> str:
    """What a comment is about, in words."""
    return {
        LessonSubject.ADVERTISEMENT: _("The advertisement"),
        LessonSubject.APPLICATION: _("The application form"),
        LessonSubject.ELIGIBILITY: _("Eligibility"),
        LessonSubject.ASSESSMENT: _("Assessment"),
        LessonSubject.RANKING: _("Ranking and the meeting"),
        LessonSubject.INTERVIEWS: _("Interviews"),
        LessonSubject.OFFERS: _("Offers and drop-outs"),
        LessonSubject.WORK: _("How we worked"),
    }[subject]


def kind_name(kind: LessonKind) -> str:
    """Keep, change or try, in words."""
    return {LessonKind.KEEP: _("Keep"), LessonKind.CHANGE: _("Change"), LessonKind.TRY: _("Try")}[kind]


def by_subject(comments: Sequence[Comment]) -> list[tuple[str, list[Comment]]]:
    """The comments under their subjects, in the order of the selection."""
    grouped = [
        (subject_name(subject), [each for each in comments if each.row.subject is subject])
        for subject in LessonSubject
    ]
    return [(name, found) for name, found in grouped if found]


def proposal(comments: Sequence[Comment]) -> str:
    """A beginning for what the next intake takes along: what somebody wants to change or try, then what to keep."""
    order = (LessonKind.CHANGE, LessonKind.TRY, LessonKind.KEEP)
    chosen = sorted(comments, key=lambda each: order.index(each.row.kind))
    return "\n".join(f"– {kind_name(each.row.kind)}: {each.row.text}" for each in chosen)


def later_words(days: int | None) -> str:
    """How much later than planned."""
    if days is None:
        return ""
    if days == 0:
        return _("as planned")
    if days > 0:
        return ngettext("%(num)s day later", "%(num)s days later", days)
    return ngettext("%(num)s day earlier", "%(num)s days earlier", -days)

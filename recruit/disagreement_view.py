"""Disagreements between assessors as people read them: how much each matters, in words, and both sides of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recruit import display
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Disagreement, DisagreementEnd, DisagreementWay
from recruit.queries.assessment import assessed_criteria
from recruit.queries.disagreement import PARTS, Difference, Queue
from recruit.queries.disagreement_decisions import Tally
from recruit.queries.discussion import Given, Said, Side
from scoring.profile import Profile


@dataclass(frozen=True)
class Row:
    """One application in the list. `state` is one of the states of `status()` in task_list.html."""

    code: str
    part: str
    levels: int
    criteria: str
    points: str
    matters: str
    crosses: bool
    state: str
    word: str


def rows(queue: Queue, profile: Profile, stage: str) -> list[Row]:
    """All differences in the order of the list: to be dealt with, open, dealt with, and those that may be left."""
    names = {each.key: each.name.in_language(language()) for each in assessed_criteria(profile, stage)}
    waiting = [_waiting(code, each) for code, each in queue.waiting.items()]
    found = [*(_row(each, names, line=queue.line) for each in queue.items), *waiting]
    return sorted(found, key=lambda each: PARTS.index(each.part))


def _waiting(code: str, decided: Disagreement) -> Row:
    words = _("a third assessment is asked for")
    return Row(code, "open", 0, "", "", "", False, "waiting", words)


def _row(found: Difference, names: dict[str, str], *, line: bool) -> Row:
    state, word = _state(found)
    return Row(
        code=found.code,
        part=_part(found),
        levels=found.levels,
        criteria="; ".join(
            _("%(criterion)s: %(apart)s", criterion=names[key], apart=apart)
            for key, apart in found.apart.items()
        ),
        points=display.number(float(found.points), 1),
        matters=_matters(found, line=line),
        crosses=bool(found.crosses),
        state=state,
        word=word,
    )


def _part(found: Difference) -> str:
    if found.to_handle:
        return "to_handle"
    if found.discussed:
        return "open"
    return "settled" if found.decided else "may_be_left"


def _matters(found: Difference, *, line: bool) -> str:
    if found.crosses == "falls":
        return _("By one assessor's levels alone it would fall below the line.")
    if found.crosses == "rises":
        return _("By one assessor's levels alone it would rise above the line.")
    return _("Does not reach the line.") if line else ""


def _state(found: Difference) -> tuple[str, str]:
    if found.to_handle:
        return "missing", _("to be dealt with")
    if found.decided is None:
        return "to_do", _("may be left")
    return _decision_state(found.decided)


def _decision_state(decided: Disagreement) -> tuple[str, str]:
    if decided.way is DisagreementWay.DISCUSSION and decided.settled_at is None:
        return "waiting", _("being discussed")
    if decided.way is DisagreementWay.DISCUSSION:
        changed = decided.end is DisagreementEnd.CHANGED
        return "done", _("discussed, levels changed") if changed else _("discussed, levels kept")
    if decided.way is DisagreementWay.LEFT:
        return "done", _("left as it is")
    if decided.end is DisagreementEnd.KEPT:
        return "done", _("without the third assessment")
    return "done", _("the third assessment is in")


def part_words() -> dict[str, str]:
    """The parts of the list in words."""
    return {
        "to_handle": _("To be dealt with"),
        "open": _("Being discussed, or waiting for a third assessment"),
        "settled": _("Dealt with"),
        "may_be_left": _("Below the threshold: may be left"),
    }


def tally_words(tally: Tally) -> str:
    """What has been done so far, in one sentence; empty where nothing has."""
    if not (tally.discussions or tally.thirds or tally.left):
        return ""
    return _(
        "Discussed: %(discussions)s. Given a third assessment: %(thirds)s. Left as they are: %(left)s. Levels raised in"
        " discussions: %(up)s, lowered: %(down)s.",
        discussions=tally.discussions,
        thirds=tally.thirds,
        left=tally.left,
        up=tally.up,
        down=tally.down,
    )


# One application


@dataclass(frozen=True)
class SideBySide:
    """One criterion with what each assessor gave, in the order of the sides."""

    key: str
    name: str
    anchors: list[str]
    cells: list[Given | None]
    apart: int


def side_by_side(sides: Sequence[Side], profile: Profile, stage: str) -> list[SideBySide]:
    """Criterion by criterion, in the order of the profile."""
    found = []
    for each in assessed_criteria(profile, stage):
        cells = [side.given.get(each.key) for side in sides]
        levels = [cell.level for cell in cells if cell is not None]
        found.append(
            SideBySide(
                key=each.key,
                name=each.name.in_language(language()),
                anchors=[anchor.in_language(language()) for anchor in each.anchors],
                cells=cells,
                apart=max(levels) - min(levels) if levels else 0,
            )
        )
    return found


@dataclass(frozen=True)
class Line:
    """One thing that was said or changed, in words. `own`: whether the reader said it."""

    who: str
    own: bool
    at: datetime
    heading: str
    text: str


def lines(said: Sequence[Said], profile: Profile, reader: int | None) -> list[Line]:
    """What was said and changed in a discussion, in order of time."""
    made = []
    for each in said:
        own = each.assessor_id == reader
        who = _("You yourself") if own else _("Assessor %(number)s", number=each.number)
        heading = ""
        if each.criterion:
            name = profile.criterion(each.criterion).name.in_language(language())
            heading = _("%(criterion)s: %(old)s → %(new)s", criterion=name, old=each.old, new=each.new)
        made.append(Line(who, own, each.at, heading, each.text))
    return made


@dataclass(frozen=True)
class Step:
    """One decision on an application, in words, with its reasons."""

    words: str
    reason: str
    at: datetime
    end: str
    end_reason: str
    settled_at: datetime | None


def steps(decisions: Sequence[Disagreement]) -> list[Step]:
    """Everything that was decided on an application, in order."""
    began = {
        DisagreementWay.DISCUSSION: _("A discussion was opened"),
        DisagreementWay.THIRD: _("A third assessment was asked for"),
        DisagreementWay.LEFT: _("It was left as it is"),
    }
    return [
        Step(
            words=began[each.way],
            reason=each.reason,
            at=each.opened_at,
            end=_end(each),
            end_reason=each.end_reason,
            settled_at=each.settled_at,
        )
        for each in decisions
    ]


def _end(decided: Disagreement) -> str:
    if decided.end is None or decided.way is DisagreementWay.LEFT:
        return ""
    word = _decision_state(decided)[1]
    return word[:1].upper() + word[1:]

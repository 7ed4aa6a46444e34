"""The steps of an assessor at work: every change of a level is kept, so that it can be taken back and told from another
window's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import Assignment, Level, LevelStep
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import steps as reading

Given = tuple[int | None, str]  # a level, or None, and its note


@dataclass(frozen=True)
class Elsewhere:
    """What stands on a criterion now, after another window has changed it."""

    level: int | None
    note: str
    revision: int
    at: datetime


class ChangedElsewhere(Conflict):
    """Another window changed the same criteria; `now` says what stands there. Nothing was saved."""

    def __init__(self, now: Mapping[str, Elsewhere]) -> None:
        super().__init__(
            _(
                "You have changed this in another window too: %(keys)s. Nothing is lost. Look at both, and choose.",
                keys=", ".join(now),
            )
        )
        self.now = now


@dataclass
class Desk:
    """An assignment with its levels and steps, held by the caller while it is changed."""

    session: Session
    assignment: Assignment
    levels: dict[str, Level]
    steps: list[LevelStep]

    @classmethod
    def of(cls, session: Session, assignment: Assignment) -> "Desk":
        """As it is now."""
        return cls(
            session,
            assignment,
            queries.levels_of(session, assignment),
            list(reading.steps_of(session, assignment)),
        )

    def now(self, key: str) -> Given:
        """What stands on a criterion: a level with its note, or a note that waits for its level."""
        return reading.standing(self.levels, self.steps, key)

    def mine(self, wanted: Mapping[str, Given], seen: Mapping[str, int]) -> dict[str, Given]:
        """Of what a page sends, what it changed itself. Raises ChangedElsewhere where another window did so too."""
        kept: dict[str, Given] = {}
        clash: dict[str, Elsewhere] = {}
        for key, given in wanted.items():
            later = [each for each in self.steps if each.criterion == key and each.id > seen.get(key, 0)]  # type: ignore[operator]
            if not later or given == self.now(key):
                kept[key] = given
            elif given != (later[0].level_before, later[0].note_before):
                last = later[-1]
                clash[key] = Elsewhere(*self.now(key), revision=id_of(last), at=last.taken_at)
        if clash:
            raise ChangedElsewhere(clash)
        return kept

    def put(
        self, key: str, level: int | None, note: str, now: datetime, undoes: LevelStep | None = None
    ) -> dict[str, tuple[Any, Any]]:
        """Write one level and its step; returns what changed, for the record."""
        old_level, old_note = self.now(key)
        if (old_level, old_note) == (level, note):
            return {}
        row = self.levels.get(key)
        if level is None:
            if row is not None:
                self.session.delete(self.levels.pop(key))
        else:
            if row is None:
                row = self.levels[key] = Level(
                    region_id=self.assignment.region_id,
                    assignment_id=id_of(self.assignment),
                    criterion=key,
                    level=level,
                    set_at=now,
                )
            row.level, row.note, row.set_at = level, note, now
            self.session.add(row)
        step = LevelStep(
            region_id=self.assignment.region_id,
            assignment_id=id_of(self.assignment),
            criterion=key,
            level_before=old_level,
            level_after=level,
            note_before=old_note,
            note_after=note,
            taken_at=now,
            undoes_id=undoes.id if undoes else None,
        )
        self.session.add(step)
        self.steps.append(step)
        changes: dict[str, tuple[Any, Any]] = {}
        if old_level != level:
            changes[key] = (old_level, level)
        if old_note != note:
            changes[f"{key}.note"] = (old_note or None, note or None)
        return changes

    def last(self) -> LevelStep | None:
        """The last change that has not been taken back."""
        return reading.last_change(self.steps)

    def notes_without_level(self) -> set[str]:
        """Criteria with a note that waits for its level."""
        keys = {each.criterion for each in self.steps}
        return {key for key in keys if self.now(key)[0] is None and self.now(key)[1]}

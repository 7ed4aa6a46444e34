"""Periodic work beside the courier: once an hour referees are asked by the intakes' rules, reminders go out, what
applicants removed and can no longer put back is deleted, and administrators are told when files fill the disk."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from recruit import clock, room
from recruit.database import AllRegions, make_session, transaction
from recruit.services import completion, reference_rule, undoing
from recruit.settings import Settings
from recruit.storage import Storage

EVERY = timedelta(hours=1)


def remind(engine: Engine, settings: Settings, *, now: datetime | None = None) -> int:
    """Ask the referees who are to be asked by now and put the reminders that are due in the outbox; returns how many
    reminders. Twice at once asks and reminds nobody twice."""
    scope = AllRegions("reminders go out in every region")
    with make_session(engine, scope=scope, writes=True) as session, transaction(session):
        moment = now or clock.now()
        room.tell_of_little(session, settings=settings, now=moment)
        undoing.forget_expired(session, storage=Storage(settings.attachments), now=moment)
        reference_rule.ask_by_rule(session, base_url=settings.base_url, now=moment)
        reminded = reference_rule.remind(session, base_url=settings.base_url, now=moment)
        return reminded + completion.remind(session, base_url=settings.base_url, now=moment)


class Reminders:
    """Looks once an hour whether somebody is to be reminded, for as long as the server runs."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self._next: datetime | None = None

    def look(self, now: datetime | None = None) -> int:
        """Remind, if an hour has passed since the last time; returns how many."""
        now = now or clock.now()
        if self._next is not None and now < self._next:
            return 0
        self._next = now + EVERY
        return remind(self._engine, self._settings, now=now)

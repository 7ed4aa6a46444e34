"""Watches that nothing which figures are kept from changes without an entry in the record (`queries.unchanged`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import g, has_request_context
from sqlalchemy import Connection, Engine, Update, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from recruit.at_once import KEY
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    Attachment,
    CompletionRequest,
    ConflictOfInterest,
    CorrectionRequest,
    InterviewList,
    InterviewListEntry,
    LevelChange,
    ListPublication,
    MeritsRequest,
    MonitoringAnswer,
    Outcome,
    Posts,
    RankingRun,
    RecordEntry,
    Referee,
    RequirementDecision,
    Retrospective,
    StageSetting,
)

#: Every change of these counts. Those of an application count once it has been submitted.
ROWS = (
    Assignment,
    CompletionRequest,
    ConflictOfInterest,
    CorrectionRequest,
    InterviewList,
    InterviewListEntry,
    LevelChange,
    ListPublication,
    MeritsRequest,
    Outcome,
    Posts,
    RankingRun,
    RequirementDecision,
    Retrospective,
    StageSetting,
)
OF_SUBMITTED = (Attachment, MonitoringAnswer, Referee)
#: What of an application the figures follow from.
COUNTED = ("status", "eligibility", "education_country", "licence_route", "submitted_at", "withdrawn_at")
_CHANGED, _ENTERED = "changed unseen", "entered"


class Unrecorded(AssertionError):
    """A request has changed what figures are kept from, and the record does not tell."""


@contextmanager
def watched() -> Iterator[None]:
    """Raise Unrecorded for every request that changes such rows without an entry, as it commits."""
    listeners = (
        (Session, "after_flush", _note_rows),
        (Session, "detached_to_persistent", _note_inserted_at_once),
        (Engine, "before_execute", _note_updated_at_once),
        (Session, "do_orm_execute", _note_statement),
        (Session, "after_commit", _judge),
        (Session, "after_soft_rollback", _forget),
    )
    for target, name, listener in listeners:
        event.listen(target, name, listener)
    try:
        yield
    finally:
        for target, name, listener in listeners:
            event.remove(target, name, listener)


def _note_rows(session: Session, _context: UOWTransaction) -> None:
    if not has_request_context():
        return
    if any(isinstance(row, RecordEntry) for row in session.new):
        session.info[_ENTERED] = True
    found = {type(row).__name__ for row in (*session.new, *session.deleted) if _counts(session, row)}
    found |= {
        f"{type(row).__name__}.{'/'.join(sorted(names))}"
        for row in session.dirty
        if (names := _changed(row)) and _counts(session, row) and _names_count(row, names)
    }
    _note(session, found)


def _note(session: Session, found: set[str]) -> None:
    if found:
        session.info.setdefault(_CHANGED, set()).update(found)


def _note_inserted_at_once(session: Session, row: Any) -> None:
    if not has_request_context():
        return
    if isinstance(row, RecordEntry):
        session.info[_ENTERED] = True
    elif _counts(session, row):
        _note(session, {type(row).__name__})


def _note_updated_at_once(
    _connection: Connection, statement: Any, _many: Any, values: dict[str, Any], _options: Any
) -> None:
    if not (isinstance(statement, Update) and KEY in values and has_request_context()):
        return
    session: Session | None = g.get("db_session")
    if session is None:  # a test that stands within a request, with a session of its own
        return
    names = set(values) - {KEY}
    (row,) = (
        each
        for each in session.identity_map.values()
        if inspect(each).mapper.local_table is statement.table and each.id == values[KEY]
    )
    counts = values.get("status") or _counts(session, row)
    if counts and _names_count(row, names):
        _note(session, {f"{type(row).__name__}.{'/'.join(sorted(names))}"})


def _changed(row: Any) -> set[str]:
    return {each.key for each in inspect(row).attrs if each.history.has_changes()}


def _names_count(row: Any, names: set[str]) -> bool:
    return not isinstance(row, Application) or bool(names & set(COUNTED))


def _counts(session: Session, row: Any) -> bool:
    if isinstance(row, Application):
        return row.status is not ApplicationStatus.DRAFT
    if isinstance(row, OF_SUBMITTED):
        application = session.identity_map.get(session.identity_key(Application, row.application_id))
        return application is not None and application.status is not ApplicationStatus.DRAFT
    return isinstance(row, ROWS)


def _note_statement(state: ORMExecuteState) -> None:
    if has_request_context() and (state.is_update or state.is_delete):
        found = {mapper.class_.__name__ for mapper in state.all_mappers if mapper.class_ in ROWS}
        _note(state.session, found)


def _judge(session: Session) -> None:
    changed, entered = session.info.pop(_CHANGED, set()), session.info.pop(_ENTERED, False)
    if changed and not entered:
        raise Unrecorded(", ".join(sorted(changed)))


def _forget(session: Session, _previous: Any) -> None:
    session.info.pop(_CHANGED, None)
    session.info.pop(_ENTERED, None)

"""A discussion of one application: its assessors write, change their own levels, and the coordinator settles it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    Assignment,
    AssignmentStatus,
    Disagreement,
    DisagreementEnd,
    DisagreementWay,
    DiscussionMessage,
    Intake,
    LevelChange,
)
from recruit.models.types import id_of
from recruit.queries import assessment as assessments
from recruit.queries import discussion as queries
from recruit.queries import intake as intakes
from recruit.services import record
from recruit.services.disagreement import held, refuse_involved, write_entry
from recruit.services.panels import held as held_assignments
from recruit.services.written import LONGEST_REASON, checked, checked_reason
from scoring.profile import TOP_LEVEL

LONGEST_MESSAGE = LONGEST_REASON


def write_message(
    session: Session, *, discussion: Disagreement, text: str, actor: Actor, now: datetime
) -> DiscussionMessage:
    """Write to the other assessors of the application.

    Raises NotFound for anybody but its assessors, Conflict once it is settled, Invalid, naming `text`.
    """
    found = _open(session, discussion)
    _own(session, found, actor)
    text = checked(text, limit=LONGEST_MESSAGE, field="text", missing=_("Write something to the others."))
    made = DiscussionMessage(
        region_id=found.region_id,
        disagreement_id=id_of(found),
        author_id=actor.person(),
        text=text,
        written_at=now,
    )
    session.add(made)
    session.flush()
    write_entry(session, found, actor, now, "assessment.discussion_written", {"text": (None, text)})
    return made


def change_levels(
    session: Session,
    *,
    discussion: Disagreement,
    levels: Mapping[str, tuple[int, str]],
    seen: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> int:
    """Change one's own levels: criterion -> new level and why. Returns how many changed; the same level is no change.

    `seen` are the levels as the person saw them. Old and new are kept for good. Raises NotFound for anybody but the
    application's assessors; Conflict once it is settled, or when a level is no longer what was seen; Invalid, naming
    the criterion, for one that is not there, a level outside 0–4, or a change without a reason.
    """
    found = _open(session, discussion)
    assignment = _own(session, found, actor)
    profile = intakes.profile_of(session, session.get_one(Intake, found.intake_id))
    known = {each.key for each in assessments.assessed_criteria(profile, found.stage)}
    rows = assessments.levels_of(session, assignment)
    changed = {}
    for key, (level, reason) in levels.items():
        if key not in known or key not in rows:
            raise Invalid(_("There is no criterion %(key)s to assess at this stage.", key=key), field=key)
        if not 0 <= level <= TOP_LEVEL:
            raise Invalid(_("The level %(level)s is not one of 0 to 4.", level=level), field=key)
        if level == seen.get(key):
            continue
        if rows[key].level != seen.get(key):
            raise Conflict(
                _(
                    "You have changed this level since you opened the page, in another window. Look at it and choose"
                    " again."
                )
            )
        try:
            changed[key] = (rows[key].level, level, checked_reason(reason))
        except Invalid as error:
            raise Invalid(error.message, field=key) from error
    for key, (old, new, reason) in changed.items():
        rows[key].level, rows[key].set_at = new, now
        session.add(rows[key])
        session.add(
            LevelChange(
                region_id=found.region_id,
                disagreement_id=id_of(found),
                assignment_id=id_of(assignment),
                criterion=key,
                old=old,
                new=new,
                reason=reason,
                changed_at=now,
            )
        )
        session.flush()
        record.write(
            session,
            region_id=found.region_id,
            intake_id=found.intake_id,
            actor=actor,
            now=now,
            action="assessment.level_changed",
            subject=("assignment", id_of(assignment)),
            application_id=found.application_id,
            changes={"stage": (None, found.stage), key: (old, new)},
            reason=reason,
        )
    return len(changed)


def settle(
    session: Session,
    *,
    discussion: Disagreement,
    reason: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> DisagreementEnd:
    """End a discussion: levels changed in it, or all kept as they were. The assessors can no longer change anything.

    `seen` is how much had been written and changed when the person looked. Raises Invalid without a reason; NotAllowed
    for an assessor of the application; Conflict when it is settled already, or more has been written since.
    """
    found = _open(session, discussion)
    application = session.get_one(Application, found.application_id)
    refuse_involved(session, application, found.stage, actor)
    reason = checked_reason(reason)
    there = queries.said(session, disagreement=found, numbers={})
    if seen is not None and len(there) != seen:
        raise Conflict(
            _("More has been written or changed since you opened the page. Read it, and settle again.")
        )
    changed = any(each.criterion for each in there)
    found.end = DisagreementEnd.CHANGED if changed else DisagreementEnd.KEPT
    found.end_reason, found.settled_at, found.settled_by_id = reason, now, actor.person()
    session.add(found)
    session.flush()
    ended = {"end": (None, found.end)}
    write_entry(session, found, actor, now, "assessment.discussion_settled", ended, reason)
    return found.end


def _open(session: Session, discussion: Disagreement) -> Disagreement:
    """The discussion, held. Raises Conflict once it is settled or taken back."""
    found = held(session, discussion)
    if found.way is not DisagreementWay.DISCUSSION or found.settled_at is not None:
        raise Conflict(_("The discussion has been settled, so nothing is written or changed in it any more."))
    return found


def _own(session: Session, found: Disagreement, actor: Actor) -> Assignment:
    """The actor's own submitted assessment of the application that is discussed, held. Raises NotFound."""
    mine = held_assignments(
        session,
        select(Assignment).where(
            Assignment.application_id == found.application_id,
            Assignment.stage == found.stage,
            Assignment.assessor_id == actor.account_id,
            Assignment.status == AssignmentStatus.SUBMITTED,
        ),
    )
    if not mine:
        raise NotFound(_("You take part in no discussion of that application."))
    return mine[0]

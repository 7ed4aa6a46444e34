"""Dealing with assessors' disagreements: a third assessment, a discussion, or leaving it as it is, with the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Disagreement,
    DisagreementEnd,
    DisagreementThreshold,
    DisagreementWay,
    DiscussionMessage,
    Intake,
    LevelChange,
)
from recruit.models.application import GOES_ON
from recruit.models.types import id_of
from recruit.queries import assessment as assessments
from recruit.queries import disagreement as queries
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries import release
from recruit.queries.steps import is_begun
from recruit.services import record
from recruit.services.holding import hold_intake
from recruit.services.impartiality import refuse_partial
from recruit.services.third import give_third
from recruit.services.written import checked_reason


def set_threshold(
    session: Session, *, intake: Intake, stage: str, levels: int, actor: Actor, now: datetime
) -> None:
    """From how many levels apart on a criterion a stage's disagreements are to be dealt with.

    It changes no decision and no level. Raises Invalid for anything but 1 to 4, or an unknown stage.
    """
    _check_stage(stage)
    if not 1 <= levels <= 4:
        raise Invalid(_("Choose from 1 to 4 levels."), field="levels")
    hold_intake(session, intake.id)
    before = queries.threshold(session, intake=intake, stage=stage)
    if before == levels:
        return
    row = session.exec(
        select(DisagreementThreshold).where(
            DisagreementThreshold.intake_id == intake.id, DisagreementThreshold.stage == stage
        )
    ).first() or DisagreementThreshold(
        region_id=intake.region_id, intake_id=id_of(intake), stage=stage, levels=levels
    )
    row.levels = levels
    session.add(row)
    session.flush()
    record.write(
        session,
        region_id=intake.region_id,
        intake_id=intake.id,
        actor=actor,
        now=now,
        action="assessment.threshold_set",
        subject=("intake", id_of(intake)),
        changes={"stage": (None, stage), "levels": (before, levels)},
    )


def ask_third(
    session: Session,
    *,
    application: Application,
    stage: str,
    reason: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> int:
    """Ask for one more assessment of an application; returns the new assessor's account id.

    The mean over all three counts then. Nobody gets it who has a conflict with it or has assessed it, and loads stay as
    even as they can. `seen` is the newest decision that the page showed, 0 if it showed none; None for whoever had no
    page. Raises Invalid without a reason; NotAllowed for somebody with an interest of their own or an
    assessment of it; Conflict when it has three already, when something is open or has been decided since `seen`, when
    the stage has been released, or when nobody is free to make it.
    """
    intake, found = _ready(session, application, stage, actor, now, seen)
    reason = checked_reason(reason)
    if len(_panel(session, found, stage)) >= assessments.THIRD:
        raise Conflict(_("%(code)s has three assessments already.", code=found.mask_code))
    given = give_third(session, intake, stage, [found], now)
    made = _open(session, intake, found, stage, DisagreementWay.THIRD, reason, actor, now)
    chosen = given[found.mask_code]
    write_entry(
        session, made, actor, now, "assessment.third_for_disagreement", {"assessor": (None, chosen)}, reason
    )
    return chosen


def leave(
    session: Session,
    *,
    application: Application,
    stage: str,
    reason: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Disagreement:
    """Leave a disagreement as it is: the mean counts. Raises as `ask_third`."""
    intake, found = _ready(session, application, stage, actor, now, seen)
    reason = checked_reason(reason)
    made = _open(session, intake, found, stage, DisagreementWay.LEFT, reason, actor, now)
    made.end, made.settled_at, made.settled_by_id = DisagreementEnd.KEPT, now, actor.person()
    session.add(made)
    session.flush()
    write_entry(session, made, actor, now, "assessment.disagreement_left", {}, reason)
    return made


def give_up_third(
    session: Session, *, decided: Disagreement, reason: str, actor: Actor, now: datetime
) -> None:
    """Go on without a third assessment that nobody is left to make: the levels that there are count.

    Raises Invalid without a reason; Conflict while one is on its way, or when it is in or was settled.
    """
    hold_intake(session, decided.intake_id)
    found = held(session, decided)
    application = session.get_one(Application, found.application_id)
    refuse_involved(session, application, found.stage, actor)
    reason = checked_reason(reason)
    panel = _panel(session, application, found.stage)
    submitted = [each for each in panel if each.status is AssignmentStatus.SUBMITTED]
    if not decided_on.third_open(found) or len(submitted) >= assessments.THIRD:
        raise Conflict(_("There is no third assessment to go on without."))
    if len(submitted) < len(panel):
        raise Conflict(
            _("The third assessment of %(code)s is on its way. Wait for it.", code=application.mask_code)
        )
    found.end, found.end_reason = DisagreementEnd.KEPT, reason
    found.settled_at, found.settled_by_id = now, actor.person()
    session.add(found)
    session.flush()
    write_entry(session, found, actor, now, "assessment.third_given_up", {}, reason)


def undo(session: Session, *, decided: Disagreement, actor: Actor, now: datetime) -> None:
    """Take back what was decided on a disagreement, where nothing has followed from it.

    A third assessment is taken back until its assessor has set a level, a discussion until somebody has written in it;
    a settled discussion is opened again. Raises Conflict where something has followed, or the stage is released.
    """
    intake = hold_intake(session, decided.intake_id)
    found = held(session, decided)
    application = session.get_one(Application, found.application_id)
    refuse_involved(session, application, found.stage, actor)
    refuse_released(session, intake=intake, stage=found.stage)
    newest = decided_on.decisions_on(session, application_id=found.application_id, stage=found.stage)[-1]
    if newest.id != found.id:
        raise Conflict(_("Something else has been decided on it since."))
    if found.settled_at is not None and found.way is not DisagreementWay.LEFT:
        _reopen(session, found, actor, now)
        return
    if found.way is DisagreementWay.THIRD:
        _take_third_back(session, application, found.stage)
    elif found.way is DisagreementWay.DISCUSSION and _written_in(session, found):
        raise Conflict(_("Somebody has written in the discussion already. Settle it instead."))
    changes: dict[str, Any] = {"way": (found.way, None)}
    write_entry(session, found, actor, now, "assessment.disagreement_undone", changes, None)
    session.delete(found)
    session.flush()


def _reopen(session: Session, found: Disagreement, actor: Actor, now: datetime) -> None:
    changes: dict[str, Any] = {"end": (found.end, None)}
    found.end, found.end_reason, found.settled_at, found.settled_by_id = None, "", None, None
    session.add(found)
    session.flush()
    write_entry(session, found, actor, now, "assessment.disagreement_reopened", changes, None)


def _take_third_back(session: Session, application: Application, stage: str) -> None:
    """Remove the newest assignment, which nobody has begun. Raises Conflict when somebody has."""
    newest = max(_panel(session, application, stage), key=id_of)
    begun = select(Assignment.id).where(Assignment.id == newest.id, is_begun())
    if newest.status is not AssignmentStatus.ASSIGNED or session.exec(begun).first() is not None:
        raise Conflict(_("The third assessor has begun already, so it is not taken back."))
    session.delete(newest)
    session.flush()


def _written_in(session: Session, found: Disagreement) -> bool:
    message = select(DiscussionMessage.id).where(DiscussionMessage.disagreement_id == found.id).limit(1)
    change = select(LevelChange.id).where(LevelChange.disagreement_id == found.id).limit(1)
    return session.exec(message).first() is not None or session.exec(change).first() is not None


def open_discussion(
    session: Session,
    *,
    application: Application,
    stage: str,
    reason: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Disagreement:
    """Let the assessors of an application see each other's levels and notes of it, and write to each other.

    Raises as `ask_third`.
    """
    from recruit.models import Notice
    from recruit.services import notices

    intake, found = _ready(session, application, stage, actor, now, seen)
    reason = checked_reason(reason)
    made = _open(session, intake, found, stage, DisagreementWay.DISCUSSION, reason, actor, now)
    assessors = sorted(each.assessor_id for each in _panel(session, found, stage))
    write_entry(
        session, made, actor, now, "assessment.discussion_opened", {"assessors": (None, assessors)}, reason
    )
    notices.tell(
        session,
        kind=Notice.DISCUSSION_OPENED,
        region_id=intake.region_id,
        now=now,
        intake=intake,
        application_id=found.id,
        code=found.mask_code,
        to=assessors,
        besides=actor.account_id,
    )
    return made


def refuse_released(session: Session, *, intake: Intake, stage: str) -> None:
    """Raise Conflict once a list, or a ranking after the interviews, has been released on a stage's levels."""
    if release.is_released(session, id_of(intake), stage):
        raise Conflict(
            _(
                "What rests on these levels has been released, so no disagreement is opened or settled any more."
            )
        )


def held(session: Session, decided: Disagreement) -> Disagreement:
    """A decision as it is now, held until the transaction ends. Raises Conflict when it has been taken back."""
    statement = select(Disagreement).where(Disagreement.id == decided.id).with_for_update(key_share=True)
    found = session.exec(statement.execution_options(populate_existing=True)).first()
    if found is None:
        raise Conflict(_("Somebody has taken this back since you opened the page."))
    return found


def _check_stage(stage: str) -> None:
    if stage not in queries.STAGES:
        raise Invalid(_("There is no stage %(stage)s.", stage=stage), field="stage")


def _ready(
    session: Session, application: Application, stage: str, actor: Actor, now: datetime, seen: int | None
) -> tuple[Intake, Application]:
    """The intake, held, and the application as it is now, when something may be decided on it."""
    _check_stage(stage)
    intake = hold_intake(session, application.intake_id)
    session.refresh(application)
    if application.status is not ApplicationStatus.SUBMITTED or application.eligibility not in GOES_ON:
        raise Conflict(_("%(code)s is no longer in the running.", code=application.mask_code))
    refuse_involved(session, application, stage, actor)
    refuse_released(session, intake=intake, stage=stage)
    if seen is not None:
        _refuse_unseen(session, application, stage, seen)
    panel = _panel(session, application, stage)
    submitted = sum(each.status is AssignmentStatus.SUBMITTED for each in panel)
    if submitted < len(panel) or submitted < assessments.PER_APPLICATION:
        raise Conflict(
            _("Not all assessors of %(code)s have submitted. Wait for them.", code=application.mask_code)
        )
    _close_finished(session, application, stage, submitted, actor, now)
    return intake, application


def _refuse_unseen(session: Session, application: Application, stage: str, seen: int) -> None:
    """Raise Conflict when the newest decision is another than the one that a page showed."""
    decisions = decided_on.decisions_on(session, application_id=id_of(application), stage=stage)
    if seen != (id_of(decisions[-1]) if decisions else 0):
        raise Conflict(_decided_since(application))


def _decided_since(application: Application) -> str:
    return _(
        "Somebody has decided on %(code)s since you opened the page. Look at it again.",
        code=application.mask_code,
    )


def _close_finished(
    session: Session, application: Application, stage: str, submitted: int, actor: Actor, now: datetime
) -> None:
    """A third assessment that is in gives way to what is decided next. Raises Conflict for anything else open."""
    open_ones = [
        each
        for each in decided_on.decisions_on(session, application_id=id_of(application), stage=stage)
        if each.settled_at is None
    ]
    for each in open_ones:
        if each.way is not DisagreementWay.THIRD or submitted < assessments.THIRD:
            raise Conflict(_decided_since(application))
        each.end, each.settled_at, each.settled_by_id = DisagreementEnd.CHANGED, now, actor.person()
        session.add(each)
    session.flush()


def _panel(session: Session, application: Application, stage: str) -> list[Assignment]:
    found = select(Assignment).where(
        Assignment.application_id == application.id,
        Assignment.stage == stage,
        Assignment.status != AssignmentStatus.RECUSED,
    )
    return list(session.exec(found.order_by(col(Assignment.id))))


def refuse_involved(session: Session, application: Application, stage: str, actor: Actor) -> None:
    """Somebody else decides on an application that one applied with, has a conflict with or has assessed."""
    refuse_partial(session, application=application, actor=actor)
    if actor.account_id in {each.assessor_id for each in _panel(session, application, stage)}:
        raise NotAllowed(
            _(
                "You are one of the assessors of %(code)s. Another coordinator decides how its disagreement is dealt"
                " with.",
                code=application.mask_code,
            )
        )


def _open(
    session: Session,
    intake: Intake,
    application: Application,
    stage: str,
    way: DisagreementWay,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Disagreement:
    made = Disagreement(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        application_id=id_of(application),
        stage=stage,
        way=way,
        reason=reason,
        opened_at=now,
        opened_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    return made


def write_entry(
    session: Session,
    decided: Disagreement,
    actor: Actor,
    now: datetime,
    action: str,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    """Write what was done about a disagreement into the record."""
    record.write(
        session,
        region_id=decided.region_id,
        intake_id=decided.intake_id,
        actor=actor,
        now=now,
        action=action,
        subject=("disagreement", id_of(decided)),
        application_id=decided.application_id,
        changes={"stage": (None, decided.stage), **changes},
        reason=reason,
    )

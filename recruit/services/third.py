"""A third assessment of the applications in a borderline zone, where the criteria profile settles it so."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Intake,
    InterviewList,
    ListStatus,
    RankingRun,
    ThirdAssessment,
)
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import interview as lists
from recruit.services import assigning, handing, interview, panels, ranking, record, settling
from recruit.services.holding import hold_intake
from recruit.services.list_content import hold

#: So many assessors an application of the zone has afterwards.
NUMBER = queries.THIRD


def ask_third(
    session: Session, *, interview_list: InterviewList, actor: Actor, now: datetime
) -> dict[str, int]:
    """Ask for one more assessment of each application in a draft's zone that has fewer than three; discards the draft.

    Nobody gets an application that they have a conflict with or have assessed, and loads stay as even as they can.
    Once in a stage: after it points decide. Returns the new assessor's account id by mask code.

    Raises Conflict when the list is no draft or is gone, when the profile settles the zone otherwise or nobody is in
    it, when a
    round has been asked for already, when the ranking is no longer current, and when an application has too few
    assessors without a conflict of interest.
    """
    intake = hold_intake(session, interview_list.intake_id)
    interview_list = hold(session, interview_list)
    run = lists.run_of(session, interview_list=interview_list)
    codes = _zone(session, interview_list, intake, run)
    applications = list(
        session.exec(
            select(Application)
            .where(
                Application.intake_id == intake.id,
                col(Application.mask_code).in_(codes),
                Application.status == ApplicationStatus.SUBMITTED,
            )
            .order_by(col(Application.id))
        )
    )
    given = give_third(session, intake, run.stage, applications, now)
    session.add_all(
        ThirdAssessment(
            region_id=intake.region_id,
            intake_id=id_of(intake),
            stage=run.stage,
            application_id=id_of(each),
            run_id=id_of(run),
            asked_at=now,
            asked_by_id=actor.person(),
        )
        for each in applications
    )
    session.flush()
    record.write(
        session,
        region_id=intake.region_id,
        intake_id=intake.id,
        actor=actor,
        now=now,
        action="assessment.third_asked",
        subject=("intake", id_of(intake)),
        changes={
            "stage": (None, run.stage),
            "run": (None, run.number),
            "applications": (None, sorted(each.mask_code for each in applications)),
            "pairs": (
                None,
                sorted([each.id, given[each.mask_code]] for each in applications if each.mask_code in given),
            ),
        },
    )
    interview.discard(session, interview_list=interview_list, actor=actor, now=now)
    return given


def _zone(session: Session, found: InterviewList, intake: Intake, run: RankingRun) -> list[str]:
    """The codes in the zone of a draft whose zone a third assessment settles; else raises Conflict."""
    settlement = settling.settlement_of(found)
    if found.status is not ListStatus.DRAFT:
        raise Conflict(_("The list is confirmed, so its zone is settled."))
    if settlement is None or settlement.settle != settling.THIRD:
        raise Conflict(_("The criteria profile does not settle the borderline zone by a third assessment."))
    if queries.third_asked(session, intake=intake, stage=run.stage):
        raise Conflict(
            _("A third assessment has been asked for already. There is no further round: points decide.")
        )
    if not settlement.zone:
        raise Conflict(_("Nobody is in the borderline zone, so no third assessment is needed."))
    ranking.refuse_stale(session, intake=intake, run=run)
    return settlement.codes


def give_third(
    session: Session, intake: Intake, stage: str, applications: list[Application], now: datetime
) -> dict[str, int]:
    """Hand out one more assessment of each application that has fewer than three, and tell who gets it; the new
    assessor's id by mask code.

    Raises Conflict, naming the applications, when one has too few assessors without a conflict of interest.
    """
    members = panels.members_of(queries.assignments(session, intake, stage))
    short = {
        id_of(each): each.mask_code for each in applications if len(members.get(id_of(each), ())) < NUMBER
    }
    if not short:
        return {}
    added = assigning.fill(session, intake=intake, stage=stage, needs=dict.fromkeys(short, NUMBER), now=now)
    for application_id, assessor_id in added:
        panels.hand_out(session, intake, stage, application_id, assessor_id, now)
    session.flush()
    handing.tell_given(session, intake, added, now)
    return {short[application_id]: assessor_id for application_id, assessor_id in added}

"""Publishing: everybody in a confirmed list's run is told, once, that the selection for interviews is decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Intake,
    InterviewList,
    ListPublication,
    ListStatus,
    RankingRow,
    Region,
)
from recruit.queries import interview as queries
from recruit.services import mail, record
from recruit.services.holding import hold_intake
from recruit.services.list_content import hold


def publish(
    session: Session, *, interview_list: InterviewList, actor: Actor, now: datetime, base_url: str = ""
) -> ListPublication:
    """Publish a confirmed list: a mail to each applicant of its run who has not withdrawn, without the result in it.

    From now on applicants read their result and its explanation when they sign in. `base_url` makes the mail's link.
    Raises Conflict for a draft, when the list is gone, when there is a newer version, or when it is published already.
    """
    intake = hold_intake(session, interview_list.intake_id)
    interview_list = hold(session, interview_list)
    assert interview_list.id is not None
    if interview_list.status is not ListStatus.CONFIRMED:
        raise Conflict(_("A draft is not published. Another coordinator has to confirm it first."))
    earlier = _earlier(session, intake)
    if interview_list.id in earlier:
        raise Conflict(_("Version %(version)s is published already.", version=interview_list.version))
    newest = queries.next_version(session, intake=intake) - 1
    if interview_list.version != newest:
        raise Conflict(
            _(
                "There is a newer version, %(newest)s. Publish that one when it is confirmed, or discard it first if it"
                " is a draft.",
                newest=newest,
            )
        )
    made = ListPublication(
        region_id=interview_list.region_id,
        list_id=interview_list.id,
        published_at=now,
        published_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    told = _tell(session, intake, interview_list, bool(earlier), now, base_url)
    record.write(
        session,
        region_id=interview_list.region_id,
        intake_id=interview_list.intake_id,
        actor=actor,
        now=now,
        action="interview.published",
        subject=("interview_list", interview_list.id),
        changes={
            "version": (None, interview_list.version),
            "content_sha256": (None, interview_list.content_sha256),
            "told": (None, told),
        },
    )
    return made


def _earlier(session: Session, intake: Intake) -> set[int]:
    """Ids of the intake's lists that have been published."""
    found = (
        select(ListPublication.list_id)
        .join(InterviewList, col(InterviewList.id) == ListPublication.list_id)
        .where(InterviewList.intake_id == intake.id)
    )
    return set(session.exec(found))


def _tell(
    session: Session, intake: Intake, found: InterviewList, again: bool, now: datetime, base_url: str
) -> int:
    region = session.exec(select(Region).where(Region.id == intake.region_id)).one()
    concerned = session.exec(
        select(Application, Account.email, Account.language)
        .join(Account, col(Account.id) == col(Application.account_id))
        .join(RankingRow, col(RankingRow.application_id) == col(Application.id))
        .where(
            RankingRow.run_id == found.run_id,
            Application.status == ApplicationStatus.SUBMITTED,
            col(Application.disposed_at).is_(None),
        )
        .order_by(col(Application.id))
    ).all()
    for application, email, language in concerned:
        values: dict[str, Any] = {
            "name": application.given_name or "",
            "title": intake.title_sv if language == "sv" else intake.title_en,
            "reference": application.reference,
            "again": again,
            "region": region.name,
            "contact": region.contact_email,
            "link": f"{base_url}/my" if base_url else "",
        }
        mail.post(
            session,
            recipient=email,
            language=language,
            template="selection_decided",
            values=values,
            now=now,
            region_id=intake.region_id,
            application_id=application.id,
        )
    return len(concerned)

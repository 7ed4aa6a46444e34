"""Reading applications as their applicant sees them: all of one's own, and one with what belongs to it.

The group reads applications through `queries.eligibility`, `queries.assessment` and `recruit.frames`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from recruit.database import note_held
from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    Attachment,
    CriteriaProfile,
    ExperiencePeriod,
    Intake,
    MonitoringAnswer,
    Referee,
    Region,
    SitePreference,
)
from recruit.queries import completeness
from recruit.queries import intake as intakes
from recruit.queries.completeness import Dossier, Missing, Task
from recruit.queries.document_age import age_limits

__all__ = ["Dossier", "Missing", "Own", "Task", "dossier", "missing", "of_account", "own", "tasks"]


def held(chosen: Any) -> Any:
    """The statement that holds the applications and intakes that it reads, and reads them anew. The key of an
    application stays shared: whoever holds the intake meanwhile may write rows that point to the application.
    """
    return (
        chosen.with_for_update(key_share=True, of=Application)
        .suffix_with(text("FOR SHARE OF intake"), dialect="postgresql")
        .execution_options(populate_existing=True)
    )


NONE_OF_YOURS = _("You have no application with this reference. Look among your applications.")
# What every page of an applicant asks: written once, without a value of any request in it.
_OWN = (
    select(Application, Intake, Region, CriteriaProfile)
    .join(Intake, col(Intake.id) == col(Application.intake_id))
    .join(Region, col(Region.id) == col(Application.region_id))
    .join(CriteriaProfile, col(CriteriaProfile.id) == col(Intake.profile_id))
    .where(
        col(Application.reference) == bindparam("reference"),
        col(Application.account_id) == bindparam("account"),
    )
)
_OWN_HELD = held(_OWN)
_PERIODS = (
    select(ExperiencePeriod)
    .where(col(ExperiencePeriod.application_id) == bindparam("application"))
    .order_by(col(ExperiencePeriod.starts_on).desc(), col(ExperiencePeriod.id))
)
_REFEREES = (
    select(Referee)
    .where(col(Referee.application_id) == bindparam("application"))
    .order_by(col(Referee.position))
)
_SITES = (
    select(SitePreference.site_id)
    .where(col(SitePreference.application_id) == bindparam("application"))
    .order_by(col(SitePreference.rank))
)
_OWN_FILES = (
    select(Attachment)
    .where(col(Attachment.uploaded_by_id) == bindparam("account"), col(Attachment.redacts_id).is_(None))
    .order_by(col(Attachment.id))
)
_ATTACHMENTS = _OWN_FILES.where(col(Attachment.application_id) == bindparam("application"))
_ATTACHMENTS_OF_ACCOUNT = _OWN_FILES.join(
    Application, col(Application.id) == col(Attachment.application_id)
).where(col(Application.account_id) == bindparam("account"))


@dataclass(frozen=True)
class Own:
    """One of a person's applications, with where it was sent."""

    application: Application
    intake: Intake
    region: Region


def of_account(session: Session, account: Account) -> list[Own]:
    """Every application of the person in every region, the latest first. One query."""
    rows = session.exec(
        select(Application, Intake, Region)
        .join(Intake, col(Intake.id) == col(Application.intake_id))
        .join(Region, col(Region.id) == col(Application.region_id))
        .where(Application.account_id == account.id, col(Application.disposed_at).is_(None))
        .order_by(col(Application.created_at).desc(), col(Application.id).desc())
    )
    return [Own(*row) for row in rows]


def own(
    session: Session, *, account: Account, reference: str, hold: bool = False
) -> tuple[Own, CriteriaProfile]:
    """The person's own application with this reference, and the profile that its intake uses. One query.

    `hold`: as `services.changing.lock`, which then need not ask again. Raises NotFound, also for another's or one
    disposed of.
    """
    chosen = _OWN_HELD if hold else _OWN
    found = session.execute(chosen, {"reference": reference, "account": account.id}).first()
    if found is None:
        raise NotFound(NONE_OF_YOURS)
    if found[0].disposed_at is not None:
        raise NotFound(_("The region has disposed of this application. It keeps nothing personal of it."))
    application, intake, region, profile = found
    if hold:
        note_held(session, "application", application.id)
    return Own(application, intake, region), profile


def for_intake(session: Session, *, account_id: int, intake: Intake) -> Application | None:
    """The person's application to this intake, or None."""
    chosen = select(Application).where(
        Application.account_id == account_id, Application.intake_id == intake.id
    )
    return session.exec(chosen).first()


def dossier(session: Session, application: Application) -> Dossier:
    """The application with everything the applicant has told, except the monitoring answers. At most nine queries, and
    one more where documents may not be of any age."""
    intake = session.get_one(Intake, application.intake_id)
    profile = intakes.profile_of(session, intake)
    return Dossier(
        application=application,
        intake=intake,
        region=session.get_one(Region, application.region_id),
        profile=profile,
        posts=intakes.posts_of(session, intake),
        periods=periods(session, application),
        referees=referees(session, application),
        site_ids=site_ids(session, application),
        attachments=attachments(session, application),
        ages=age_limits(session, intake, profile),
    )


def periods(session: Session, application: Application) -> Sequence[ExperiencePeriod]:
    """Periods of clinical work, the latest first."""
    return session.exec(_PERIODS, params={"application": application.id}).all()


def period(session: Session, application: Application, public_id: str) -> ExperiencePeriod:
    """One period of the application. Raises NotFound when it is not one of its own."""
    chosen = select(ExperiencePeriod).where(
        ExperiencePeriod.application_id == application.id, ExperiencePeriod.public_id == public_id
    )
    found = session.exec(chosen).first()
    if found is None:
        raise NotFound(_("This period is not in your application. It may have been removed."))
    return found


def referees(session: Session, application: Application) -> Sequence[Referee]:
    """The referees in the order in which they were named."""
    return session.exec(_REFEREES, params={"application": application.id}).all()


def site_ids(session: Session, application: Application) -> list[int]:
    """The sites preferred, first choice first."""
    return list(session.exec(_SITES, params={"application": application.id}))


def attachments(session: Session, application: Application) -> Sequence[Attachment]:
    """The applicant's own files, in the order in which they came. What the group added belongs to it."""
    whose = {"application": application.id, "account": application.account_id}
    return session.exec(_ATTACHMENTS, params=whose).all()


@dataclass(frozen=True)
class Files:
    """The applicant's own files of an application, the bytes of all that the person has sent, to whatever application,
    and when the application had been saved.
    """

    present: list[Attachment]
    bytes_in_all: int
    saved: tuple[int, datetime]

    def are_of(self, application: Application) -> bool:
        """Whether nothing of the application has been saved since."""
        return self.saved == saved(application)


def saved(application: Application) -> tuple[int, datetime]:
    """What differs once anything of an application has been saved: every change of an answer or a file says when it
    was.
    """
    return application.revision, application.saved_at


def files(session: Session, application: Application) -> Files:
    """The application's files, and how much the person has sent. One query."""
    sent = session.exec(_ATTACHMENTS_OF_ACCOUNT, params={"account": application.account_id}).all()
    return Files(
        present=[each for each in sent if each.application_id == application.id],
        bytes_in_all=sum(each.size for each in sent),
        saved=saved(application),
    )


def attachment(session: Session, application: Application, public_id: str) -> Attachment:
    """One of the applicant's own files. Raises NotFound when it is not one of them."""
    chosen = select(Attachment).where(
        Attachment.application_id == application.id,
        Attachment.public_id == public_id,
        Attachment.uploaded_by_id == application.account_id,
        col(Attachment.redacts_id).is_(None),
    )
    found = session.exec(chosen).first()
    if found is None:
        raise NotFound(_("This file is not in your application. It may have been removed."))
    return found


def own_monitoring_answer(session: Session, application: Application) -> MonitoringAnswer | None:
    """What the person answered, for showing it to the same person on the page of those questions, nowhere else."""
    chosen = select(MonitoringAnswer).where(MonitoringAnswer.application_id == application.id)
    return session.exec(chosen).first()


def missing(session: Session, application: Application) -> list[Missing]:
    """What the application lacks before it can be sent, in the order of the topics."""
    return completeness.missing(dossier(session, application))


def tasks(session: Session, application: Application, now: datetime) -> list[Task]:
    """The topics with their status, in order."""
    return completeness.tasks(dossier(session, application), now)

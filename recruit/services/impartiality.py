"""Who must keep their hands off an application: its own applicant, those with a conflict, and its assessors."""

from sqlmodel import Session

from recruit.actor import Actor
from recruit.errors import NotAllowed
from recruit.i18n import lazy_gettext as _
from recruit.models import Application
from recruit.queries import eligibility as queries


def refuse_partial(session: Session, *, application: Application, actor: Actor) -> None:
    """Refuse somebody who acts on their own application, or on one they have a declared conflict with.

    Raises NotAllowed.
    """
    if actor.account_id is None:
        return
    if actor.account_id == application.account_id:
        raise NotAllowed(
            _(
                "%(code)s is your own application. Another coordinator has to take care of it.",
                code=application.mask_code,
            )
        )
    if queries.has_conflict(session, application, actor.account_id):
        raise NotAllowed(
            _(
                "You have a declared conflict of interest with %(code)s. Another coordinator has to take care of it.",
                code=application.mask_code,
            )
        )


def refuse_its_assessor(session: Session, *, application: Application, actor: Actor) -> None:
    """Refuse to show who an application is from to somebody who assesses it without knowing.

    Raises NotAllowed.
    """
    if actor.account_id is None:
        return
    if application.id in queries.assessed_by(session, application.intake_id, actor.account_id):
        raise NotAllowed(
            _(
                "You assess %(code)s and must not know who it is from. Another coordinator has to open it; the"
                " administrator can give somebody else that role.",
                code=application.mask_code,
            )
        )

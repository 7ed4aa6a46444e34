"""The way back for what an applicant has removed: what can be put back, and putting it back."""

from typing import Any

from flask import flash, redirect

from recruit import clock, display
from recruit.database import transaction
from recruit.errors import Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.models import Application, ApplicationStatus, RemovedKind
from recruit.queries.removed import can_be_put_back
from recruit.request import actor, db
from recruit.routes.application_shared import DOCUMENTS, blueprint, changeable, own_application, storage, url
from recruit.services import undoing


def removed(application: Application, kind: RemovedKind) -> list[dict[str, str]]:
    """What was removed lately: its name, the words and the address of the button, and until when."""
    return [
        {
            "name": part.name,
            "label": _("Undo"),
            "url": url("put_back", application, part=part.public_id),
            "until": _until(application, display.when(part.until, "time")),
        }
        for part in can_be_put_back(db(), application, kind, clock.now())
    ]


def _until(application: Application, moment: str) -> str:
    if application.status is ApplicationStatus.DRAFT:
        return _("Until %(time)s, or until you send the application.", time=moment)
    return _("Until %(time)s.", time=moment)


@blueprint.post("/my/<reference>/removed/<part>/undo")
def put_back(reference: str, part: str) -> Any:
    """Put back what was removed. Whoever comes too late, or twice, is told on the page where it would be."""
    application = changeable(own_application(reference), "experience")
    topic = DOCUMENTS
    try:
        with transaction(db()):
            kind = undoing.put_back(
                db(),
                application=application,
                public_id=part,
                storage=storage(),
                actor=actor(),
                now=clock.now(),
            )
        topic = DOCUMENTS if kind is RemovedKind.FILE else "experience"
        flash(_("It is back."))
    except NotFound as refused:
        flash(str(refused.message), "info")
    except Invalid as refused:
        flash(str(refused.message), "error")
    return redirect(url("topic", application, topic=topic), 303)

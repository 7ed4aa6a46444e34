"""The applicant's referees: asked, received, declined or not delivered; and naming somebody else before an answer."""

from typing import Any

from flask import flash, redirect

from forms.references import RefereeForm
from recruit import clock, reference_words
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.models import ApplicationStatus
from recruit.queries import application as queries
from recruit.queries import references
from recruit.request import actor, db, settings
from recruit.routes.application_shared import blueprint, own_application, page, place, posted, url
from recruit.services import application as services
from recruit.services import referee_change

_PARTS = ("name", "title", "workplace", "email", "phone", "language")


@blueprint.get("/my/<reference>/referees")
def referees(reference: str) -> Any:
    """Where each reference stands, never what it says."""
    application = own_application(reference)
    if application.status is not ApplicationStatus.SUBMITTED:
        return redirect(url("tasks", application), 303)
    day = references.today()
    rows = [
        (each, *reference_words.own_state(each.state(day)))
        for each in references.of_application(db(), application)
    ]
    return page("referees", queries.dossier(db(), application), rows=rows)


@blueprint.route("/my/<reference>/referees/<referee>", methods=["GET", "POST"])
def referee(reference: str, referee: str) -> Any:
    """Correct a referee's address, or name somebody else, while there is no answer."""
    application = own_application(reference)
    found = references.own_referee(db(), application, referee)
    if found.referee.answered_at is not None or application.status is not ApplicationStatus.SUBMITTED:
        return redirect(url("referees", application), 303)
    data = {part: getattr(found.referee, part) for part in _PARTS}
    form = RefereeForm(posted(), data=data, say=_)
    if posted() is not None and form.validate():
        answers = services.RefereeAnswers(**{part: form[part].data for part in _PARTS})
        try:
            with transaction(db()):
                referee_change.change_address(
                    db(),
                    application=application,
                    found=found,
                    answers=answers,
                    base_url=settings().base_url,
                    actor=actor(),
                    now=clock.now(),
                )
        except Invalid as refusal:
            place(form, refusal)
        except Conflict as refusal:
            form.form_errors.append(str(refusal))
        else:
            flash(_("The referee is changed.") + " " + _asked_again(found))
            return redirect(url("referees", application), 303)
    shown = page("referee", queries.dossier(db(), application), form=form, found=found)
    return shown, 422 if form.errors else 200


def _asked_again(found: references.Asked) -> str:
    if found.request is None:
        return _("Nothing has been sent to the referee yet.")
    return _("If the address is new it gets a mail, and links in earlier mails no longer work.")

"""Where an application stands, for its applicant: what the group has released, and what happens next and when."""

from typing import Any

from flask import redirect

from recruit import clock, data_notice
from recruit.models import ApplicationStatus
from recruit.queries import application as queries
from recruit.queries import intake as intakes
from recruit.queries import released as releases
from recruit.queries import time_plan
from recruit.queries.ranking import undecided
from recruit.request import db
from recruit.routes.application_completion import open_for, still_expected
from recruit.routes.application_shared import blueprint, own_application, page, url
from recruit.status_view import status_of


@blueprint.get("/my/<reference>/status")
def status(reference: str) -> Any:
    """In plain words, with the dates. Only what is released is read, by the same queries for everybody."""
    application = own_application(reference)
    if application.status is not ApplicationStatus.SUBMITTED:
        return redirect(url("receipt", application), 303)
    dossier = queries.dossier(db(), application)
    told = releases.released(db(), application)
    accepts = intakes.accepts(dossier.intake, clock.now())
    checked = undecided(db(), intake=dossier.intake) == 0
    view = status_of(
        application,
        dossier.intake,
        told,
        time_plan.of(db(), dossier.intake),
        accepts=accepts,
        checked=checked,
    )
    return page(
        "status",
        dossier,
        view=view,
        told=told,
        asked=open_for(application),
        expected=still_expected(application, dossier.intake, told),
        open=accepts,
        notice_now=data_notice.in_force(clock.now()).number,
    )

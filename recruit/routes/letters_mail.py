"""The log of mail: every message about an application and what became of it, and what did not arrive in an intake."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from recruit import clock
from recruit.database import transaction
from recruit.errors import Conflict, Refusal
from recruit.i18n import gettext as _
from recruit.models import Intake
from recruit.navigation import present_intake
from recruit.queries import eligibility
from recruit.queries import letters as queries
from recruit.request import account, actor, db, page_asked
from recruit.routes.eligibility import application_here
from recruit.services import mail_log

blueprint = Blueprint("letters", __name__, url_prefix="/g/<region>/<intake>")


def present() -> Intake:
    """The intake that the address names."""
    found = present_intake()
    assert found is not None, "the address names an intake"
    return found


@blueprint.get("/applications/<code>/mail")
def log(region: str, intake: str, code: str) -> Any:
    """Every message about an application."""
    return _log(code)


def _log(code: str, refused: Refusal | None = None) -> Any:
    found, application = application_here(code)
    return render_template(
        "letters/log.html",
        intake=found,
        application=application,
        messages=queries.mail_of(db(), application=application),
        refused=refused,
    ), refused.status if refused else 200


@blueprint.post("/applications/<code>/mail/<int:mail_id>/resend")
def resend(region: str, intake: str, code: str, mail_id: int) -> Any:
    """Send a message again, to the applicant's present address."""
    _found, application = application_here(code)
    try:
        with transaction(db()):
            mail_log.resend(db(), application=application, mail_id=mail_id, actor=actor(), now=clock.now())
    except Conflict as error:
        return _log(code, error)
    flash(_("The message is in the outbox again."))
    return redirect(url_for("letters.log", region=region, intake=intake, code=code), 303)


@blueprint.post("/applications/<code>/mail/<int:mail_id>/settle")
def settle(region: str, intake: str, code: str, mail_id: int) -> Any:
    """Say that a message that did not arrive needs nothing more."""
    _found, application = application_here(code)
    try:
        with transaction(db()):
            mail_log.settle(db(), application=application, mail_id=mail_id, actor=actor(), now=clock.now())
    except Conflict as error:
        return _log(code, error)
    flash(_("Saved."))
    return redirect(url_for("letters.log", region=region, intake=intake, code=code), 303)


@blueprint.get("/letters/undelivered")
def undelivered(region: str, intake: str) -> Any:
    """What did not arrive in this intake, or may not have, and waits for somebody."""
    found = present()
    number = page_asked()
    messages, total = queries.undelivered_page(db(), intake=found, number=number)
    return render_template(
        "letters/undelivered.html",
        intake=found,
        messages=messages,
        page=number,
        per_page=queries.PER_PAGE,
        total=total,
        hidden=eligibility.assessed_by(db(), found.id or 0, account().id or 0),
    )

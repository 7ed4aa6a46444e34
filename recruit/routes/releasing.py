"""What applicants may see: the steps that wait to be released, and that the posts are filled."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from recruit import clock, released_words
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotAllowed, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.queries import released as queries
from recruit.request import actor, db, settings
from recruit.routes.monitoring_shared import intake_here
from recruit.routes.ranking_shared import own_levels_first
from recruit.services import releasing as service

blueprint = Blueprint("releasing", __name__, url_prefix="/g/<region>/<intake>/released")


@blueprint.get("")
def index(region: str, intake: str) -> Any:
    """What has happened that applicants do not see yet."""
    return _page()


@blueprint.post("")
def release(region: str, intake: str) -> Any:
    """Let applicants see what is ticked."""
    found = _intake()
    try:
        with transaction(db()):
            number = service.release(
                db(),
                intake=found,
                keys=request.form.getlist("key"),
                base_url=settings().base_url,
                actor=actor(),
                now=clock.now(),
            )
    except (Conflict, Invalid, NotAllowed) as refusal:
        return _page(refusal)
    flash(
        ngettext(
            "%(num)s step is released. The applicant gets a mail.",
            "%(num)s steps are released. The applicants get a mail each.",
            number,
        )
    )
    return redirect(url_for("releasing.index", region=region, intake=intake), 303)


@blueprint.post("/filled")
def filled(region: str, intake: str) -> Any:
    """Tell that the posts are filled, or that they are not any more."""
    found = _intake()
    with transaction(db()):
        if request.form.get("filled") == "no":
            service.take_back_filled(db(), intake=found, actor=actor(), now=clock.now())
        else:
            service.tell_filled(db(), intake=found, actor=actor(), now=clock.now())
    flash(_("Saved."))
    return redirect(url_for("releasing.index", region=region, intake=intake), 303)


def _intake() -> Any:
    """The intake, unless the reader has assessments of it to submit: an offer would tell what others think."""
    found = intake_here()
    own_levels_first(found, "screening", "interview")
    return found


def _page(refused: Refusal | None = None) -> Any:
    found = _intake()
    shown = render_template(
        "outcome/released.html",
        intake=found,
        rows=queries.waiting(db(), found),
        filled=queries.posts_filled(db(), found),
        refused=refused,
        words=released_words,
    )
    return shown, refused.status if refused else 200

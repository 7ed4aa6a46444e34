"""What a referee sees behind the link: who asks and why, the form, declining. Without an account.

The link itself is what lets one in, so the forms need no token of a session, and nothing typed is lost when a cookie
has gone. A link that is unknown, too old, taken back or used up gives one and the same page; trying links is limited.
"""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask_login import current_user

from forms.referee import ANCHORS, DeclineForm, RefereesForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.i18n import language, languages
from recruit.limits import limiter
from recruit.models import DeclineReason, Relation
from recruit.models.application import QUESTIONS
from recruit.request import db, settings
from recruit.services import referee_answers as service
from recruit.services.referee_answers import Answers, Asked, Stale

blueprint = Blueprint("referee", __name__, url_prefix="/reference")


def _missed(response: Response) -> bool:
    """Only links that lead nowhere are counted: a hospital's referees may share an address."""
    return response.status_code == 404


tried = limiter.limit("30 per 10 minutes", deduct_when=_missed)


@blueprint.errorhandler(NotFound)
def _gone(refusal: NotFound) -> tuple[str, int]:
    """The same page for every link that does not lead to a form; what was just typed is given back to copy."""
    db().rollback()
    form = RefereesForm(request.form if request.method == "POST" else None, say=_)
    typed = [
        (field.label.text, _words(field)) for field in form if field.short_name in form.typed() and field.data
    ]
    return render_template("referee/gone.html", typed=typed), refusal.status


def _words(field: Any) -> str:
    """What was chosen, in words, or what was written."""
    choices: dict[str, str] = getattr(field, "choices", None) or {}
    return choices.get(field.data, field.data)


@blueprint.before_request
def _language() -> None:
    """The mail's links say which language they were written in; choosing another later wins."""
    asked = request.args.get("lang")
    if asked in languages() and "language" not in session:
        session["language"] = asked


@blueprint.route("/<token>", methods=["GET", "POST"])
@tried
def start(token: str) -> Any:
    """Who asks and why, and a button: programs that open links in mail go no further."""
    asked = service.open_link(db(), token=token, now=clock.now())
    if request.method == "POST":
        return redirect(url_for("referee.form", token=token), 303)
    return _page("start", asked, token)


@blueprint.route("/<token>/form", methods=["GET", "POST"])
@tried
def form(token: str) -> Any:
    """The form: go on with it, put it aside, send it, correct it."""
    asked = service.open_link(db(), token=token, now=clock.now())
    if request.method == "GET":
        data = {**service.kept(asked), "revision": asked.request.revision}
        made = RefereesForm(None, data=_typed(data), say=_)
        return _page("form", asked, token, form=made, anchors=_anchors())
    aside = request.form.get("act") == "save"
    made = RefereesForm(request.form, say=_, complete=not aside)
    if not made.validate():
        return _page("form", asked, token, form=made, anchors=_anchors()), 422
    try:
        with transaction(db()):
            _keep(token, made, aside=aside)
    except Stale as refusal:
        made.form_errors.append(str(refusal))
        asked = service.open_link(db(), token=token, now=clock.now())
        made.revision.data = asked.request.revision
        return _page("form", asked, token, form=made, anchors=_anchors()), refusal.status
    except Invalid as refusal:
        made[refusal.field or "comment"].errors = [str(refusal)]
        return _page("form", asked, token, form=made, anchors=_anchors()), refusal.status
    if aside:
        flash(_("Saved. You can close the page and go on later with the link in the mail."))
        return redirect(url_for("referee.form", token=token), 303)
    return redirect(url_for("referee.done", token=token), 303)


def _typed(data: dict[str, Any]) -> dict[str, Any]:
    """As the form holds it: yes and no are words in a draft."""
    return {**data, "would_employ": {"yes": True, "no": False}.get(data.get("would_employ", ""))}


def _keep(token: str, made: RefereesForm, *, aside: bool) -> None:
    revision = made.revision.data if made.revision.data is not None else -1
    if aside:
        service.put_aside(db(), token=token, typed=made.typed(), revision=revision, now=clock.now())
        return
    levels = {name: int(made[name].data) for name in QUESTIONS}
    answers = Answers(
        **levels,
        would_employ=bool(made.would_employ.answer),
        relation=Relation(made.relation.data),
        known_from=made.known_from.data or "",
        known_until=made.known_until.data or "",
        comment=made.comment.data or "",
    )
    service.answer(db(), token=token, answers=answers, revision=revision, by=_account(), now=clock.now())


def _account() -> int | None:
    """Who is signed in in this browser, if anybody."""
    return current_user.account.id if current_user and current_user.is_authenticated else None


@blueprint.get("/<token>/done")
@tried
def done(token: str) -> Any:
    """Thanks, and how to correct."""
    asked = service.open_link(db(), token=token, now=clock.now())
    if asked.request.answered_at is None:
        return redirect(url_for("referee.form", token=token), 303)
    return _page("done", asked, token)


@blueprint.route("/<token>/decline", methods=["GET", "POST"])
@tried
def decline(token: str) -> Any:
    """Say that no reference is given."""
    asked = service.open_link(db(), token=token, now=clock.now())
    made = DeclineForm(request.form if request.method == "POST" else None, say=_)
    if request.method == "GET":
        return _page("decline", asked, token, form=made)
    if not made.validate():
        return _page("decline", asked, token, form=made), 422
    try:
        with transaction(db()):
            service.decline(
                db(),
                token=token,
                reason=DeclineReason(made.reason.data),
                base_url=settings().base_url,
                now=clock.now(),
            )
    except Conflict as refusal:
        made.form_errors.append(str(refusal))
        return _page("decline", asked, token, form=made), refusal.status
    return redirect(url_for("referee.declined"), 303)


@blueprint.get("/declined")
def declined() -> str:
    """It is noted."""
    return render_template("referee/declined.html")


def _anchors() -> dict[str, str]:
    return {level: _(text) for level, text in ANCHORS.items()}


def _page(name: str, asked: Asked, token: str, **values: Any) -> str:
    application = asked.application
    return render_template(
        f"referee/{name}.html",
        asked=asked,
        applicant=" ".join(filter(None, (application.given_name, application.family_name))),
        intake_name=asked.intake.title_sv if language() == "sv" else asked.intake.title_en,
        region_row=asked.region,
        token=token,
        **values,
    )

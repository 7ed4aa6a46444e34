"""Going through an applicant's free text: what is struck by itself, what else is found, what a person strikes."""

from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from recruit import clock
from recruit.database import transaction
from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.masked_text import left, parts
from recruit.masking import striker
from recruit.models import Account, Application
from recruit.queries import eligibility as queries
from recruit.redacting import own_words, person_of
from recruit.request import actor, db
from recruit.routes.eligibility import application_here, blueprint
from recruit.services.masking import strike_words
from recruit.striking import fold
from recruit.traces import Finder
from recruit.traces_words import kind_words, why_words


@blueprint.route("/<code>/texts", methods=["GET", "POST"])
def texts(region: str, intake: str, code: str) -> Any:
    """The texts with what is struck and what is found; a POST keeps what a person strikes."""
    found, application = application_here(code)
    periods, referees, _attachments = queries.told(db(), application)
    email = db().get_one(Account, application.account_id).email
    shown = [
        (_("Why this post"), application.motivation, False),
        (_("Scientific or quality work"), application.scientific_work, False),
        (_("Other work, teaching"), application.other_work, False),
        (_("Own learning needs"), application.learning_needs, False),
    ]
    for number, each in enumerate(referees):
        letter = chr(ord("A") + number)
        shown += [
            (_("Reference %(letter)s, workplace and role", letter=letter), each.masked_setting, True),
            (_("Reference %(letter)s, comment", letter=letter), each.masked_comment, True),
        ]
    find = Finder(person_of(application, periods, referees))
    floor = striker(_without_chosen(application), periods, referees, email)
    open_words = left([(text, pronouns) for _title, text, pronouns in shown], floor, find)
    chosen = (application.struck_words or "").splitlines()
    error = None
    if request.method == "POST":
        ticked = {fold(each) for each in request.form.getlist("strike")}
        picked = [each.words for each in open_words if fold(each.words) in ticked]
        stood = Counter(each.kind for each in open_words if fold(each.words) not in ticked)
        try:
            with transaction(db()):
                strike_words(
                    db(),
                    application=application,
                    phrases=[*picked, *own_words(request.form.get("words", ""))],
                    let_stand=stood,
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_("Saved. Assessors no longer see these words."))
            return redirect(url_for("eligibility.texts", region=region, intake=intake, code=code), 303)
        except Invalid as refused:
            error = str(refused)
    hide = striker(application, periods, referees, email)
    known = {fold(each.words) for each in open_words}
    page = render_template(
        "eligibility/texts.html",
        intake=found,
        code=code,
        error=error,
        texts=[
            (title, parts(text, hide, find, pronouns=pronouns)) for title, text, pronouns in shown if text
        ],
        left=open_words,
        chosen={fold(each) for each in chosen},
        own="\n".join(each for each in chosen if fold(each) not in known),
        fold=fold,
        kind_words=kind_words(),
        why_words=why_words(),
    )
    return page, 422 if error else 200


def _without_chosen(application: Application) -> Application:
    """The same answers without what a person has chosen; never added to the session."""
    return Application(**application.model_dump(exclude={"struck_words"}))

"""What the applicant's pages share: whose application it is, whether it may be changed, and how a page is drawn."""

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from sqlmodel import Session
from werkzeug.datastructures import CombinedMultiDict

from forms.base import WordedForm
from forms.choices import ATTACHMENT_KIND, words_for
from recruit import clock
from recruit.display import day
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.limits import by_account, limiter, megabytes_sent, posts_only
from recruit.models import Application, ApplicationStatus, AttachmentKind, Intake
from recruit.queries import application as queries
from recruit.queries import completion
from recruit.queries import intake as intakes
from recruit.queries.application import Dossier
from recruit.queries.expected import waited_for
from recruit.request import account, actor, db, settings
from recruit.services import application as services
from recruit.storage import MEGABYTE, Storage

blueprint = Blueprint("application", __name__)
# Nobody types or sends files this fast; a program that did would fill the record, which never shrinks.
limiter.limit("300 per 10 minutes", key_func=by_account, exempt_when=posts_only)(blueprint)
# Whoever makes accounts by the dozen does not fill the disk with their files; a hospital's applicants share an address.
limiter.limit("4000 per hour", cost=megabytes_sent, exempt_when=posts_only)(blueprint)
DOCUMENTS = "attachments"


def storage() -> Storage:
    return Storage(settings().attachments, keep_free=settings().keep_free_mb * MEGABYTE)


def own_application(reference: str, *, hold: bool = False) -> Application:
    # What came with it stays at hand: the session keeps a row only as long as somebody has it.
    own, _profile = g.own = queries.own(db(), account=account(), reference=reference, hold=hold)
    return own.application


def intake_of(application: Application) -> Intake:
    session: Session = db()
    return session.get_one(Intake, application.intake_id)


class Closed(Conflict):
    """The application can be looked at, but no longer changed."""

    def __init__(self, application: Application) -> None:
        super().__init__(_("The application can no longer be changed."))
        self.application = application


def changeable(
    application: Application, topic: str = "", document: AttachmentKind | None = None
) -> Application:
    """The application, if it is not withdrawn and its intake is open, or the region has asked for this topic or
    document.
    """
    if application.status is ApplicationStatus.WITHDRAWN:
        raise Closed(application)
    if not intakes.accepts(intake_of(application), clock.now()):
        now = clock.now()
        if completion.admitting(db(), application, topic=topic, document=document, now=now) is None:
            raise Closed(application)
    return application


@blueprint.errorhandler(Closed)
def _show_closed(refusal: Closed) -> tuple[str, int]:
    """Why nothing can be changed here any more, and what can still be done."""
    dossier = queries.dossier(db(), refusal.application)
    expected = waited_for(dossier.application, dossier.intake)
    return page("closed", dossier, expected=expected), refusal.status


def page(template: str, dossier: Dossier, **values: Any) -> str:
    """A page of one application, with what its layout needs."""
    title = dossier.intake.title_sv if language() == "sv" else dossier.intake.title_en
    return render_template(
        f"application/{template}.html",
        application=dossier.application,
        dossier=dossier,
        intake=dossier.intake,
        intake_name=title,
        region_name=dossier.region.name,
        region_row=dossier.region,
        sent=dossier.application.status is ApplicationStatus.SUBMITTED,
        **values,
    )


def url(endpoint: str, application: Application, **values: Any) -> str:
    return url_for(f"application.{endpoint}", reference=application.reference, **values)


def posted() -> Any:
    return None if request.method == "GET" else CombinedMultiDict([request.form, request.files])


def back_to(application: Application) -> str:
    came_from = request.args.get("from", "")
    if len(came_from) == 32 and came_from.isalnum():
        return url("completion", application, request_id=came_from)
    return url("check" if came_from == "check" else "tasks", application)


def attach_file(application: Application, kind: AttachmentKind, file: Any) -> None:
    """Keep a file in the present transaction. Says so when its content was there already."""
    kept = services.attach(
        db(),
        application=application,
        kind=kind,
        filename=file.filename or "",
        content=file.read(),
        storage=storage(),
        actor=actor(),
        now=clock.now(),
    )
    told = about_twins(kept)
    if told:
        flash(told, "info")


def about_twins(kept: services.Kept) -> str:
    """What to say of files with the same content that were there before; "" when there were none."""
    if not kept.is_new:
        return _("%(name)s was already among your files and is kept once.", name=kept.row.filename)
    if not kept.twins:
        return ""
    return _(
        "%(name)s has the same content as %(other)s, which you sent as “%(kind)s”. Remove one of them if it was"
        " chosen by mistake.",
        name=kept.row.filename,
        other=kept.twins[0].filename,
        kind=_(words_for(ATTACHMENT_KIND, kept.twins[0].kind.value)),
    )


def tell_read_dates(form: WordedForm) -> None:
    """Say how a date was read that was not written as three numbers in the three boxes."""
    for field in form:
        typed = getattr(field, "typed", "")
        if typed and field.data:
            flash(_("%(typed)s was read as %(day)s.", typed=typed, day=day(field.data, "whole")), "info")


def place(form: WordedForm, refusal: Invalid) -> None:
    """Show a refusal at its field, or above all fields."""
    name = "document" if refusal.field == "file" and "document" in form else refusal.field
    if name and name in form:
        form[name].errors = [str(refusal)]
    else:
        form.form_errors.append(str(refusal))
    if name != "document":
        ask_for_file_again(form)


def ask_for_file_again(form: WordedForm) -> None:
    """A browser forgets the chosen file when the page comes back."""
    document = getattr(form, "document", None)
    if document is not None and document.chosen is not None:
        document.errors = [
            _("Choose the file again: it was not kept, since something else needs correcting.")
        ]

"""The region's own texts of letters: each kind in both languages, with its versions."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.letters import LetterForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import Invalid, NotFound, Refusal
from recruit.house_letters import house_text
from recruit.i18n import gettext as _
from recruit.letter_preview import preview
from recruit.merging import FIELDS, Texts, check
from recruit.models import LetterKind
from recruit.queries import letters as queries
from recruit.queries import naming
from recruit.request import actor, db, settings
from recruit.request import region as present_region
from recruit.services import letter_texts as service

blueprint = Blueprint("letter_texts", __name__, url_prefix="/g/<region>/letters")


@blueprint.get("")
def index(region: str) -> Any:
    """Every kind of letter with its present text."""
    found = queries.texts_of(db(), region_id=_region_id())
    names = naming.names(db(), ids=[each.row.created_by_id for each in found.values() if each.row])
    return render_template("letters/texts.html", texts=found.values(), names=names)


@blueprint.route("/<kind>", methods=["GET", "POST"])
def edit(region: str, kind: str) -> Any:
    """Write a text, see it with an invented applicant's values, save it as a new version."""
    wanted = _kind(kind)
    standing = queries.text_of(db(), region_id=_region_id(), kind=wanted)
    posted = request.form if request.method == "POST" else None
    start = house_text(wanted) if request.args.get("from") == "house" else standing.texts
    form = LetterForm(posted, data={"seen": standing.version, **start.parts()}, say=_)
    refused: Refusal | None = None
    shown = None
    if posted is not None and form.validate():
        texts = Texts(**form.parts())
        try:
            if request.form.get("act") == "preview":
                check(texts)
                shown = preview(texts, present_region(), settings().base_url)
            else:
                with transaction(db()):
                    made = service.save(
                        db(),
                        region_id=_region_id(),
                        kind=wanted,
                        texts=texts,
                        seen=form.seen.data,
                        actor=actor(),
                        now=clock.now(),
                    )
                flash(
                    _("Version %(version)s is saved.", version=made.version)
                    if made
                    else _("Nothing was changed.")
                )
                return redirect(url_for("letter_texts.edit", region=region, kind=kind), 303)
        except Invalid as error:
            form[error.field or "body_sv"].errors = [str(error)]
        except service.ChangedMeanwhile as error:
            refused, standing = error, error.text
            form.seen.data, form.seen.raw_data = error.text.version, None
    elif posted is None:
        shown = preview(start, present_region(), settings().base_url)
    rows = queries.versions(db(), region_id=_region_id(), kind=wanted)
    return render_template(
        "letters/text_edit.html",
        kind=wanted,
        standing=standing,
        form=form,
        fields=FIELDS,
        preview=shown,
        refused=refused,
        theirs=standing.texts.parts() if refused else None,
        versions=rows,
        names=naming.names(db(), ids=[row.created_by_id for row in rows]),
        house=house_text(wanted).parts(),
    ), refused.status if refused else 422 if form.errors else 200


def _kind(value: str) -> LetterKind:
    try:
        return LetterKind(value)
    except ValueError:
        raise NotFound(_("There is no such kind of letter.")) from None


def _region_id() -> int:
    found = present_region().id
    assert found is not None
    return found

"""Pages of criteria profiles: the versions, one as applicants see it, a new one, and the TOML file."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import CombinedMultiDict

from forms.profile import ProfileForm
from recruit import clock, profile_view, release_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import CriteriaProfile, ProfileDraft, ReviewKind, Role
from recruit.queries import intake as intakes
from recruit.queries import naming, release
from recruit.queries import profile as profiles
from recruit.request import actor, db, roles
from recruit.request import region as present_region
from recruit.services import profile_drafts as drafts
from recruit.services import profiles as service
from scoring.profile import default_profile_text

blueprint = Blueprint("profile", __name__, url_prefix="/g/<region>/profiles")


@blueprint.get("/")
def index(region: str) -> str:
    """Every version of every profile, and which intakes use it."""
    return render_template(
        "profile/index.html",
        versions=profiles.versions(db(), language()),
        drafts=profiles.drafts(db()),
        discarded=profiles.discarded(db()),
        may_write=Role.COORDINATOR in roles(),
    )


@blueprint.get("/<key>/<int:version>")
def show(region: str, key: str, version: int) -> str:
    """One version as applicants see it, and what has been said of it."""
    return page_of(profiles.by_version(db(), key, version))


def page_of(row: CriteriaProfile, error: Invalid | None = None, typed: str = "") -> str:
    """The page of one version. `error` and `typed`: a comment that was refused, and what it said."""
    parsed = intakes.parsed(row)
    reviews = profiles.reviews(db(), row)
    coordinates = Role.COORDINATOR in roles()
    return render_template(
        "profile/show.html",
        row=row,
        heading=parsed.name.in_language(language()),
        note=profile_view.note_of(parsed, language()),
        profile=profile_view.view_of(parsed, language()),
        locked_at=profiles.locked_at(db(), row),
        reviews=reviews,
        was_sent_back=any(said.kind is ReviewKind.SENT_BACK for said, _name in reviews),
        people=naming.names(db(), ids=[row.created_by_id, row.approved_by_id]),
        approval=_approval(row) if coordinates and row.approved_at is None else None,
        newer=profiles.newer_in_force(db(), row),
        error=error,
        typed=typed,
        may_write=coordinates,
    )


def _approval(row: CriteriaProfile) -> release_view.Approval:
    words = _("You saved this version. Another coordinator looks at it and approves it.")
    return release_view.approval(
        release.staff(db(), region_id=row.region_id),
        reader=actor().account_id,
        done=[(row.created_by_id, words)],
    )


@blueprint.get("/<key>/<int:version>.toml")
def download(region: str, key: str, version: int) -> Response:
    """The file as it was saved."""
    row = profiles.by_version(db(), key, version)
    name = f"{row.key}-{row.version}.toml"
    return Response(
        row.toml,
        content_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new(region: str) -> Any:
    """Save a text or a file as the next version. What was typed stays when something is wrong."""
    form = _form()
    if request.method == "POST" and form.validate():
        if "open" in request.form:
            draft = _open(form)
            if draft is not None:
                return redirect(url_for("profile_draft.show", region=region, draft=draft.id), 303)
            return render_template("profile/new.html", form=form), 422
        row = _save(form)
        if row is not None:
            flash(_("Saved as version %(version)s of %(key)s.", version=row.version, key=row.key))
            return redirect(url_for("profile.show", region=region, key=row.key, version=row.version), 303)
    return render_template("profile/new.html", form=form), 422 if form.errors else 200


def _form() -> ProfileForm:
    if request.method == "GET":
        return ProfileForm(data={"toml": _start()}, say=_)
    return ProfileForm(CombinedMultiDict([request.files, request.form]), say=_)


def _start() -> str:
    """What the box holds at first: the version to start from, or the profile that ships with the product."""
    key, version = request.args.get("key"), request.args.get("version", type=int)
    if key and version:
        return profiles.by_version(db(), key, version).toml
    return default_profile_text()


def _open(form: ProfileForm) -> ProfileDraft | None:
    """A draft with what the text says; None when it is refused, with the reason at the field."""
    try:
        key, content = drafts.from_toml(form.toml.data or "")
        region_id = present_region().id or 0
        with transaction(db()):
            return drafts.begin(
                db(), region_id=region_id, key=key, start=content, actor=actor(), now=clock.now()
            )
    except (Invalid, Conflict) as error:
        form.toml.errors = [*form.toml.errors, str(error)]
        return None


def _save(form: ProfileForm) -> CriteriaProfile | None:
    """The saved version; None when it is refused, with the reason at the field."""
    try:
        with transaction(db()):
            made = service.save(
                db(),
                region_id=present_region().id or 0,
                toml=form.toml.data or "",
                actor=actor(),
                now=clock.now(),
            )
            service.ask_for_approval(db(), profile=made, actor=actor(), now=clock.now())
            return made
    except (Invalid, Conflict) as error:
        form.toml.errors = [*form.toml.errors, str(error)]
        return None

"""Pages of the profile editor: begin a draft, its overview, its parts, and what becomes of it."""

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound as PageNotFound

from forms.profile_parts import BeginForm, part_form, typed
from recruit import clock, profile_editor
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.models import ProfileDraft
from recruit.profile_content import complete, content_of
from recruit.profile_field_words import number_words
from recruit.profile_parts import values_of
from recruit.queries import intake as intakes
from recruit.queries import profile as profiles
from recruit.request import actor, db
from recruit.request import region as present_region
from recruit.services import profile_drafts as service
from scoring.profile import default_profile

blueprint = Blueprint("profile_draft", __name__, url_prefix="/g/<region>/profiles")
SAMPLE = "sample"


@blueprint.route("/new-draft", methods=["GET", "POST"])
def begin(region: str) -> Any:
    """Begin a draft from a version or the sample, under the same key or a new one."""
    form = BeginForm(request.form if request.method == "POST" else None, data=_asked(), say=_)
    form.source.choices = {"": "", **_sources()}
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                made = service.begin(
                    db(),
                    region_id=present_region().id or 0,
                    key=form.key.data or "",
                    start=_start(form.source.data or ""),
                    actor=actor(),
                    now=clock.now(),
                )
            return redirect(url_for("profile_draft.show", region=region, draft=made.id), 303)
        except (Invalid, Conflict) as error:
            form.key.errors = [str(error)]
    existing = profiles.draft_of(db(), present_region().id or 0, form.key.data or "")
    return render_template(
        "profile/draft/begin.html", form=form, existing=existing
    ), 422 if form.errors else 200


@blueprint.get("/draft-<int:draft>/")
def show(region: str, draft: int) -> str:
    """The draft as a whole: what remains, its parts, who saved what, and what can be done with it."""
    return _overview(profiles.draft_by_id(db(), draft))


@blueprint.route("/draft-<int:draft>/edit/<path:part>", methods=["GET", "POST"])
def edit(region: str, draft: int, part: str) -> Any:
    """One part: its fields as they stand, or saved as they were typed."""
    row = profiles.draft_by_id(db(), draft)
    content = service.content(row)
    gone = part not in profile_editor.PAGES and values_of(content, part) is None
    if not profile_editor.has_page(part) or (gone and request.method == "GET"):
        raise PageNotFound
    names = values_of(content, part) or {}
    if request.method == "GET":
        return _part(row, part, names)
    seen = request.form.get("revision", 0, type=int)
    shown = _shown_at(row, part, seen)
    form = _form(row, part, shown or names, request.form)
    if not form.validate():
        return _part_page(row, part, form), 422
    values = typed(form, shown)
    try:
        with transaction(db()):
            saved = service.save(
                db(), draft=row, part=part, typed=values, seen=seen, actor=actor(), now=clock.now()
            )
    except service.Clash as clash:
        return _clash(draft, clash), clash.status
    except service.DraftEnded as ended:
        # What was typed is shown again under the message: it is nowhere else.
        return _part_page(profiles.draft_by_id(db(), draft), part, form, str(ended)), ended.status
    if saved.beside:
        flash(
            _("%(name)s had saved in the same draft meanwhile. Both are kept.", name=saved.beside),
            "info",
        )
    return redirect(url_for("profile_draft.edit", region=region, draft=draft, part=part, checked=1), 303)


@blueprint.post("/draft-<int:draft>/undo")
def undo(region: str, draft: int) -> Any:
    """Go back to how the draft was at an earlier save."""
    row = profiles.draft_by_id(db(), draft)
    seen, to = request.form.get("seen", 0, type=int), request.form.get("to", 0, type=int)
    with transaction(db()):
        service.undo(db(), draft=row, seen=seen, to=to, actor=actor(), now=clock.now())
    flash(_("The draft is as it was before. That can be undone too."))
    return redirect(url_for("profile_draft.show", region=region, draft=draft), 303)


@blueprint.post("/draft-<int:draft>/discard")
def discard(region: str, draft: int) -> Any:
    """Throw it away; the list of profiles can bring it back."""
    with transaction(db()):
        service.discard(db(), draft=profiles.draft_by_id(db(), draft), actor=actor(), now=clock.now())
    flash(_("The draft is discarded. You can bring it back below."))
    return redirect(url_for("profile.index", region=region, _anchor="discarded"), 303)


@blueprint.post("/draft-<int:draft>/take-up")
def take_up(region: str, draft: int) -> Any:
    """Bring it back."""
    with transaction(db()):
        service.take_up(db(), draft=profiles.draft_by_id(db(), draft), actor=actor(), now=clock.now())
    flash(_("The draft is back."))
    return redirect(url_for("profile_draft.show", region=region, draft=draft), 303)


@blueprint.post("/draft-<int:draft>/version")
def make_version(region: str, draft: int) -> Any:
    """Save it as the next version, which another coordinator approves."""
    row = profiles.draft_by_id(db(), draft)
    seen, over = request.form.get("seen", 0, type=int), request.form.get("over", type=int)
    try:
        with transaction(db()):
            made = service.make_version(db(), draft=row, seen=seen, over=over, actor=actor(), now=clock.now())
    except service.NewerVersion as newer:
        return _overview(profiles.draft_by_id(db(), draft), newer=newer), newer.status
    except Invalid as error:
        return _overview(profiles.draft_by_id(db(), draft), refused=str(error)), error.status
    flash(_("Saved as version %(version)s. Another coordinator approves it.", version=made.version))
    return redirect(url_for("profile.show", region=region, key=made.key, version=made.version), 303)


@blueprint.get("/draft-<int:draft>.toml")
def download(region: str, draft: int) -> Response:
    """The draft as a TOML file; Conflict while something in it is wrong."""
    row = profiles.draft_by_id(db(), draft)
    profile, problems = profile_editor.read(row)
    if profile is None:
        number = len(problems)
        raise Conflict(
            _(
                "A file can only hold a whole profile. Something remains to correct (%(number)s).",
                number=number,
            )
        )
    return Response(
        profile.to_toml(),
        content_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{row.key}-draft.toml"'},
    )


def _asked() -> dict[str, Any]:
    """What the form starts with: the version that the reader comes from, the newest of the key, or the sample."""
    key, version = request.args.get("key"), request.args.get("version", type=int)
    if key and version:
        row = profiles.by_version(db(), key, version)
        return {"source": str(row.id), "key": row.key if "copy" not in request.args else ""}
    key = key or default_profile().key
    newest = profiles.latest(db(), present_region().id or 0, key)
    return {"source": str(newest.id) if newest else SAMPLE, "key": key}


def _sources() -> dict[str, str]:
    found = {SAMPLE: _("The sample that ships with the product")}
    for row in profiles.rows(db()):
        found[str(row.id)] = _("%(key)s, version %(version)s", key=row.key, version=row.version)
    return found


def _start(source: str) -> dict[str, Any]:
    if source == SAMPLE:
        return content_of(default_profile())
    row = profiles.by_id(db(), present_region().id or 0, int(source))
    if row is None:
        raise Invalid(_("Choose what to begin from"), field="source")
    return content_of(intakes.parsed(row))


def _overview(row: ProfileDraft, *, newer: Any = None, refused: str = "") -> str:
    return render_template(
        "profile/draft/show.html",
        **profile_editor.frame(db(), row, "overview"),
        steps=profiles.steps(db(), row.id or 0),
        newer=newer,
        refused=refused,
    )


def _shown_at(row: ProfileDraft, part: str, seen: int) -> dict[str, Any]:
    step = profiles.step_of(db(), row.id or 0, seen)
    return (values_of(complete(json.loads(step.content)), part) or {}) if step else {}


def _form(row: ProfileDraft, part: str, values: dict[str, Any], formdata: Any) -> Any:
    choices = profile_editor.criteria_choices(service.content(row))
    data = {name: number_words(each) if isinstance(each, str) else each for name, each in values.items()}
    data["revision"] = row.revision
    # A part that somebody has removed meanwhile has no fields of its own any more: those that were sent stand for it.
    names = list(values) or [name for name in request.form if name not in ("revision", "csrf_token")]
    return part_form(names, formdata, data=data, criteria=choices, say=_)


def _part(row: ProfileDraft, part: str, values: dict[str, Any]) -> str:
    form = _form(row, part, values, None)
    if "checked" in request.args:
        for each in profile_editor.problems_of(row):
            if each.part == part and each.field in form and not form[each.field].errors:
                form[each.field].errors = [each.words]
    return _part_page(row, part, form)


def _part_page(row: ProfileDraft, part: str, form: Any, refused: str = "") -> str:
    frame = profile_editor.frame(db(), row, part)
    return render_template(profile_editor.template_of(part), **frame, form=form, refused=refused)


def _clash(draft: int, clash: service.Clash) -> str:
    """The two texts of every field that both have changed, to choose from."""
    row = profiles.draft_by_id(db(), draft)
    return render_template(
        "profile/draft/clash.html",
        **profile_editor.frame(db(), row, clash.part),
        clash=clash,
        rows=profile_editor.choices_of(row, clash),
        rest=profile_editor.kept_of(clash),
    )

"""Pages of the assessment step for coordinators: who assesses what, conflicts of interest, imported levels."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from forms.assessment import ConflictForm, ExternalForm
from forms.texts import N_, Message
from recruit import clock
from recruit.charts import share_bar
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.navigation import present_standing
from recruit.queries import assessment as queries
from recruit.queries import intake as intakes
from recruit.request import account, actor, db
from recruit.routes.assessment_plans import posted_codes, propose
from recruit.routes.assessment_shared import blueprint, here, my_id, stage_wanted
from recruit.routes.monitoring_shared import intake_here
from recruit.services import conflicts, external_levels
from recruit.services.panels import NotAssessed
from recruit.uploaded_table import place, told_to_reader, uploaded_table


@blueprint.route("/assessment", methods=["GET", "POST"])
def assign(region: str, intake: str) -> Any:
    """Loads and progress; a POST plans who assesses what, of all applications or of the posted codes, and shows it."""
    found = intake_here()
    stage = stage_wanted("screening")
    refusal = None
    if request.method == "POST":
        try:
            return propose(found, stage)
        except Refusal as error:
            refusal = error
            found = intake_here()
    status = queries.progress(db(), intake=found, stage=stage)
    search = request.args.get("code", "")
    page = queries.panels(
        db(),
        intake=found,
        stage=stage,
        number=request.args.get("page", 1, int),
        search=search,
        among=status.applications,
    )
    beside = queries.beside(db(), intake=found, stage=stage)
    profile = intakes.profile_of(db(), found)
    html = render_template(
        "assessment/assign.html",
        intake=found,
        stage=stage,
        status=status,
        page=page,
        per_page=queries.PER_PAGE,
        search=search,
        assessors={load.account_id: load for load in status.loads},
        undecided=present_standing(found).pending if stage == "screening" else 0,
        beside=beside,
        over=intakes.is_over(found, clock.now()),
        external=[each for each in profile.criteria if each.kind == "external"],
        refusal=refusal,
        rest=sorted(posted_codes() - set(refusal.codes)) if isinstance(refusal, NotAssessed) else [],
        done=request.args.get("done", type=int),
        bar=share_bar,
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )
    return html, refusal.status if refusal else 200


@blueprint.route("/assessment/conflict", methods=["GET", "POST"])
def conflict(region: str, intake: str) -> Any:
    """The coordinator declares that an assessor has a conflict of interest with an application."""
    found = intake_here()
    people = queries.assessors(db(), found.region_id)
    if my_id() not in {each.id for each in people}:
        people.append(account())  # who decides eligibility can have a conflict, too
    choices = [(str(each.id), each.name or each.email) for each in people]
    posted = request.form if request.method == "POST" else None
    form = ConflictForm(posted, data={"code": request.args.get("code")}, say=_, assessors=choices)
    if posted is not None and form.validate():
        try:
            with transaction(db()):
                application = queries.by_code(db(), intake=found, code=form.code.data or "")
                new = conflicts.declare_conflict(
                    db(),
                    application=application,
                    assessor_id=int(form.assessor.data or 0),
                    reason=form.reason.data or "",
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_replaced(application.mask_code, new, choices))
            return redirect(here("assign", found), 303)
        except NotFound as error:
            form.code.errors = [str(error.message)]
        except (Conflict, Invalid) as error:
            form.assessor.errors = [str(error.message)]
        found = intake_here()
    page = render_template("assessment/conflict.html", intake=found, form=form, back=here("assign", found))
    return page, 200 if posted is None else 422


def _replaced(code: str, new: list[int], choices: list[tuple[str, str]]) -> str:
    names = [name for number, name in choices if int(number) in new]
    if not names:
        return _("The conflict of interest with %(code)s is recorded.", code=code)
    return _(
        "The conflict of interest with %(code)s is recorded. %(names)s assesses it instead.",
        code=code,
        names=", ".join(names),
    )


@blueprint.route("/assessment/external", methods=["GET", "POST"])
def external(region: str, intake: str) -> Any:
    """Import levels of a criterion that is scored elsewhere."""
    found = intake_here()
    profile = intakes.profile_of(db(), found)
    criteria = [
        (each.key, each.name.in_language(language())) for each in profile.criteria if each.kind == "external"
    ]
    posted = MultiDict([*request.form.items(multi=True), *request.files.items(multi=True)])
    form = ExternalForm(posted if request.method == "POST" else None, say=_, criteria=criteria)
    if request.method == "POST" and form.validate():
        try:
            upload = form.file.chosen
            levels, places = _read_levels(upload.filename, upload.read())
            with transaction(db()):
                changed = external_levels.import_external(
                    db(),
                    intake=found,
                    criterion=form.criterion.data or "",
                    levels=levels,
                    places=places,
                    actor=actor(),
                    now=clock.now(),
                )
            flash(
                _(
                    "%(read)s levels read, %(changed)s of them new or changed.",
                    read=len(levels),
                    changed=changed,
                )
            )
            return redirect(here("external", found), 303)
        except Invalid as error:
            form.file.errors = [str(error.message)]
        found = intake_here()
    page = render_template(
        "assessment/external.html",
        intake=found,
        form=form,
        criteria=criteria,
        counts=queries.external_counts(db(), found),
        back=here("assign", found),
    )
    return page, 422 if request.method == "POST" else 200


def _read_levels(filename: str, content: bytes) -> tuple[dict[str, int], dict[str, str]]:
    """Application -> whole level, from a spreadsheet, and where in it each application stands.

    Raises Invalid with what the file's reader said.
    """
    from recruit.tables import cells, columns

    table = uploaded_table(filename, content)
    with told_to_reader():
        codes_in = columns.need(table, "application", Message(N_("which application a level is for")))
        levels_in = columns.need(table, "level", Message(N_("the level, 0 to 4")))
        codes = list(table.column(codes_in))
        levels = cells.levels(table, levels_in)
    places = {code.upper(): place(table, position, codes_in) for position, code in enumerate(codes)}
    return _whole(codes, levels, lambda position: place(table, position, levels_in)), places


def _whole(codes: list[str], levels: Iterable[float], where: Callable[[int], str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, (code, level) in enumerate(zip(codes, levels, strict=True)):
        if math.isnan(level):
            continue  # an empty cell is a missing level, never 0
        if level != int(level):
            raise Invalid(
                _("%(where)s: %(level)s is not a whole level.", where=where(position), level=f"{level:g}"),
                field="file",
            )
        if not code:
            raise Invalid(_("%(where)s: the row has no application.", where=where(position)), field="file")
        if code.upper() in found:
            raise Invalid(
                _("%(where)s: application %(code)s stands twice.", where=where(position), code=code[:40]),
                field="file",
            )
        found[code.upper()] = int(level)
    if not found:
        raise Invalid(_("The file has no levels."), field="file")
    return found

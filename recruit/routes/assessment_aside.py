"""Stepping aside: a conflict of interest, an application that cannot be assessed, and taking it back."""

from typing import Any

from flask import flash, redirect, render_template, request

from forms.assessment import AsideForm, RecuseForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import NotFound
from recruit.i18n import gettext as _
from recruit.models import SetAsideReason
from recruit.queries import tasks
from recruit.queries.tasks import own_task
from recruit.request import actor, db
from recruit.routes.assessment_shared import blueprint, here, my_id
from recruit.routes.monitoring_shared import intake_here
from recruit.services import conflicts, setting_aside


@blueprint.route("/assess/<code>/recuse", methods=["GET", "POST"])
def recuse(region: str, intake: str, code: str) -> Any:
    """The assessor declares a conflict of interest; the application goes to somebody else."""
    found = intake_here()
    task = own_task(db(), intake=found, code=code, assessor_id=my_id())
    form = RecuseForm(request.form if request.method == "POST" else None, say=_)
    if request.method == "POST" and form.validate():
        with transaction(db()):
            conflicts.declare_conflict(
                db(),
                application=task.application,
                assessor_id=my_id(),
                reason=form.reason.data or "",
                actor=actor(),
                now=clock.now(),
            )
        flash(_("Your conflict of interest with %(code)s is recorded. You will not see it again.", code=code))
        return redirect(here("queue", found, stage=task.stage), 303)
    page = render_template(
        "assessment/recuse.html",
        intake=found,
        code=task.code,
        form=form,
        back=here("score", found, code=code),
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/assess/<code>/cannot", methods=["GET", "POST"])
def cannot(region: str, intake: str, code: str) -> Any:
    """The assessor cannot assess the application, and says why; it goes to somebody else."""
    found = intake_here()
    task = own_task(
        db(), intake=found, code=code, assessor_id=my_id(), stage=request.args.get("stage") or None
    )
    form = AsideForm(request.form if request.method == "POST" else None, say=_)
    if request.method == "POST" and form.validate():
        with transaction(db()):
            setting_aside.set_aside(
                db(),
                assignment=task.assignment,
                reason=SetAsideReason(form.reason.data),
                words=form.told.data or "",
                actor=actor(),
                now=clock.now(),
            )
        flash(_("%(code)s is put aside. You can take it back until somebody else has begun.", code=code))
        return redirect(here("queue", found, stage=task.stage), 303)
    page = render_template(
        "assessment/cannot.html",
        intake=found,
        code=task.code,
        practice=task.practice,
        form=form,
        recuse=here("recuse", found, code=code),
        back=here("score", found, code=code, stage=task.stage),
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/assess/<code>/take-back")
def take_back(region: str, intake: str, code: str) -> Any:
    """What the assessor put aside comes back, unless somebody else has begun."""
    found = intake_here()
    rows = tasks.set_aside(db(), intake=found, assessor_id=my_id())
    row = next((each for each in rows if each.code == code), None)
    if row is None:
        raise NotFound(_("You have put no such application aside."))
    with transaction(db()):
        setting_aside.take_back(db(), assignment=row.assignment, actor=actor(), now=clock.now())
    flash(_("%(code)s is yours again, with what you had set.", code=code))
    return redirect(here("score", found, code=code), 303)


@blueprint.get("/assessment/set-aside")
def aside(region: str, intake: str) -> Any:
    """The coordinator sees what could not be assessed, why, and who assesses instead."""
    found = intake_here()
    return render_template(
        "assessment/aside.html", intake=found, rows=tasks.set_aside(db(), intake=found), here=here
    )

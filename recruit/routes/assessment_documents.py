"""Redacted copies beside the scores: the file itself, and its pages as pictures. No original is ever reached."""

from typing import Any

from flask import Response, render_template

from recruit.documents import sandbox
from recruit.errors import Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.masking import MaskedDocument, documents
from recruit.models import Attachment, Intake
from recruit.queries import assessment as queries
from recruit.queries.tasks import Task, own_task
from recruit.request import db, settings
from recruit.routes.assessment_shared import blueprint, here, my_id
from recruit.routes.monitoring_shared import intake_here
from recruit.storage import ENDINGS, Storage


@blueprint.get("/assess/<code>/documents/<public_id>")
def document(region: str, intake: str, code: str, public_id: str) -> Any:
    """A redacted copy as a download under a neutral name."""
    _found, task, shown, row = _copy(intake, code, public_id)
    content = Storage(settings().attachments).open(row.storage_name)
    name = f"{task.code}-{shown.number}.{ENDINGS[shown.media_type]}"
    return Response(
        content,
        mimetype=shown.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/assess/<code>/documents/<public_id>/pages")
def pages(region: str, intake: str, code: str, public_id: str) -> Any:
    """A redacted copy's pages, one below the other; the scoring page's script puts them beside the scores."""
    found, task, shown, row = _copy(intake, code, public_id)
    try:
        number, refusal = len(_rendered(row)), None
    except Invalid as error:
        number, refusal = 0, str(error)
    return render_template(
        "assessment/pages.html",
        intake=found,
        code=task.code,
        document=shown,
        number=number,
        refusal=refusal,
        back=here("score", found, code=task.code, stage=task.stage),
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )


@blueprint.get("/assess/<code>/documents/<public_id>/<int:number>.jpg")
def page_picture(region: str, intake: str, code: str, public_id: str, number: int) -> Any:
    """One page of a redacted copy, counted from 1."""
    _found, _task, _shown, row = _copy(intake, code, public_id)
    made = _rendered(row)
    if not 1 <= number <= len(made):
        raise NotFound(_("The document has no such page."))
    return Response(made[number - 1].read_bytes(), mimetype="image/jpeg")


def _copy(intake: str, code: str, public_id: str) -> tuple[Intake, Task, MaskedDocument, Attachment]:
    """A copy of the assessor's own application that assessors may read. Raises NotFound for anything else."""
    found = intake_here()
    task = own_task(db(), intake=found, code=code, assessor_id=my_id())
    copies = queries.evidence_of(db(), task.application).copies
    shown = next((each for each in documents(copies) if each.public_id == public_id), None)
    if shown is None:
        raise NotFound(_("There is no such document for you to read."))
    return found, task, shown, next(each for each in copies if each.public_id == public_id)


def _rendered(row: Attachment) -> Any:
    return Storage(settings().attachments).pages(row.storage_name, sandbox.pages)

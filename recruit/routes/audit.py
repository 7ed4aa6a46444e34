"""The auditors' home in a region, and the check of a record file that somebody brings."""

import re
from typing import Any

from flask import Blueprint, render_template, request

from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.models.types import id_of
from recruit.queries import audit as queries
from recruit.queries import record as records
from recruit.record_file.aside import Checked, check_aside
from recruit.request import db
from recruit.request import region as region_here
from recruit.routes.monitoring_shared import reader

blueprint = Blueprint("audit", __name__, url_prefix="/g/<region>/audit")


@blueprint.get("")
def home(region: str) -> Any:
    """What waits for the auditor, every intake, and the way into the record."""
    region_id = id_of(region_here())
    found = queries.intakes(db(), region_id=region_id)
    return render_template(
        "audit/home.html",
        intakes=found,
        latest=records.latest(db(), region_id=region_id, count=8),
        inside=reader().inside,
    )


@blueprint.route("/check", methods=["GET", "POST"])
def check(region: str) -> Any:
    """Recompute a record file in a process of its own, and say whether it is identical."""
    if request.method == "GET":
        return render_template("audit/check.html", checked=None, errors=[], digest="")
    digest = "".join(request.form.get("digest", "").split()).lower()
    try:
        checked = _checked(digest)
    except Invalid as refused:
        errors = [(refused.field or "file", str(refused.message))]
        return render_template("audit/check.html", checked=None, errors=errors, digest=digest), 422
    return render_template("audit/check.html", checked=checked, errors=[], digest=digest)


def _checked(digest: str) -> Checked:
    if digest and not re.fullmatch("[0-9a-f]{64}", digest):
        raise Invalid(
            _("A head or a checksum has 64 signs: the digits 0 to 9 and the letters a to f."), field="digest"
        )
    sent = request.files.get("file")
    content = sent.stream.read() if sent is not None and sent.filename else b""
    if not content:
        raise Invalid(_("Choose a record file: it ends with .record.zip."), field="file")
    return check_aside(content, digest=digest or None)

"""Pages of the record: what has been decided and changed, and whether the chain holds."""

import re
from typing import Any

from flask import Blueprint, render_template, request

from recruit.models import Role
from recruit.queries import record as queries
from recruit.request import account, db, region, roles

blueprint = Blueprint("record", __name__, url_prefix="/g/<region>/record")


@blueprint.get("")
def index(region: str) -> Any:
    """The entries, the newest first, of the whole region or one intake."""
    region_id = _region_id()
    known = queries.intakes(db(), region_id=region_id)
    wanted = request.args.get("intake", "")
    chosen = next((each for each in known if each.slug == wanted), None)
    sees_values = Role.COORDINATOR in roles()
    page = queries.entries(
        db(),
        region_id=region_id,
        sees_values=sees_values,
        assessor_id=account().id if Role.ASSESSOR in roles() else None,
        intake_id=chosen.id if chosen else None,
        number=request.args.get("page", 1, int),
    )
    return render_template(
        "record/index.html", page=page, intakes=known, chosen=chosen, sees_values=sees_values
    )


@blueprint.get("/verify")
def verify(region: str) -> Any:
    """Check the chain, the values beside it and every ranking run, and say what does not match.

    With `sum`, also whether the record knows the head or checksum that is printed on a list.
    """
    from recruit.services.verification import verify as check  # recomputes rankings, which needs pandas

    typed = "".join(request.args.get("sum", "").split()).lower()
    return render_template(
        "record/verify.html",
        report=check(db(), region_id=_region_id()),
        typed=typed,
        opens_lists=bool(roles() & {Role.COORDINATOR, Role.AUDITOR}),
        whole=re.fullmatch("[0-9a-f]{64}", typed) is not None,
        found=queries.find_sum(db(), region_id=_region_id(), digest=typed) if typed else None,
    )


def _region_id() -> int:
    number = region().id
    assert number is not None
    return number

"""Pages of the record: what has been decided and changed, and whether the chain holds."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from recruit import clock, record_reading
from recruit.i18n import gettext as _
from recruit.models import Role
from recruit.queries import record as queries
from recruit.queries.unchanged import kept
from recruit.request import account, db, region, roles, sees_names

blueprint = Blueprint("record", __name__, url_prefix="/g/<region>/record")


@blueprint.get("")
def index(region: str) -> Any:
    """The entries, the newest first: of the whole region, or those that are looked for."""
    region_id = _region_id()
    known = queries.intakes(db(), region_id=region_id)
    chosen = next((each for each in known if each.slug == request.args.get("intake", "")), None)
    sees_values = Role.COORDINATOR in roles()
    group = queries.group(db(), region_id=region_id)
    search, wrong = _search(chosen.id if chosen else None)
    page = queries.entries(
        db(),
        region_id=region_id,
        sees_values=sees_values,
        assessor_id=account().id if Role.ASSESSOR in roles() else None,
        sees_names=sees_names(),
        search=search,
        members=group,
        number=request.args.get("page", 1, int),
        per_page=min(max(request.args.get("per", queries.PER_PAGE, int), 1), queries.MOST_PER_PAGE),
    )
    names = kept(db(), lambda: queries.names_of_keys(db(), region_id=region_id), "names of keys", region_id)
    return render_template(
        "record/index.html",
        page=page,
        intakes=known,
        chosen=chosen,
        sees_values=sees_values,
        sees_names=sees_names(),
        actions=kept(db(), lambda: queries.actions(db(), region_id=region_id), "actions", region_id),
        group=group,
        search=search,
        wrong=wrong,
        most=record_reading.MOST,
        reading=record_reading.Reading(names),
        may_disclose=Role.COORDINATOR in roles(),
    )


def _search(intake_id: int | None) -> tuple[queries.Search, list[tuple[str, str]]]:
    """What is looked for, and what of it cannot be read."""
    wrong: list[tuple[str, str]] = []

    def day(name: str, after: int = 0) -> datetime | None:
        text = request.args.get(name, "").strip()
        try:
            found = date.fromisoformat(text) if text else None
        except ValueError:
            wrong.append(
                (f"filter-{name}", _("“%(text)s” is no date. Write it as 2026-11-30.", text=text[:20]))
            )
            return None
        return clock.stockholm(found + timedelta(days=after), time()) if found else None

    entry = request.args.get("entry", "").strip()
    if entry and not (entry.isdecimal() and len(entry) < 10):
        wrong.append(("filter-entry", _("The number of an entry is written with digits.")))
    search = queries.Search(
        intake_id=intake_id,
        action=request.args.get("action", "").strip()[:60],
        code=request.args.get("code", "").strip()[:8],
        since=day("from"),
        until=day("to", 1),
        who=request.args.get("who", "").strip()[:20],
        entry=int(entry) if entry.isdecimal() and len(entry) < 10 else None,
        words=request.args.get("q", "").strip()[:100],
    )
    return search, wrong


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

"""Pages for everyone: how data and automation are used, in versions, and the accessibility statement."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request

from recruit import clock, data_notice
from recruit.i18n import language
from recruit.queries import intake as intakes
from recruit.request import db
from recruit.rights.schema import schema as rights_schema

blueprint = Blueprint("notice", __name__)


@blueprint.get("/privacy")
def show() -> str:
    """The notice that holds now, or an earlier version; with `since`, what has changed since that one."""
    newest = data_notice.in_force(clock.now())
    shown = data_notice.version(request.args.get("version", newest.number, int))
    since = request.args.get("since", 0, int)
    compared = data_notice.version(since) if since else None
    lines = (
        data_notice.differences(compared.number, shown.number, language())
        if compared
        else data_notice.lines(shown.number, language())
    )
    return render_template(
        "notice/show.html",
        shown=shown,
        newest=newest,
        compared=compared,
        versions=[each for each in reversed(data_notice.VERSIONS) if each.number <= newest.number],
        lines=data_notice.runs(lines),
        regions=_regions(),
    )


@blueprint.get("/accessibility")
def accessibility() -> str:
    """The accessibility statement: what has been tested and how, what does not work, and whom to tell."""
    return render_template("notice/accessibility.html", regions=_regions())


@blueprint.get("/privacy/everything.schema.json")
def schema() -> Any:
    """The JSON Schema of what a person downloads about themselves."""
    return jsonify(rights_schema())


def _regions() -> list[Any]:
    """Those who have advertised, by name."""
    found = {each.region.id: each.region for each in intakes.advertised(db())}
    return sorted(found.values(), key=lambda each: each.name)

"""The record file of a confirmed list as a download, and the monitoring file that belongs to it."""

from typing import Any

from flask import Blueprint, Response

from recruit.errors import NotAllowed
from recruit.i18n import gettext as _
from recruit.queries import interview as lists
from recruit.request import db
from recruit.routes.monitoring_shared import intake_here, reader
from recruit.routes.ranking_shared import own_levels_first

blueprint = Blueprint("record_file", __name__)
PREFIX = "/g/<region>/<intake>/interview-list/<int:version>"


@blueprint.get(f"{PREFIX}/record.zip")
def selection(region: str, intake: str, version: int) -> Response:
    """The file with which anybody can recompute the selection: by code, without names."""
    found = intake_here()
    own_levels_first(found, "screening")
    made = _files(version)
    return _download(made.selection, made.names[0])


@blueprint.get(f"{PREFIX}/monitoring.zip")
def monitoring(region: str, intake: str, version: int) -> Response:
    """The file with every applicant's answers by code. Never for a member of the recruitment group."""
    intake_here()
    if reader().inside:
        raise NotAllowed(
            _(
                "Whoever belongs to the recruitment group may not see the monitoring answers of single applicants."
            )
        )
    made = _files(version)
    return _download(made.monitoring, made.names[1])


def _files(version: int) -> Any:
    from recruit.exports.record_file import files  # recomputes certainty, which needs pandas

    return files(db(), interview_list=lists.by_version(db(), intake=intake_here(), version=version))


def _download(content: bytes, name: str) -> Response:
    from recruit.exports.record_file import MEDIA_TYPE

    response = Response(content, mimetype=MEDIA_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

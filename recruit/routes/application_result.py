"""The applicant's result: what the selection for interviews came to for the own application, and why."""

from typing import Any

from recruit.errors import NotFound
from recruit.i18n import gettext as _
from recruit.own_place import has_result, story_on
from recruit.queries import application as queries
from recruit.queries import interview as lists
from recruit.request import db
from recruit.routes.application_shared import blueprint, own_application, page


@blueprint.get("/my/<reference>/result")
def result(reference: str) -> Any:
    """Called, in reserve or not, with the explanation of the place in plain words."""
    application = own_application(reference)
    published = lists.newest_published(db(), intake_id=application.intake_id)
    if published is None or not has_result(db(), application):
        raise NotFound(
            _("The selection for interviews has not been published, or your application is not part of it.")
        )
    told = lists.publication(db(), interview_list=published)
    earlier = lists.newest_published(db(), intake_id=application.intake_id, before=published.version)
    return page(
        "result",
        queries.dossier(db(), application),
        story=story_on(db(), application, published),
        published_at=told.published_at if told else None,
        replaces=earlier is not None
        and lists.is_in_run(db(), interview_list=earlier, application_id=application.id or 0),
    )

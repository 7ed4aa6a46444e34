"""The applicant's result: what the selection for interviews came to for the own application, and why."""

from typing import Any

from recruit import explanation_view
from recruit.errors import NotFound
from recruit.explanation_view import Story
from recruit.i18n import gettext as _
from recruit.models import Application, ApplicationStatus, InterviewList
from recruit.place_standing import standing_on
from recruit.queries import application as queries
from recruit.queries import interview as lists
from recruit.request import db
from recruit.routes.application_shared import blueprint, own_application, page
from recruit.run_analysis import analysis


def has_result(application: Application) -> bool:
    """Whether the group has published a decision that this application is part of."""
    if application.status is not ApplicationStatus.SUBMITTED:
        return False
    published = lists.newest_published(db(), intake_id=application.intake_id)
    return published is not None and lists.is_in_run(
        db(), interview_list=published, application_id=application.id or 0
    )


def story_of(application: Application) -> Story | None:
    """The explanation of the place by the newest published list; None where there is none for this application."""
    published = lists.newest_published(db(), intake_id=application.intake_id)
    if published is None or not has_result(application):
        return None
    return _story(application, published)


def _story(application: Application, published: InterviewList) -> Story:
    run = lists.run_of(db(), interview_list=published)
    taken = analysis(run)
    standing = standing_on(db(), published, run, application.mask_code)
    explanation = taken.explain(application.mask_code, places=standing.places)
    return explanation_view.story(
        explanation,
        taken.profile,
        called=standing.called,
        reserve=standing.reserve,
        certainty=standing.certainty,
        settled=standing.settled,
        personal=True,
    )


@blueprint.get("/my/<reference>/result")
def result(reference: str) -> Any:
    """Called, in reserve or not, with the explanation of the place in plain words."""
    application = own_application(reference)
    published = lists.newest_published(db(), intake_id=application.intake_id)
    if published is None or not has_result(application):
        raise NotFound(
            _("The selection for interviews has not been published, or your application is not part of it.")
        )
    told = lists.publication(db(), interview_list=published)
    earlier = lists.newest_published(db(), intake_id=application.intake_id, before=published.version)
    return page(
        "result",
        queries.dossier(db(), application),
        story=_story(application, published),
        published_at=told.published_at if told else None,
        replaces=earlier is not None
        and lists.is_in_run(db(), interview_list=earlier, application_id=application.id or 0),
    )

"""Why an application has its place, for its applicant: by the newest list that has been published, or not at all."""

from __future__ import annotations

from sqlmodel import Session

from recruit import explanation_view
from recruit.explanation_view import Story
from recruit.models import Application, ApplicationStatus, InterviewList
from recruit.place_standing import standing_on
from recruit.queries import interview as lists
from recruit.run_analysis import analysis


def has_result(session: Session, application: Application) -> bool:
    """Whether the group has published a decision that this application is part of."""
    return _published(session, application) is not None


def story_of(session: Session, application: Application) -> Story | None:
    """The explanation of the place in words; None where nothing has been published for this application."""
    published = _published(session, application)
    return story_on(session, application, published) if published is not None else None


def story_on(session: Session, application: Application, published: InterviewList) -> Story:
    """The explanation of the place by one list, which the application is part of."""
    run = lists.run_of(session, interview_list=published)
    taken = analysis(run)
    standing = standing_on(session, published, run, application.mask_code)
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


def _published(session: Session, application: Application) -> InterviewList | None:
    if application.status is not ApplicationStatus.SUBMITTED:
        return None
    found = lists.newest_published(session, intake_id=application.intake_id)
    if found is None or not lists.is_in_run(
        session, interview_list=found, application_id=application.id or 0
    ):
        return None
    return found

"""An intake in words: its title, its state, and addresses of its pages."""

from datetime import datetime
from typing import Any

from flask import url_for

from recruit import display
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Intake, IntakeStatus
from recruit.queries import intake as intakes
from recruit.request import region


def title_of(intake: Intake) -> str:
    """The intake's title in the reader's language."""
    return intake.title_sv if language() == "sv" else intake.title_en


def state_of(intake: Intake, now: datetime) -> tuple[str, str]:
    """(badge, words): draft, coming, open, time over, closed."""
    if intake.status is IntakeStatus.DRAFT:
        return "", _("Draft")
    if intakes.is_coming(intake, now):
        return "lake", _("Opens %(day)s", day=display.day(intake.opens_at, "short"))
    if intakes.accepts(intake, now):
        return "spruce", _("Open until %(day)s", day=display.day(intake.closes_at, "short"))
    if intake.status is IntakeStatus.OPEN:
        return "ochre", _("Time is over, not closed")
    return "", _("Closed")


def to(endpoint: str, intake: Intake, **more: Any) -> str:
    """The address of one of the intake's pages."""
    return url_for(endpoint, region=region().slug, intake=intake.slug, **more)

"""What the pages of the assessment step share: their addresses, and whose they are."""

from typing import Any

from flask import Blueprint, request, url_for

from recruit.models import Intake
from recruit.models.types import id_of
from recruit.queries import intake as intakes
from recruit.request import account, db, region

blueprint = Blueprint("assessment", __name__, url_prefix="/g/<region>/<intake>")


def intake_here(slug: str) -> Intake:
    return intakes.by_slug(db(), slug)


def my_id() -> int:
    return id_of(account())


def here(endpoint: str, intake: Intake, **values: Any) -> str:
    """The address of a page of this step."""
    return url_for(f"assessment.{endpoint}", region=region().slug, intake=intake.slug, **values)


def stage_wanted(default: str) -> str:
    """The stage that the request asks for, `default` where it asks for none."""
    wanted = request.values.get("stage", default)
    return wanted if wanted in ("screening", "interview") else default

"""What the pages of the assessment step share: their addresses, whose they are, and how far one has come."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import Blueprint, request, url_for

from recruit import clock
from recruit.models import Intake
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import calibration as calibrations
from recruit.queries import intake as intakes
from recruit.queries import steps as reading
from recruit.queries.tasks import Task
from recruit.request import account, db, region
from scoring.profile import Profile

blueprint = Blueprint("assessment", __name__, url_prefix="/g/<region>/<intake>")


def my_id() -> int:
    return id_of(account())


def here(endpoint: str, intake: Intake, **values: Any) -> str:
    """The address of a page of this step."""
    return url_for(f"assessment.{endpoint}", region=region().slug, intake=intake.slug, **values)


def stage_wanted(default: str) -> str:
    """The stage that the request asks for, `default` where it asks for none."""
    wanted = request.values.get("stage", default)
    return wanted if wanted in ("screening", "interview") else default


@dataclass(frozen=True)
class Progress:
    """How far an assessor has come with their own, and how fast they go. `minutes`: for one application, None while too
    few tell; `left`: minutes for those that are not complete.
    """

    position: int
    all: int
    submitted: int
    complete: int
    today: int
    minutes: int | None
    left: int | None


def progress_of(found: Intake, task: Task, profile: Profile) -> Progress:
    """Where the assessor is among their own applications, or among the cases of the calibration."""
    if task.practice:
        items = calibrations.own_cases(db(), intake=found, assessor_id=my_id())
        items = [item for item in items if item.stage == task.stage]
        codes = [item.code for item in items]
        done = sum(item.done for item in items)
        return Progress(codes.index(task.code) + 1, len(items), done, done, 0, None, None)
    return progress_among(
        found, task.stage, own_queue(found, task.stage, profile), task.code, pace_at(found, task.stage)
    )


def own_queue(found: Intake, stage: str, profile: Profile) -> list[queries.QueueItem]:
    """The assessor's own applications of a stage."""
    return queries.queue(db(), intake=found, stage=stage, assessor_id=my_id(), profile=profile)


def pace_at(found: Intake, stage: str) -> reading.Pace:
    """The assessor's own pace at a stage."""
    midnight = clock.stockholm(clock.in_stockholm(clock.now()).date(), time(0))
    return reading.pace(db(), intake=found, stage=stage, assessor_id=my_id(), midnight=midnight)


def progress_among(
    found: Intake, stage: str, items: list[queries.QueueItem], code: str, pace: reading.Pace
) -> Progress:
    """The figures of a queue, seen from one of its applications."""
    complete = [item for item in items if item.done or item.ready]
    minutes = None if pace.minutes is None else max(1, round(pace.minutes))
    return Progress(
        position=next((number for number, item in enumerate(items, 1) if item.code == code), 0),
        all=len(items),
        submitted=sum(item.done for item in items),
        complete=len(complete),
        today=sum(item.assignment_id in pace.today for item in complete),
        minutes=minutes,
        left=None if minutes is None else minutes * (len(items) - len(complete)),
    )


def next_url(found: Intake, task: Task) -> str:
    """The next application in the queue that still needs levels, from this one on and round; else the queue."""
    if task.practice:
        cases = calibrations.own_cases(db(), intake=found, assessor_id=my_id())
        needed = len(queries.assessed_criteria(intakes.profile_of(db(), found), task.stage))
        left = [
            each.code
            for each in cases
            if each.stage == task.stage and not each.done and each.levels_set < needed
        ]
    else:
        items = own_queue(found, task.stage, intakes.profile_of(db(), found))
        at = next((index for index, item in enumerate(items) if item.code == task.code), 0)
        left = [item.code for item in (*items[at + 1 :], *items[:at]) if not item.done and not item.ready]
    if not left:
        return here("queue", found, stage=task.stage)
    return here("score", found, code=left[0], stage=task.stage)

"""Pages of the monitoring step: how the selection fell out between groups, and the same figures as JSON."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template

from recruit import clock, monitoring_view
from recruit.i18n import gettext as _
from recruit.models import EntryKind, Intake, InterviewList, ListStatus
from recruit.queries import interview as lists
from recruit.queries import monitoring, recognition
from recruit.queries.monitoring import AFTER_THE_LIST, Reached, Seen
from recruit.request import db
from recruit.routes import (
    monitoring_analysis,
    monitoring_evidence,
    monitoring_groups,
    monitoring_report,
    monitoring_sources,
)
from recruit.routes.monitoring_shared import PREFIX, blueprint, intake_here, reader

__all__ = [
    "blueprint",
    "look_at",
    "monitoring_analysis",
    "monitoring_evidence",
    "monitoring_groups",
    "monitoring_report",
    "monitoring_sources",
    "present_look",
]


@dataclass(frozen=True)
class Look:
    """The figures as this reader may see them, and the list that decides who counts as called."""

    seen: Seen
    drawn: InterviewList | None


def present_look(found: Intake, whole: bool = True) -> Look:
    """The latest confirmed list decides; without one the draft; without that only the stages so far."""
    drawn = lists.latest_confirmed(db(), intake=found) or lists.draft_of(db(), intake=found)
    return _seen(found, drawn, monitoring.reached(db(), intake=found, drawn=drawn), whole)


def look_at(found: Intake, drawn: InterviewList, entries: Collection[lists.Listed]) -> Look:
    """The figures for one list as it was drawn, with its entries, whatever came after it."""
    called = frozenset(each.application_id for each in entries if each.kind is EntryKind.CALLED)
    return _seen(found, drawn, Reached(called, frozenset(each.application_id for each in entries)))


def _seen(found: Intake, drawn: InterviewList | None, reached: Reached, whole: bool = False) -> Look:
    seen = monitoring.for_reader(
        db(),
        intake=found,
        reader=reader(),
        now=clock.now(),
        called=reached.called,
        listed=reached.listed,
        further=reached.further,
        drawn=drawn,
        whole=whole,
    )
    return Look(seen, drawn)


@blueprint.get(PREFIX)
def show(region: str, intake: str) -> Any:
    """Verdicts in words, then the intervals, then every figure."""
    found = intake_here()
    look = present_look(found, whole=False)
    figures = look.seen.figures
    return render_template(
        "monitoring/show.html",
        intake=found,
        after_the_list=any(stage["key"] in AFTER_THE_LIST for stage in (figures or {}).get("stages", ())),
        look=look,
        figures=figures,
        lead=_lead(figures) if figures else "",
        findings=monitoring_view.findings(figures) if figures else [],
        attributes=monitoring_view.attributes(figures) if figures else [],
        rates=monitoring_view.rates(figures) if figures else [],
        minimum=reader().minimum,
        inside=reader().inside,
        recognition=_recognition(found, look),
        now=clock.now(),
        signed=monitoring_view.signed,
        p_value=monitoring_view.p_value,
    )


def _recognition(found: Intake, look: Look) -> recognition.Recognition | None:
    """For the auditor: whether the masking held, and the order without the assessments in which it did not."""
    if reader().inside or look.drawn is None:
        return None
    called, _reserves = lists.ids_by_kind(db(), interview_list=look.drawn)
    return recognition.compared(db(), intake=found, drawn=look.drawn, called=len(called))


def _lead(figures: dict[str, Any]) -> str:
    parts = [_("%(number)s applied", number=figures["n"])] if figures["n"] is not None else []
    for stage in figures["stages"]:
        if stage["selected"] is not None:
            parts.append(f"{stage['selected']} {monitoring_view.reached(stage['key'])}")
    return ", ".join(parts)


@blueprint.get(f"{PREFIX}.json")
def figures(region: str, intake: str) -> Response:
    """The same figures as JSON; the same figures give the same bytes."""
    found = intake_here()
    look = present_look(found)
    drawn = look.drawn
    content: dict[str, Any] = {
        "intake": found.slug,
        "list": {"version": drawn.version, "confirmed": drawn.status is ListStatus.CONFIRMED}
        if drawn
        else None,
        "for_the_group": reader().inside,
        "minimum": reader().minimum if reader().inside else None,
        "withheld": look.seen.withheld,
        "voluntary_answers_left_out": look.seen.veiled,
    }
    content |= look.seen.figures or {}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return Response(text + "\n", mimetype="application/json")

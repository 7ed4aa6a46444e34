"""What is looked at before an interview list is confirmed: every check of it and of its run, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, select

from recruit.errors import Conflict
from recruit.models import Intake, InterviewList
from recruit.queries import interview as queries
from recruit.services import gate, settling
from recruit.services.list_content import content_digest

if TYPE_CHECKING:
    from scoring.checks import Finding


@dataclass(frozen=True)
class Checked:
    """What the gate says of a list before it is confirmed.

    `findings` are all checks, `failed` those that stop it. `difference` is the difference from the confirmed version
    before, None for the first. `unsettled` says what is still to be done about the borderline zone, None if nothing.
    """

    findings: tuple[Finding, ...]
    failed: tuple[Finding, ...]
    difference: queries.Difference | None
    unsettled: Any


def checks(session: Session, *, interview_list: InterviewList) -> Checked:
    """Everything that the one who confirms looks at first."""
    intake = session.exec(select(Intake).where(Intake.id == interview_list.intake_id)).one()
    run = queries.run_of(session, interview_list=interview_list)
    decision = queries.zone_decision(session, interview_list=interview_list)
    found = findings(session, interview_list=interview_list)
    entries = queries.entries(session, interview_list=interview_list)
    unsettled = None
    try:
        settling.refuse_unsettled(
            session, interview_list=interview_list, intake=intake, run=run, decision=decision
        )
    except Conflict as refusal:
        unsettled = refusal.message
    return Checked(
        findings=found,
        failed=tuple(gate.failed(found)),
        difference=queries.difference(session, interview_list=interview_list, present=entries),
        unsettled=unsettled,
    )


def findings(session: Session, *, interview_list: InterviewList) -> tuple[Finding, ...]:
    """All checks of a list: those of the run it is drawn on, and its own."""
    from scoring.findings import finding

    intake = session.exec(select(Intake).where(Intake.id == interview_list.intake_id)).one()
    run = queries.run_of(session, interview_list=interview_list)
    same = content_digest(session, interview_list) == interview_list.content_sha256
    return (
        *gate.check_run(session, intake=intake, run=run),
        *gate.check_list(session, interview_list=interview_list, run=run),
        finding("content", 1, [] if same else [str(interview_list.version)]),
    )

"""Eligibility: a person decides each requirement, with the rules' proposal beside. Nobody is rejected automatically."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, update

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Answer,
    Application,
    ApplicationStatus,
    CompletionRequest,
    Intake,
    RequirementDecision,
)
from recruit.queries import eligibility as queries
from recruit.queries import intake as intakes
from recruit.queries.document_age import age_limits
from recruit.requirement_answers import outcome
from recruit.services import record
from recruit.services.impartiality import refuse_partial
from recruit.services.proposals import Proposal, propose
from recruit.services.references import (
    ReferenceAnswers,
    add_answered_form,
    add_redacted,
    enter_reference,
    enter_references,
)
from scoring.errors import ProfileError
from scoring.profile import Profile

__all__ = [
    "Decision",
    "Proposal",
    "ReferenceAnswers",
    "add_answered_form",
    "add_redacted",
    "decide",
    "decide_many",
    "enter_reference",
    "enter_references",
    "fingerprint",
    "fingerprints",
    "look_at_answers",
    "outcome",
    "proposals_for",
    "propose",
    "reopen",
    "restore",
]


@dataclass(frozen=True)
class Decision:
    """What a person decides about one requirement. An empty reason means: the proposal's own."""

    requirement: str
    answer: Answer
    reason: str = ""


def proposals_for(session: Session, *, application: Application) -> dict[str, Proposal]:
    """The rules' proposals for one application. Five queries, or three when intake and profile are in the
    session; one more where documents may not be of any age."""
    intake = session.get_one(Intake, application.intake_id)
    periods, referees, attachments = queries.told(session, application)
    profile = intakes.profile_of(session, intake)
    ages = age_limits(session, intake, profile)
    return propose(application, intake, profile, periods, referees, attachments, ages)


def decide(
    session: Session,
    *,
    application: Application,
    requirement: str,
    answer: Answer,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> RequirementDecision:
    """Decide one requirement. A reason is required unless the answer is the one proposed.

    Raises Conflict for an application that is not submitted, NotAllowed for one's own or one with a declared conflict,
    Invalid for an unknown requirement or a missing reason.
    """
    chosen = [Decision(requirement, answer, reason)]
    return decide_many(session, application=application, decisions=chosen, actor=actor, now=now)[0]


def decide_many(
    session: Session,
    *,
    application: Application,
    decisions: Sequence[Decision],
    actor: Actor,
    now: datetime,
) -> list[RequirementDecision]:
    """Decide several requirements of one application in one act by one person, all or none. Raises as `decide`."""
    session.refresh(application, with_for_update=True)
    if application.status is not ApplicationStatus.SUBMITTED:
        raise Conflict(_("Only a submitted application can be decided on. This one is a draft or withdrawn."))
    if application.disposed_at is not None:
        raise Conflict(_("%(reference)s has been disposed of already.", reference=application.reference))
    if actor.account_id is None:
        raise Invalid(_("Eligibility is decided by a person."))
    refuse_partial(session, application=application, actor=actor)
    if not decisions:
        raise Invalid(_("Choose at least one requirement to decide."))
    intake = session.get_one(Intake, application.intake_id)
    profile = intakes.profile_of(session, intake)
    proposals = proposals_for(session, application=application)
    standing = {each.requirement: each for each in queries.decisions_of(session, application)}
    made = []
    for decision in decisions:
        _check(profile, decision, proposals)
        made.append(_write(session, application, decision, proposals, standing, actor, now))
    _settle(session, application, profile, standing, actor, now)
    look_at_answers(session, application, [each.requirement for each in made], now)
    return made


def look_at_answers(
    session: Session, application: Application, requirements: Collection[str], now: datetime
) -> None:
    """A person has decided these: what came in about them, or about nothing in particular, is looked at."""
    concerned = col(CompletionRequest.requirement).in_(list(requirements))
    came_in = update(CompletionRequest).where(
        col(CompletionRequest.application_id) == application.id,
        col(CompletionRequest.answered_at).is_not(None),
        col(CompletionRequest.handled_at).is_(None),
        concerned | col(CompletionRequest.requirement).is_(None),
    )
    session.exec(came_in.values(handled_at=now))


def fingerprint(answer: str, reason: str) -> str:
    """What a form carries of a standing decision, to tell whether it still stands; "" for none."""
    return hashlib.sha256(f"{answer}\n{reason}".encode()).hexdigest()[:16] if answer else ""


def fingerprints(decided: Iterable[RequirementDecision]) -> dict[str, str]:
    """Requirement -> fingerprint of the decision that stands."""
    return {each.requirement: fingerprint(each.answer.value, each.reason) for each in decided}


def reopen(
    session: Session,
    *,
    application: Application,
    only: Collection[str] | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Clear the decisions of an application that its applicant has changed; they rested on the old answers.

    `only`: the requirements that an answer to a request for completion concerns; None is all of them. Returns how many
    were cleared. What they were stays in the record.
    """
    standing = queries.decisions_of(session, application)
    decided = [each for each in standing if only is None or each.requirement in only]
    if not decided:
        return 0
    intake = session.get_one(Intake, application.intake_id)
    rest = {each.requirement: each.answer for each in standing if each not in decided}
    left = outcome(intakes.profile_of(session, intake), rest)
    changes: dict[str, tuple[Any, Any]] = {each.requirement: (each.answer, None) for each in decided}
    changes["eligibility"] = (application.eligibility, left)
    session.exec(
        delete(RequirementDecision).where(
            col(RequirementDecision.application_id) == application.id,
            col(RequirementDecision.requirement).in_([each.requirement for each in decided]),
        )
    )
    for each in decided:
        session.expunge(each)
    application.eligibility = left
    session.add(application)
    _record(session, application, actor, now, "eligibility.reopened", changes, None)
    return len(decided)


def restore(
    session: Session,
    *,
    application: Application,
    requirement: str,
    earlier: Mapping[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Put back what stood about one requirement before: the columns of a decision, or None for no decision."""
    standing = {each.requirement: each for each in queries.decisions_of(session, application)}
    row = standing[requirement]
    changes: dict[str, tuple[Any, Any]] = {requirement: (row.answer, earlier["answer"] if earlier else None)}
    if earlier is None:
        session.delete(standing.pop(requirement))
    else:
        session.add(row.sqlmodel_update(dict(earlier)))
    session.flush()
    _record(session, application, actor, now, "eligibility.restored", changes, None)
    profile = intakes.profile_of(session, session.get_one(Intake, application.intake_id))
    _settle(session, application, profile, standing, actor, now)


def _check(profile: Profile, decision: Decision, proposals: Mapping[str, Proposal]) -> None:
    try:
        requirement = profile.requirement(decision.requirement)
    except ProfileError as error:
        raise Invalid(str(error), field="requirement") from error
    as_proposed = proposals[decision.requirement].answer is decision.answer
    if not as_proposed and not decision.reason.strip():
        raise Invalid(
            _(
                "Give a reason for %(requirement)s: the answer is another than the one proposed.",
                requirement=f"{requirement.key}",
            ),
            field=f"reason_{decision.requirement}",
        )


def _write(
    session: Session,
    application: Application,
    decision: Decision,
    proposals: Mapping[str, Proposal],
    standing: dict[str, RequirementDecision],
    actor: Actor,
    now: datetime,
) -> RequirementDecision:
    proposal = proposals[decision.requirement]
    row = standing.get(decision.requirement)
    old = (row.answer, row.reason) if row else (None, None)
    decided: dict[str, Any] = {
        "proposed": proposal.answer,
        "answer": decision.answer,
        "reason": decision.reason.strip() or str(proposal.reason),
        "decided_at": now,
        "decided_by_id": actor.account_id or 0,
    }
    if row is None:
        assert application.id is not None
        row = RequirementDecision(
            region_id=application.region_id,
            application_id=application.id,
            requirement=decision.requirement,
            **decided,
        )
        standing[decision.requirement] = row
    else:
        row.sqlmodel_update(decided)
    session.add(row)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {
        decision.requirement: (old[0], row.answer),
        "proposed": (None, row.proposed),
    }
    if old[1] is not None:
        changes["earlier_reason"] = (old[1], None)
    _record(session, application, actor, now, "eligibility.decided", changes, row.reason)
    return row


def _settle(
    session: Session,
    application: Application,
    profile: Profile,
    standing: Mapping[str, RequirementDecision],
    actor: Actor,
    now: datetime,
) -> None:
    found = outcome(profile, {key: row.answer for key, row in standing.items()})
    if found is application.eligibility:
        return
    changes = {"eligibility": (application.eligibility, found)}
    application.eligibility = found
    session.add(application)
    session.flush()
    _record(session, application, actor, now, "eligibility.settled", changes, None)


def _record(
    session: Session,
    application: Application,
    actor: Actor,
    now: datetime,
    action: str,
    changes: Mapping[str, tuple[Any, Any]],
    reason: str | None,
) -> None:
    assert application.id is not None
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("application", application.id),
        changes=changes,
        reason=reason,
        intake_id=application.intake_id,
    )

"""Setting one requirement for many applications: what would change is shown first, the last one can be undone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Answer,
    Application,
    ApplicationStatus,
    Intake,
    RequirementDecision,
    RequirementReplaced,
    RequirementSetting,
)
from recruit.models.types import id_of
from recruit.queries import intake as intakes
from recruit.services import eligibility, record
from recruit.services.eligibility import Decision, fingerprint
from recruit.services.selection import LeftOut, chosen

_CHUNK = 400


@dataclass(frozen=True)
class Setting:
    """What is to be set. `over`: also where somebody has decided otherwise."""

    requirement: str
    answer: Answer
    reason: str
    over: bool = False


@dataclass(frozen=True)
class Change:
    """One application that would be decided on. `standing` None: nothing is decided about the requirement."""

    application: Application
    standing: RequirementDecision | None

    @property
    def seen(self) -> str:
        """What a form carries of it, to tell whether the application and the decision are still as shown."""
        row = self.standing
        decided = fingerprint(row.answer.value, row.reason) if row else ""
        return f"{self.application.mask_code}:{self.application.revision}:{decided}"


@dataclass(frozen=True)
class Plan:
    """What a setting would change, and who is left out and why."""

    changes: tuple[Change, ...]
    left_out: tuple[LeftOut, ...]


def plan(
    session: Session,
    *,
    intake: Intake,
    codes: Iterable[str],
    setting: Setting,
    actor: Actor,
    hold: bool = False,
) -> Plan:
    """What the setting would change. Raises Invalid without a reason, and as `selection.chosen`."""
    known = {each.key for each in intakes.profile_of(session, intake).requirements}
    if setting.requirement not in known:
        raise Invalid(_("Choose a requirement of this intake's profile."), field="requirement")
    if not setting.reason.strip():
        raise Invalid(_("Write the reason. It is kept with each decision."), field="reason")
    selection = chosen(session, intake=intake, codes=codes, actor=actor, hold=hold)
    standing = _standing(session, [id_of(each) for each in selection.applications], setting.requirement)
    changes, left_out = [], list(selection.left_out)
    for application in selection.applications:
        row = standing.get(id_of(application))
        why = _why_not(row, setting)
        if why is None:
            changes.append(Change(application, row))
        else:
            left_out.append(LeftOut(application.mask_code, why))
    return Plan(tuple(changes), tuple(sorted(left_out, key=lambda each: each.code)))


def _standing(session: Session, ids: list[int], requirement: str) -> dict[int, RequirementDecision]:
    found = {}
    for start in range(0, len(ids), _CHUNK):
        decided = select(RequirementDecision).where(
            col(RequirementDecision.application_id).in_(ids[start : start + _CHUNK]),
            RequirementDecision.requirement == requirement,
        )
        found.update({each.application_id: each for each in session.exec(decided)})
    return found


def _why_not(row: RequirementDecision | None, setting: Setting) -> Any:
    if row is None:
        return None
    if row.answer is setting.answer:
        return _("It is decided so already.")
    return None if setting.over else _("It is decided otherwise already.")


def set_many(
    session: Session,
    *,
    intake: Intake,
    seen: Iterable[str],
    setting: Setting,
    actor: Actor,
    now: datetime,
) -> tuple[RequirementSetting, Plan]:
    """Decide what was shown, in one act. `seen`: the `Change.seen` of each application as it was shown.

    Whoever has withdrawn, changed the application or been decided on in between is left out and named; the rest is
    done. Raises Invalid as `plan`, Conflict when nobody is left.
    """
    shown = {text.split(":")[0]: text for text in seen if text}
    found = plan(session, intake=intake, codes=shown, setting=setting, actor=actor, hold=True)
    changes = tuple(each for each in found.changes if shown[each.application.mask_code] == each.seen)
    why = _("Somebody has decided, or the applicant has changed something, since you looked.")
    moved = [LeftOut(each.application.mask_code, why) for each in found.changes if each not in changes]
    left_out = tuple(sorted([*found.left_out, *moved], key=lambda each: each.code))
    if not changes:
        reasons = " ".join(sorted({str(each.why) for each in left_out}))
        raise Conflict(_("Nothing is set. %(why)s", why=reasons))
    made = RequirementSetting(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        requirement=setting.requirement,
        answer=setting.answer,
        made_at=now,
        made_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    for change in changes:
        _set_one(session, made, change, setting, actor, now)
    numbers = {setting.requirement: (None, setting.answer), "applications": (None, len(changes))}
    _record(session, made, "eligibility.set_for_many", numbers, actor, now)
    return made, Plan(changes, left_out)


def _set_one(
    session: Session, made: RequirementSetting, change: Change, setting: Setting, actor: Actor, now: datetime
) -> None:
    row = change.standing
    replaced = RequirementReplaced(
        region_id=made.region_id, setting_id=id_of(made), application_id=id_of(change.application)
    )
    if row is not None:
        replaced.old_answer, replaced.old_proposed, replaced.old_reason = row.answer, row.proposed, row.reason
        replaced.old_decided_at, replaced.old_decided_by_id = row.decided_at, row.decided_by_id
    session.add(replaced)
    decision = Decision(setting.requirement, setting.answer, setting.reason)
    eligibility.decide_many(
        session, application=change.application, decisions=[decision], actor=actor, now=now
    )


def last(session: Session, intake: Intake, account_id: int) -> RequirementSetting | None:
    """The intake's last setting, if this person made it and it is not undone: the one that can be undone."""
    newest = select(RequirementSetting).where(RequirementSetting.intake_id == intake.id)
    found = session.exec(newest.order_by(col(RequirementSetting.id).desc()).limit(1)).first()
    if found is None or found.undone_at is not None or found.made_by_id != account_id:
        return None
    return found


def undo(
    session: Session, *, intake: Intake, public_id: str, actor: Actor, now: datetime
) -> tuple[int, tuple[LeftOut, ...]]:
    """Put back what stood before the last setting, wherever nothing has happened since; the rest is named.

    Raises NotFound for another intake's, Conflict when it is undone already, somebody else's, or not the last.
    """
    chosen_one = select(RequirementSetting).where(
        RequirementSetting.intake_id == intake.id, RequirementSetting.public_id == public_id
    )
    setting = session.exec(chosen_one.with_for_update()).first()
    if setting is None:
        raise NotFound(_("There is no such setting in this intake."))
    present = last(session, intake, actor.person())
    if present is None or present.id != setting.id:
        raise Conflict(_("Only your own last setting can be undone, once."))
    rows = session.exec(
        select(RequirementReplaced, Application)
        .join(Application, col(Application.id) == col(RequirementReplaced.application_id))
        .where(RequirementReplaced.setting_id == setting.id)
        .order_by(col(Application.mask_code))
        .with_for_update(key_share=True)
    ).all()
    standing = _standing(session, [each.application_id for each, _application in rows], setting.requirement)
    restored, left_out = 0, []
    for replaced, application in rows:
        if not _still_so(standing.get(replaced.application_id), application, setting):
            left_out.append(LeftOut(application.mask_code, _("Something has happened with it since.")))
            continue
        eligibility.restore(
            session,
            application=application,
            requirement=setting.requirement,
            earlier=_earlier(replaced),
            actor=actor,
            now=now,
        )
        restored += 1
    setting.undone_at = now
    session.add(setting)
    numbers = {setting.requirement: (setting.answer, None), "applications": (None, restored)}
    _record(session, setting, "eligibility.setting_undone", numbers, actor, now)
    return restored, tuple(left_out)


def _still_so(row: RequirementDecision | None, application: Application, setting: RequirementSetting) -> bool:
    return (
        application.status is ApplicationStatus.SUBMITTED
        and row is not None
        and (row.answer, row.decided_at, row.decided_by_id)
        == (setting.answer, setting.made_at, setting.made_by_id)
    )


def _earlier(replaced: RequirementReplaced) -> Mapping[str, Any] | None:
    if replaced.old_answer is None:
        return None
    return {
        "answer": replaced.old_answer,
        "proposed": replaced.old_proposed,
        "reason": replaced.old_reason,
        "decided_at": replaced.old_decided_at,
        "decided_by_id": replaced.old_decided_by_id,
    }


def _record(
    session: Session,
    setting: RequirementSetting,
    action: str,
    changes: Mapping[str, tuple[Any, Any]],
    actor: Actor,
    now: datetime,
) -> None:
    record.write(
        session,
        region_id=setting.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("requirement_setting", id_of(setting)),
        changes=changes,
        intake_id=setting.intake_id,
    )

"""Drafts of profiles: begun from a version, the sample or a file, saved part by part, and made into a version.

Two people may write in one draft. A save says which revision the page showed. What somebody else has saved since in
other fields is kept beside it; where both have changed the same field, Clash tells who, when and what, and the person
chooses. Every save is a step, so that each can be taken back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, CriteriaProfile, ProfileDraft, ProfileDraftStep
from recruit.models.types import id_of
from recruit.profile_content import Content, complete, content_of, table_of
from recruit.profile_parts import merge, values_of, with_values
from recruit.queries import profile as profiles
from recruit.services import profiles as versions
from recruit.services import record
from scoring.errors import ProfileError
from scoring.profile import parse_profile
from scoring.profile_problems import read_whole
from scoring.profile_toml import KEY

#: So many steps of a draft are kept for undoing.
STEPS_KEPT = 200
#: The largest draft, in characters of its JSON.
LARGEST = 600_000


class DraftEnded(Conflict):
    """The draft was discarded, or has become a version, after the page was shown."""

    def __init__(self, draft: ProfileDraft, message: Any) -> None:
        self.draft_id, self.key, self.became_id = id_of(draft), draft.key, draft.became_id
        super().__init__(message)


class Clash(Conflict):
    """Somebody has saved the same fields of a part meanwhile, or has removed it (`theirs` is None then).

    `typed` holds everything as the person has it, `fields` those to choose in, `by` and `at` tell who saved when.
    """

    def __init__(
        self,
        *,
        part: str,
        typed: Mapping[str, Any],
        theirs: Mapping[str, Any] | None,
        fields: list[str],
        by: str,
        at: datetime,
        revision: int,
    ) -> None:
        self.part, self.typed, self.theirs, self.fields = part, typed, theirs, fields
        self.by, self.at, self.revision = by, at, revision
        super().__init__(_("%(name)s has saved the same part meanwhile. Choose what is to stand.", name=by))


class NewerVersion(Conflict):
    """A version has been saved that the draft was not begun from. `newest` is its number."""

    def __init__(self, key: str, newest: int) -> None:
        self.key, self.newest = key, newest
        super().__init__(
            _(
                "Version %(version)s has been saved since this draft was begun. Compare the two, and save the draft as"
                " the next version if it is to replace that one.",
                version=newest,
            )
        )


@dataclass(frozen=True)
class Saved:
    """A save that was done. `beside`: somebody else whose save of other fields, since the page was shown, was kept."""

    draft: ProfileDraft
    changed: bool
    beside: str = ""


def content(draft: ProfileDraft) -> Content:
    """What stands in the editor's fields."""
    return complete(json.loads(draft.content))


def from_toml(toml: str) -> tuple[str, Content]:
    """Key and content of a TOML text. Raises Invalid when it is not a valid profile (the message names the key)."""
    try:
        profile = parse_profile(toml)
    except ProfileError as error:
        raise Invalid(str(error), field="toml") from error
    return profile.key, content_of(profile)


def begin(
    session: Session, *, region_id: int, key: str, start: Content, actor: Actor, now: datetime
) -> ProfileDraft:
    """Begin the next version of the profile with that key. Raises Invalid for a bad key, Conflict when one is begun."""
    if not KEY.fullmatch(key) or len(key) > 60:
        raise Invalid(
            _("Use small letters a–z, digits and _, a letter first, at most 60 characters."), field="key"
        )
    if profiles.draft_of(session, region_id, key) is not None:
        raise Conflict(
            _("A draft of %(key)s is already begun. Go on with that one, or discard it first.", key=key),
        )
    base = profiles.latest(session, region_id, key)
    who = actor.person()
    draft = ProfileDraft(
        region_id=region_id,
        key=key,
        base_id=base.id if base else None,
        content=_written(start),
        created_at=now,
        created_by_id=who,
        saved_at=now,
        saved_by_id=who,
    )
    session.add(draft)
    session.flush()
    _keep_step(session, draft, "begun")
    _record(session, draft, actor, now, "profile.draft_begun", {"key": (None, key)})
    return draft


def save(
    session: Session,
    *,
    draft: ProfileDraft,
    part: str,
    typed: Mapping[str, Any],
    seen: int,
    actor: Actor,
    now: datetime,
) -> Saved:
    """Save one part as it was typed, whether it holds or not. `seen` is the revision that the page showed.

    Raises Clash, DraftEnded, and Invalid when the draft would be too large.
    """
    row = hold(session, draft)
    present = content(row)
    theirs, base = values_of(present, part), _base(session, row, part, seen)
    if theirs is None:
        raise _clash(session, row, part, typed, None, [])
    merged = merge(typed, base, theirs)
    if merged.clashes:
        raise _clash(session, row, part, merged.values, theirs, merged.clashes)
    changed = with_values(present, part, merged.values)
    if changed == present:
        return Saved(row, changed=False)
    beside = _name(session, row.saved_by_id) if seen != row.revision else ""
    keep(session, row, changed, part, actor, now)
    return Saved(row, changed=True, beside=beside)


def undo(session: Session, *, draft: ProfileDraft, seen: int, to: int, actor: Actor, now: datetime) -> None:
    """Put the draft back to how it was at revision `to`. That is a step too, and can be undone.

    Raises Conflict when somebody has saved since the page was shown, NotFound when the step is no longer kept.
    """
    row = hold(session, draft)
    if row.revision != seen:
        raise Conflict(
            _(
                "%(name)s has saved since. Look at the draft as it is now before you go back.",
                name=_name(session, row.saved_by_id),
            )
        )
    step = profiles.step_of(session, id_of(row), to)
    if step is None:
        raise NotFound(_("That step is no longer kept."))
    keep(session, row, complete(json.loads(step.content)), "undo", actor, now)


def discard(session: Session, *, draft: ProfileDraft, actor: Actor, now: datetime) -> None:
    """Throw the draft away; `take_up` brings it back. Raises DraftEnded."""
    row = hold(session, draft)
    row.discarded_at, row.discarded_by_id = now, actor.person()
    session.add(row)
    session.flush()
    _record(session, row, actor, now, "profile.draft_discarded", {"key": (row.key, None)})


def take_up(session: Session, *, draft: ProfileDraft, actor: Actor, now: datetime) -> None:
    """Bring a discarded draft back. Raises Conflict when another draft of the profile has been begun."""
    row = _locked(session, draft)
    if row.became_id is not None:
        raise _ended(session, row)
    if row.discarded_at is None:
        return
    if profiles.draft_of(session, row.region_id, row.key) is not None:
        raise Conflict(_("Another draft of %(key)s has been begun since.", key=row.key))
    row.discarded_at = row.discarded_by_id = None
    session.add(row)
    session.flush()
    _record(session, row, actor, now, "profile.draft_taken_up", {"key": (None, row.key)})


def make_version(
    session: Session, *, draft: ProfileDraft, seen: int, over: int | None, actor: Actor, now: datetime
) -> CriteriaProfile:
    """Save the draft as the next version, which waits for another's approval, and end the draft.

    `over` is the number of a newer version that the person has been shown. Raises Invalid when something is wrong with
    it, NewerVersion, Conflict when somebody has saved meanwhile or it says the same as the newest version.
    """
    row = hold(session, draft)
    if row.revision != seen:
        raise Conflict(
            _(
                "%(name)s has saved since. Look at the draft as it is now before you save it as a version.",
                name=_name(session, row.saved_by_id),
            )
        )
    profile, problems = read_whole(table_of(content(row), row.key))
    if profile is None:
        raise Invalid(
            _("Something remains to correct (%(number)s): see the list.", number=len(problems)),
            field="version",
        )
    newest = profiles.latest(session, row.region_id, row.key)
    if newest is not None and newest.id != row.base_id and over != newest.version:
        raise NewerVersion(row.key, newest.version)
    made = versions.save(session, region_id=row.region_id, toml=profile.to_toml(), actor=actor, now=now)
    versions.ask_for_approval(session, profile=made, actor=actor, now=now)
    row.became_id = id_of(made)
    session.add(row)
    session.flush()
    return made


def hold(session: Session, draft: ProfileDraft) -> ProfileDraft:
    """The draft as it is now, held until the transaction ends. Raises DraftEnded when it is one no longer."""
    row = _locked(session, draft)
    if row.discarded_at is not None or row.became_id is not None:
        raise _ended(session, row)
    return row


def keep(
    session: Session, row: ProfileDraft, changed: Content, what: str, actor: Actor, now: datetime
) -> None:
    """Write a held draft's next revision and its step."""
    row.content, row.revision = _written(changed), row.revision + 1
    row.saved_at, row.saved_by_id = now, actor.person()
    session.add(row)
    session.flush()
    _keep_step(session, row, what)


def _locked(session: Session, draft: ProfileDraft) -> ProfileDraft:
    held = select(ProfileDraft).where(ProfileDraft.id == draft.id).with_for_update(key_share=True)
    return session.exec(held.execution_options(populate_existing=True)).one()


def _ended(session: Session, row: ProfileDraft) -> DraftEnded:
    if row.became_id is not None:
        made = profiles.by_id(session, row.region_id, row.became_id)
        words = _(
            "This draft has become version %(version)s. Begin a new draft from that one to change it.",
            version=made.version if made else "–",
        )
        return DraftEnded(row, words)
    name = _name(session, row.discarded_by_id)
    return DraftEnded(row, _("%(name)s has discarded this draft. Bring it back to go on with it.", name=name))


def _base(session: Session, row: ProfileDraft, part: str, seen: int) -> Mapping[str, Any]:
    """The part as the page showed it; empty when that is no longer known, so that every difference is asked about."""
    step = profiles.step_of(session, id_of(row), seen)
    return (values_of(complete(json.loads(step.content)), part) or {}) if step else {}


def _clash(
    session: Session,
    row: ProfileDraft,
    part: str,
    typed: Mapping[str, Any],
    theirs: Mapping[str, Any] | None,
    fields: list[str],
) -> Clash:
    return Clash(
        part=part,
        typed=typed,
        theirs=theirs,
        fields=fields,
        by=_name(session, row.saved_by_id),
        at=row.saved_at,
        revision=row.revision,
    )


def _written(changed: Content) -> str:
    text = json.dumps(changed, ensure_ascii=False, separators=(",", ":"))
    if len(text) > LARGEST:
        raise Invalid(_("The profile would be too large. Shorten its texts."))
    return text


def _keep_step(session: Session, row: ProfileDraft, what: str) -> None:
    session.add(
        ProfileDraftStep(
            region_id=row.region_id,
            draft_id=id_of(row),
            revision=row.revision,
            content=row.content,
            what=what,
            saved_at=row.saved_at,
            saved_by_id=row.saved_by_id,
        )
    )
    old = delete(ProfileDraftStep).where(
        col(ProfileDraftStep.draft_id) == row.id, col(ProfileDraftStep.revision) <= row.revision - STEPS_KEPT
    )
    session.exec(old)
    session.flush()


def _name(session: Session, account_id: int | None) -> str:
    return session.exec(select(Account.name).where(Account.id == account_id)).first() or "–"


def _record(
    session: Session,
    row: ProfileDraft,
    actor: Actor,
    now: datetime,
    action: str,
    changes: Mapping[str, tuple[Any, Any]],
) -> None:
    record.write(
        session,
        region_id=row.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("profile_draft", id_of(row)),
        changes=changes,
    )

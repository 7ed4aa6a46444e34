"""Disclosure of public records: a request is registered, chosen for, gone through, looked at again, and decided.

Until it is decided everything can be changed and undone; from then on triggers refuse it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, delete, func, select

from recruit import clock
from recruit.actor import Actor
from recruit.disclosing.items import MONITORING, PARTS, WHOLE, Item, Place, digest
from recruit.disclosing.packing import packed
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    DisclosedApplication,
    Disclosure,
    DisclosureFile,
    DisclosureMasking,
    DisclosureOutcome,
    Intake,
    Region,
)
from recruit.models.types import id_of
from recruit.queries import disclosure as queries
from recruit.queries import naming
from recruit.services import record
from recruit.services.assessment import refuse_before_own
from recruit.services.impartiality import refuse_its_assessor, refuse_partial
from recruit.services.written import checked
from recruit.storage import Storage

LONGEST_WANTED, LONGEST_LETTER, LONGEST_GROUND = 2000, 10_000, 300
#: A file larger than this is too much for one request; the region hands out in several.
MOST_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True)
class Mask:
    """A place of an item that a person masks, of which kind, and on which ground."""

    item: str
    kind: str
    place: Place
    ground: str


def register(
    session: Session, *, intake: Intake, wanted: str, asked_on: date, actor: Actor, now: datetime
) -> Disclosure:
    """Register a request: what was asked for and when, never by whom. Raises Invalid naming the field."""
    missing = _("Write what was asked for, as it was asked.")
    wanted = checked(wanted, limit=LONGEST_WANTED, field="wanted", missing=missing)
    if asked_on > clock.in_stockholm(now).date():
        raise Invalid(_("The day lies ahead. Write the day on which it was asked."), field="asked_on")
    session.exec(select(Region.id).where(Region.id == intake.region_id).with_for_update(key_share=True)).one()
    last = session.exec(
        select(func.max(Disclosure.number)).where(Disclosure.region_id == intake.region_id)
    ).one()
    made = Disclosure(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        number=(last or 0) + 1,
        wanted=wanted,
        asked_on=asked_on,
        registered_at=now,
        registered_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    _write(session, made, actor, now, "disclosure.registered", {"number": (None, made.number)})
    return made


def choose(
    session: Session,
    *,
    disclosure: Disclosure,
    codes: Collection[str],
    parts: Collection[str],
    revision: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Which applications and which parts of them the request is about. What was masked in those that go is undone.

    Raises Invalid for nothing chosen and for unknown codes, Conflict when decided or changed after `revision`.
    """
    _held(session, disclosure, revision)
    wanted = [each for each in (*PARTS, MONITORING) if each in parts]
    if not wanted:
        raise Invalid(_("Choose at least one part."), field="parts")
    ids = dict(
        session.exec(
            select(Application.mask_code, Application.id).where(
                Application.intake_id == disclosure.intake_id,
                col(Application.mask_code).in_(codes),
                col(Application.status) != ApplicationStatus.DRAFT,
            )
        ).all()
    )
    unknown = sorted(set(codes) - ids.keys())
    if unknown or not ids:
        raise Invalid(
            _("There is no sent application %(code)s in this intake.", code=unknown[0])
            if unknown
            else _("Choose at least one application."),
            field="codes",
        )
    before = {each.row.application_id: each.row for each in queries.chosen(session, disclosure=disclosure)}
    gone = before.keys() - set(ids.values())
    for table in (DisclosureMasking, DisclosedApplication):
        session.exec(
            delete(table).where(
                col(table.disclosure_id) == disclosure.id, col(table.application_id).in_(sorted(gone))
            )
        )
    session.add_all(
        DisclosedApplication(
            region_id=disclosure.region_id, disclosure_id=id_of(disclosure), application_id=number
        )
        for number in sorted(set(ids.values()) - before.keys(), key=str)
        if number is not None
    )
    old = disclosure.parts
    disclosure.parts = json.dumps(wanted)
    if old != disclosure.parts:
        for row in before.values():
            row.seen = None
            session.add(row)
    _changed(session, disclosure)
    changes = {"parts": (old, disclosure.parts), "applications": (len(before), len(ids))}
    _write(session, disclosure, actor, now, "disclosure.chosen", changes)


def review(
    session: Session,
    *,
    disclosure: Disclosure,
    code: str,
    items: Sequence[Item],
    masks: Sequence[Mask],
    seen: str,
    state: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what a person masks in one application, instead of what was masked there before.

    `seen` is the digest of the material that the page showed, `state` that of what was masked then. Raises Conflict
    when either is another by now, Invalid for a ground that is missing and for unknown items.
    """
    _held(session, disclosure)
    row, application = queries.one_chosen(session, disclosure=disclosure, code=code)
    refuse_reading(session, disclosure=disclosure, application=application, actor=actor)
    if seen != digest(items):
        raise Conflict(_("The application has changed since you opened the page. Go through it again."))
    before = queries.maskings(session, disclosure=disclosure, application_id=application.id)
    if state != state_of(row, before):
        raise Conflict(
            _(
                "Somebody else has gone through %(code)s meanwhile. Look at what they masked before you save.",
                code=code,
            )
        )
    known = {each.key for each in items}
    for mask in masks:
        if mask.item not in known:
            raise Invalid(_("One of the parts is no longer there. Go through the application again."))
        if not mask.ground.strip():
            raise Invalid(_("Name the ground for everything that is masked."), field=mask.item)
    for old in before:
        session.delete(old)
    session.flush()
    session.add_all(
        DisclosureMasking(
            region_id=disclosure.region_id,
            disclosure_id=id_of(disclosure),
            application_id=id_of(application),
            item=mask.item,
            kind=mask.kind,
            page=mask.place.page,
            start=mask.place.start,
            stop=mask.place.stop,
            image=mask.place.image,
            ground=" ".join(mask.ground.split())[:LONGEST_GROUND],
            masked_at=now,
            masked_by_id=actor.person(),
        )
        for mask in masks
    )
    row.seen, row.seen_at, row.seen_by_id = seen, now, actor.person()
    session.add(row)
    _changed(session, disclosure)
    counts = dict(sorted(Counter(mask.kind for mask in masks).items()))
    _write(
        session,
        disclosure,
        actor,
        now,
        "disclosure.gone_through",
        {"masked": (None, counts), "number": (None, disclosure.number)},
        application=application,
    )


def refuse_reading(
    session: Session, *, disclosure: Disclosure, application: Application, actor: Actor
) -> None:
    """Raise NotAllowed or Conflict for somebody who may not go through this application: its own applicant, those with
    a conflict or who assess it, and those whose own assessments are not in, where others' are asked for.
    """
    refuse_partial(session, application=application, actor=actor)
    refuse_its_assessor(session, application=application, actor=actor)
    if {"assessments", "ranking"} & set(parts_of(disclosure)):
        intake = session.get_one(Intake, disclosure.intake_id)
        for stage in ("screening", "interview"):
            refuse_before_own(session, intake=intake, stage=stage, actor=actor)


def look_again(
    session: Session, *, disclosure: Disclosure, revision: int, actor: Actor, now: datetime
) -> None:
    """A second pair of eyes has looked at the masking. Raises NotAllowed for whoever did the first or may not read all
    of it, Conflict when something is not gone through, decided or changed after `revision`.
    """
    _held(session, disclosure, revision)
    rows = queries.chosen(session, disclosure=disclosure)
    if not rows or any(each.row.seen is None for each in rows):
        raise Conflict(_("Go through every application first."))
    if any(each.row.seen_by_id == actor.person() for each in rows):
        raise NotAllowed(_("The second look is for somebody who has not gone through any of it."))
    for each in rows:
        refuse_reading(session, disclosure=disclosure, application=each.application, actor=actor)
    _changed(session, disclosure)
    disclosure.looked_at, disclosure.looked_by_id = now, actor.person()
    session.add(disclosure)
    _write(session, disclosure, actor, now, "disclosure.looked_again", {"number": (None, disclosure.number)})


@dataclass(frozen=True)
class Prepared:
    """All that a decision rests on, read from the database: its file is made without it, however long that takes.

    Attributes
    ----------
    material : what there is of each application; empty for a refusal.
    names : account id -> name, of those who masked.
    masked : how many places are masked, by kind.
    """

    disclosure: Disclosure
    region: Region
    intake: Intake
    material: Sequence[tuple[Application, Sequence[Item]]]
    maskings: Sequence[DisclosureMasking]
    names: Mapping[int, str]
    masked: Mapping[str, int]
    letter: str
    refused: bool
    revision: int

    @property
    def outcome(self) -> DisclosureOutcome:
        """What the decision will be."""
        if self.refused:
            return DisclosureOutcome.REFUSED
        return DisclosureOutcome.MASKED if self.masked else DisclosureOutcome.WHOLE

    def file(self, *, storage: Storage, now: datetime) -> bytes | None:
        """What is handed out; None for a refusal. Raises Invalid when it is too much for one file."""
        if self.refused:
            return None
        content = packed(
            self.disclosure,
            self.region,
            self.intake,
            self.material,
            self.maskings,
            self.names,
            letter=self.letter,
            now=now,
            storage=storage,
        )
        if len(content) > MOST_BYTES:
            raise Invalid(
                _(
                    "That is too much for one file. Choose fewer applications, and register the rest as another"
                    " request."
                )
            )
        return content


def prepare(
    session: Session,
    *,
    disclosure: Disclosure,
    material: Mapping[str, Sequence[Item]],
    refused: bool,
    letter: str,
    revision: int,
    actor: Actor,
) -> Prepared:
    """Read what a decision to hand out what was gone through, or to refuse, rests on. It changes nothing.

    `material` is what there is of each application, by code. Raises as `refuse_reading` for whoever may not read all of
    it, also to refuse it; Conflict when something is not gone through, has changed since, or the request was changed
    after `revision`; Invalid when something is held back without a letter.
    """
    _held(session, disclosure, revision)
    rows = _ready(session, disclosure, None if refused else material, actor)
    kept = queries.maskings(session, disclosure=disclosure)
    return Prepared(
        disclosure=disclosure,
        region=session.get_one(Region, disclosure.region_id),
        intake=session.get_one(Intake, disclosure.intake_id),
        material=[]
        if refused
        else [(each.application, material[each.application.mask_code]) for each in rows],
        maskings=kept,
        names=naming.names(session, ids=[each.masked_by_id for each in kept]),
        masked=dict(sorted(Counter(each.kind for each in kept).items())),
        letter=_checked_letter(letter, needed=refused or bool(kept)),
        refused=refused,
        revision=revision,
    )


def decide(
    session: Session,
    *,
    prepared: Prepared,
    content: bytes | None,
    material: Mapping[str, Sequence[Item]],
    actor: Actor,
    now: datetime,
) -> DisclosureFile | None:
    """Decide as it was prepared, with the file that was made of it. From now on nothing about it can be changed.

    `material` is what there is of each application now. Raises as `prepare`, and nothing is decided, when anything that
    the file rests on has changed since.
    """
    disclosure = prepared.disclosure
    _held(session, disclosure, prepared.revision)
    rows = _ready(session, disclosure, None if prepared.refused else material, actor)
    made = None
    if content is not None:
        made = DisclosureFile(
            region_id=disclosure.region_id,
            disclosure_id=id_of(disclosure),
            kind="main",
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
        )
        session.add(made)
        disclosure.sha256 = made.sha256
    _changed(session, disclosure, looked=True)
    disclosure.outcome, disclosure.letter = prepared.outcome, prepared.letter
    disclosure.decided_at, disclosure.decided_by_id = now, actor.person()
    session.add(disclosure)
    session.flush()
    changes = {
        "number": (None, disclosure.number),
        "outcome": (None, disclosure.outcome),
        "applications": (None, len(rows)),
        "masked": (None, dict(prepared.masked)),
        "sha256": (None, disclosure.sha256),
    }
    _write(session, disclosure, actor, now, "disclosure.decided", changes)
    return made


def _ready(
    session: Session, disclosure: Disclosure, material: Mapping[str, Sequence[Item]] | None, actor: Actor
) -> Sequence[queries.Chosen]:
    """The chosen applications, when the person may read them all and, unless refused (no material), each is as it was
    gone through.
    """
    rows = queries.chosen(session, disclosure=disclosure)
    for each in rows:
        refuse_reading(session, disclosure=disclosure, application=each.application, actor=actor)
    if material is not None:
        _refuse_unseen(rows, material)
    return rows


def _checked_letter(letter: str, *, needed: bool) -> str:
    missing = _(
        "Write the letter: whoever is refused something must learn why, and how to get a decision to appeal."
    )
    return checked(letter, limit=LONGEST_LETTER, field="letter", missing=missing if needed else None)


def dispose(session: Session, application: Application) -> None:
    """What disposal of an application takes from its disclosures: the files, and words that may tell of it."""
    about = select(DisclosedApplication.disclosure_id).where(
        DisclosedApplication.application_id == application.id
    )
    for disclosure in session.exec(select(Disclosure).where(col(Disclosure.id).in_(about))).all():
        session.exec(delete(DisclosureFile).where(col(DisclosureFile.disclosure_id) == disclosure.id))
        disclosure.wanted = disclosure.letter = ""
        session.add(disclosure)
    session.flush()


def parts_of(disclosure: Disclosure) -> list[str]:
    """The parts that are asked for, in order."""
    found: list[str] = json.loads(disclosure.parts)
    return found


def state_of(row: DisclosedApplication, maskings: Sequence[DisclosureMasking]) -> str:
    """Tells whether what is masked in an application is what a page showed."""
    told = [row.seen, str(row.seen_at), *(each.id for each in maskings)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:20]


def place_of(masking: DisclosureMasking) -> Place:
    """Where it is."""
    found = Place(masking.page, masking.start, masking.stop, masking.image)
    return WHOLE if found == WHOLE else found


def _refuse_unseen(rows: Sequence[queries.Chosen], material: Mapping[str, Sequence[Item]]) -> None:
    if not rows:
        raise Conflict(_("Choose applications and parts first."))
    for each in rows:
        code = each.application.mask_code
        if each.row.seen is None:
            raise Conflict(_("%(code)s has not been gone through yet.", code=code))
        if each.row.seen != digest(material[code]):
            raise Conflict(
                _("%(code)s has changed since it was gone through. Go through it again.", code=code)
            )


def _held(session: Session, disclosure: Disclosure, revision: int | None = None) -> None:
    """Hold the request as it is now. Raises Conflict when it is decided, or another revision than the given."""
    session.refresh(disclosure, with_for_update={"key_share": True})
    if disclosure.decided_at is not None:
        raise Conflict(_("The request is decided, and nothing about it can be changed. Register a new one."))
    if revision is not None and revision != disclosure.revision:
        raise Conflict(_("Somebody else has changed the request meanwhile. Look at it as it is now."))


def _changed(session: Session, disclosure: Disclosure, *, looked: bool = False) -> None:
    """Another revision; a second look at what was before it no longer counts."""
    disclosure.revision += 1
    if not looked:
        disclosure.looked_at = disclosure.looked_by_id = None
    session.add(disclosure)
    session.flush()


def _write(
    session: Session,
    disclosure: Disclosure,
    actor: Actor,
    now: datetime,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    application: Application | None = None,
) -> None:
    record.write(
        session,
        region_id=disclosure.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("disclosure", id_of(disclosure)),
        changes=changes,
        intake_id=disclosure.intake_id,
        application_id=application.id if application else None,
    )

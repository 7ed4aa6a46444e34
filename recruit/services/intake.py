"""Intakes: creating, opening, extending and closing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from recruit.actor import Actor
from recruit.display import written
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    DeadlineExtension,
    Intake,
    IntakeStatus,
    Placement,
    PlacementKind,
    PostForm,
    Posts,
    RankingRun,
    Region,
    Site,
)
from recruit.models.types import id_of
from recruit.queries import intake as intakes
from recruit.queries import profile as profiles
from recruit.services import case_numbers, conflict_search, lots, mail, record
from recruit.services.profiles import refuse_unapproved
from scoring.criteria import STAGES

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Addresses of a region's own pages, which an intake may therefore not have.
RESERVED = frozenset({"audit", "new", "letters", "people", "profiles", "record"})


@dataclass(frozen=True)
class PlannedPosts:
    """So many posts (1 or more) at a site, and the acute placement that it offers, in words."""

    site_id: int
    number: int
    acute_care: str = ""


@dataclass(frozen=True)
class IntakePlan:
    """What a coordinator settles about an intake before it opens. Moments are aware; `half_months` counts halves."""

    profile_id: int
    slug: str
    title_sv: str
    title_en: str
    case_number: str
    form: PostForm
    starts_on: date
    opens_at: datetime
    closes_at: datetime
    decision_on: date | None = None
    interviews_from: date | None = None
    interviews_until: date | None = None
    posts: list[PlannedPosts] = field(default_factory=list)
    programme: list[tuple[PlacementKind, int]] = field(default_factory=list)

    def columns(self) -> dict[str, Any]:
        """The values that are columns of the intake itself."""
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name not in ("posts", "programme")
        }


def create(session: Session, *, region_id: int, plan: IntakePlan, actor: Actor, now: datetime) -> Intake:
    """Create an intake as a draft that only the group sees. Raises Invalid naming the field that does not hold."""
    _check(session, plan, region_id=region_id, besides=None)
    intake = Intake(region_id=region_id, created_at=now, **plan.columns())
    session.add(intake)
    session.flush()
    _write_parts(session, intake, plan)
    record.write(
        session,
        region_id=region_id,
        actor=actor,
        now=now,
        action="intake.created",
        subject=("intake", id_of(intake)),
        changes={name: (None, value) for name, value in _described(plan).items()},
        intake_id=intake.id,
    )
    return intake


class ChangedMeanwhile(Conflict):
    """A draft says something else than the form that is saved showed."""


def seen_as(plan: IntakePlan) -> str:
    """A plan as a short text, by which a form says which one it showed."""
    return record.sha256(record.canonical(_described(plan)))[:16]


def change(
    session: Session,
    *,
    intake: Intake,
    plan: IntakePlan,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> Intake:
    """Change a draft. `seen` is `seen_as` of what was changed (None: whatever it is).

    Raises Conflict once the intake has opened: profile, posts and dates are then locked; ChangedMeanwhile when
    somebody else has changed it since `seen`.
    """
    _locked_row(session, intake)
    if intake.status is not IntakeStatus.DRAFT:
        raise Conflict(
            _(
                "The intake was opened on %(day)s. Its criteria profile, posts and dates are locked since then;"
                " only the closing time can be extended.",
                day=intake.opened_at.date().isoformat() if intake.opened_at else "",
            )
        )
    standing = plan_of(session, intake)
    if seen is not None and seen != seen_as(standing):
        raise ChangedMeanwhile(
            _("Somebody else has changed this meanwhile. Look at what it says now, and write it again.")
        )
    _check(session, plan, region_id=intake.region_id, besides=intake)
    before = _described(standing)
    for name, value in plan.columns().items():
        setattr(intake, name, value)
    session.add(intake)
    session.exec(delete(Posts).where(col(Posts.intake_id) == intake.id))
    session.exec(delete(Placement).where(col(Placement.intake_id) == intake.id))
    session.flush()
    _write_parts(session, intake, plan)
    after = _described(plan)
    _write(
        session,
        intake,
        actor,
        now,
        "intake.changed",
        {k: (before[k], after[k]) for k in after if before[k] != after[k]},
    )
    return intake


def open_intake(
    session: Session, *, intake: Intake, actor: Actor, now: datetime, seeds: Mapping[str, str] | None = None
) -> Intake:
    """Publish the advertisement. It locks the version of the profile and commits to a seed for each stage's lot.

    The record and the advertisement hold SHA-256 of the seeds, never the seeds before they are revealed. `seeds`
    gives seeds by stage beforehand; the others are drawn. Applications are taken from `opens_at`.

    Raises Conflict when it is not a draft or when nobody has approved its version of the profile (NotApproved),
    Invalid when its closing time has passed or it has no posts.
    """
    _locked_row(session, intake)
    if intake.status is not IntakeStatus.DRAFT:
        raise Conflict(_("The intake has already been opened."))
    if intake.closes_at <= now:
        raise Invalid(
            _("The closing time has passed. Change it before you open the intake."), field="closes_at"
        )
    _check(session, plan_of(session, intake), region_id=intake.region_id, besides=intake)
    profile = intakes.profile_row_of(session, intake)
    intakes.parsed(profile)
    refuse_unapproved(profile)
    intake.status, intake.opened_at = IntakeStatus.OPEN, now
    session.add(intake)
    commitments = lots.commit_to(session, intake=intake, now=now, seeds=seeds)
    changes = {
        "status": (IntakeStatus.DRAFT, IntakeStatus.OPEN),
        **case_numbers.for_intake(session, intake, now),
        "profile": (None, f"{profile.key} {profile.version} {profile.digest}"),
        **{f"commitment_{stage}": (None, made) for stage, made in commitments.items()},
    }
    _write(session, intake, actor, now, "intake.opened", changes)
    return intake


def extend(
    session: Session,
    *,
    intake: Intake,
    closes_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
    base_url: str = "",
) -> DeadlineExtension:
    """Move the closing time forward, log the old and the new, and tell everyone who has begun or sent an application.

    It can be done before the closing time and also just after it, when the coordinator has seen that too few have
    applied: until closing is confirmed, and until an application has been handed to an assessor or ranked. From then
    on the selection has begun, and whoever came later would be compared with people already compared. Decisions on
    eligibility do not stand in the way: an application that is changed in the added time loses its own.

    `base_url` makes the mail's link. Raises Conflict when the intake is not open or the selection has begun, Invalid
    without a reason or when the time is not later.
    """
    _locked_row(session, intake)
    if intake.status is not IntakeStatus.OPEN:
        raise Conflict(_("Only an open intake can be extended."))
    if now >= intake.closes_at and _selection_has_begun(session, intake):
        raise Conflict(
            _(
                "The closing time has passed and the applications have been given to assessors or ranked, so the time"
                " can no longer be extended. Advertise the posts that remain in a new intake."
            )
        )
    if not reason.strip():
        raise Invalid(
            _("Give the reason for the extension. It is shown in the advertisement."), field="reason"
        )
    if closes_at <= intake.closes_at:
        raise Invalid(_("The new closing time must be later than the present one."), field="closes_at")
    if closes_at <= now:
        raise Invalid(_("The new closing time has already passed."), field="closes_at")
    old = intake.closes_at
    extension = DeadlineExtension(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        old_closes_at=old,
        new_closes_at=closes_at,
        reason=reason.strip(),
        extended_at=now,
        extended_by_id=actor.person(),
    )
    intake.closes_at = closes_at
    session.add_all([intake, extension])
    _write(
        session, intake, actor, now, "intake.extended", {"closes_at": (old, closes_at)}, reason=reason.strip()
    )
    _tell_applicants(session, intake, extension, now, base_url)
    return extension


def _selection_has_begun(session: Session, intake: Intake) -> bool:
    handed_out = select(Assignment.id).where(
        Assignment.intake_id == intake.id, col(Assignment.stage).in_(STAGES)
    )
    ranked = select(RankingRun.id).where(RankingRun.intake_id == intake.id)
    return any(session.exec(each.limit(1)).first() is not None for each in (handed_out, ranked))


def close(
    session: Session, *, intake: Intake, actor: Actor, now: datetime, reason: str | None = None
) -> Intake:
    """Confirm that the time to apply is over. Before `closes_at` a reason is required, and closing moves to now.

    Raises Conflict when the intake is not open, Invalid when it is early and no reason is given.
    """
    _locked_row(session, intake)
    if intake.status is not IntakeStatus.OPEN:
        raise Conflict(_("The intake is not open."))
    early = now < intake.closes_at
    if early and not (reason or "").strip():
        raise Invalid(
            _("The closing time has not come. Applicants rely on it: give the reason for closing early."),
            field="reason",
        )
    changes: dict[str, tuple[Any, Any]] = {"status": (IntakeStatus.OPEN, IntakeStatus.CLOSED)}
    if early:
        changes["closes_at"] = (intake.closes_at, now)
        intake.closes_at = max(now, intake.opens_at.replace(microsecond=0))
        if intake.closes_at <= intake.opens_at:
            raise Invalid(
                _("The intake has not begun to take applications. Wait until it has."), field="reason"
            )
    intake.status, intake.closed_at = IntakeStatus.CLOSED, now
    session.add(intake)
    _write(session, intake, actor, now, "intake.closed", changes, reason=(reason or "").strip() or None)
    conflict_search.search(
        session, intake=intake, now=now
    )  # its questions wait before anything is handed out
    return intake


def plan_of(session: Session, intake: Intake) -> IntakePlan:
    """The intake as a plan, such as the form starts from."""
    columns = {
        each.name: getattr(intake, each.name) for each in fields(IntakePlan) if hasattr(intake, each.name)
    }
    posts = session.exec(select(Posts).where(Posts.intake_id == intake.id).order_by(col(Posts.id))).all()
    return IntakePlan(
        **columns,
        posts=[PlannedPosts(each.site_id, each.number, each.acute_care) for each in posts],
        programme=[(each.kind, each.half_months) for each in intakes.placements_of(session, intake)],
    )


def _check(session: Session, plan: IntakePlan, *, region_id: int, besides: Intake | None) -> None:
    """Rules that the form cannot know, or that hold however the plan came."""
    if not SLUG.fullmatch(plan.slug):
        raise Invalid(_("Use small letters a–z, digits and hyphens in the address."), field="slug")
    if plan.slug in RESERVED:
        raise Invalid(
            _("The address %(slug)s is taken by another page. Choose another.", slug=plan.slug), field="slug"
        )
    same = select(Intake.id).where(Intake.region_id == region_id, Intake.slug == plan.slug)
    taken = session.exec(same).first()
    if taken is not None and (besides is None or taken != besides.id):
        raise Invalid(
            _("Another intake already has the address %(slug)s. Choose another.", slug=plan.slug),
            field="slug",
        )
    if profiles.by_id(session, region_id, plan.profile_id) is None:
        raise Invalid(_("Choose a criteria profile of this region."), field="profile_id")
    if plan.opens_at >= plan.closes_at:
        raise Invalid(_("The closing time must come after the opening time."), field="closes_at")
    if plan.starts_on <= plan.closes_at.date():
        raise Invalid(_("The start must come after the closing time."), field="starts_on")
    if plan.interviews_from and plan.interviews_until and plan.interviews_until < plan.interviews_from:
        raise Invalid(_("The last day of interviews comes before the first."), field="interviews_until")
    _check_posts(session, region_id, plan.posts)
    if not plan.programme or any(halves < 1 for _kind, halves in plan.programme):
        raise Invalid(_("Give at least one placement, each half a month or longer."), field="programme")


def _check_posts(session: Session, region_id: int, posts: Sequence[PlannedPosts]) -> None:
    if not posts or any(each.number < 1 for each in posts):
        raise Invalid(_("Give at least one post at one site."), field="posts")
    chosen = [each.site_id for each in posts]
    known = session.exec(select(Site).where(Site.region_id == region_id, col(Site.id).in_(chosen))).all()
    if len(set(chosen)) != len(chosen) or {each.id for each in known} != set(chosen):
        raise Invalid(_("Each site must be one of this region's and may stand only once."), field="posts")
    closed = sorted(each.name for each in known if each.closed_at is not None)
    if closed:
        raise Invalid(
            _("%(sites)s has been closed and can have no posts. Take it out.", sites=", ".join(closed)),
            field="posts",
        )


def _write_parts(session: Session, intake: Intake, plan: IntakePlan) -> None:
    common: dict[str, Any] = {"region_id": intake.region_id, "intake_id": id_of(intake)}
    session.add_all(
        Posts(**common, site_id=each.site_id, number=each.number, acute_care=each.acute_care)
        for each in plan.posts
    )
    session.add_all(
        Placement(**common, position=position, kind=kind, half_months=halves)
        for position, (kind, halves) in enumerate(plan.programme, start=1)
    )
    session.flush()


def _described(plan: IntakePlan) -> dict[str, str | None]:
    """The plan as the record keeps it."""
    described = {name: record.as_text(value) for name, value in plan.columns().items()}
    described["posts"] = record.canonical(
        [[each.site_id, each.number, each.acute_care] for each in plan.posts]
    )
    described["programme"] = record.canonical([[kind.value, halves] for kind, halves in plan.programme])
    return described


def _tell_applicants(
    session: Session, intake: Intake, extension: DeadlineExtension, now: datetime, base_url: str
) -> None:
    region = session.exec(select(Region).where(Region.id == intake.region_id)).one()
    concerned = session.exec(
        select(Application.id, Account.email, Account.language)
        .join(Account, col(Account.id) == col(Application.account_id))
        .where(
            Application.intake_id == intake.id,
            col(Application.status) != ApplicationStatus.WITHDRAWN,
            col(Application.disposed_at).is_(None),
        )
        .order_by(col(Application.id))
    ).all()
    for application_id, email, language in concerned:
        mail.post(
            session,
            recipient=email,
            language=language,
            template="intake_extended",
            values={
                "title": intake.title_sv if language == "sv" else intake.title_en,
                "old": written(extension.old_closes_at, language),
                "new": written(extension.new_closes_at, language),
                "reason": extension.reason,
                "region": region.name,
                "contact": region.contact_email,
                "link": f"{base_url}/my" if base_url else "",
            },
            now=now,
            region_id=intake.region_id,
            application_id=application_id,
        )


def _write(
    session: Session,
    intake: Intake,
    actor: Actor,
    now: datetime,
    action: str,
    changes: Mapping[str, tuple[Any, Any]],
    reason: str | None = None,
) -> None:
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("intake", id_of(intake)),
        changes=changes,
        reason=reason,
        intake_id=intake.id,
    )


def _locked_row(session: Session, intake: Intake) -> None:
    """Read the intake again under a lock, so that two people who act at once do so one after the other."""
    # The key stays shared: entries of the record point to the intake, and their writers hold other rows.
    session.refresh(intake, with_for_update={"key_share": True})

"""Interview lists, their entries, and the difference between versions."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    BorderlineDecision,
    CriteriaProfile,
    Eligibility,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    ListPublication,
    ListStatus,
    LotSeed,
    Posts,
    RankingRow,
    RankingRun,
    Site,
    SitePreference,
    ZoneDecision,
    ZoneReason,
)
from recruit.queries.lots import Lot, as_shown
from recruit.queries.naming import called
from recruit.queries.ranking import WITHOUT_CONTENT


def lists(session: Session, *, intake: Intake) -> list[InterviewList]:
    """All versions of an intake's list, newest first."""
    found = select(InterviewList).where(InterviewList.intake_id == intake.id)
    return list(session.exec(found.order_by(col(InterviewList.version).desc())))


def by_version(session: Session, *, intake: Intake, version: int) -> InterviewList:
    """One version. Raises NotFound."""
    found = session.exec(
        select(InterviewList).where(InterviewList.intake_id == intake.id, InterviewList.version == version)
    ).first()
    if found is None:
        raise NotFound(_("There is no such version of the interview list."))
    return found


@dataclass(frozen=True)
class Version:
    """A version of a list with what its page tells of it: the run, how its zone was settled, its publication, the
    confirmed version `before` it, and its stage's lot. `newest` and `published` are the numbers of the newest version
    and of the newest that applicants have been told of, None where there is none.
    """

    drawn: InterviewList
    run: RankingRun
    decision: ZoneDecision | None
    publication: ListPublication | None
    before: InterviewList | None
    newest: int
    published: int | None
    lot: Lot | None


def whole_version(session: Session, *, intake: Intake, version: int) -> Version:
    """One version with all of that, in one query. Raises NotFound."""
    before, other = aliased(InterviewList), aliased(InterviewList)
    last_before = (
        select(func.max(other.version))
        .where(other.intake_id == intake.id, other.status == ListStatus.CONFIRMED, other.version < version)
        .scalar_subquery()
    )
    all_versions = select(func.max(other.version)).where(other.intake_id == intake.id)
    told = all_versions.join(ListPublication, col(ListPublication.list_id) == col(other.id))
    row = session.execute(
        select_columns(
            InterviewList,
            RankingRun,
            ZoneDecision,
            ListPublication,
            before,
            all_versions.scalar_subquery(),
            told.correlate(None).scalar_subquery(),
            LotSeed,
        )
        .join(RankingRun, col(RankingRun.id) == InterviewList.run_id)
        .outerjoin(ZoneDecision, col(ZoneDecision.list_id) == InterviewList.id)
        .outerjoin(ListPublication, col(ListPublication.list_id) == InterviewList.id)
        .outerjoin(before, (col(before.intake_id) == intake.id) & (col(before.version) == last_before))
        .outerjoin(LotSeed, (col(LotSeed.intake_id) == intake.id) & (col(LotSeed.stage) == RankingRun.stage))
        .where(col(InterviewList.intake_id) == intake.id, col(InterviewList.version) == version)
        .options(*WITHOUT_CONTENT)
    ).first()
    if row is None:
        raise NotFound(_("There is no such version of the interview list."))
    *rest, seed = row
    whole: list[Any] = [*rest, as_shown(seed) if seed is not None else None]
    return Version(*whole)


def draft_of(session: Session, *, intake: Intake) -> InterviewList | None:
    """The intake's draft, if there is one."""
    return session.exec(
        select(InterviewList).where(
            InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.DRAFT
        )
    ).first()


def latest_confirmed(session: Session, *, intake: Intake, before: int | None = None) -> InterviewList | None:
    """The newest confirmed version, or the newest before a version."""
    found = select(InterviewList).where(
        InterviewList.intake_id == intake.id, InterviewList.status == ListStatus.CONFIRMED
    )
    if before is not None:
        found = found.where(InterviewList.version < before)
    return session.exec(found.order_by(col(InterviewList.version).desc()).limit(1)).first()


def next_version(session: Session, *, intake: Intake) -> int:
    """The number of the next version, from 1."""
    newest = select(func.max(InterviewList.version)).where(InterviewList.intake_id == intake.id)
    return (session.exec(newest).one() or 0) + 1


def site_names(session: Session, *, intake: Intake) -> dict[int, str]:
    """Name by id of the sites where the intake has posts, by name."""
    found = (
        select(Site.id, Site.name)
        .join(Posts, col(Posts.site_id) == Site.id)
        .where(Posts.intake_id == intake.id)
        .order_by(Site.name)
    )
    return {identity: name for identity, name in session.exec(found) if identity is not None}


def preferences(session: Session, *, run: RankingRun) -> dict[str, list[int]]:
    """Site ids by mask code, first choice first, of those who have a place in a run; none named, no key."""
    found = (
        select(Application.mask_code, SitePreference.site_id)
        .join(SitePreference, col(SitePreference.application_id) == Application.id)
        .join(RankingRow, col(RankingRow.application_id) == Application.id)
        .where(RankingRow.run_id == run.id, RankingRow.status == "ranked")
        .order_by(Application.mask_code, col(SitePreference.rank))
    )
    grouped: dict[str, list[int]] = defaultdict(list)
    for code, site in session.exec(found):
        grouped[code].append(site)
    return dict(grouped)


def conditional_codes(session: Session, *, run: RankingRun) -> set[str]:
    """Mask codes in a run whose eligibility is conditional now."""
    found = (
        select(Application.mask_code)
        .join(RankingRow, col(RankingRow.application_id) == Application.id)
        .where(RankingRow.run_id == run.id, Application.eligibility == Eligibility.CONDITIONAL)
    )
    return set(session.exec(found))


def conditional_now(session: Session, *, interview_list: InterviewList) -> set[int]:
    """Ids of applications on a list whose eligibility is conditional now."""
    found = (
        select(Application.id)
        .join(InterviewListEntry, col(InterviewListEntry.application_id) == Application.id)
        .where(
            InterviewListEntry.list_id == interview_list.id,
            Application.eligibility == Eligibility.CONDITIONAL,
        )
    )
    return {identity for identity in session.exec(found) if identity is not None}


@dataclass(frozen=True)
class Listed:
    """One entry with what the pages show of the application. Names are for the coordinator only."""

    application_id: int
    mask_code: str
    kind: EntryKind
    group_name: str
    position: int
    conditional: bool
    withdrawn: bool
    place: int | None
    given_name: str
    family_name: str
    native_name: str
    email: str
    phone: str
    reference: str
    sites: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Given and family name in Latin letters."""
        return f"{self.given_name} {self.family_name}".strip()


def entries(session: Session, *, interview_list: InterviewList) -> list[Listed]:
    """The entries of a list: called before reserves, by group and position."""
    found = (
        select_columns(*_of_entry())
        .select_from(InterviewListEntry)
        .join(Application, col(Application.id) == InterviewListEntry.application_id)
        .join(Account, col(Account.id) == Application.account_id)
        .join(
            RankingRow,
            (col(RankingRow.application_id) == Application.id)
            & (col(RankingRow.run_id) == interview_list.run_id),
        )
        .where(col(InterviewListEntry.list_id) == interview_list.id)
        .order_by(
            col(InterviewListEntry.kind),
            col(InterviewListEntry.group_name),
            col(InterviewListEntry.position),
        )
    )
    wishes = _site_wishes(session, interview_list)
    rows: Sequence[Any] = session.execute(found).all()
    return [Listed(*(*row, tuple(wishes.get(row.application_id, ())))) for row in rows]


def _of_entry() -> list[Any]:
    """The columns of `Listed`, in its order."""
    return [
        InterviewListEntry.application_id,
        Application.mask_code,
        InterviewListEntry.kind,
        InterviewListEntry.group_name,
        InterviewListEntry.position,
        InterviewListEntry.conditional,
        col(Application.status) == ApplicationStatus.WITHDRAWN,
        RankingRow.place,
        func.coalesce(Application.given_name, ""),
        func.coalesce(Application.family_name, ""),
        func.coalesce(Application.native_name, ""),
        case((col(Application.disposed_at).is_(None), Account.email), else_=""),
        func.coalesce(Application.phone, ""),
        Application.reference,
    ]


def _site_wishes(session: Session, interview_list: InterviewList) -> dict[int, list[str]]:
    found = (
        select(SitePreference.application_id, Site.name)
        .join(Site, col(Site.id) == SitePreference.site_id)
        .join(InterviewListEntry, col(InterviewListEntry.application_id) == SitePreference.application_id)
        .where(InterviewListEntry.list_id == interview_list.id)
        .order_by(col(SitePreference.application_id), col(SitePreference.rank))
    )
    grouped: dict[int, list[str]] = defaultdict(list)
    for application_id, name in session.exec(found):
        grouped[application_id].append(name)
    return grouped


def ids_by_kind(session: Session, *, interview_list: InterviewList) -> tuple[set[int], set[int]]:
    """Ids of the applications that are called, and of those that are in reserve."""
    found = select(col(InterviewListEntry.application_id), col(InterviewListEntry.kind))
    rows = session.exec(found.where(InterviewListEntry.list_id == interview_list.id)).all()
    return (
        {identity for identity, kind in rows if kind is EntryKind.CALLED},
        {identity for identity, kind in rows if kind is EntryKind.RESERVE},
    )


@dataclass(frozen=True)
class Difference:
    """What a version changes: who is new, who is gone, and who stands elsewhere (before, after)."""

    previous: int
    added: tuple[Listed, ...]
    removed: tuple[Listed, ...]
    moved: tuple[tuple[Listed, Listed], ...]

    @property
    def is_empty(self) -> bool:
        """Whether the two versions say the same."""
        return not (self.added or self.removed or self.moved)


def difference(
    session: Session, *, interview_list: InterviewList, present: Sequence[Listed]
) -> Difference | None:
    """The difference to the confirmed version before, or None for the first."""
    intake = session.get_one(Intake, interview_list.intake_id)
    before = latest_confirmed(session, intake=intake, before=interview_list.version)
    return difference_to(session, before=before, present=present)


def difference_to(
    session: Session, *, before: InterviewList | None, present: Sequence[Listed]
) -> Difference | None:
    """The difference to the confirmed version `before`, or None where there is none.

    Among those called only the group matters, since they are called in no order; for a reserve the position
    matters too.
    """
    if before is None:
        return None
    old = {each.application_id: each for each in entries(session, interview_list=before)}
    new = {each.application_id: each for each in present}
    return Difference(
        previous=before.version,
        added=tuple(each for key, each in new.items() if key not in old),
        removed=tuple(each for key, each in old.items() if key not in new),
        moved=tuple(
            (old[key], each) for key, each in new.items() if key in old and _stand(old[key]) != _stand(each)
        ),
    )


def _stand(entry: Listed) -> tuple[Any, ...]:
    return (entry.kind, entry.group_name, entry.position if entry.kind is EntryKind.RESERVE else 0)


def zone_decision(session: Session, *, interview_list: InterviewList) -> ZoneDecision | None:
    """The group's decision on the borderline zone of a list, or None."""
    return session.exec(select(ZoneDecision).where(ZoneDecision.list_id == interview_list.id)).first()


@dataclass(frozen=True)
class Decided:
    """What the group decided about one application in the borderline zone."""

    mask_code: str
    above: bool
    reason: str
    reason_code: ZoneReason | None = None


def borderline_decisions(session: Session, *, interview_list: InterviewList) -> list[Decided]:
    """What was decided about each in the borderline zone of a list, by mask code; empty while nothing is."""
    found = (
        select(
            Application.mask_code,
            BorderlineDecision.above,
            BorderlineDecision.reason,
            col(BorderlineDecision.reason_code),
        )
        .join(BorderlineDecision, col(BorderlineDecision.application_id) == Application.id)
        .where(BorderlineDecision.list_id == interview_list.id)
        .order_by(Application.mask_code)
    )
    return [Decided(*row) for row in session.exec(found)]


def publication(session: Session, *, interview_list: InterviewList) -> ListPublication | None:
    """When and by whom a list was published, or None."""
    return session.exec(select(ListPublication).where(ListPublication.list_id == interview_list.id)).first()


def newest_published(session: Session, *, intake_id: int, before: int | None = None) -> InterviewList | None:
    """The newest list of an intake that applicants have been told of, or the newest before a version, or None."""
    found = (
        select(InterviewList)
        .join(ListPublication, col(ListPublication.list_id) == InterviewList.id)
        .where(InterviewList.intake_id == intake_id)
        .order_by(col(InterviewList.version).desc())
        .limit(1)
    )
    if before is not None:
        found = found.where(InterviewList.version < before)
    return session.exec(found).first()


def is_in_run(session: Session, *, interview_list: InterviewList, application_id: int) -> bool:
    """Whether an application is part of the run that a list was drawn on."""
    found = select(RankingRow.id).where(
        RankingRow.run_id == interview_list.run_id, RankingRow.application_id == application_id
    )
    return session.exec(found).first() is not None


@dataclass(frozen=True)
class VersionLine:
    """One version in the list of versions."""

    version: int
    status: ListStatus
    run_number: int
    created_at: datetime
    confirmed_at: datetime | None
    created_by: str
    confirmed_by: str
    called: int
    reserves: int


def overview(session: Session, *, intake: Intake) -> list[VersionLine]:
    """All versions of an intake's list, newest first. One query."""
    confirmer = aliased(Account)
    to_interview = func.sum(case((col(InterviewListEntry.kind) == EntryKind.CALLED, 1), else_=0))
    found = (
        select(  # type: ignore[call-overload]
            InterviewList,
            RankingRun.number,
            called(session),
            called(session, confirmer),
            func.count(),
            to_interview,
        )
        .join(RankingRun, col(RankingRun.id) == InterviewList.run_id)
        .join(Account, col(Account.id) == InterviewList.created_by_id)
        .join(confirmer, col(confirmer.id) == InterviewList.confirmed_by_id, isouter=True)
        .join(InterviewListEntry, col(InterviewListEntry.list_id) == InterviewList.id)
        .where(InterviewList.intake_id == intake.id)
        .group_by(col(InterviewList.id), RankingRun.number, col(Account.id), col(confirmer.id))
        .order_by(col(InterviewList.version).desc())
    )
    return [
        VersionLine(
            version=each.version,
            status=each.status,
            run_number=number,
            created_at=each.created_at,
            confirmed_at=each.confirmed_at,
            created_by=drawer,
            confirmed_by=by or "",
            called=int(in_line),
            reserves=entries_in_all - int(in_line),
        )
        for each, number, drawer, by, entries_in_all, in_line in session.execute(found)
    ]


def run_of(session: Session, *, interview_list: InterviewList) -> RankingRun:
    """The run that a list was drawn on, without its inputs and results until they are asked for."""
    found = select(RankingRun).where(RankingRun.id == interview_list.run_id)
    return session.exec(found.options(*WITHOUT_CONTENT)).one()


def profile_of_run(session: Session, *, run: RankingRun) -> CriteriaProfile:
    """The version of the criteria profile that a run used."""
    return session.get_one(CriteriaProfile, run.profile_id)


@dataclass(frozen=True)
class Wish:
    """How many of those with a place would go to a site, and have it as their first choice."""

    site_id: int
    any_choice: int
    first_choice: int


def wishes(session: Session, *, run: RankingRun) -> dict[int, Wish]:
    """Site preferences of those with a place in a run, by site id."""
    first = func.sum(case((col(SitePreference.rank) == 1, 1), else_=0))
    found = (
        select(SitePreference.site_id, func.count(), first)
        .join(RankingRow, col(RankingRow.application_id) == SitePreference.application_id)
        .where(RankingRow.run_id == run.id, RankingRow.status == "ranked")
        .group_by(col(SitePreference.site_id))
    )
    return {row[0]: Wish(row[0], int(row[1]), int(row[2])) for row in session.execute(found)}


def name_key(entry: Listed, language: str) -> tuple[str, str, str]:
    """Sorts entries by family name, then given name, as the language does: å, ä, ö last in Swedish."""
    return (_collated(entry.family_name, language), _collated(entry.given_name, language), entry.reference)


def _collated(name: str, language: str) -> str:
    text = name.casefold()
    if language == "sv":  # before accents are taken off, or å would sort as a
        text = (
            text.replace("å", "z1")
            .replace("ä", "z2")
            .replace("æ", "z2")
            .replace("ö", "z3")
            .replace("ø", "z3")
        )
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))

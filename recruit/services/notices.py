"""Telling the recruitment group what has happened, as each of them wants it: at once, once a day, or not."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, delete, select

from recruit import clock
from recruit.database import AllRegions
from recruit.models import (
    USUAL_PACE,
    Account,
    Intake,
    Membership,
    Notice,
    NoticeChoice,
    NoticePace,
    Region,
    Role,
    WaitingNotice,
)
from recruit.services import mail

#: When the mail of the day goes out, on Swedish clocks.
MORNING = time(7)

#: Where a notice leads, below the region's address.
_PLACES: Mapping[Notice, str] = {
    Notice.APPLICATION_WITHDRAWN: "{intake}/applications/{code}",
    Notice.COMPLETION_ANSWERED: "{intake}/applications/{code}",
    Notice.PROFILE_WAITS: "profiles/",
    Notice.LIST_WAITS: "{intake}/interview-list",
    Notice.ASSIGNED: "{intake}/assess",
    Notice.CALIBRATION_OPENED: "{intake}/assess",
    Notice.DISCUSSION_OPENED: "{intake}/assess",
    Notice.ASSESSMENTS_IN: "{intake}/ranking",
    Notice.MAIL_FAILED: "{intake}/letters/undelivered",
    Notice.REFERENCE_CAME_IN: "{intake}/references",
    Notice.REFERENCE_TROUBLE: "{intake}/references",
    Notice.MERITS_ASKED: "{intake}/merits",
}

#: Who may get a kind at all, for the page where it is tuned.
RECEIVERS: Mapping[Notice, frozenset[Role]] = {
    kind: frozenset({Role.ASSESSOR})
    if kind in (Notice.ASSIGNED, Notice.CALIBRATION_OPENED, Notice.DISCUSSION_OPENED)
    else frozenset({Role.COORDINATOR})
    for kind in Notice
}


@dataclass(frozen=True)
class Told:
    """One line of a notice's mail. `title`: the intake's, or empty; `link` is empty where the address is not known."""

    kind: str
    title: str
    code: str
    number: int
    region: str
    link: str


def tell(
    session: Session,
    *,
    kind: Notice,
    region_id: int,
    now: datetime,
    intake: Intake | None = None,
    application_id: int | None = None,
    code: str = "",
    number: int = 1,
    to: Collection[int] | None = None,
    besides: int | None = None,
    gathered: bool = False,
) -> None:
    """Tell those of `to` (account ids; None: the region's coordinators) who want to know of this kind.

    In the present transaction: who wants it at once gets a mail of its own, who wants it daily a line in tomorrow's.
    `besides` is who did it and knows. `number`: how many of what the kind is about. There are no names in it.
    `gathered`: more of the kind may follow at once, so whoever wants it at once gets one mail of all by
    `post_gathered`, and should that never come, a line in tomorrow's.
    """
    for account, pace in _who(session, kind, region_id, to, besides):
        if pace is NoticePace.AT_ONCE and not gathered:
            region = session.get_one(Region, region_id)
            line = _line(session, region, intake, account.language, kind, code, number)
            _post(session, account, "notice", [line], now, region_id)
        elif pace is not NoticePace.NEVER:
            session.add(
                WaitingNotice(
                    region_id=region_id,
                    account_id=account.id or 0,
                    intake_id=intake.id if intake else None,
                    application_id=application_id,
                    kind=kind,
                    code=code,
                    number=number,
                    at=now,
                )
            )
    session.flush()


def _who(
    session: Session, kind: Notice, region_id: int, to: Collection[int] | None, besides: int | None
) -> list[tuple[Account, NoticePace]]:
    """Active members of the region among those meant, with how they want the kind."""
    found = (
        select(Account, col(NoticeChoice.pace))
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .outerjoin(
            NoticeChoice, (col(NoticeChoice.account_id) == Account.id) & (col(NoticeChoice.kind) == kind)
        )
        .where(
            Membership.region_id == region_id,
            col(Account.active).is_(True),
            col(Account.verified_at).is_not(None),
        )
        .order_by(col(Account.id))
        .distinct()
    )
    if to is None:
        found = found.where(Membership.role == Role.COORDINATOR)
    else:
        found = found.where(col(Account.id).in_(sorted(to)))
    return [
        (account, pace or USUAL_PACE[kind]) for account, pace in session.exec(found) if account.id != besides
    ]


def _line(
    session: Session,
    region: Region,
    intake: Intake | None,
    language: str,
    kind: Notice,
    code: str,
    number: int,
) -> Told:
    title = "" if intake is None else intake.title_sv if language == "sv" else intake.title_en
    base = session.info.get("base_url", "")
    place = "{intake}/applications" if "{code}" in _PLACES[kind] and not code else _PLACES[kind]
    path = place.format(intake=intake.slug if intake else "", code=code)
    return Told(
        kind.value,
        title,
        code,
        number,
        region.name,
        f"{base}/g/{region.slug}/{path.lstrip('/')}" if base else "",
    )


def _post(
    session: Session,
    account: Account,
    template: str,
    lines: list[Told],
    now: datetime,
    region_id: int | None = None,
) -> None:
    base = session.info.get("base_url", "")
    mail.post(
        session,
        recipient=account.email,
        language=account.language,
        template=template,
        values={"lines": lines, "settings": f"{base}/me/notices" if base else ""},
        now=now,
        region_id=region_id,
    )


def last_morning(now: datetime) -> datetime:
    """The latest moment, not after `now`, at which mails of the day go out."""
    local = clock.in_stockholm(now)
    morning = clock.stockholm(local.date(), MORNING)
    return morning if morning <= now else clock.stockholm(local.date() - timedelta(days=1), MORNING)


def daily_due(session: Session, *, now: datetime) -> bool:
    """Whether anything waits for a mail of the day that is due."""
    due = select(WaitingNotice.id).where(WaitingNotice.at < last_morning(now))
    return session.exec(due.limit(1)).first() is not None


def post_daily(session: Session, *, now: datetime) -> int:
    """Put the mails of the day into the outbox: to each person one, of what came before the last morning.

    Returns how many. Who has left a region's group since is told nothing of it. Whoever comes second finds nothing
    left, so that a day has one mail whoever sends it, and as often as it is asked; a morning that the server slept
    through is made up for. The session must see all regions.
    """
    assert isinstance(session.info.get("scope"), AllRegions), "mails of the day go over all regions"
    due = (
        select(WaitingNotice)
        .where(WaitingNotice.at < last_morning(now))
        .order_by(col(WaitingNotice.account_id), col(WaitingNotice.id))
        .with_for_update(skip_locked=True)
    )
    waiting: dict[int, list[WaitingNotice]] = {}
    for each in session.exec(due):
        waiting.setdefault(each.account_id, []).append(each)
    member_of = set(
        session.exec(
            select(Membership.account_id, Membership.region_id).where(
                col(Membership.account_id).in_(list(waiting))
            )
        )
    )
    told = 0
    for account_id, rows in waiting.items():
        account = session.get_one(Account, account_id)
        still = [row for row in rows if (account_id, row.region_id) in member_of]
        if account.active and still:
            _post(session, account, "notices_of_the_day", _lines(session, account, still), now)
            told += 1
    gone = [row.id for rows in waiting.values() for row in rows]
    for start in range(0, len(gone), 500):
        session.exec(delete(WaitingNotice).where(col(WaitingNotice.id).in_(gone[start : start + 500])))
    return told


def post_gathered(session: Session, *, kind: Notice, now: datetime) -> int:
    """Mail what was gathered of a kind to those who want it at once, one mail for each intake; returns how many.

    The session must see all regions.
    """
    chosen = select(NoticeChoice.account_id).where(NoticeChoice.kind == kind)
    at_once = col(WaitingNotice.account_id).in_(chosen.where(NoticeChoice.pace == NoticePace.AT_ONCE))
    if USUAL_PACE[kind] is NoticePace.AT_ONCE:
        others = chosen.where(NoticeChoice.pace != NoticePace.AT_ONCE)
        at_once = col(WaitingNotice.account_id).not_in(others)
    waiting = select(WaitingNotice).where(WaitingNotice.kind == kind, at_once)
    rows: dict[tuple[int, int, int | None], list[WaitingNotice]] = {}
    for each in session.exec(
        waiting.order_by(col(WaitingNotice.account_id), col(WaitingNotice.id)).with_for_update(
            skip_locked=True
        )
    ):
        rows.setdefault((each.account_id, each.region_id, each.intake_id), []).append(each)
    for (account_id, region_id, _intake), mine in rows.items():
        account = session.get_one(Account, account_id)
        _post(session, account, "notice", _lines(session, account, mine), now, region_id)
        for each in mine:
            session.delete(each)
    session.flush()
    return len(rows)


def _lines(session: Session, account: Account, rows: Iterable[WaitingNotice]) -> list[Told]:
    """A line for each thing, those of a kind and intake in one, in the order of the kinds."""
    order = {kind: position for position, kind in enumerate(Notice)}
    codes: dict[tuple[int, int | None, Notice], list[str]] = {}
    counted: Counter[tuple[int, int | None, Notice]] = Counter()
    for row in rows:
        key = (row.region_id, row.intake_id, row.kind)
        codes.setdefault(key, []).append(row.code)
        counted[key] += row.number
    lines = []
    for key in sorted(codes, key=lambda each: (each[0], each[1] or 0, order[each[2]])):
        region_id, intake_id, kind = key
        region = session.get_one(Region, region_id)
        intake = session.get_one(Intake, intake_id) if intake_id else None
        code = codes[key][0] if len(codes[key]) == 1 else ""
        lines.append(_line(session, region, intake, account.language, kind, code, counted[key]))
    return lines


def paces(session: Session, *, account: Account) -> dict[Notice, NoticePace]:
    """How a person wants to be told of each kind: as chosen, or as usual."""
    chosen = select(NoticeChoice).where(NoticeChoice.account_id == account.id)
    return USUAL_PACE | {each.kind: each.pace for each in session.exec(chosen)}


def choose(session: Session, *, account: Account, paces: Mapping[Notice, NoticePace]) -> None:
    """Keep how a person wants to be told. What waits for the mail of the day is dropped if its kind is now off."""
    standing = {
        each.kind: each
        for each in session.exec(select(NoticeChoice).where(NoticeChoice.account_id == account.id))
    }
    for kind, pace in paces.items():
        row = standing.get(kind) or NoticeChoice(account_id=account.id or 0, kind=kind, pace=pace)
        row.pace = pace
        session.add(row)
    off = [kind for kind, pace in paces.items() if pace is NoticePace.NEVER]
    session.exec(
        delete(WaitingNotice).where(
            col(WaitingNotice.account_id) == account.id, col(WaitingNotice.kind).in_(off)
        )
    )
    session.flush()

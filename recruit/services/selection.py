"""A selection of rows: which applications the codes stand for, and who is left out of what is done, and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, Application, ApplicationStatus, ConflictOfInterest, Intake
from recruit.queries import eligibility as queries

#: What is done with more rows at once than this can be looked through by nobody.
MOST_AT_ONCE = 1000
_CHUNK = 400


@dataclass(frozen=True)
class LeftOut:
    """A row that the act passes by. `why` is translated when shown."""

    code: str
    why: Any


@dataclass(frozen=True)
class Selection:
    """The applications that may be acted on, in the order of their codes, and the rest of what was chosen."""

    applications: tuple[Application, ...]
    left_out: tuple[LeftOut, ...]


def chosen(
    session: Session, *, intake: Intake, codes: Iterable[str], actor: Actor, hold: bool = False
) -> Selection:
    """The submitted applications behind `codes` that this person may act on; the rest with the reason.

    `hold` locks them until the transaction ends. Raises Invalid for no codes at all, or more than MOST_AT_ONCE.
    """
    wanted = sorted({code.strip().upper() for code in codes if code.strip()})
    if not wanted:
        raise Invalid(_("Choose at least one application first."), field="code")
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(too_many(len(wanted)), field="code")
    found = _by_code(session, intake, wanted, hold)
    masked = queries.assessed_by(session, intake.id or 0, actor.account_id or 0)
    conflicts = _conflicts(session, actor)
    kept, left_out = [], []
    for code in wanted:
        why = _why_not(found.get(code), actor, masked, conflicts)
        if why is None:
            kept.append(found[code])
        else:
            left_out.append(LeftOut(code, why))
    _load_accounts(session, kept)
    return Selection(tuple(kept), tuple(left_out))


def too_many(number: int) -> Any:
    """What to say to a selection that is too large."""
    return _(
        "%(number)s applications are chosen. Take at most %(most)s at a time: filter for fewer.",
        number=number,
        most=MOST_AT_ONCE,
    )


def _by_code(session: Session, intake: Intake, codes: Sequence[str], hold: bool) -> dict[str, Application]:
    found = {}
    for start in range(0, len(codes), _CHUNK):
        statement = (
            select(Application)
            .where(
                Application.intake_id == intake.id,
                col(Application.mask_code).in_(codes[start : start + _CHUNK]),
                col(Application.status) != ApplicationStatus.DRAFT,
            )
            .order_by(col(Application.id))
            .execution_options(populate_existing=True)
        )
        rows = session.exec(statement.with_for_update(key_share=True) if hold else statement)
        found.update({each.mask_code: each for each in rows})
    return found


def _conflicts(session: Session, actor: Actor) -> frozenset[int]:
    declared = select(ConflictOfInterest.application_id).where(
        ConflictOfInterest.assessor_id == actor.account_id
    )
    return frozenset(session.exec(declared))


def _why_not(
    application: Application | None, actor: Actor, masked: Collection[int], conflicts: Collection[int]
) -> Any:
    if application is None:
        return _("There is no application with this code in this intake.")
    if application.status is ApplicationStatus.WITHDRAWN:
        return _("The applicant has withdrawn.")
    if application.disposed_at is not None:
        return _("It has been disposed of.")
    if application.account_id == actor.account_id:
        return _("It is your own application.")
    if application.id in conflicts:
        return _("You have a declared conflict of interest.")
    if application.id in masked:
        return _("You assess it and must not know who it is from.")
    return None


def _load_accounts(session: Session, applications: Sequence[Application]) -> None:
    """Into the session at once, so that each mail finds its recipient there."""
    ids = [each.account_id for each in applications]
    for start in range(0, len(ids), _CHUNK):
        session.exec(select(Account).where(col(Account.id).in_(ids[start : start + _CHUNK]))).all()


def summary(left_out: Sequence[LeftOut], most: int = 10) -> str:
    """Who was left out and why, in one sentence; empty when nobody was."""
    if not left_out:
        return ""
    by_reason: dict[str, list[str]] = {}
    for each in left_out:
        by_reason.setdefault(str(each.why), []).append(each.code)
    parts = []
    for why, codes in by_reason.items():
        named = ", ".join(codes[:most])
        if len(codes) > most:
            named = str(_("%(codes)s and %(number)s more", codes=named, number=len(codes) - most))
        parts.append(f"{named}: {why}")
    return str(_("Left out:")) + " " + " ".join(parts)

"""A second factor: set up, asked for at every sign-in, with recovery codes; removed, or reset by an administrator."""

import hashlib
import secrets
from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from recruit import authenticator, passwords
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, Membership, RecoveryCode, Region, SecondFactor
from recruit.services import mail, record

CODES = 10
#: Letters and digits that cannot be taken for one another.
_LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"
_GROUPS, _GROUP = 4, 4


def of_account(session: Session, account: Account) -> SecondFactor | None:
    """The account's second factor, confirmed or being set up; None when there is none."""
    return session.exec(select(SecondFactor).where(SecondFactor.account_id == account.id)).first()


def codes_left(session: Session, account: Account) -> int:
    """How many recovery codes have not been used."""
    unused = select(RecoveryCode.id).where(
        RecoveryCode.account_id == account.id, col(RecoveryCode.used_at).is_(None)
    )
    return len(session.exec(unused).all())


def begin(session: Session, *, account: Account) -> SecondFactor:
    """Draw a new secret, to be confirmed by a first code. Raises Conflict when there is a confirmed one."""
    assert account.id is not None
    found = of_account(session, account)
    if found is not None and found.confirmed_at is not None:
        raise Conflict(_("You have a second factor. Remove it before you set up another."))
    found = found or SecondFactor(account_id=account.id, seed="")
    found.seed, found.last_step = authenticator.new_seed(), 0
    session.add(found)
    return found


def confirm(session: Session, *, account: Account, code: str, key: str, now: datetime) -> list[str]:
    """Take the second factor into use by a first right code; gives the recovery codes, this once.

    Ends all other sessions: they were begun without it. Raises NotFound when none is being set up, Invalid for a wrong
    code.
    """
    found = of_account(session, account)
    if found is None or found.confirmed_at is not None:
        raise NotFound(_("There is no second factor to confirm. Begin anew."))
    if not _take_step(session, found, code, key, now):
        raise Invalid(_wrong_code(), field="code")
    found.confirmed_at = now
    session.add(found)
    account.session_epoch += 1
    session.add(account)
    return _new_codes(session, account)


def check(session: Session, *, account: Account, code: str, key: str, now: datetime) -> bool:
    """Accept a code from the app, or a recovery code, each once; True when it was a recovery code.

    Raises Invalid for any other, saying the same whatever was wrong.
    """
    found = of_account(session, account)
    if found is not None and found.confirmed_at is not None:
        if _take_step(session, found, code, key, now):
            return False
        if _take_recovery(session, account, code, now):
            return True
    raise Invalid(_wrong_code(), field="code")


def renew_codes(session: Session, *, account: Account, code: str, key: str, now: datetime) -> list[str]:
    """New recovery codes instead of the old ones, against a fresh code. Raises Invalid for a wrong one."""
    check(session, account=account, code=code, key=key, now=now)
    return _new_codes(session, account)


def remove(session: Session, *, account: Account, proof: str, key: str, now: datetime) -> None:
    """Remove it, against a fresh code, a recovery code or the password. Raises Invalid for anything else."""
    if not passwords.matches(proof, account.password_hash):
        check(session, account=account, code=proof, key=key, now=now)
    _forget(session, account)


def reset(session: Session, *, region_id: int, account_id: int, actor: Actor, now: datetime) -> None:
    """An administrator removes a member's second factor because the device is lost; the person is told by mail.

    Raises NotFound when the account is no member of the region or has none, NotAllowed for one's own.
    """
    if actor.account_id == account_id:
        raise NotAllowed(_("Remove your own second factor under My account."))
    member = select(Membership.id).where(
        Membership.region_id == region_id, Membership.account_id == account_id
    )
    if session.exec(member).first() is None:
        raise NotFound(_("There is no such member in this region."))
    account = session.get_one(Account, account_id)
    region = session.get_one(Region, region_id)
    _reset(session, account, region.name, region_id, now)
    record.write(
        session,
        region_id=region_id,
        actor=actor,
        now=now,
        action="people.second_factor_reset",
        subject=("account", account_id),
    )


def reset_by_operator(session: Session, *, account: Account, now: datetime) -> None:
    """Whoever runs the installation removes the second factor of somebody in no group; told by mail.

    Raises NotFound when there is none.
    """
    _reset(session, account, "", None, now)


def _reset(session: Session, account: Account, by: str, region_id: int | None, now: datetime) -> None:
    found = of_account(session, account)
    if found is None or found.confirmed_at is None:
        raise NotFound(_("This person has no second factor."))
    _forget(session, account)
    mail.post(
        session,
        recipient=account.email,
        language=account.language,
        template="second_factor_reset",
        values={"region": by},
        region_id=region_id,
        now=now,
    )


def _forget(session: Session, account: Account) -> None:
    """The factor and its codes go, and every session that rested on them."""
    session.execute(delete(SecondFactor).where(col(SecondFactor.account_id) == account.id))
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    account.session_epoch += 1
    session.add(account)


def _wrong_code() -> object:
    return _("The code is wrong, has been used or is too old. Wait for the next one and try again.")


def _take_step(session: Session, found: SecondFactor, code: str, key: str, now: datetime) -> bool:
    """Whether the code is right and newer than all that were accepted; then it is the newest."""
    step = authenticator.step_of(authenticator.secret_of(found.seed, key=key), "".join(code.split()), now=now)
    if step is None:
        return False
    # In one statement: of two requests with the same code one alone gets through.
    taken = session.execute(
        update(SecondFactor)
        .where(col(SecondFactor.id) == found.id, col(SecondFactor.last_step) < step)
        .values(last_step=step)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _take_recovery(session: Session, account: Account, code: str, now: datetime) -> bool:
    taken = session.execute(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.account_id) == account.id,
            col(RecoveryCode.digest) == _digest(code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _new_codes(session: Session, account: Account) -> list[str]:
    assert account.id is not None
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    codes = ["-".join(_word() for _each in range(_GROUPS)) for _number in range(CODES)]
    session.add_all(RecoveryCode(account_id=account.id, digest=_digest(code)) for code in codes)
    return codes


def _word() -> str:
    return "".join(secrets.choice(_LETTERS) for _letter in range(_GROUP))


def _digest(code: str) -> str:
    """A fast hash is enough: a code is drawn from 80 random bits, which nobody can try through."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()

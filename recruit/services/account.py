"""Accounts: creating, verifying, signing in, new passwords; and members of a region's group."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from recruit import passwords
from recruit.actor import SYSTEM, Actor
from recruit.errors import Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, EmailToken, Membership, Region, Role, TokenPurpose
from recruit.services import mail, record

VERIFY_WITHIN = timedelta(days=2)
RESET_WITHIN = timedelta(hours=2)
INVITE_WITHIN = timedelta(days=7)


def normal_email(email: str) -> str:
    """The address as it is kept and compared."""
    return email.strip().lower()


def find(session: Session, email: str) -> Account | None:
    """The account of an address, or None."""
    return session.exec(select(Account).where(Account.email == normal_email(email))).first()


def register(
    session: Session, *, email: str, name: str, password: str, language: str, base_url: str, now: datetime
) -> None:
    """Create an account and mail a link that verifies the address.

    Whoever asks learns nothing about existing accounts: the answer is the same, and the owner of an address that has an
    account already gets a mail that says so.
    """
    check_password(password)
    password_hash = passwords.hash_password(password)  # always, so that the answer takes as long either way
    known = find(session, email)
    if known is not None and (known.verified_at is not None or _is_member(session, known)):
        mail.post(
            session,
            recipient=known.email,
            language=known.language,
            template="account_exists",
            values={"link": f"{base_url}/login", "forgot": f"{base_url}/forgot"},
            now=now,
        )
        return
    if known is None:
        known = Account(
            email=normal_email(email), password_hash=passwords.NO_PASSWORD, language=language, created_at=now
        )
        session.add(known)
        session.flush()
    token = _new_token(
        session,
        known,
        TokenPurpose.VERIFY,
        now + VERIFY_WITHIN,
        name=name.strip(),
        password_hash=password_hash,
    )
    mail.post(
        session,
        recipient=known.email,
        language=language,
        template="account_verify",
        values={"link": f"{base_url}/verify/{token}"},
        now=now,
    )


def _is_member(session: Session, account: Account) -> bool:
    mine = select(Membership.id).where(Membership.account_id == account.id).limit(1)
    return session.exec(mine).first() is not None


def verify(session: Session, *, token: str, password: str, language: str, now: datetime) -> Account:
    """Use a verification link, with the password that was chosen when it was asked for.

    The password shows that whoever has the mail is whoever registered: somebody else's registration of one's address
    cannot be confirmed by mistake. Raises NotFound when the link is unknown, used or too old, Invalid when the
    password is wrong.
    """
    found = _find_token(session, token, TokenPurpose.VERIFY, now)
    if not passwords.matches(password, found.password_hash):
        raise Invalid(
            _("This is not the password that was chosen when the account was created."), field="password"
        )
    account = session.get_one(Account, found.account_id)
    account.name, account.password_hash, account.language = found.name, found.password_hash, language
    account.verified_at = account.verified_at or now
    session.add(account)
    _end_tokens(session, account, now)
    return account


def authenticate(session: Session, *, email: str, password: str) -> Account:
    """The account of this address and password. Raises Invalid, saying the same whatever was wrong."""
    account = find(session, email)
    stored = account.password_hash if account else passwords.decoy_hash()
    right = passwords.matches(password, stored)
    if account is None or not right or not account.active:
        raise Invalid(_("The e-mail address or the password is wrong."), field="password")
    if account.verified_at is None:
        raise Invalid(
            _(
                "The address is not verified yet. Open the link in the mail we sent, or create the account again."
            ),
            field="email",
        )
    if passwords.outdated(account.password_hash):
        account.password_hash = passwords.hash_password(password)
        session.add(account)
    return account


def ask_for_reset(session: Session, *, email: str, base_url: str, now: datetime) -> None:
    """Mail a link for a new password, if there is such an account. The answer never tells."""
    account = find(session, email)
    if account is None or not account.active:
        return
    token = _new_token(session, account, TokenPurpose.RESET, now + RESET_WITHIN)
    mail.post(
        session,
        recipient=account.email,
        language=account.language,
        template="account_reset",
        values={"link": f"{base_url}/reset/{token}"},
        now=now,
    )


def reset(session: Session, *, token: str, password: str, now: datetime) -> Account:
    """Set a new password by a link; it verifies the address too, and ends all sessions."""
    check_password(password)
    account = session.get_one(Account, _find_token(session, token, TokenPurpose.RESET, now).account_id)
    account.verified_at = account.verified_at or now
    _set_password(session, account, password)
    _end_tokens(session, account, now)
    return account


def change_password(session: Session, *, account: Account, old: str, new: str) -> None:
    """Change the password of a signed-in person; ends all other sessions."""
    if not passwords.matches(old, account.password_hash):
        raise Invalid(_("The present password is wrong."), field="old")
    check_password(new)
    _set_password(session, account, new)


def check_password(password: str) -> None:
    """Raise Invalid unless the password is long enough and not one that everybody tries first."""
    if len(password) < passwords.SHORTEST:
        raise Invalid(
            _("Use at least 10 characters. Three words in a row are easy to remember."), field="password"
        )
    if len(password) > passwords.LONGEST:
        raise Invalid(_("Use at most 200 characters."), field="password")
    if len(set(password)) < 4:
        raise Invalid(
            _("The password is too easy to guess. Use more different characters."), field="password"
        )


def add_member(
    session: Session,
    *,
    region_id: int,
    email: str,
    name: str,
    roles: Collection[Role],
    actor: Actor = SYSTEM,
    now: datetime,
    password: str | None = None,
    base_url: str | None = None,
    language: str = "sv",
) -> Account:
    """Give a person roles in a region, creating the account when there is none.

    With `password` the account is ready at once (commands, demo). Without it a link to set one is mailed, which needs
    `base_url`.
    """
    if not roles:
        raise Invalid(_("Choose at least one role."), field="roles")
    account = find(session, email)
    if account is None:
        account = Account(
            email=normal_email(email),
            name=name.strip(),
            password_hash=passwords.NO_PASSWORD,
            language=language,
            created_at=now,
        )
    if password is not None:
        check_password(password)
        account.password_hash = passwords.hash_password(password)
        account.verified_at = account.verified_at or now
    session.add(account)
    session.flush()
    assert account.id is not None
    _grant(session, region_id=region_id, account_id=account.id, roles=roles, actor=actor, now=now)
    if account.password_hash == passwords.NO_PASSWORD:
        assert base_url is not None, "a link to set a password needs the address of the site"
        _invite(session, account, region_id, base_url, now)
    return account


def _grant(
    session: Session, *, region_id: int, account_id: int, roles: Collection[Role], actor: Actor, now: datetime
) -> None:
    theirs = select(col(Membership.role)).where(
        Membership.account_id == account_id, Membership.region_id == region_id
    )
    held = set(session.exec(theirs))
    for role in sorted(set(roles) - held, key=lambda role: role.value):
        session.add(Membership(region_id=region_id, account_id=account_id, role=role))
        record.write(
            session,
            region_id=region_id,
            actor=actor,
            now=now,
            action="people.role_granted",
            subject=("account", account_id),
            changes={"role": (None, role)},
        )


def _invite(session: Session, account: Account, region_id: int, base_url: str, now: datetime) -> None:
    region = session.get_one(Region, region_id)
    token = _new_token(session, account, TokenPurpose.RESET, now + INVITE_WITHIN)
    mail.post(
        session,
        recipient=account.email,
        language=account.language,
        template="account_invited",
        values={"link": f"{base_url}/reset/{token}", "region": region.name},
        region_id=region_id,
        now=now,
    )


def _set_password(session: Session, account: Account, password: str) -> None:
    account.password_hash = passwords.hash_password(password)
    account.session_epoch += 1
    session.add(account)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _new_token(
    session: Session,
    account: Account,
    purpose: TokenPurpose,
    expires_at: datetime,
    *,
    name: str = "",
    password_hash: str = "",
) -> str:
    assert account.id is not None
    token = secrets.token_urlsafe(32)
    session.add(
        EmailToken(
            account_id=account.id,
            purpose=purpose,
            digest=_digest(token),
            name=name,
            password_hash=password_hash,
            expires_at=expires_at,
        )
    )
    return token


def _find_token(session: Session, token: str, purpose: TokenPurpose, now: datetime) -> EmailToken:
    digest = select(EmailToken).where(EmailToken.digest == _digest(token)).with_for_update()
    found = session.exec(digest).first()
    if found is None or found.purpose is not purpose or found.used_at is not None or found.expires_at <= now:
        raise NotFound(_("The link has been used or is too old. Ask for a new one."))
    return found


def _end_tokens(session: Session, account: Account, now: datetime) -> None:
    """No other link that lies in a mailbox may change the account after this."""
    still_open = select(EmailToken).where(
        EmailToken.account_id == account.id, col(EmailToken.used_at).is_(None)
    )
    for token in session.exec(still_open):
        token.used_at = now
        session.add(token)

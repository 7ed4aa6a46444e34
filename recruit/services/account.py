"""Accounts: creating, verifying, signing in, new passwords; and members of a region's group."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from recruit import passwords
from recruit.actor import SYSTEM, Actor
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, Membership, Region, Role, TokenPurpose
from recruit.services import links, mail, record

VERIFY_WITHIN = timedelta(days=2)
RESET_WITHIN = timedelta(hours=2)
INVITE_WITHIN = timedelta(days=7)
SIGN_IN_WITHIN = timedelta(minutes=15)


def normal_email(email: str) -> str:
    """The address as it is kept and compared."""
    return email.strip().lower()


def find(session: Session, email: str) -> Account | None:
    """The account of an address, or None."""
    return session.exec(select(Account).where(Account.email == normal_email(email))).first()


def register(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    language: str,
    base_url: str,
    now: datetime,
    target: str = "",
) -> None:
    """Mail a link that verifies the address and creates the account with this password.

    Whoever asks learns nothing about existing accounts: the answer, the work and the number of mails are the same, and
    the owner of an address that has an account already is told so, with a link to sign in.
    """
    check_password(password)
    password_hash = passwords.hash_password(password)  # always, so that the answer takes as long either way
    email = normal_email(email)
    known, in_a_group = _known(session, email)
    if known is not None and (known.verified_at is not None or in_a_group):
        token = links.new(
            session,
            account=known,
            email=email,
            purpose=TokenPurpose.SIGN_IN,
            within=SIGN_IN_WITHIN,
            target=target,
            now=now,
        )
        template, values, language = "account_exists", {"link": f"{base_url}/sign-in/{token}"}, known.language
        values["forgot"] = f"{base_url}/forgot"
    else:
        token = links.new(
            session,
            account=known,
            email=email,
            purpose=TokenPurpose.VERIFY,
            within=VERIFY_WITHIN,
            name=name.strip(),
            password_hash=password_hash,
            target=target,
            now=now,
        )
        template, values = "account_verify", {"link": f"{base_url}/verify/{token}"}
    mail.post(session, recipient=email, language=language, template=template, values=values, now=now)


def _known(session: Session, email: str) -> tuple[Account | None, bool]:
    """The account of an address, and whether it is in any group."""
    in_a_group = select(Membership.id).where(Membership.account_id == Account.id).exists()
    found = session.exec(select(Account, in_a_group).where(Account.email == email)).first()
    return found if found is not None else (None, False)


def verify(
    session: Session, *, token: str, password: str, language: str, now: datetime
) -> tuple[Account, str]:
    """Use a verification link, with the password that was chosen when it was asked for.

    Gives the account, and where the person was going.

    The password shows that whoever has the mail is whoever registered: somebody else's registration of one's address
    cannot be confirmed by mistake. Raises NotFound when the link is unknown, used or too old, Invalid when the
    password is wrong.
    """
    found = links.find(session, token, TokenPurpose.VERIFY, now)
    if not passwords.matches(password, found.password_hash):
        raise Invalid(
            _("This is not the password that was chosen when the account was created."), field="password"
        )
    account = links.holder(session, found) or Account(
        email=found.email, password_hash=passwords.NO_PASSWORD, created_at=now
    )
    account.name, account.password_hash, account.language = found.name, found.password_hash, language
    account.verified_at = account.verified_at or now
    session.add(account)
    session.flush()
    target = found.target
    links.end_all(session, account, now)
    return account, target


def authenticate(session: Session, *, email: str, password: str) -> Account:
    """The account of this address and password. Raises Invalid, saying the same whatever was wrong."""
    account = find(session, email)
    stored = account.password_hash if account and has_password(account) else passwords.decoy_hash()
    right = passwords.matches(password, stored)
    if account is None or not has_password(account) or not right or not account.active:
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


def ask_for_reset(session: Session, *, email: str, base_url: str, now: datetime, language: str) -> None:
    """Mail a link for a new password; where there is no account, one to begin with. The answer never tells."""
    account = find(session, email)
    usable = account is not None and account.active
    token = links.new(
        session,
        account=account,
        email=normal_email(email),
        purpose=TokenPurpose.RESET if usable else TokenPurpose.SIGN_IN,
        within=RESET_WITHIN if usable else SIGN_IN_WITHIN,
        now=now,
    )
    path, template = ("reset", "account_reset") if usable else ("sign-in", unusable(account))
    mail.post(
        session,
        recipient=account.email if account else normal_email(email),
        language=account.language if account else language,
        template=template,
        values={"link": f"{base_url}/{path}/{token}"},
        now=now,
    )


def unusable(account: Account | None) -> str:
    """The mail to an address without an account, or with one that is closed."""
    return "account_unknown" if account is None else "account_closed"


def reset(session: Session, *, token: str, password: str, now: datetime) -> Account:
    """Set a new password by a link; it verifies the address too, and ends all sessions."""
    check_password(password)
    account = session.get_one(Account, links.find(session, token, TokenPurpose.RESET, now).account_id)
    account.verified_at = account.verified_at or now
    _set_password(session, account, password)
    links.end_all(session, account, now)
    return account


def has_password(account: Account) -> bool:
    """Whether the person can sign in by a password; otherwise by mailed links alone."""
    return account.password_hash != passwords.NO_PASSWORD


def prove(account: Account, password: str, *, field: str = "old") -> None:
    """Raise Invalid unless this is the account's present password."""
    if not passwords.matches(password, account.password_hash):
        raise Invalid(_("The present password is wrong."), field=field)


def change_password(session: Session, *, account: Account, new: str, now: datetime) -> None:
    """Give a signed-in person a new password, or a first one; ends all other sessions, and links under way."""
    check_password(new)
    _set_password(session, account, new)
    links.end_all(session, account, now)


def remove_password(session: Session, *, account: Account, now: datetime) -> None:
    """From now on the person signs in by mailed links alone; ends all other sessions, and links under way."""
    account.password_hash = passwords.NO_PASSWORD
    account.session_epoch += 1
    session.add(account)
    links.end_all(session, account, now)


def rename(session: Session, *, account: Account, name: str) -> None:
    """Change the name by which the person is addressed."""
    account.name = name.strip()
    session.add(account)


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
    token = links.new(
        session,
        account=account,
        email=account.email,
        purpose=TokenPurpose.RESET,
        within=INVITE_WITHIN,
        now=now,
    )
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

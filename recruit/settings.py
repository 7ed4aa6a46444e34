"""Every setting: its environment variable, its default and what it means. docs/operations.md lists the same."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


def setting(default: object, help: str) -> Any:
    """A setting's default with the sentence that explains it."""
    return field(default=default, metadata={"help": help})


class SettingError(ValueError):
    """A setting's value cannot be used."""


@dataclass(frozen=True)
class Settings:
    """Values of all settings. In the environment each is named RECRUIT_ and its name in capitals."""

    data_dir: str = setting("instance", "Folder for attachments, the secret key and the embedded database.")
    database_url: str = setting(
        "", "postgresql://… or sqlite:///…; empty means recruit.db in the data folder."
    )
    secret_key: str = setting(
        "",
        "Signs sessions, and second factors rest on it; empty means a key made once and kept in the data folder.",
    )
    base_url: str = setting("http://127.0.0.1:8000", "The address people use; links in mail start with it.")
    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "Port to listen on.")
    mail_url: str = setting(
        "",
        "smtp://user:password@host:587 (STARTTLS), smtps://…, or catch: to show mail on a page instead of sending.",
    )
    mail_from: str = setting("no-reply@localhost", "Sender of mail.")
    mail_bounces: str = setting(
        "", "Where undeliverable mail returns: bounces@… or bounces+{id}@…; empty means the sender."
    )
    letter_grace_minutes: int = setting(
        5, "Minutes from when letters are sent until they go out; until then all can be stopped."
    )
    session_minutes: int = setting(60, "Minutes without activity after which a person must sign in again.")
    session_hours: int = setting(10, "Hours after which a person must sign in again, active or not.")
    rate_limits: bool = setting(True, "Limit attempts to sign in and to create accounts.")
    rate_limit_storage: str = setting(
        "memory://", "Where attempts are counted; redis://… with several processes."
    )
    trusted_proxies: int = setting(0, "How many proxies in front set X-Forwarded-* headers.")
    keep_free_mb: int = setting(
        500,
        "Megabytes left free on the disk: with less no file is taken; administrators are told at twice as much.",
    )
    suppress_below: int = setting(5, "Groups smaller than this are suppressed for the recruitment group.")

    @property
    def database(self) -> str:
        """The database's URL, resolved."""
        return self.database_url or f"sqlite:///{Path(self.data_dir).absolute() / 'recruit.db'}"

    @property
    def attachments(self) -> Path:
        """The folder of uploaded files, outside the web root."""
        return Path(self.data_dir).absolute() / "attachments"

    @property
    def secret(self) -> str:
        """The signing key; made and kept on first use, readable by its owner only."""
        if self.secret_key:
            return self.secret_key
        path = Path(self.data_dir) / "secret_key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()


def read_settings(environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from the environment. Raises SettingError naming the variable when a value cannot be read."""
    source = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for item in fields(Settings):
        text = source.get(f"RECRUIT_{item.name.upper()}")
        if text is not None:
            values[item.name] = _parse(f"RECRUIT_{item.name.upper()}", text, item.default)
    return Settings(**{**values, **overrides})  # type: ignore[arg-type]


def _parse(name: str, text: str, default: object) -> object:
    if isinstance(default, bool):
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise SettingError(f"{name} is {text!r}; use yes or no")
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise SettingError(f"{name} is {text!r}; use a whole number") from None
    return text

"""Criteria profiles: read, check, and the one that ships with the product.

The format of the file is described in ``docs/criteria-profile.md``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from os import PathLike
from pathlib import Path

from scoring.bands import Bound
from scoring.criteria import (
    ATTACHMENT_KINDS,
    KINDS,
    RULES,
    STAGES,
    TOP_LEVEL,
    Borderline,
    Criterion,
    Gate,
    Profile,
    Requirement,
    StageRule,
    Text,
)
from scoring.errors import ProfileError
from scoring.profile_toml import parse_profile

__all__ = [
    "ATTACHMENT_KINDS",
    "KINDS",
    "RULES",
    "STAGES",
    "TOP_LEVEL",
    "Borderline",
    "Bound",
    "Criterion",
    "Gate",
    "Profile",
    "ProfileError",
    "Requirement",
    "StageRule",
    "Text",
    "default_profile",
    "default_profile_text",
    "load_profile",
    "parse_profile",
]

#: A profile of a hundred criteria with long texts in two languages is a tenth of it.
MOST_BYTES = 2 * 1024 * 1024


def load_profile(path: str | PathLike[str]) -> Profile:
    """Read a profile from a TOML file in UTF-8, with or without a byte order mark.

    Raises ProfileError if the file cannot be read, is larger than any profile or is not a valid one.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ProfileError("", f"the criteria profile {path} is larger than {MOST_BYTES // 2**20} MB")
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ProfileError("", f"cannot read the criteria profile {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProfileError(
            "", f"the criteria profile {path} is not UTF-8 at byte {error.start}: save it as UTF-8"
        ) from error
    return parse_profile(text)


def default_profile_text() -> str:
    """The TOML text of the profile that ships with the product, comments included."""
    return resources.files("scoring").joinpath("profiles/bt.toml").read_text(encoding="utf-8")


@cache
def default_profile() -> Profile:
    """The profile for basic service (BT) that ships with the product."""
    return parse_profile(default_profile_text())

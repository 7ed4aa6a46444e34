"""Criteria by name, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from recruit.i18n import language

if TYPE_CHECKING:
    from scoring.criteria import Profile


def name_of(profile: Profile, key: str) -> str:
    """One criterion's name."""
    return profile.criterion(key).name.in_language(language())


def names_of(profile: Profile, keys: Iterable[str]) -> str:
    """Several, as a list in a sentence; empty for none."""
    return "; ".join(name_of(profile, key) for key in keys)

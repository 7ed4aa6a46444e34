"""What can be wrong with the input of the selection, as exceptions a person can act on."""

from typing import Any


class ScoringError(ValueError):
    """Base of all input errors; the message names the field or row, the value and what to do."""


class ProfileError(ScoringError):
    """A criteria profile is not valid.

    ``key`` is the path of the key in the TOML file, such as ``criteria.references.weight``;
    it is empty where the file as a whole is at fault.
    """

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(f"{key}: {message}" if key else message)

    @classmethod
    def expected(cls, key: str, what: str, got: Any) -> "ProfileError":
        """The common sentence: what the key should hold and what it holds."""
        return cls(key, f"expected {what}, got {_shown(got)}")


class LevelError(ScoringError):
    """A level or a value that levels are read from cannot be used."""


class TableError(ScoringError):
    """A table has missing, unknown, duplicate or unusable columns or rows."""


class SeedError(ScoringError):
    """A seed that was revealed is not the one that was committed to."""


def _shown(value: Any, longest: int = 60) -> str:
    if value is True or value is False:
        return str(value).lower()
    text = repr(value) if isinstance(value, str | int | float | list | dict) else str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"

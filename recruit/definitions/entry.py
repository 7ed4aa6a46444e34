"""The shape of a definition."""

from dataclasses import dataclass

from recruit.figure_words import Pair


@dataclass(frozen=True)
class Definition:
    """One figure. `keys`: its anchor on the page first, then other names of it or of its parts in the JSON.

    `formula` is in words, `source` where it was published (a convention of ours has none), `misleads` when not to
    trust it.
    """

    keys: tuple[str, ...]
    term: Pair
    meaning: Pair
    formula: Pair
    misleads: Pair
    source: str = ""

    @property
    def key(self) -> str:
        """The anchor on the page of definitions."""
        return self.keys[0]


@dataclass(frozen=True)
class Chapter:
    """Definitions that belong together."""

    key: str
    title: Pair
    definitions: tuple[Definition, ...]

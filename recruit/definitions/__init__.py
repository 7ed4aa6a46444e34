"""What every figure of the monitoring means: one place for the page, the appendix of the report and the JSON Schema."""

from collections.abc import Iterator

from recruit.definitions.comparison import CHAPTER as COMPARISON
from recruit.definitions.entry import Chapter, Definition
from recruit.definitions.further import CHAPTER as FURTHER
from recruit.definitions.report import CHAPTER as REPORT
from recruit.definitions.small import CHAPTER as SMALL
from recruit.definitions.sources import CHAPTER as SOURCES
from recruit.definitions.strata import CHAPTER as STRATA
from recruit.definitions.verdicts import CHAPTER as VERDICTS

__all__ = ["CHAPTERS", "Chapter", "Definition", "definition_of", "every", "keys"]

#: In the order in which they are read.
CHAPTERS: tuple[Chapter, ...] = (
    COMPARISON,
    VERDICTS,
    STRATA,
    SMALL,
    SOURCES,
    FURTHER,
    REPORT,
)


def every() -> Iterator[Definition]:
    """All definitions in their order."""
    for chapter in CHAPTERS:
        yield from chapter.definitions


_BY_KEY = {key: each for each in every() for key in each.keys}


def keys() -> frozenset[str]:
    """Every key that is defined: the name of a figure in the JSON, or of a measure."""
    return frozenset(_BY_KEY)


def definition_of(key: str) -> Definition:
    """The definition of a figure by its name in the JSON. Raises KeyError for a name without one."""
    return _BY_KEY[key]

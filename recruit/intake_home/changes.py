"""What has changed since the reader last looked, and the latest entries, in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from recruit import display
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import RecordEntry
from recruit.queries.changes import News

LATEST_SHOWN = 6
#: On the first visit: so far back.
FIRST_LOOK = timedelta(days=7)


@dataclass(frozen=True)
class Told:
    """One kind of news. `words` is empty where the action's own name and `number` must do."""

    words: str
    action: str
    number: int


def _sentences() -> dict[str, Callable[[int], str]]:
    """What people wait to hear, the most urgent first; everything else is told by its name."""
    return {
        "application.withdrawn": lambda n: ngettext(
            "%(num)s application withdrawn", "%(num)s applications withdrawn", n
        ),
        "completion.answered": lambda n: ngettext(
            "%(num)s completion came in", "%(num)s completions came in", n
        ),
        "completion.added": lambda n: ngettext(
            "%(num)s document that was expected came in", "%(num)s documents that were expected came in", n
        ),
        "assessment.conflict_declared": lambda n: ngettext(
            "%(num)s conflict of interest declared", "%(num)s conflicts of interest declared", n
        ),
        "application.submitted": lambda n: ngettext("%(num)s new application", "%(num)s new applications", n),
        "assessment.submitted": lambda n: ngettext(
            "%(num)s application got an assessment", "%(num)s applications got an assessment", n
        ),
        "reference.answered": lambda n: ngettext(
            "Referees answered for %(num)s application", "Referees answered for %(num)s applications", n
        ),
        "reference.declined": lambda n: ngettext(
            "A referee declined for %(num)s application", "Referees declined for %(num)s applications", n
        ),
        "reference.entered": lambda n: ngettext(
            "References came in for %(num)s application", "References came in for %(num)s applications", n
        ),
        "eligibility.settled": lambda n: ngettext(
            "Eligibility settled for %(num)s application", "Eligibility settled for %(num)s applications", n
        ),
    }


def told(news: Sequence[News]) -> list[Told]:
    """The news in the order in which they matter: what people wait to hear, then the rest, the latest first."""
    known = _sentences()
    by_action = {each.action: each for each in news}
    first = [
        Told(say(by_action[action].number), action, by_action[action].number)
        for action, say in known.items()
        if action in by_action
    ]
    return first + [Told("", each.action, each.number) for each in news if each.action not in known]


def since_words(since: datetime | None, now: datetime) -> str:
    """The heading's addition: since when the news are counted."""
    if since is None:
        return _("The last seven days; this is your first visit.")
    if (now - since).days >= 1:
        days = ngettext("%(num)s day ago", "%(num)s days ago", (now - since).days)
        return _("You were last here %(day)s, %(apart)s.", day=display.day(since, "weekday"), apart=days)
    return _("You were last here %(moment)s.", moment=display.when(since, "short"))


def latest(entries: Sequence[tuple[RecordEntry, str | None]]) -> list[tuple[RecordEntry, str | None, int]]:
    """The newest things done with the code they are about; those of the same kind to the same one with their number."""
    grouped = [list(run) for _same, run in groupby(entries, key=lambda each: (each[0].action, each[1]))]
    return [(*run[0], len(run)) for run in grouped[:LATEST_SHOWN]]

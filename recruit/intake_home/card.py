"""An intake at work as one of several side by side."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from recruit import charts, clock
from recruit.i18n import gettext as _
from recruit.intake_home import late, words
from recruit.intake_home.next_step import NextStep, next_step
from recruit.intake_home.plan import Shown, timeline
from recruit.models import Intake
from recruit.planning import placed
from recruit.queries.glance import Glance


@dataclass(frozen=True)
class Card:
    """What one column says. `bars` are (label, number, bar) from submitted to posts."""

    intake: Intake
    title: str
    state: tuple[str, str]
    url: str
    posts: list[tuple[str, int]]
    posts_in_all: int
    bars: list[tuple[str, int, Markup]]
    late: list[late.Late]
    next_step: NextStep | None
    next_date: Shown | None
    news: int


def card_of(glance: Glance, now: datetime, *, coordinates: bool) -> Card:
    """The column of one intake; only a coordinator is told what to do next."""
    today = clock.in_stockholm(now).date()
    steps = [each for each in placed(glance.dates, glance.done, today) if each.state == "now"]
    return Card(
        intake=glance.intake,
        title=words.title_of(glance.intake),
        state=words.state_of(glance.intake, now),
        url=words.to("intake.show", glance.intake),
        posts=glance.posts,
        posts_in_all=glance.standing.posts,
        bars=_bars(glance),
        late=late.late_things(glance, today),
        next_step=next_step(glance.intake, glance.standing, now, unapproved=bool(glance.facts.unapproved))
        if coordinates
        else None,
        next_date=next(iter(timeline(steps, today)), None),
        news=glance.facts.news,
    )


def _bars(glance: Glance) -> list[tuple[str, int, Markup]]:
    standing = glance.standing
    counts = [
        (_("Submitted applications"), standing.submitted),
        (_("Eligible applications"), standing.eligible),
        (_("Assessed by two"), standing.assessed),
        (_("Called to interview"), standing.called or 0),
        (_("Posts"), standing.posts),
    ]
    largest = max(number for _label, number in counts) or 1
    return [(label, number, charts.share_bar(number, largest)) for label, number in counts]

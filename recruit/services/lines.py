"""The line through a ranking: where it may be drawn, and who stands where when it is drawn on an order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session

from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import EntryKind, Intake, InterviewList, RankingRun
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.queries.unchanged import kept
from recruit.services.record import canonical

if TYPE_CHECKING:
    from scoring.lists import InterviewDraw

MOST = 10_000


@dataclass(frozen=True)
class LineGroup:
    """One line: for the whole intake (no name, no sites) or for the posts of some sites."""

    name: str
    site_ids: tuple[int, ...]
    places: int
    reserves: int


@dataclass(frozen=True)
class Drawn:
    """One entry of a list before it is a row. `position` counts from 1 within group and kind."""

    mask_code: str
    kind: EntryKind
    group_name: str
    position: int
    conditional: bool


@dataclass(frozen=True)
class Line:
    """A line that can be drawn on any order of those with a place in a run.

    `ranked` are their mask codes, best first. `wishes` are the groups of posts that each would go to, most wanted
    first; None where there is one line for the whole intake.
    """

    groups: tuple[LineGroup, ...]
    ranked: tuple[str, ...]
    wishes: Mapping[str, Sequence[str]] | None

    @property
    def places(self) -> int:
        """How many are called in all, where there are as many."""
        return sum(group.places for group in self.groups)

    @property
    def key(self) -> str:
        """A text that is the same for lines that call the same people from any order."""
        return canonical([json.loads(line_text(self.groups)), self.wishes])

    def draw(self, order: Sequence[str]) -> InterviewDraw:
        """Who is called and who is in reserve, when the line is drawn on this order.

        On an order after a zone was settled, nobody outside the zone gains or loses by that.
        """
        from scoring.borderline import SettledOrder
        from scoring.lists import draw_line, draw_lines_by_group, draw_settled

        if self.wishes is None:
            return draw_line(order, self.groups[0].places, self.groups[0].reserves)
        if isinstance(order, SettledOrder):
            return draw_settled(self.draw(self.ranked), order.zone, self.wishes)
        return draw_lines_by_group(
            order,
            self.wishes,
            {group.name: group.places for group in self.groups},
            {group.name: group.reserves for group in self.groups},
        )

    def called(self, order: Sequence[str]) -> list[str]:
        """The mask codes of those who are called from this order."""
        return [entry.application for entry in self.draw(order).called]


def line_on(session: Session, *, run: RankingRun, groups: Sequence[LineGroup]) -> Line:
    """The line with the order of a run and the wishes of those in it."""
    ranked = kept(session, lambda: _codes(session, run), "ranked", run.id)
    if len(groups) == 1 and not groups[0].site_ids:
        return Line(tuple(groups), ranked, None)
    wishes = group_preferences(queries.preferences(session, run=run), ranked, groups)
    return Line(tuple(groups), ranked, wishes)


def _codes(session: Session, run: RankingRun) -> tuple[str, ...]:
    return tuple(code for code, _id in rankings.ranked_applications(session, run=run))


def entries_on(session: Session, *, run: RankingRun, line: Line, order: Sequence[str]) -> list[Drawn]:
    """The entries that the line gives on an order, conditional or not as eligibility stands now."""
    conditional = queries.conditional_codes(session, run=run)
    return [
        Drawn(
            mask_code=entry.application,
            kind=EntryKind(entry.kind),
            group_name=entry.group or "",
            position=entry.position,
            conditional=entry.application in conditional,
        )
        for entry in line.draw(order).entries
    ]


def check_line(session: Session, intake: Intake, groups: Sequence[LineGroup]) -> None:
    """Raise Invalid, naming the field, for a line that cannot be drawn in this intake."""
    if not groups:
        raise Invalid(_("Say how many places there are."), field="places")
    for group in groups:
        if not 0 <= group.places <= MOST or not 0 <= group.reserves <= MOST:
            raise Invalid(
                _("Places and reserves are whole numbers from 0 to %(most)s.", most=MOST), field="places"
            )
    if sum(group.places for group in groups) < 1:
        raise Invalid(_("At least one place is needed to call anybody."), field="places")
    if len(groups) == 1 and not groups[0].site_ids:
        return
    _check_groups(session, intake, groups)


def _check_groups(session: Session, intake: Intake, groups: Sequence[LineGroup]) -> None:
    names = [group.name.strip() for group in groups]
    if not all(names) or len(set(names)) != len(names):
        raise Invalid(_("Every group of posts needs a name of its own."), field="groups")
    sites = queries.site_names(session, intake=intake)
    used = [site for group in groups for site in group.site_ids]
    for site in used:
        if site not in sites:
            raise Invalid(_("A group names a site that has no posts in this intake."), field="groups")
        if used.count(site) > 1:
            raise Invalid(
                _("%(site)s is in more than one group. Keep it in one.", site=sites[site]), field="groups"
            )
    for group in groups:
        if not group.site_ids:
            raise Invalid(_("The group %(name)s has no site.", name=group.name), field="groups")
    for site, name in sites.items():
        if site not in used:
            raise Invalid(_("%(site)s is in no group. Put it in one.", site=name), field="groups")


def group_preferences(
    sites: Mapping[str, Sequence[int]], ranked: Iterable[str], groups: Sequence[LineGroup]
) -> dict[str, list[str]]:
    """The groups that each applicant would go to, most wanted first.

    Who has named sites goes to their groups only; who has named none would go to any, in the groups' order.
    """
    group_of = {site: group.name for group in groups for site in group.site_ids}
    everywhere = [group.name for group in groups]
    return {
        code: list(dict.fromkeys(group_of[site] for site in sites[code] if site in group_of))
        if sites.get(code)
        else everywhere
        for code in ranked
    }


def line_text(groups: Sequence[LineGroup]) -> str:
    """The line as canonical JSON, as `InterviewList.line` keeps it."""
    return canonical(
        {
            "groups": [
                {"name": g.name, "sites": sorted(g.site_ids), "places": g.places, "reserves": g.reserves}
                for g in groups
            ]
        }
    )


def line_groups(interview_list: InterviewList) -> list[LineGroup]:
    """The groups of a list's line."""
    return [
        LineGroup(each["name"], tuple(each["sites"]), each["places"], each["reserves"])
        for each in json.loads(interview_list.line)["groups"]
    ]

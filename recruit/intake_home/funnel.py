"""The way from begun applications to posts: a chart with the reasons for each loss."""

from collections.abc import Sequence

from markupsafe import Markup

from recruit import charts, display
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.profile_view import joined
from recruit.queries.standing import Standing
from scoring.profile import Profile

REASONS_SHOWN = 3


def funnel_rows(
    standing: Standing,
    countries: int,
    refusals: Sequence[tuple[str, int]],
    profile: Profile,
    language: str,
) -> list[charts.FunnelRow]:
    """The way from begun applications to posts, with the reasons for each loss."""
    begun = standing.drafts + standing.submitted + standing.withdrawn
    rows = [
        charts.FunnelRow(_("Begun applications"), begun, _begun_note(standing), tone=2),
        charts.FunnelRow(
            _("Submitted applications"),
            standing.submitted,
            ngettext("from %(num)s country of education", "from %(num)s countries of education", countries)
            if standing.submitted
            else "",
        ),
        charts.FunnelRow(
            _("Eligible applications"),
            standing.eligible,
            _eligible_note(standing, refusals, profile, language),
        ),
        charts.FunnelRow(_("Assessed by two"), standing.assessed, _assessed_note(standing)),
    ]
    if standing.called is not None:
        rows.append(charts.FunnelRow(_("Called to interview"), standing.called))
    per_post = display.number(round(standing.eligible / standing.posts, 1)) if standing.posts else "0"
    note = _("%(number)s eligible per post", number=per_post)
    return [*rows, charts.FunnelRow(_("Posts"), standing.posts, note, planned=True)]


def funnel(rows: Sequence[charts.FunnelRow]) -> Markup:
    """The chart of those rows."""
    return charts.funnel(rows, title=_("The way here"))


def _begun_note(standing: Standing) -> str:
    parts = []
    if standing.drafts:
        parts.append(ngettext("%(num)s not submitted", "%(num)s not submitted", standing.drafts))
    if standing.withdrawn:
        parts.append(ngettext("%(num)s withdrawn", "%(num)s withdrawn", standing.withdrawn))
    return ", ".join(parts)


def _eligible_note(
    standing: Standing, refusals: Sequence[tuple[str, int]], profile: Profile, language: str
) -> str:
    if not standing.submitted:
        return ""
    parts = [display.percent(standing.eligible / standing.submitted) + "."]
    if standing.conditional:
        parts.append(ngettext("%(num)s conditional.", "%(num)s conditional.", standing.conditional))
    if standing.pending:
        parts.append(ngettext("%(num)s not decided.", "%(num)s not decided.", standing.pending))
    if standing.ineligible:
        names = {each.key: each.name.in_language(language) for each in profile.requirements}
        reasons = [
            f"{count} {_inside(names.get(key, key), language)}" for key, count in refusals[:REASONS_SHOWN]
        ]
        parts.append(_("Of %(number)s no: %(reasons)s.", number=standing.ineligible, reasons=joined(reasons)))
    return " ".join(parts)


def _inside(name: str, language: str) -> str:
    """A name inside a sentence. English keeps its capital: it may be a proper noun (Swedish)."""
    return name[:1].lower() + name[1:] if language == "sv" else name


def _assessed_note(standing: Standing) -> str:
    left = standing.eligible - standing.assessed
    if not left:
        return _("all eligible") if standing.eligible else ""
    one = standing.begun - standing.assessed
    return _(
        "%(left)s left: %(one)s have one assessment, %(none)s have none", left=left, one=one, none=left - one
    )

"""The only place where rows become DataFrames and results become rows.

pandas and scoring are imported inside the functions: a page that needs no frame pays for none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

from recruit.clock import in_stockholm
from recruit.country_groups import COUNTRY_GROUPS, ROUTE_GROUPS, country_group, route_group
from recruit.models import AgeBand, ClinicalArea, Intake, LicenceRoute, Sex

if TYPE_CHECKING:
    import pandas as pd

    from scoring.criteria import Profile
    from scoring.ranking import Ranking

#: The assessor that stands for values counted from the form.
FORM = "form"
SWEDEN = "SE"

FormValues = dict[str, int | Fraction]


class Worked(Protocol):
    """What counts of an experience period."""

    country: str
    area: ClinicalArea
    starts_on: date
    ends_on: date | None
    fte_percent: int
    supervised: bool


def counted_until(intake: Intake) -> date:
    """The last day whose work counts: the day on which the intake closes, on Swedish clocks.

    An intake that closes at midnight closes with the day before.
    """
    return in_stockholm(intake.closes_at - timedelta(microseconds=1)).date()


def form_values(periods: Sequence[Worked], *, no_experience: bool | None, until: date) -> FormValues:
    """The values that criteria of the kind "from form" read.

    `swedish_months`: months at full-time equivalent in Sweden over the union of days, exact. `breadth`: 0–4
    from the number of areas worked in, any country, and whether any work was assessed by a supervisor. Work
    counts up to `until`, also where it goes on. Empty when nothing was answered: no periods, and not "no
    experience".
    """
    from scoring.bands import Period, breadth, full_time_days, months

    if not periods and not no_experience:
        return {}
    begun = [period for period in periods if period.starts_on <= until]
    swedish = [
        Period(period.starts_on, min(period.ends_on or until, until), Fraction(period.fte_percent, 100))
        for period in begun
        if period.country == SWEDEN
    ]
    areas = {period.area for period in begun}
    return {
        "swedish_months": months(full_time_days(swedish)),
        "breadth": breadth(len(areas), any(period.supervised for period in begun)),
    }


def form_levels(profile: Profile, stage: str, values: FormValues) -> dict[str, int]:
    """Levels of a stage's required criteria that are counted from the form; a missing value gives none."""
    from scoring.bands import level_from_value

    levels = {}
    for criterion in profile.required_at(stage):
        if criterion.kind == "from_form" and criterion.value is not None:
            level = level_from_value(values.get(criterion.value), criterion.bands)
            if level is not None:
                levels[criterion.key] = level
    return levels


# Ranking


@dataclass(frozen=True)
class Applicant:
    """What the ranking may know of an application: its mask code and its levels.

    `assessed` are (assessor's pseudonym, criterion, level).
    """

    mask_code: str
    form: Mapping[str, int]
    assessed: Sequence[tuple[str, str, int]]


def ranking_inputs(
    *, profile: Profile, stage: str, seed: str, applicants: Sequence[Applicant]
) -> dict[str, Any]:
    """Everything that decides a ranking, as JSON-ready data; the order of the rows leaves no trace in it.

    Levels are [application, assessor, criterion, level]; only criteria that count at the stage are in it.
    """
    counted = {criterion.key for criterion in profile.required_at(stage)}
    rows = [
        [applicant.mask_code, assessor, criterion, level]
        for applicant in applicants
        for assessor, criterion, level in (
            *((FORM, key, level) for key, level in applicant.form.items()),
            *applicant.assessed,
        )
        if criterion in counted
    ]
    return {
        "profile": {"digest": profile.digest(), "toml": profile.to_toml()},
        "stage": stage,
        "seed": seed,
        "applications": sorted(applicant.mask_code for applicant in applicants),
        "levels": sorted(rows),
    }


def rank_inputs(inputs: Mapping[str, Any]) -> Ranking:
    """Rank from inputs as `ranking_inputs` gives them. The same inputs give the same bytes.

    Raises ScoringError for inputs that cannot be ranked.
    """
    import pandas as pd

    from scoring.profile import parse_profile
    from scoring.ranking import LONG_COLUMNS, rank

    levels = pd.DataFrame(inputs["levels"], columns=list(LONG_COLUMNS))
    profile = parse_profile(inputs["profile"]["toml"])
    return rank(levels, profile, inputs["stage"], inputs["seed"], inputs["applications"])


@dataclass(frozen=True)
class Outcome:
    """One row of a ranking, as `RankingRow` keeps it."""

    mask_code: str
    position: int
    status: str
    place: int | None
    points_milli: int | None


def outcomes(ranking: Ranking) -> list[Outcome]:
    """The rows of a ranking, in its order."""
    table = ranking.table
    return [
        Outcome(
            mask_code=code,
            position=position,
            status=status,
            place=None if place is None else int(place),
            points_milli=None if points is None else int(Decimal(points) * 1000),
        )
        for position, (code, status, place, points) in enumerate(
            zip(
                table["application"],
                table["status"],
                (
                    None if known else value
                    for value, known in zip(table["place"], table["place"].isna(), strict=True)
                ),
                table["points"],
                strict=True,
            ),
            1,
        )
    ]


# Monitoring


@dataclass(frozen=True)
class Monitored:
    """What the monitor knows of an application: where it came and its groups. None is missing."""

    application_id: int
    eligible: bool
    country: str | None
    licence_route: LicenceRoute | None
    sex: Sex | None
    age_band: AgeBand | None


#: The attributes of the monitoring, in the order in which they are shown.
ATTRIBUTES = ("sex", "age_band", "licence_route", "country_group", "country")
#: Those that rest on voluntary answers, which no member of the group may learn of any person.
VOLUNTARY = ("sex", "age_band")

_ORDERED = {
    "sex": tuple(member.value for member in Sex),
    "age_band": tuple(member.value for member in AgeBand),
    "licence_route": ROUTE_GROUPS,
    "country_group": COUNTRY_GROUPS,
}


def monitoring_table(
    rows: Iterable[Monitored], *, called: Collection[int], listed: Collection[int]
) -> pd.DataFrame:
    """One row per applicant: the attributes, and 1/0 in `eligible`, `called` and `listed`.

    Nobody counts as called or listed without being eligible. Groups have a fixed order, except countries.
    """
    import pandas as pd

    def value(member: Any) -> Any:
        return None if member is None else member.value

    records = [
        {
            "sex": value(row.sex),
            "age_band": value(row.age_band),
            "licence_route": route_group(row.licence_route),
            "country_group": country_group(row.country),
            "country": row.country or None,
            "eligible": int(row.eligible),
            "called": int(row.eligible and row.application_id in called),
            "listed": int(row.eligible and row.application_id in listed),
        }
        for row in rows
    ]
    table = pd.DataFrame(records, columns=[*ATTRIBUTES, "eligible", "called", "listed"], dtype=object)
    for name, order in _ORDERED.items():
        table[name] = pd.Categorical(table[name], categories=list(order), ordered=True)
    return table

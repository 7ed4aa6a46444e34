"""The only place where rows become DataFrames and results become rows.

pandas and scoring are imported inside the functions: a page that needs no frame pays for none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, Protocol

from recruit.clock import in_stockholm
from recruit.country_groups import COUNTRY_GROUPS, ROUTE_GROUPS, country_group, route_group
from recruit.keeping import Latest
from recruit.models import AgeBand, ClinicalArea, Intake, LicenceRoute, Sex

if TYPE_CHECKING:
    import pandas as pd

    from scoring.checks import Finding
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
    return last_day_before(intake.closes_at)


def last_day_before(moment: datetime) -> date:
    """The last day, on Swedish clocks, of which something lies before the moment."""
    return in_stockholm(moment - timedelta(microseconds=1)).date()


def form_values(periods: Sequence[Worked], *, no_experience: bool | None, until: date) -> FormValues:
    """The values that criteria of the kind "from form" read.

    `swedish_months`: months at full-time equivalent in Sweden over the union of days, exact. `breadth`: 0–4
    from the number of areas worked in, any country, and whether any work was assessed by a supervisor. Work
    counts up to `until`, also where it goes on. Empty when nothing was answered: no periods, and not "no
    experience".
    """
    from scoring.bands import breadth

    if not periods and not no_experience:
        return {}
    begun = [period for period in periods if period.starts_on <= until]
    areas = {period.area for period in begun}
    return {
        "swedish_months": full_time_months((each for each in begun if each.country == SWEDEN), until),
        "breadth": breadth(len(areas), any(period.supervised for period in begun)),
    }


def full_time_months(periods: Iterable[Worked], until: date) -> Fraction:
    """Months at full-time equivalent over the union of the periods' days, `until` included; exact."""
    from scoring.bands import Period, full_time_days, months

    counted = [
        Period(each.starts_on, min(each.ends_on or until, until), Fraction(each.fte_percent, 100))
        for each in periods
        if each.starts_on <= until
    ]
    return months(full_time_days(counted))


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
    from scoring.ranking import rank

    return rank(
        levels_frame(inputs),
        profile_of_inputs(inputs),
        inputs["stage"],
        inputs["seed"],
        inputs["applications"],
    )


def levels_frame(inputs: Mapping[str, Any]) -> pd.DataFrame:
    """The levels of a run's inputs as scoring takes them: application, assessor, criterion, level."""
    import pandas as pd

    from scoring.level_tables import LONG_COLUMNS

    return pd.DataFrame(inputs["levels"], columns=list(LONG_COLUMNS))


def profile_of_inputs(inputs: Mapping[str, Any]) -> Profile:
    """The criteria profile that a run's inputs hold."""
    from scoring.profile import parse_profile

    return parse_profile(inputs["profile"]["toml"])


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
            points_milli=_milli(points),
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


def _milli(points: str | None) -> int | None:
    return None if points is None else int(Decimal(points) * 1000)


@dataclass(frozen=True)
class Part:
    """What one criterion gives: the mean level as text ("5/2", "3") and thousandths of a point."""

    key: str
    level: str
    points_milli: int


@dataclass(frozen=True)
class ResultRow:
    """One application in a run's results. `total` is a numerator, None if incomplete.

    `points_milli` and the points of the parts are rounded half to even, each by itself.
    """

    mask_code: str
    status: str
    place: int | None
    total: int | None
    points_milli: int | None
    missing: tuple[str, ...]
    gates: tuple[str, ...]
    decided_by: str | None
    parts: tuple[Part, ...]


class RunResults:
    """A run's stored results, read row by row; totals are compared exactly, never as rounded points."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._table: Mapping[str, list[Any]] = content["table"]
        self.criteria: tuple[str, ...] = tuple(content["criteria"])
        self.denominator: int = content["denominator"]
        self.threshold: int = content["threshold"]
        full = 4 * content["level_denominator"]
        self.highest_milli = {
            key: round(Fraction(weight * full * 1000, self.denominator))
            for key, weight in zip(self.criteria, content["weights"], strict=True)
        }

    def __len__(self) -> int:
        return len(self._table["application"])

    def rows(self, start: int, stop: int) -> list[ResultRow]:
        """Rows by position from 0, in the order of the run."""
        return [self._row(index) for index in range(start, min(stop, len(self)))]

    def _row(self, index: int) -> ResultRow:
        table = self._table
        return ResultRow(
            mask_code=table["application"][index],
            status=table["status"][index],
            place=table["place"][index],
            total=table["total"][index],
            points_milli=_milli(table["points"][index]),
            missing=tuple(table["missing"][index]),
            gates=tuple(table["gates"][index]),
            decided_by=table["decided_by"][index],
            parts=tuple(
                Part(key, levels[index], self._part_milli(contributions[index]))
                for key, levels, contributions in self._parts
                if contributions[index] is not None
            ),
        )

    @cached_property
    def _parts(self) -> list[tuple[str, list[Any], list[Any]]]:
        return [
            (key, self._table[f"level_{key}"], self._table[f"contribution_{key}"]) for key in self.criteria
        ]

    @cached_property
    def _part_milli(self) -> Callable[[int], int]:
        """A contribution's numerator in thousandths of a point. There are as many as levels, in thousands of rows."""
        return cache(lambda numerator: round(Fraction(numerator * 1000, self.denominator)))

    def points_milli(self, place: int) -> int | None:
        """Thousandths of a point of who has that place, as in the row; places count from 1."""
        return _milli(self._table["points"][place - 1])

    @cached_property
    def totals(self) -> list[int]:
        """Numerators of those who have a place, best first."""
        pairs = zip(self._table["status"], self._table["total"], strict=True)
        return [total for status, total in pairs if status == "ranked"]

    @cached_property
    def places(self) -> dict[str, int]:
        """Mask code -> place of those who have one, best first."""
        pairs = zip(self._table["application"], self._table["place"], strict=True)
        return {code: place for code, place in pairs if place is not None}

    def points(self, total: int) -> float:
        """Points on 0–100 for drawing; never for comparing."""
        return total / self.denominator

    def counts(self) -> dict[str, int]:
        """How many applications have each status."""
        return dict(Counter(self._table["status"]))

    def decided_by(self, place: int) -> str | None:
        """What sets a place after the one before: "total", a criterion's key or "lot"; None for the first."""
        found: str | None = self._table["decided_by"][place - 1]
        return found

    def is_tie(self, line: int) -> bool:
        """Whether a line at `line` would cut equal totals."""
        totals = self.totals
        return 0 < line < len(totals) and totals[line - 1] == totals[line]

    def tie_at(self, line: int) -> tuple[int, int] | None:
        """First and last place of equal totals that a line at `line` would cut; None if it cuts none."""
        if not self.is_tie(line):
            return None
        totals = self.totals
        same = totals[line]
        first = totals.index(same) + 1
        return first, first + totals.count(same) - 1


class StoredResults(Protocol):
    """What is read of a ranking run for its rows; the results only when they have to be parsed."""

    @property
    def results(self) -> str: ...
    @property
    def results_sha256(self) -> str: ...


_RESULTS: Latest[str, RunResults] = Latest(4)


def run_results(run: StoredResults) -> RunResults:
    """A run's stored results, parsed; the latest few are kept, since people page through them."""
    return _RESULTS.get(run.results_sha256, lambda: RunResults(json.loads(run.results)))


# Certainty


class StoredRun(Protocol):
    """What is read of a ranking run; its inputs only when the figures have to be computed."""

    @property
    def inputs(self) -> str: ...
    @property
    def inputs_sha256(self) -> str: ...
    @property
    def results_sha256(self) -> str: ...


@dataclass(frozen=True)
class SurePlace:
    """How certain one place is. What cannot be told is None.

    `rank_low` and `rank_high` are the first and last place that cannot be ruled out; `p` is the probability of truly
    being called with the line, rounded to four decimals; `zone`: whether that is in the borderline zone.
    """

    mask_code: str
    place: int
    rank_low: int | None
    rank_high: int | None
    p: float | None
    zone: bool | None


#: In a picture of thousands of places so many pieces are told apart.
MOST_SPANS = 500

Side = Literal["in", "zone", "out"]


@dataclass(frozen=True)
class Span:
    """Places in a row on one side of the line; the lowest and highest place that is possible for any of them."""

    first: int
    last: int
    low: int | None
    high: int | None
    side: Side


@dataclass(frozen=True)
class RunCertainty:
    """How certain the places of a run are with a line at `k`. `rows` are those with a place, best first.

    `caveats` are codes of `scoring.certainty.CAVEATS`; `model` is what was estimated, in numbers. `grouped`: there is a
    line per group of posts, so that `p` is the probability of being called by the rule, and `k` the places in all.
    """

    k: int
    rows: tuple[SurePlace, ...]
    determinable: bool
    caveats: tuple[str, ...]
    model: tuple[dict[str, Any], ...]
    confidence: float
    grouped: bool = False

    @property
    def zone(self) -> list[SurePlace]:
        """Those in the borderline zone, in the order of the run."""
        return [row for row in self.rows if row.zone]

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The places in at most some `MOST_SPANS` pieces for drawing, each on one side of the line."""
        together = -(-len(self.rows) // MOST_SPANS)
        spans, start = [], 0
        for side, run in groupby(self.sides):
            end = start + sum(1 for _each in run)
            for first in range(start, end, together):
                rows = self.rows[first : min(first + together, end)]
                low = min((row.rank_low for row in rows if row.rank_low is not None), default=None)
                high = max((row.rank_high for row in rows if row.rank_high is not None), default=None)
                spans.append(Span(rows[0].place, rows[-1].place, low, high, side))
            start = end
        return tuple(spans)

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """For each of `rows`: in the borderline zone, else rather above the line ("in") or below it ("out")."""
        return tuple("zone" if row.zone else "in" if (row.p or 0) > 0.5 else "out" for row in self.rows)


#: Takes those that are called out of an order, best first.
Select = Callable[[Sequence[str]], Iterable[str]]

_CERTAINTIES: Latest[tuple[str, str, str], RunCertainty] = Latest(16)


def certainty(run: StoredRun, k: int, *, select: Select | None = None, line: str = "") -> RunCertainty:
    """How certain the places of a run are when `k` are called; the latest few are kept.

    Where the line is not one through the whole order, `select` says who is called from an order, and `line` names
    that way of calling (the same text, the same people). The draws are seeded by the inputs' checksum, so that
    everybody gets the same figures. Raises ScoringError for inputs that cannot be ranked.
    """
    key = (run.inputs_sha256, run.results_sha256, f"{k} {line}")
    seed = int(run.inputs_sha256[:15], 16)
    return _CERTAINTIES.get(key, lambda: _certainty(json.loads(run.inputs), seed, k, select))


def _certainty(inputs: Mapping[str, Any], seed: int, k: int, select: Select | None) -> RunCertainty:
    from scoring.borderline import zone
    from scoring.certainty import certainty as certainty_of

    profile = profile_of_inputs(inputs)
    found = certainty_of(levels_frame(inputs), rank_inputs(inputs), profile, k=k, seed=seed)
    table = found.table
    sure = found.determinable and len(table) > 0
    columns: dict[str, list[Any]] = {name: table[name].tolist() for name in ("application", "place")}
    for name in ("rank_low", "rank_high"):
        columns[name] = [int(each) for each in table[name]] if sure else [None] * len(table)
    columns["p"] = columns["zone"] = [None] * len(table)
    if sure:
        p = (
            found.selected_probability(select)
            if select and found.posterior
            else table["p_top"].to_numpy(float)
        )
        rounded = [round(float(each), 4) for each in p]
        limits = profile.stages[inputs["stage"]].borderline
        columns["p"], columns["zone"] = rounded, zone(rounded, limits.low, limits.high).tolist()
    names = ("application", "place", "rank_low", "rank_high", "p", "zone")
    rows = zip(*(columns[name] for name in names), strict=True)
    return RunCertainty(
        k=k,
        rows=tuple(SurePlace(*row) for row in rows),
        determinable=found.determinable,
        caveats=found.caveats,
        model=found.model,
        confidence=found.confidence,
        grouped=select is not None,
    )


# Release checks


def ranking_findings(
    inputs: Mapping[str, Any], results: str, sources: Mapping[str, Any]
) -> tuple[Finding, ...]:
    """The checks of a run: its stored results against its inputs, and both against the sources as they are now.

    `inputs` are the run's, `sources` what a run made now would have. Raises ScoringError for inputs that cannot be
    ranked at all.
    """
    from scoring.checks import check_ranking
    from scoring.findings import finding

    ranking = rank_inputs(inputs)
    kept = [] if ranking.canonical() == results.encode() else ["results"]
    return (
        finding("stored", 1, kept),
        *check_ranking(ranking, levels_frame(sources), profile_of_inputs(sources), sources["applications"]),
    )


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
    rows: Iterable[Monitored],
    *,
    called: Collection[int],
    listed: Collection[int],
    further: Mapping[str, Collection[int]] | None = None,
) -> pd.DataFrame:
    """One row per applicant: the attributes, and 1/0 in `eligible`, `called` and `listed`, and one more per `further`.

    `further` is stage -> ids of those who reached it. Nobody reaches any stage without being eligible. Groups have a
    fixed order, except countries.
    """
    import pandas as pd

    def value(member: Any) -> Any:
        return None if member is None else member.value

    more = further or {}
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
        | {stage: int(row.eligible and row.application_id in ids) for stage, ids in more.items()}
        for row in rows
    ]
    table = pd.DataFrame(records, columns=[*ATTRIBUTES, "eligible", "called", "listed", *more], dtype=object)
    for name, order in _ORDERED.items():
        table[name] = pd.Categorical(table[name], categories=list(order), ordered=True)
    return table

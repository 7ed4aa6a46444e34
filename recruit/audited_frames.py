"""The frames of the auditor's analysis: the groups of a person beside all that the selection did with them.

The one place where levels and points meet the attributes of a person; nothing that ranks imports it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from recruit.frames import ATTRIBUTES, Monitored, monitoring_table
from recruit.models import Answer

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Person:
    """What is read of one application, beside its groups. None is missing or not decided.

    `left`: declined or dropped out, however far the person had come.
    `answers` and `proposals`: requirement -> the decision, and what the rules proposed when it was taken. `proposed`:
    whether these proposals alone would have made it eligible; None where they left that open.
    """

    code: str
    withdrawn: bool
    pending: bool
    left: bool
    site: str | None
    licence_expected: date | None
    answers: Mapping[str, Answer]
    proposals: Mapping[str, Answer]
    proposed: bool | None


@dataclass(frozen=True)
class Ranked:
    """What a run says of one application. `points` on 0–100; `levels`: criterion -> mean or median over assessors."""

    status: str
    place: int | None
    points: Fraction | None
    levels: Mapping[str, Fraction]


@dataclass(frozen=True)
class Counted:
    """Somebody in one of several intakes. `goals_reached`: a year later, of those who started; None is not known."""

    intake: str
    groups: Monitored
    called: bool
    levels: Mapping[str, Fraction]
    goals_reached: bool | None


@dataclass(frozen=True)
class Reaching:
    """Ids of applications by the stages that there are; `called` and `listed` None while no line is drawn."""

    called: frozenset[int] | None = None
    listed: frozenset[int] | None = None
    further: Mapping[str, frozenset[int]] = field(default_factory=dict)


def ranked_in(results: str) -> dict[str, Ranked]:
    """What the stored results of a run say of everybody in it, by mask code; points and levels exact."""
    content = json.loads(results)
    table, found = content["table"], {}
    for i, code in enumerate(table["application"]):
        total = table["total"][i]
        levels = {key: table[f"level_{key}"][i] for key in content["criteria"]}
        found[code] = Ranked(
            status=table["status"][i],
            place=table["place"][i],
            points=None if total is None else Fraction(total, content["denominator"]),
            levels={key: Fraction(value) for key, value in levels.items() if value is not None},
        )
    return found


def _known(value: Any) -> bool:
    import pandas as pd

    return value is not None and not pd.isna(value)


def people_frame(
    rows: Sequence[Monitored],
    people: Sequence[Person],
    reached: Reaching,
    *,
    ranked: Mapping[str, Ranked],
    requirements: Sequence[str],
    criteria: Sequence[str],
) -> pd.DataFrame:
    """One row per applicant, by mask code. Missing is None everywhere; columns as `queries.audited.Audited` says."""
    import pandas as pd

    order = sorted(range(len(people)), key=lambda i: people[i].code)
    rows, people = [rows[i] for i in order], [people[i] for i in order]
    table = monitoring_table(
        rows, called=reached.called or (), listed=reached.listed or (), further=reached.further
    )
    absent = [name for name in ("called", "listed") if getattr(reached, name) is None]
    ranks = [ranked.get(each.code) for each in people]
    columns: dict[str, list[Any]] = {
        "application": [each.code for each in people],
        "withdrawn": [each.withdrawn for each in people],
        "pending": [each.pending for each in people],
        "left": [each.left for each in people],
        "site": [each.site for each in people],
        "licence_expected": [each.licence_expected for each in people],
        "proposed": [each.proposed for each in people],
        "status": [each.status if each else None for each in ranks],
        "place": [each.place if each else None for each in ranks],
        "points": [each.points if each else None for each in ranks],
    }
    for key in requirements:
        columns[f"answer_{key}"] = [_value(each.answers.get(key)) for each in people]
        columns[f"proposed_{key}"] = [_value(each.proposals.get(key)) for each in people]
    for key in criteria:
        columns[f"level_{key}"] = [each.levels.get(key) if each else None for each in ranks]
    series = {name: pd.Series(values, dtype=object) for name, values in columns.items()}
    return table.drop(columns=absent).assign(applied=1, **series)


def _value(answer: Answer | None) -> str | None:
    return None if answer is None else answer.value


def intakes_frame(people: Sequence[Counted], criteria: Sequence[str]) -> pd.DataFrame:
    """One row per person of several intakes; columns as `queries.audited.Audited.intakes` says."""
    import pandas as pd

    called = {each.groups.application_id for each in people if each.called}
    table = monitoring_table([each.groups for each in people], called=called, listed=())
    columns: dict[str, list[Any]] = {
        "intake": [each.intake for each in people],
        "goals_reached": [each.goals_reached for each in people],
    }
    columns |= {f"level_{key}": [each.levels.get(key) for each in people] for key in criteria}
    series = {name: pd.Series(values, dtype=object) for name, values in columns.items()}
    return table.drop(columns="listed").assign(**series)


def zone_frame(decided: Sequence[tuple[str, bool, bool]]) -> pd.DataFrame:
    """Those in a borderline zone that the group decided: `application`, `by_points` and `above`, by mask code."""
    import pandas as pd

    return pd.DataFrame(sorted(decided), columns=["application", "by_points", "above"])


def no_levels() -> pd.DataFrame:
    """Levels as a run's inputs have them, where there is no run."""
    import pandas as pd

    from scoring.level_tables import LONG_COLUMNS

    return pd.DataFrame(columns=list(LONG_COLUMNS))


def counts_frame(table: pd.DataFrame, attribute: str, *, of: str | None, selected: str) -> pd.DataFrame:
    """Counts per `intake` and `group`, as the e-process takes them. `of`: the column of who counts, None for all."""
    import pandas as pd

    counted = table if of is None else table[table[of] == 1]
    groups = counted[attribute].astype(object).where(counted[attribute].notna(), None)
    rows: dict[tuple[str, Any], list[int]] = {}
    for intake, group, reached in zip(counted["intake"], groups, counted[selected], strict=True):
        cell = rows.setdefault((intake, group), [0, 0])
        cell[0] += 1
        cell[1] += int(reached)
    records = [(intake, group, n, s) for (intake, group), (n, s) in rows.items()]
    return pd.DataFrame(records, columns=["intake", "group", "n", "selected"])


def plain(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """A frame as JSON knows it, for checksums: exact numbers as text, what is missing as None."""
    return {str(name): [_plain(value) for value in frame[name].tolist()] for name in frame}


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if _known(value) else None


def answers_of(people: pd.DataFrame, requirements: Sequence[str]) -> pd.DataFrame:
    """One column per requirement: True, False, or None where it is unclear or not decided. Expected counts as met."""
    import pandas as pd

    met = {Answer.YES.value: True, Answer.EXPECTED.value: True, Answer.NO.value: False}
    columns = {
        key: pd.Series([met.get(each) for each in people[f"answer_{key}"]], dtype=object, index=people.index)
        for key in requirements
    }
    return pd.DataFrame(columns, index=people.index)


def levels_of(people: pd.DataFrame, criteria: Sequence[str]) -> pd.DataFrame:
    """One column of exact levels per criterion, of those who are in the run."""
    inside = people[people["status"].notna()]
    return inside[[f"level_{key}" for key in criteria]].rename(
        columns={f"level_{key}": key for key in criteria}
    )


__all__ = [
    "ATTRIBUTES",
    "Counted",
    "Person",
    "Ranked",
    "Reaching",
    "answers_of",
    "counts_frame",
    "intakes_frame",
    "levels_of",
    "no_levels",
    "people_frame",
    "plain",
    "ranked_in",
    "zone_frame",
]

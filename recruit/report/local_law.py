"""The Local Law 144 table of a report, from the figures of the funnel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recruit.figure_words import Pair
from recruit.frames import ATTRIBUTES

Figures = Mapping[str, Any]
#: The outcome that counts as selected; where no line is drawn, the first stage.
CALLED = "called"

NOTE: Pair = (
    "Tabellen har den form som New York City Local Law 144 kräver av automatiska verktyg för "
    "anställningsbeslut, och visas "
    "som jämförelse. Lagen gäller inte i Sverige. Ras och etnicitet, som den också frågar efter, samlas inte "
    "in här; "
    "utbildningsland är inte etnicitet.",
    "The table has the form that New York City Local Law 144 asks of automated employment decision tools, and "
    "is shown for "
    "comparison. The law does not apply in Sweden. Race and ethnicity, which it asks for too, are not "
    "collected here; "
    "country of education is not ethnicity.",
)


def local_law(funnel: Figures) -> dict[str, Any]:
    """{"outcome": stage, "attributes": {name: {"selection": table, "scoring": table or None}}}.

    A table is {"rows": [{"category", "n", "selected", "rate", "ratio"}], "unknown": number without category, or None
    where that is hidden}. Combinations stand in "intersections" where the figures have them. `funnel`:
    full or suppressed.
    """
    stages = [stage["key"] for stage in funnel["stages"]]
    outcome = CALLED if CALLED in stages else stages[0]
    found: dict[str, Any] = {
        "outcome": outcome,
        "attributes": {
            name: {
                "selection": _table(attribute["stages"][outcome], of_applied=True),
                "scoring": _scoring(attribute.get("scoring_rate")),
            }
            for name in ATTRIBUTES
            if (attribute := funnel["attributes"].get(name)) and outcome in attribute["stages"]
        },
    }
    crossed = {
        name: _table(attribute["stages"][outcome], of_applied=True)
        for name, attribute in funnel.get("intersections", {}).items()
        if outcome in attribute["stages"]
    }
    if crossed:
        found["intersections"] = crossed
    return found


def _scoring(figures: Figures | None) -> dict[str, Any] | None:
    return _table(figures, of_applied=False) if figures and "groups" in figures else None


def _table(part: Figures, *, of_applied: bool) -> dict[str, Any]:
    from scoring.local_law import categories

    def counts(row: Figures) -> tuple[int | None, int | None]:
        source = row.get("of_applied", row) if of_applied else row
        return source["selected"], source["n"]

    rows = categories({group: counts(row) for group, row in part["groups"].items()})
    unknown = part["missing"]
    return {
        "rows": [
            {
                "category": row.name,
                "n": row.n,
                "selected": row.selected,
                "rate": row.rate,
                "ratio": row.ratio,
            }
            for row in rows
        ],
        "unknown": counts(unknown)[1],
    }

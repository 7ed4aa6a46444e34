"""A calibration's differences as the page shows them: the largest first, with their spread and how far all agree."""

from collections.abc import Sequence
from dataclasses import dataclass

from recruit.i18n import gettext as _
from recruit.queries.calibration import Given
from scoring.profile import Criterion

#: α over so few cases is a hint at most; fewer pairs than this give none.
FEWEST_CASES = 3


@dataclass(frozen=True)
class Row:
    """One case on one criterion: assessor's number -> level, and their notes. `spread`: highest minus lowest."""

    case: str
    levels: dict[int, int]
    notes: list[tuple[int, str]]
    spread: int
    at: dict[int, list[int]]  # level -> the assessors who set it


@dataclass(frozen=True)
class Part:
    """One criterion: its anchors, and its cases with the largest difference first."""

    key: str
    title: str
    anchors: list[str]
    rows: list[Row]
    mean_spread: float
    same: int
    alpha: float | None


@dataclass(frozen=True)
class View:
    """All of it; the criterion on which the group differs most is first."""

    parts: list[Part]
    alpha: float | None
    words: str


def differences(criteria: Sequence[Criterion], given: Sequence[Given], people: int, spoken: str) -> View:
    """What the group set, side by side. `people`: how many took part."""
    parts = [_part(each, [g for g in given if g.criterion == each.key], spoken) for each in criteria]
    parts.sort(key=lambda part: -part.mean_spread)
    alpha = _alpha(given)
    return View(parts, alpha, _words(alpha, people))


def _part(criterion: Criterion, given: Sequence[Given], spoken: str) -> Part:
    rows = []
    for case in sorted({each.case for each in given}):
        of_case = [each for each in given if each.case == case]
        levels = {each.assessor: each.level for each in of_case}
        at: dict[int, list[int]] = {}
        for number, level in levels.items():
            at.setdefault(level, []).append(number)
        spread = max(levels.values()) - min(levels.values())
        notes = [(each.assessor, each.note) for each in of_case if each.note]
        rows.append(Row(f"K{case}", levels, notes, spread, at))
    rows.sort(key=lambda row: (-row.spread, int(row.case[1:])))
    return Part(
        key=criterion.key,
        title=criterion.name.in_language(spoken),
        anchors=[anchor.in_language(spoken) for anchor in criterion.anchors],
        rows=rows,
        mean_spread=sum(row.spread for row in rows) / len(rows) if rows else 0.0,
        same=sum(row.spread == 0 for row in rows),
        alpha=_alpha(given),
    )


def _alpha(given: Sequence[Given]) -> float | None:
    """Krippendorff's ordinal α of these levels; None where too little or nothing varies."""
    if len({each.case for each in given}) < FEWEST_CASES or len({each.assessor for each in given}) < 2:
        return None
    import numpy as np

    from scoring.alpha import krippendorff_alpha

    units = sorted({(each.case, each.criterion) for each in given})
    people = sorted({each.assessor for each in given})
    matrix = np.full((len(people), len(units)), np.nan)
    for each in given:
        matrix[people.index(each.assessor), units.index((each.case, each.criterion))] = each.level
    return krippendorff_alpha(matrix, metric="ordinal", draws=0).value


def _words(alpha: float | None, people: int) -> str:
    if people < 2:
        return _("One assessor took part, so there is nobody to agree with.")
    if alpha is None:
        return _("Too few levels, or no difference between the cases: how far you agree cannot be computed.")
    if alpha >= 0.8:
        return _("You read the anchors much alike.")
    if alpha >= 0.6:
        return _("You mostly read the anchors alike. Talk about the largest differences.")
    return _("You read the anchors differently. Talk through them before you assess.")

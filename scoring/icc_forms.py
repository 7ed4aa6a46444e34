"""The six intraclass correlations of a complete table, by analysis of variance, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scipy.special import fdtri

from scoring.crossed import Floats

#: Why there is no figure; empty where there is one.
Reason = Literal[
    "",
    "no_levels",
    "one_application",
    "one_assessor",
    "one_level_each",
    "no_variance",
    "too_few_shared",
    "undefined",
]

#: The forms of Shrout & Fleiss (1979), with the names of McGraw & Wong (1996).
NAMES = {
    "1,1": "ICC(1)",
    "2,1": "ICC(A,1)",
    "3,1": "ICC(C,1)",
    "1,k": "ICC(k)",
    "2,k": "ICC(A,k)",
    "3,k": "ICC(C,k)",
}
#: Mean squares below this share of the total sum of squares are rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Form:
    """One intraclass correlation and its interval; ``value`` is None if and only if ``reason`` says why.

    An end is None where there is no value, or no limit on that side. Both are None where nothing varied that an
    interval could come from, as in perfect agreement: one without width would feign certainty.
    """

    value: float | None
    low: float | None
    high: float | None
    reason: Reason = ""


def nothing(reason: Reason) -> dict[str, Form]:
    """All six forms without a figure."""
    return {key: Form(None, None, None, reason) for key in NAMES}


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Mean squares between applications (rows), within them, between assessors (columns), and of the error."""

    rows: float
    within: float
    columns: float
    error: float
    n: int
    k: int

    @classmethod
    def of(cls, matrix: Floats) -> MeanSquares:
        """From a table without gaps: applications × assessors, at least 2 × 2."""
        n, k = matrix.shape
        centred = matrix - matrix.mean()
        row, column = centred.mean(axis=1), centred.mean(axis=0)
        between, across = k * float(row @ row), n * float(column @ column)
        rest = centred - row[:, None] - column[None, :]
        total = float((centred**2).sum())
        parts = [between, across, float((rest**2).sum())]
        between, across, error = (0.0 if part <= _ROUNDING * total else part for part in parts)
        within = (across + error) / (n * (k - 1))
        return cls(between / (n - 1), within, across / (k - 1), error / ((n - 1) * (k - 1)), n, k)


def anova_forms(squares: MeanSquares, level: float) -> dict[str, Form]:
    """The six forms and their intervals at this confidence.

    (1,·) and (3,·) have exact intervals from F; (2,·) the one of Satterthwaite's degrees of freedom. Values and ends
    can be negative, as in the sources. Sources: Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428; McGraw &
    Wong (1996), Psychological Methods 1, 30-46, tables 4 and 7 (with the correction of 1996, 1, 390).
    """
    k = squares.k
    one = _consistency(squares.rows, squares.within, squares.n * (k - 1), squares, level)
    two = _agreement(squares, level)
    three = _consistency(squares.rows, squares.error, (squares.n - 1) * (k - 1), squares, level)
    forms = {"1,1": one, "2,1": two, "3,1": three}
    return {**forms, **{f"{key[0]},k": of_mean(form, k) for key, form in forms.items()}}


def of_mean(form: Form, k: float) -> Form:
    """The same form for the mean of k assessors (Spearman and Brown); its ends move along."""
    if form.value is None:
        return form
    value, low, high = (_spearman_brown(x, k) for x in (form.value, form.low, form.high))
    return Form(value, low, high) if value is not None else Form(None, None, None, "undefined")


def _spearman_brown(value: float | None, k: float) -> float | None:
    if value is None:
        return None
    below = 1 + (k - 1) * value
    return k * value / below if below > 1e-12 else None


def _consistency(rows: float, rest: float, df: int, squares: MeanSquares, level: float) -> Form:
    """(1,1) with the mean square within as the rest, (3,1) with the error; the F test of rows turned over."""
    k, upper = squares.k, (1 + level) / 2
    if rest == 0:
        return Form(1.0, None, None) if rows > 0 else Form(None, None, None, "undefined")
    f, df_rows = rows / rest, squares.n - 1
    low = f / float(fdtri(df_rows, df, upper))
    high = f * float(fdtri(df, df_rows, upper))
    value, below, above = ((x - 1) / (x + k - 1) for x in (f, low, high))
    return Form(value, below, above) if f > 0 else Form(value, None, None)


def _agreement(squares: MeanSquares, level: float) -> Form:
    """(2,1); the limits from F with Satterthwaite's degrees of freedom for the assessors and the error together."""
    n, k = squares.n, squares.k
    rows, columns, error = squares.rows, squares.columns, squares.error
    others = k * columns + (k * n - k - n) * error
    if others + n * rows == 0:
        return Form(None, None, None, "undefined")
    value = n * (rows - error) / (others + n * rows)
    if rows == 0:
        return Form(value, None, None)
    if others == 0:
        return Form(1.0, None, None)
    ratio = k * value / (n * (1 - value))
    a, b = ratio, 1 + ratio * (n - 1)
    spread = (a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    df = (a * columns + b * error) ** 2 / spread if spread > 0 else float((n - 1) * (k - 1))
    upper = (1 + level) / 2
    first, second = float(fdtri(n - 1, df, upper)), float(fdtri(df, n - 1, upper))
    low = n * (rows - first * error) / (first * others + n * rows)
    high = n * (second * rows - error) / (others + n * second * rows)
    return Form(value, low, high)

"""The distribution of the true points against other ways to the same numbers."""

import numpy as np
import pytest
from scipy import integrate, stats

from scoring.blocks import Block, Parted
from scoring.components import fit
from scoring.crossed import Likelihood
from scoring.posterior import Judged, Variances, centred
from scoring.probabilities import probability_top, selected_probability
from scoring.scenarios import scenarios
from scoring.total_errors import median_variance

NO_FORM = np.zeros(0)


def parted_of(
    *blocks: Block, n: int, form: np.ndarray | None = None, form_weights: np.ndarray = NO_FORM
) -> Parted:
    ids = np.array([f"A{number}" for number in range(n)], dtype=object)
    return Parted(ids, np.zeros(n) if form is None else form, form_weights, blocks, False)


def block_of(application: list[int], assessor: list[int], value: list[float]) -> Block:
    names = tuple(f"J{number}" for number in range(max(assessor) + 1))
    codes = np.array(application), np.array(assessor)
    return Block(("case",), np.ones(1), names, *codes, np.array(value, dtype=float), 0)


def everybody(value: list[list[float]]) -> Block:
    """A block in which each assessor (column) assessed each application (row)."""
    rows, columns = np.indices(np.shape(value))
    return block_of(rows.ravel().tolist(), columns.ravel().tolist(), np.ravel(value).tolist())


def by_brute_force(
    parted: Parted, variances: list[Variances], between: np.ndarray, leaning: list[bool]
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of θ from the joint normal distribution of θ and all levels, flat priors as wide ones."""
    n, form, wide = len(parted.ids), centred(parted.form), 1e7
    total = len(parted.blocks)
    rows = [(b, at) for b, block in enumerate(parted.blocks) for at in range(len(block.value))]
    values = np.array([parted.blocks[b].value[at] for b, at in rows])
    of_theta = np.array([parted.form + 0.0]).ravel()

    def prior(i: int, b: int, j: int, c: int) -> float:
        same = wide * (1 + (form[i] * form[j] if leaning[b] else 0)) if b == c else 0.0
        return same + (between[b, c] if i == j else 0.0)

    observed = np.zeros((len(rows), len(rows)))
    crossed = np.zeros((n, len(rows)))
    for x, (b, at) in enumerate(rows):
        i, j = parted.blocks[b].application[at], parted.blocks[b].assessor[at]
        for y, (c, other) in enumerate(rows):
            k, m = parted.blocks[c].application[other], parted.blocks[c].assessor[other]
            observed[x, y] = prior(i, b, k, c)
            observed[x, y] += variances[b].assessors * (b == c and j == m) + variances[b].residual * (x == y)
        for k in range(n):
            crossed[k, x] = sum(prior(k, c, i, b) for c in range(total))
    own = np.array(
        [
            [sum(prior(i, b, j, c) for b in range(total) for c in range(total)) for j in range(n)]
            for i in range(n)
        ]
    )
    gain = np.linalg.solve(observed, crossed.T).T
    coarse = (parted.form_weights**2).sum() / 12 + sum(each.hidden for each in variances)
    return of_theta + gain @ values, own - gain @ crossed.T + coarse * np.eye(n)


@pytest.mark.parametrize("severity", [0.0, 4.0])
def test_mean_and_covariance_are_those_of_the_joint_normal_distribution(severity: float) -> None:
    random = np.random.default_rng(3)
    first = block_of(
        [0, 0, 1, 1, 2, 3, 3, 3, 4], [0, 1, 1, 2, 0, 0, 1, 2, 2], random.normal(50, 9, 9).tolist()
    )
    second = block_of([0, 0, 1, 2, 2, 3, 4, 4], [0, 1, 1, 0, 1, 0, 0, 1], random.normal(20, 5, 8).tolist())
    parted = parted_of(first, second, n=5, form=random.normal(10, 3, 5), form_weights=np.array([2.0, 3.0]))
    variances = [Variances(severity, 9.0, 0.0), Variances(1.0, 4.0, 0.5)]
    between, leaning = np.array([[16.0, 5.0], [5.0, 6.0]]), [True, False]
    found = Judged(parted, leaning).posterior(variances, between)
    mean, covariance = by_brute_force(parted, variances, between, leaning)
    assert found.mean() == pytest.approx(mean, abs=1e-3)
    # What all true points share is nearly flat; only differences matter, and are told.
    centre = np.eye(5) - 1 / 5
    assert centre @ found.covariance() @ centre == pytest.approx(centre @ covariance @ centre, abs=1e-3)


def test_complete_panel_shrinks_means_by_the_textbook_factor() -> None:
    """σ²_u / (σ²_u + σ²_e / k), Searle, Casella & McCulloch (1992), section 3.4; severities cancel."""
    values = [[10.0, 14], [20, 22], [33, 27], [41, 49]]
    found = Judged(parted_of(everybody(values), n=4), [False]).posterior(
        [Variances(7.0, 8.0, 0.0)], np.array([[12.0]])
    )
    means = np.mean(values, axis=1)
    assert found.mean() == pytest.approx(means.mean() + 12 / (12 + 8 / 2) * (means - means.mean()), abs=1e-6)


def test_best_of_two_is_the_normal_probability_of_their_difference() -> None:
    """Both assessed by both: θ_1 − θ_2 has the mean r·δ and the variance 2·σ²_u·(1 − r)."""
    found = Judged(parted_of(everybody([[52.0, 54], [49, 49]]), n=2), [False]).posterior(
        [Variances(3.0, 8.0, 0.0)], np.array([[12.0]])
    )
    shrunken = 12 / (12 + 8 / 2)
    expected = stats.norm.cdf(shrunken * 4 / np.sqrt(2 * 12 * (1 - shrunken)))
    drawn = probability_top(found, 1, seed=1, draws=200_000)
    assert drawn[0] == pytest.approx(expected, abs=0.005)
    assert drawn.sum() == pytest.approx(1)


@pytest.mark.parametrize("k", [1, 2])
def test_first_of_three_agrees_with_the_multivariate_normal_distribution(k: int) -> None:
    block = block_of([0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 0, 2], [50, 54, 49, 51, 44, 52])
    found = Judged(parted_of(block, n=3), [False]).posterior([Variances(5.0, 6.0, 0.0)], np.array([[9.0]]))
    mean, covariance = found.mean(), found.covariance()
    best = []
    for first in range(3):
        contrast = np.array([np.eye(3)[other] - np.eye(3)[first] for other in range(3) if other != first])
        if k == 2:  # not last: 1 − P(both others higher)
            contrast = -contrast
        p = stats.multivariate_normal(contrast @ mean, contrast @ covariance @ contrast.T).cdf(np.zeros(2))
        best.append(p if k == 1 else 1 - p)
    assert probability_top(found, k, seed=2, draws=200_000) == pytest.approx(best, abs=0.005)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        # Exact values are uniform within ± 1/2 level. One level apart on one of two criteria: the sum of four
        # uniform numbers stays above 1 in 23 of 24 cases (Irwin-Hall); two levels apart: always.
        ([[3, 3], [3, 3]], 1 / 2),
        ([[4, 3], [3, 3]], 23 / 24),
        ([[4, 4], [3, 3]], 1.0),
    ],
)
def test_coarseness_alone_is_that_of_uniform_numbers(levels: list[list[int]], expected: float) -> None:
    form = 5.0 * np.sum(levels, axis=1)
    found = Judged(parted_of(n=2, form=form, form_weights=np.array([5.0, 5.0])), []).posterior(
        [], np.zeros((0, 0))
    )
    assert probability_top(found, 1, seed=3, draws=100_000)[0] == pytest.approx(expected, abs=0.005)


def test_draws_have_the_mean_and_covariance_that_they_claim() -> None:
    block = block_of([0, 0, 1, 1, 2], [0, 1, 1, 2, 0], [50, 54, 49, 51, 44])
    parted = parted_of(block, n=3, form=np.array([4.0, 9, 2]), form_weights=np.array([6.0]))
    found = Judged(parted, [False]).posterior([Variances(5.0, 6.0, 1.0)], np.array([[9.0]]))
    drawn = np.concatenate(list(found.draws(4, 200_000)))
    assert drawn.mean(axis=0) == pytest.approx(found.mean(), abs=0.05)
    assert np.cov(drawn.T) == pytest.approx(found.covariance(), abs=0.2)


def test_equal_draws_do_not_tie() -> None:
    nothing = Judged(parted_of(n=4), []).posterior([], np.zeros((0, 0)))
    p = probability_top(nothing, 1, seed=5, draws=40_000)
    assert p.sum() == pytest.approx(1)
    assert p == pytest.approx(0.25, abs=0.02)


def test_selecting_the_first_is_being_among_the_first() -> None:
    block = block_of([0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 0, 2], [50, 54, 49, 51, 44, 52])
    found = Judged(parted_of(block, n=3), [False]).posterior([Variances(5.0, 6.0, 0.0)], np.array([[9.0]]))
    p = selected_probability(found, ["x", "y", "z"], lambda order: order[:2], seed=6, draws=500)
    assert p.tolist() == probability_top(found, 2, seed=6, draws=500).tolist()


def test_scenarios_are_quantiles_of_the_restricted_likelihood() -> None:
    random = np.random.default_rng(7)
    application = np.repeat(np.arange(40), 2)
    assessor = np.concatenate([random.choice(5, 2, replace=False) for _ in range(40)])
    values = random.normal(0, 4, 40)[application] + random.normal(0, 1, 5)[assessor] + random.normal(0, 4, 80)
    fitted = fit(application, assessor, values)
    ratios = fitted.components.ratios()
    found = scenarios(fitted.design, values, ratios, np.random.default_rng(1))
    angles = np.sort([np.arctan(np.sqrt(each.applications / each.residual)) for each in found])

    likelihood = Likelihood(fitted.design, (values - values.mean()) / values.std())
    grid = (np.arange(2000) + 0.5) / 2000 * np.pi / 2
    heights = np.array([likelihood.at(np.tan(each) ** 2, ratios[1]).objective for each in grid])
    mass = np.cumsum(np.exp((heights.min() - heights) / 2))
    expected = np.interp((np.arange(16) + 0.5) / 16, mass / mass[-1], grid)
    assert np.degrees(angles) == pytest.approx(np.degrees(expected), abs=1.5)
    # The error's variance: its mean is near the estimate, its spread near √(2/df) of it.
    residuals = np.array([each.residual for each in found])
    assert np.median(residuals) == pytest.approx(fitted.components.residual, rel=0.15)
    assert 0.1 < residuals.std() / residuals.mean() < 0.3


@pytest.mark.parametrize("k", [1, 3, 5, 7])
def test_variance_of_the_median_is_that_of_the_middle_order_statistic(k: int) -> None:
    middle = (k + 1) // 2

    def density(x: float) -> float:
        below = stats.norm.cdf(x)
        return float(x**2 * stats.beta.pdf(below, middle, k - middle + 1) * stats.norm.pdf(x))

    assert median_variance(np.array([k]))[0] == pytest.approx(integrate.quad(density, -8, 8)[0], abs=2e-4)


def test_variance_of_the_median_of_even_numbers() -> None:
    random = np.random.default_rng(8)
    assert median_variance(np.array([2]))[0] == 0.5
    for k in (4, 6):
        drawn = np.median(random.standard_normal((200_000, k)), axis=1)
        assert median_variance(np.array([k]))[0] == pytest.approx(drawn.var(), rel=0.015)
    assert np.isnan(median_variance(np.array([0]))[0])
    assert median_variance(np.array([9]))[0] == pytest.approx(np.pi / 18)

"""The order of a matrix: the packed path, the path by single keys, and plain Python agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import LevelError, TableError
from scoring.order import order_matrix


def integers(*values: object) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@st.composite
def matrices(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, list[int], np.ndarray]:
    rows, columns = draw(st.integers(0, 25)), draw(st.integers(1, 4))
    top = draw(st.sampled_from([2, 8, 1000]))
    levels = draw(
        st.lists(
            st.lists(st.integers(0, top), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
    weights = draw(st.lists(st.integers(0, 5), min_size=columns, max_size=columns))
    ties = draw(st.lists(st.integers(0, columns - 1), unique=True, max_size=columns))
    lot = draw(st.permutations(range(rows)))
    return (
        np.array(levels, dtype=np.int64).reshape(rows, columns),
        np.array(weights, dtype=np.int64),
        ties,
        np.array(lot, dtype=np.int64),
    )


@given(matrices())
def test_order_matrix_equals_a_plain_sort(
    matrix: tuple[np.ndarray, np.ndarray, list[int], np.ndarray],
) -> None:
    levels, weights, ties, lot = matrix
    totals = [sum(int(a) * int(b) for a, b in zip(row, weights, strict=True)) for row in levels]
    expected = sorted(
        range(len(levels)),
        key=lambda row: (-totals[row], *(-int(levels[row, each]) for each in ties), lot[row]),
    )
    result = order_matrix(levels, weights, ties, lot)
    assert result.order.tolist() == expected
    assert result.totals.tolist() == totals
    assert [result.places[row] for row in expected] == list(range(1, len(levels) + 1))


@given(matrices(), st.integers(0, 3))
def test_order_matrix_that_does_not_fit_one_key_gives_the_same_order(
    matrix: tuple[np.ndarray, np.ndarray, list[int], np.ndarray], spare: int
) -> None:
    """Shifting every number up leaves the order as it is, and makes the keys too wide to be packed."""
    levels, weights, ties, lot = matrix
    shift = 42 + spare
    narrow, wide = (
        order_matrix(levels, weights, ties, lot),
        order_matrix(levels << shift, weights, ties, lot),
    )
    assert wide.order.tolist() == narrow.order.tolist()
    assert wide.places.tolist() == narrow.places.tolist()
    assert wide.totals.tolist() == [int(total) << shift for total in narrow.totals]


def test_order_matrix_by_total_then_ties_then_lot() -> None:
    levels = integers([4, 0], [0, 4], [2, 2], [2, 2], [3, 3])
    result = order_matrix(levels, integers(1, 1), [1], integers(4, 3, 2, 1, 0))
    # 6 points first; of the four with 4 points the second column decides, and the lot the last two.
    assert result.order.tolist() == [4, 1, 3, 2, 0]
    assert result.places.tolist() == [5, 2, 4, 3, 1]
    assert result.totals.tolist() == [4, 4, 4, 4, 6]


def test_order_matrix_takes_any_lot_without_repeats() -> None:
    levels = integers([1], [1], [1])
    assert order_matrix(levels, integers(1), [], integers(900, -5, 7)).order.tolist() == [1, 2, 0]
    assert order_matrix(levels, integers(1), [], integers(2, 3, 1)).order.tolist() == [2, 0, 1]


@pytest.mark.parametrize("lot", [(0, 0, 1), (7, 9, 7)])
def test_order_matrix_with_a_lot_that_repeats_is_refused(lot: tuple[int, ...]) -> None:
    with pytest.raises(TableError, match="lot: expected all different"):
        order_matrix(integers([1], [1], [1]), integers(1), [], integers(*lot))


def test_order_matrix_leaves_its_input_alone() -> None:
    levels, weights, lot = integers([1, 2], [3, 4]), integers(1, 1), integers(1, 0)
    order_matrix(levels, weights, [0, 1], lot)
    assert (levels.tolist(), weights.tolist(), lot.tolist()) == ([[1, 2], [3, 4]], [1, 1], [1, 0])


def test_order_matrix_of_one_row_and_of_none() -> None:
    assert order_matrix(integers([3, 3]), integers(1, 1), [0], integers(0)).places.tolist() == [1]
    empty = order_matrix(np.zeros((0, 2), np.int64), integers(1, 1), [0], np.zeros(0, np.int64))
    assert (empty.order.tolist(), empty.places.tolist(), empty.totals.tolist()) == ([], [], [])


def test_order_matrix_of_shapes_that_do_not_match_is_refused() -> None:
    with pytest.raises(TableError, match=r"expected \(n, m\), \(m,\) and \(n,\)"):
        order_matrix(integers([1, 2]), integers(1), [], integers(0))


def test_order_matrix_of_floats_is_refused() -> None:
    with pytest.raises(TableError, match="levels: expected int64, got float64"):
        order_matrix(np.array([[1.5]]), integers(1), [], integers(0))


def test_order_matrix_that_could_overflow_is_refused() -> None:
    with pytest.raises(LevelError, match="too large to be added exactly"):
        order_matrix(integers([1 << 61, 1]), integers(2, 2), [], integers(0))


def test_order_matrix_packed_and_key_by_key_are_the_same() -> None:
    """Weights so large that nothing can be packed leave the order of small ones as it was."""
    random = np.random.default_rng(5)
    for lowest in (0, -3):
        levels = random.integers(lowest, 5, size=(500, 4), dtype=np.int64)
        weights = np.array([1, 2, 0, 3], dtype=np.int64)
        lot = random.permutation(500).astype(np.int64)
        small = order_matrix(levels, weights, [2, 0, 2], lot)
        large = order_matrix(levels, weights << 56, [2, 0, 2], lot)
        assert (small.order == large.order).all()
        assert (small.totals == levels @ weights).all()
        assert (large.totals == (levels @ weights) << 56).all()
    nothing = order_matrix(np.zeros((3, 1), dtype=np.int64), np.array([1 << 61]), [0], np.arange(3))
    assert nothing.order.tolist() == [0, 1, 2]

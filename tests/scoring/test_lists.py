"""The line through a ranking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import TableError
from scoring.lists import Entry, draw_line, draw_lines_by_group


def test_draw_line_calls_the_first_and_reserves_the_next() -> None:
    draw = draw_line(["a", "b", "c", "d", "e"], places=2, reserves=2)
    assert draw.called == (Entry("a", "called", None, 1), Entry("b", "called", None, 2))
    assert draw.reserves == (Entry("c", "reserve", None, 1), Entry("d", "reserve", None, 2))
    assert draw.entries == draw.called + draw.reserves
    assert draw.left_out == ("e",)


def test_draw_line_with_fewer_than_places_calls_all() -> None:
    draw = draw_line(["a"], places=3, reserves=2)
    assert [entry.application for entry in draw.called] == ["a"]
    assert (draw.reserves, draw.left_out) == ((), ())


def test_draw_line_of_nobody_is_empty() -> None:
    assert draw_line([], places=3, reserves=2).entries == ()


@pytest.mark.parametrize(
    ("places", "reserves", "name"), [(-1, 0, "places"), (1, -1, "reserves"), (True, 0, "places")]
)
def test_draw_line_of_a_number_that_is_none_is_refused(places: int, reserves: int, name: str) -> None:
    with pytest.raises(TableError, match=f"{name}: expected a whole number of 0 or more"):
        draw_line(["a"], places, reserves)


def test_draw_line_of_an_id_that_comes_twice_is_refused() -> None:
    with pytest.raises(TableError, match="application 'a' comes twice"):
        draw_line(["a", "b", "a"], 1, 1)


def test_draw_lines_by_group_walks_the_order_and_each_own_preferences() -> None:
    draw = draw_lines_by_group(
        ["a", "b", "c", "d", "e", "f"],
        {"a": ["x", "y"], "b": ["x", "y"], "c": ["x"], "d": ["y", "x"], "e": ["y"], "f": []},
        places={"x": 1, "y": 1},
        reserves={"x": 1, "y": 2},
    )
    assert draw.entries == (
        Entry("a", "called", "x", 1),
        Entry("b", "called", "y", 1),
        Entry("c", "reserve", "x", 1),
        Entry("d", "reserve", "y", 1),
        Entry("e", "reserve", "y", 2),
    )
    assert draw.left_out == ("f",)


def test_draw_lines_by_group_without_reserves() -> None:
    draw = draw_lines_by_group(["a", "b"], {"a": ["x"], "b": ["x"]}, {"x": 1}, {})
    assert (draw.reserves, draw.left_out) == ((), ("b",))


@pytest.mark.parametrize(
    ("preferences", "reserves", "message"),
    [
        ({}, {}, "application 'a' has no preferences"),
        ({"a": ["z"]}, {}, "preferences of application 'a': unknown group 'z'; expected one of x"),
        ({"a": ["x", "x"]}, {}, "preferences of application 'a': a group comes twice"),
        ({"a": ["x"]}, {"z": 1}, "reserves: unknown group 'z'"),
        ({"a": ["x"]}, {"x": -1}, "reserves of group 'x': expected a whole number"),
    ],
)
def test_draw_lines_by_group_of_bad_input_is_refused(
    preferences: dict[str, list[str]], reserves: dict[str, int], message: str
) -> None:
    with pytest.raises(TableError, match=message):
        draw_lines_by_group(["a"], preferences, {"x": 1}, reserves)


_wishes = st.lists(
    st.permutations(["x", "y", "z"]).flatmap(lambda p: st.integers(0, 3).map(lambda n: p[:n])), max_size=12
)
_numbers = st.fixed_dictionaries({group: st.integers(0, 3) for group in "xyz"})


@given(_wishes, _numbers, _numbers)
def test_draw_lines_by_group_gives_nobody_reason_to_envy_a_lower_place(
    wishes: list[list[str]], places: dict[str, int], reserves: dict[str, int]
) -> None:
    ids = [f"a{number}" for number in range(len(wishes))]
    preferences = dict(zip(ids, wishes, strict=True))
    draw = draw_lines_by_group(ids, preferences, places, reserves)
    called = {entry.application: entry.group for entry in draw.called}
    for number, id in enumerate(ids):
        own = called.get(id)
        better = preferences[id][: preferences[id].index(own)] if own else preferences[id]
        assert not {called.get(other) for other in ids[number + 1 :]} & set(better)
    for group in "xyz":
        assert sum(entry.group == group for entry in draw.called) <= places[group]
        assert sum(entry.group == group for entry in draw.reserves) <= reserves[group]
    listed = [entry.application for entry in draw.entries]
    assert sorted([*listed, *draw.left_out]) == sorted(ids)


@given(st.integers(0, 20), st.integers(0, 10), st.integers(0, 10))
def test_draw_lines_by_group_with_one_group_is_one_line(n: int, places: int, reserves: int) -> None:
    ids = [f"a{number}" for number in range(n)]
    one = draw_line(ids, places, reserves)
    grouped = draw_lines_by_group(ids, {id: ["x"] for id in ids}, {"x": places}, {"x": reserves})
    assert [(e.application, e.kind, e.position) for e in one.entries] == [
        (e.application, e.kind, e.position) for e in grouped.entries
    ]
    assert one.left_out == grouped.left_out

"""Sharing an account's calls: nearest gun first, nobody starved, and never more than there are."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.pacing import FOR_THE_REST, Want, flowing, pace

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def load(wants: list[Want[int]], paced: dict[int, timedelta]) -> float:
    return sum(want.calls * (HOUR / paced[want.key]) for want in wants)


def test_what_is_feasible_is_left_alone() -> None:
    wants = [Want(number, 15 * MINUTE, 3.0) for number in range(50)]
    assert pace(wants, 1000) == dict.fromkeys(range(50), 15 * MINUTE)


def test_one_gun_in_ten_minutes_among_644_due_events_keeps_its_minute() -> None:
    """D27."""
    others = [Want(number, 15 * MINUTE, 3.0) for number in range(643)]
    paced = pace([*others, Want(9999, MINUTE, 3.0, 10 * MINUTE)], 1000)
    assert paced.pop(9999) == MINUTE
    [stretched] = set(paced.values())
    assert 3 * HOUR < stretched < 4 * HOUR


def test_whoever_has_no_gun_near_comes_last() -> None:
    near = [Want(number, MINUTE, 3.0, (number + 1) * HOUR) for number in range(4)]
    paced = pace([Want(9, MINUTE, 3.0), *near], 1050)
    assert [paced[number] for number in range(4)] == [MINUTE] * 4
    assert paced[9] > MINUTE


def test_a_gun_that_costs_more_than_there_is_takes_most_and_leaves_some() -> None:
    wants = [Want(1, MINUTE, 100.0, 10 * MINUTE), Want(2, HOUR, 10.0), Want(3, HOUR, 10.0)]
    paced = pace(wants, 1000)
    assert MINUTE < paced[1] < 10 * MINUTE
    assert paced[2] == paced[3] < 24 * HOUR


def test_a_single_event_gets_all_that_is_planned() -> None:
    [interval] = pace([Want(1, MINUTE, 100.0, MINUTE)], 1000).values()
    assert abs(100 * (HOUR / interval) - flowing(1000)) < 1


WANTS = st.lists(
    st.tuples(
        st.sampled_from([MINUTE, 15 * MINUTE, 30 * MINUTE, 4 * HOUR]),
        st.floats(1, 200),
        st.none() | st.timedeltas(timedelta(0), timedelta(days=30)),
    ),
    max_size=700,
)


@given(drawn=WANTS, per_hour=st.floats(10, 50_000))
def test_never_more_than_there_is_and_everybody_in_the_end(
    drawn: list[tuple[timedelta, float, timedelta | None]], per_hour: float
) -> None:
    wants = [Want(number, *one) for number, one in enumerate(drawn)]
    paced = pace(wants, per_hour)
    assert paced.keys() == {want.key for want in wants}
    assert load(wants, paced) <= flowing(per_hour) * 1.0001
    assert all(paced[want.key] >= want.interval * 0.9999 for want in wants)
    stretched = [paced[want.key] / want.interval for want in wants]
    if wants and load(wants, {want.key: want.interval for want in wants}) > per_hour:
        share = flowing(per_hour) * FOR_THE_REST
        worst = max(stretched)
        assert worst <= sum(want.per_hour for want in wants) / share * 1.001


@given(drawn=WANTS.filter(lambda drawn: len(drawn) > 1), per_hour=st.floats(500, 50_000))
def test_the_nearest_gun_keeps_its_interval_wherever_it_can(
    drawn: list[tuple[timedelta, float, timedelta | None]], per_hour: float
) -> None:
    nearest = Want(-1, MINUTE, 3.0, timedelta(0))
    paced = pace([Want(number, *one) for number, one in enumerate(drawn)] + [nearest], per_hour)
    ties = [one for one in drawn if one[2] == timedelta(0)]
    if not ties:
        assert paced[-1] == MINUTE

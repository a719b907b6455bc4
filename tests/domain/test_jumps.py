"""A closed lid and a clock that was set are told apart, and both from an ordinary second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.jumps import SET, SLEEP, ClockSet, Look, Slept, notice, told_set, told_slept

TICK = timedelta(seconds=2)


def looks(wall_s: float, steady_s: float) -> list[Slept | ClockSet]:
    return notice(Look(1_000.0, 50.0), Look(1_000.0 + wall_s, 50.0 + steady_s), TICK)


@pytest.mark.parametrize(
    ("wall_s", "steady_s", "expected"),
    [
        (2, 2, []),
        (5, 5, []),
        (21.9, 21.9, []),
        (22, 22, [Slept(timedelta(seconds=22))]),
        (1300, 1300, [Slept(timedelta(seconds=1300))]),
        (3602, 2, [ClockSet(timedelta(hours=1))]),
        (-3598, 2, [ClockSet(-timedelta(hours=1))]),
        (3.9, 2, []),
        (4, 2, [ClockSet(timedelta(seconds=2))]),
        (1360, 1300, [Slept(timedelta(seconds=1300)), ClockSet(timedelta(minutes=1))]),
    ],
)
def test_what_two_looks_tell(
    wall_s: float, steady_s: float, expected: list[Slept | ClockSet]
) -> None:
    assert looks(wall_s, steady_s) == expected


@given(steady_s=st.floats(0, 21), drift=st.floats(-1.9, 1.9))
def test_a_busy_machine_is_not_asleep(steady_s: float, drift: float) -> None:
    assert looks(steady_s + drift, steady_s) == []


@given(asleep=st.floats(SLEEP.total_seconds() + 2.1, 1e6), drift=st.floats(-1.9, 1.9))
def test_every_sleep_is_noticed(asleep: float, drift: float) -> None:
    [found] = looks(asleep + drift, asleep)
    assert isinstance(found, Slept)


@given(by=st.floats(-1e6, 1e6).filter(lambda by: abs(by) > SET.total_seconds() + 0.1))
def test_every_setting_of_the_clock_is_noticed(by: float) -> None:
    [found] = looks(2 + by, 2)
    assert isinstance(found, ClockSet)
    assert abs(found.by.total_seconds() - by) < 0.01


def test_the_lines_for_the_screen() -> None:
    at = datetime(2026, 10, 17, 9, 12, 30, tzinfo=UTC)
    assert told_slept(Slept(timedelta(seconds=1300)), at) == "slept 21:40, caught up at 09:12:30"
    assert told_slept(Slept(timedelta(hours=8)), at).startswith("slept 8:00:00")
    assert told_set(ClockSet(timedelta(minutes=-62))) == (
        "this machine's clock was set back by 1:02:00"
    )
    assert told_set(ClockSet(timedelta(seconds=30))).endswith("set forward by 0:30")

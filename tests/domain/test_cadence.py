"""How often an event is synced: both sides of every boundary, in two zones, over DST changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.cadence import CadenceSettings, Interval, interval_for
from p88console.domain.jobs import Operation

PEOPLE, RESULTS = Operation.PARTICIPANTS, Operation.RESULTS
DEFAULTS = CadenceSettings()
TICK = timedelta(seconds=1)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
CHICAGO, MADRID = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Madrid")

GUNS = {
    "chicago, a plain Saturday": datetime(2026, 10, 17, 7, 30, tzinfo=CHICAGO),
    "madrid, a plain Sunday": datetime(2026, 6, 7, 9, 0, tzinfo=MADRID),
    "chicago, clocks went forward": datetime(2026, 3, 8, 7, 0, tzinfo=CHICAGO),
    "chicago, clocks went back": datetime(2026, 11, 1, 7, 0, tzinfo=CHICAGO),
    "madrid, clocks went forward": datetime(2026, 3, 29, 9, 0, tzinfo=MADRID),
    "madrid, clocks went back": datetime(2026, 10, 25, 9, 0, tzinfo=MADRID),
    "chicago, just after midnight": datetime(2026, 10, 17, 0, 30, tzinfo=CHICAGO),
    "madrid, inside the hour that comes twice": datetime(2026, 10, 25, 2, 30, tzinfo=MADRID),
}
PARTICIPANTS_EDGES = [
    (-25 * HOUR, 4 * HOUR),
    (-24 * HOUR - TICK, 4 * HOUR),
    (-24 * HOUR, 15 * MINUTE),
    (-4 * HOUR, 15 * MINUTE),
    (-4 * HOUR + TICK, MINUTE),
    (-TICK, MINUTE),
    (timedelta(0), MINUTE),
    (HOUR, MINUTE),
    (HOUR + TICK, 4 * HOUR),
    (7 * DAY, 4 * HOUR),
]
RESULTS_EDGES = [
    (-DAY, 30 * MINUTE),
    (14 * MINUTE - TICK, 30 * MINUTE),
    (14 * MINUTE, MINUTE),
    (7 * HOUR, MINUTE),
    (7 * HOUR + 30 * MINUTE, MINUTE),
    (7 * HOUR + 30 * MINUTE + TICK, 30 * MINUTE),
    (7 * DAY, 30 * MINUTE),
]


@pytest.fixture(params=[*GUNS.values()], ids=[*GUNS])
def gun(request: pytest.FixtureRequest) -> datetime:
    local: datetime = request.param
    return local.astimezone(UTC)


def interval(operation: Operation, guns: list[datetime], now: datetime) -> Interval:
    found = interval_for(operation, guns, now, DEFAULTS)
    assert found is not None
    return found


@pytest.mark.parametrize(("from_gun", "every"), PARTICIPANTS_EDGES, ids=str)
def test_participants_follow_the_race_clock(
    gun: datetime, from_gun: timedelta, every: timedelta
) -> None:
    assert interval(PEOPLE, [gun], gun + from_gun).every == every


@pytest.mark.parametrize(("from_gun", "every"), RESULTS_EDGES, ids=str)
def test_results_are_read_every_minute_in_the_finish_window(
    gun: datetime, from_gun: timedelta, every: timedelta
) -> None:
    assert interval(RESULTS, [gun], gun + from_gun).every == every


@pytest.mark.parametrize("operation", [PEOPLE, RESULTS])
def test_an_event_rests_a_week_after_its_last_start(gun: datetime, operation: Operation) -> None:
    assert interval_for(operation, [gun], gun + 7 * DAY, DEFAULTS) is not None
    assert interval_for(operation, [gun], gun + 7 * DAY + TICK, DEFAULTS) is None


@pytest.mark.parametrize(
    ("from_midnight", "people", "results"),
    [
        (-24 * HOUR - TICK, 4 * HOUR, 30 * MINUTE),
        (-24 * HOUR, 15 * MINUTE, 30 * MINUTE),
        (-TICK, 15 * MINUTE, 30 * MINUTE),
        (timedelta(0), MINUTE, MINUTE),
        (24 * HOUR - TICK, MINUTE, MINUTE),
        (24 * HOUR, 4 * HOUR, 30 * MINUTE),
        (8 * DAY, 4 * HOUR, 30 * MINUTE),
        (8 * DAY + TICK, None, None),
    ],
    ids=str,
)
def test_where_only_the_day_is_known_the_gun_is_near_all_day(
    from_midnight: timedelta, people: timedelta | None, results: timedelta | None
) -> None:
    begins = datetime(2026, 10, 17, tzinfo=CHICAGO).astimezone(UTC)
    for operation, every in ((PEOPLE, people), (RESULTS, results)):
        day = (begins, begins + DAY)
        found = interval_for(operation, [], begins + from_midnight, DEFAULTS, day)
        assert (found and found.every) == every
        assert found is None or found.reason.endswith("gun time unknown")


def test_the_day_before_is_24_real_hours_not_the_same_wall_time() -> None:
    """D20."""
    gun = GUNS["chicago, clocks went forward"]
    same_wall_time = gun.replace(day=7).astimezone(UTC)
    assert interval(PEOPLE, [gun.astimezone(UTC)], same_wall_time).every == 15 * MINUTE
    assert gun.astimezone(UTC) - same_wall_time == 23 * HOUR


def test_in_autumn_the_same_wall_time_is_25_hours_away() -> None:
    """D20."""
    gun = GUNS["chicago, clocks went back"]
    same_wall_time = gun.replace(month=10, day=31).astimezone(UTC)
    assert interval(PEOPLE, [gun.astimezone(UTC)], same_wall_time).every == 4 * HOUR


def test_the_earliest_gun_still_ahead_decides() -> None:
    first = GUNS["chicago, a plain Saturday"].astimezone(UTC)
    second = first + DAY
    assert interval(PEOPLE, [second, first], first - 3 * HOUR).every == MINUTE
    assert interval(PEOPLE, [second, first], first + 2 * HOUR).every == 15 * MINUTE
    assert interval(PEOPLE, [second, first], second + HOUR).every == MINUTE


def test_between_two_guns_of_a_morning_every_minute_stays() -> None:
    first = GUNS["madrid, a plain Sunday"].astimezone(UTC)
    guns = [first, first + 3 * HOUR]
    for quarter in range(16):
        assert interval(PEOPLE, guns, first + quarter * 15 * MINUTE).every == MINUTE


def test_the_finish_window_spans_all_races() -> None:
    first = GUNS["madrid, a plain Sunday"].astimezone(UTC)
    last = first + 5 * HOUR
    assert interval(RESULTS, [last, first], first + 14 * MINUTE).every == MINUTE
    assert interval(RESULTS, [last, first], last + 7 * HOUR + 30 * MINUTE).every == MINUTE
    assert interval(RESULTS, [last, first], last + 8 * HOUR).every == 30 * MINUTE


def test_a_weekend_rests_after_its_last_race_only() -> None:
    first = GUNS["madrid, a plain Sunday"].astimezone(UTC)
    guns = [first, first + DAY]
    assert interval_for(PEOPLE, guns, first + 7 * DAY + HOUR, DEFAULTS) is not None


def test_discovery_is_daily_even_for_an_event_that_rests() -> None:
    gun = GUNS["chicago, a plain Saturday"].astimezone(UTC)
    found = interval(Operation.EVENTS, [gun], gun + 300 * DAY)
    assert found.every == DAY


@pytest.mark.parametrize(("operation", "every"), [(PEOPLE, 4 * HOUR), (RESULTS, 30 * MINUTE)])
def test_without_a_gun_time_the_plain_interval_holds(
    operation: Operation, every: timedelta
) -> None:
    found = interval(operation, [], datetime(2026, 1, 1, tzinfo=UTC))
    assert (found.every, found.reason) == (every, "gun time unknown")


def test_every_interval_says_why() -> None:
    gun = GUNS["chicago, a plain Saturday"].astimezone(UTC)
    said = {interval(PEOPLE, [gun], gun + edge).reason for edge, _ in PARTICIPANTS_EDGES}
    assert said == {
        "gun more than 24 h away",
        "gun within 24 h",
        "gun less than 4 h away",
        "start less than 1 h ago",
        "all races started",
    }


def test_all_of_it_is_a_setting() -> None:
    gun = GUNS["chicago, a plain Saturday"].astimezone(UTC)
    mine = CadenceSettings(race_day=2 * HOUR, participants_race_day=10 * TICK)
    before = interval_for(PEOPLE, [gun], gun - 2 * HOUR, mine)
    inside = interval_for(PEOPLE, [gun], gun - 2 * HOUR + TICK, mine)
    assert before is not None
    assert inside is not None
    assert (before.every, inside.every) == (15 * MINUTE, 10 * TICK)


@given(offset=st.integers(-60 * 24 * 3600, 7 * 24 * 3600), seconds=st.integers(0, 48 * 3600))
def test_nearer_the_gun_never_means_less_often(offset: int, seconds: int) -> None:
    gun = GUNS["madrid, a plain Sunday"].astimezone(UTC)
    now = gun + timedelta(seconds=offset)
    later = min(now + timedelta(seconds=seconds), gun)
    if now <= later:
        assert interval(PEOPLE, [gun], later).every <= interval(PEOPLE, [gun], now).every

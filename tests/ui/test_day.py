"""The day as a timeline, its charts, and the last hour on the board."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from p88console.store.windows.day_rows import DayAttempt, DayGun, DayStory
from p88console.ui.day_text import Scale, day_lines, depth, latency, moved
from p88console.ui.format import Moment, zone_of
from p88console.ui.phrase import plain, width_of
from p88console.ui.screens.day import DaySheet
from tests.ui import scenes
from tests.ui.cast import NOW
from tests.ui.stage import StageDesk, lane, on_stage, seen, settled, wait_for

HOUR = timedelta(hours=1)
MOMENT = Moment(NOW, zone_of("America/Chicago"))


def tried(
    minutes_ago: float, state: str = "completed", moved: int = 0, took_s: float = 1
) -> DayAttempt:
    began = NOW - timedelta(minutes=minutes_ago)
    return DayAttempt(1, state, began, began + timedelta(seconds=took_s), moved)


def told_of(story: DayStory, width: int = 116) -> str:
    return "\n".join(plain(line) for line in day_lines(story, [lane(1)], MOMENT, width))


@pytest.mark.parametrize("width", [60, 76, 116, 200])
def test_every_line_has_room(width: int) -> None:
    story = scenes.busy().work.story
    lines = day_lines(story, scenes.busy().accounts, MOMENT, width)
    assert all(width_of(line) <= width for line in lines)


def test_what_weighs_most_is_what_a_cell_shows() -> None:
    story = DayStory(
        NOW - HOUR, [tried(30), tried(30, moved=4), tried(10, "failed"), tried(10)], (), ()
    )
    row = next(line for line in told_of(story).splitlines() if line.startswith("RunSignUp"))
    assert set(row.removeprefix("RunSignUp").replace(" ", "")) == {"■", "✗"}


def test_an_attempt_without_network_is_an_outage_for_as_long_as_it_lasted() -> None:
    story = DayStory(NOW - HOUR, [tried(60), tried(40, "waiting", took_s=1_200)], (), ())
    row = next(line for line in told_of(story).splitlines() if line.startswith("RunSignUp"))
    assert row.count("░") > 20


def test_guns_stand_where_they_are_and_keep_their_names_at_the_edge() -> None:
    guns = [DayGun(NOW - HOUR, "5K"), DayGun(NOW + 2 * HOUR, "Lakeside Half Marathon")]
    line = next(
        line
        for line in told_of(DayStory(NOW - 3 * HOUR, [tried(180)], (), guns)).splitlines()
        if line.startswith("gun")
    )
    assert "▼ 5K" in line
    assert line.rstrip().endswith("Lakeside Half Marathon ▼")


def test_nothing_yet_can_be_shown() -> None:
    assert "0 in all" in told_of(DayStory(NOW, (), (), ()))


def test_the_queue_is_as_deep_as_jobs_are_open() -> None:
    jobs = [
        (NOW - 2 * HOUR, None),
        (NOW - HOUR * 0.6, NOW - HOUR * 0.3),
        (NOW - 2 * HOUR, NOW - HOUR * 1.5),
    ]
    found = depth(DayStory(NOW - HOUR, (), jobs, ()), Scale(NOW - HOUR, NOW, 10))
    assert list(found) == [1, 1, 1, 1, 2, 2, 2, 1, 1, 1]


def test_rows_and_answers_are_counted_where_they_ended() -> None:
    scale = Scale(NOW - HOUR, NOW, 2)
    attempts = [tried(50, moved=3), tried(20, moved=5, took_s=3), tried(10, took_s=1)]
    assert list(moved(attempts, scale)) == [3, 5]
    offline = tried(5, "waiting", took_s=200)
    story = DayStory(NOW - HOUR, [*attempts, offline], (), ())
    assert list(latency(story, scale)) == [1_000, 2_000]


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_y_opens_the_day_and_the_arrows_change_how_long_it_is(size: tuple[int, int]) -> None:
    desk = scenes.busy()
    async with on_stage(desk, size) as (app, pilot):
        await pilot.press("y")
        await wait_for(pilot, lambda: isinstance(app.screen, DaySheet), "the day")
        await settled(pilot)
        assert "The day, since midnight" in seen(app)
        assert "no network" in seen(app)
        midnight = NOW.astimezone(MOMENT.zone).replace(hour=0, minute=0, second=0)
        assert desk.asked_for("day")[-1] == (midnight,)
        await pilot.press("right")
        await wait_for(pilot, lambda: desk.asked_for("day")[-1] == (NOW - HOUR,), "one hour")
        assert "The last hour" in seen(app)
        await pilot.press("left")
        await wait_for(pilot, lambda: desk.asked_for("day")[-1] == (midnight,), "the day again")
        await pilot.press("escape")


async def test_the_board_tells_the_last_hour_where_there_is_room() -> None:
    desk = StageDesk(accounts=[lane(1)])
    desk.work.story = replace(desk.work.story, attempts=[tried(5, moved=132), tried(2, moved=7)])
    async with on_stage(desk) as (app, _):
        assert "Last hour" in seen(app)
        assert "139 rows moved" in seen(app)
    async with on_stage(desk, (80, 24)) as (app, _):
        assert "Last hour" not in seen(app)

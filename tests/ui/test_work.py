"""Work to come: plans before a push, jobs put off, lanes held, needs me, the schedule."""

from __future__ import annotations

from datetime import timedelta

import pytest

from p88console.ui.screens.agenda import Agenda
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.pick import Pick
from p88console.ui.screens.plan import PlanSheet
from tests.ui import scenes
from tests.ui.stage import (
    StageDesk,
    board_of,
    job,
    lane,
    on_stage,
    seen,
    settled,
    toasts,
    wait_for,
)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_d_shows_what_a_push_would_do_and_p_sends_it(size: tuple[int, int]) -> None:
    """D30."""
    desk = scenes.busy()
    async with on_stage(desk, size) as (app, pilot):
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(app.screen, PlanSheet), "the plan")
        await settled(pilot)
        screen = seen(app)
        for words in (
            "▲ 1 blocked",
            "– 1 withdraw",
            "+ 3 create",
            "bib 77 is worn by two people",
            "512 → 640",
            "[b]Bo O'Neil",
            "✓ nothing to send",
        ):
            assert words in screen
        assert not desk.asked_for("push_participants")
        await pilot.press("p")
        await wait_for(pilot, lambda: "queued 1 push" in toasts(app), "the push")
        assert app.screen is board_of(app)


async def test_a_plan_follows_the_mirror_and_a_lost_one_cannot_be_sent() -> None:
    desk = scenes.busy()
    desk.faults["plans"] = OSError("disk I/O error")
    async with on_stage(desk) as (app, pilot):
        await pilot.press("d")
        await settled(pilot)
        assert "Cannot read what a push would do: disk I/O error" in seen(app)
        await pilot.press("p")
        assert isinstance(app.screen, PlanSheet)
        desk.faults.clear()
        desk.changed("participants")
        await wait_for(pilot, lambda: "640" in seen(app), "the plan at last")


async def test_s_puts_jobs_off() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("down", "s")
        await wait_for(pilot, lambda: isinstance(app.screen, Pick), "for how long")
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: "1 put off" in toasts(app), "the desk's words")
        assert desk.asked_for("snooze") == [((813,), timedelta(hours=1))]


async def test_h_holds_a_lane_and_lets_a_held_one_go_on() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("h")
        await wait_for(pilot, lambda: "Hold RunSignUp" in seen(app), "the lanes")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "the lane is held" in toasts(app), "the desk's words")
        await pilot.press("h", "down", "enter")
        await wait_for(pilot, lambda: "the lane goes on" in toasts(app), "the desk's words")
        assert desk.asked_for("hold") == [(1,)]
        assert desk.asked_for("resume") == [(2,)]


async def test_n_shows_only_what_needs_a_person() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("n")
        await settled(pilot)
        screen = seen(app)
        assert "▲ only what needs you" in screen
        assert "Haku does not accept this sign-in" in screen
        assert "Queue 4" not in screen
        assert "try 2 of 4" not in screen
        await pilot.press("right")
        assert board_of(app).pane.id == "retry"
        await pilot.press("escape")
        await settled(pilot)
        assert "Queue 4" in seen(app)
        assert "try 2 of" in seen(app)


async def test_every_row_of_a_filter_is_marked_and_counted_before_anything_is_done() -> None:
    desk = StageDesk(
        accounts=[lane(1)],
        retries=[job(n, attempt=1, provider="haku" if n % 2 else "raceroster") for n in range(240)],
    )
    async with on_stage(desk) as (app, pilot):
        await pilot.press("right", "slash", *"haku", "enter")
        await settled(pilot)
        await pilot.press("ctrl+a")
        await wait_for(pilot, lambda: "◆ 120 marked" in seen(app), "the marks")
        await pilot.press("t")
        await wait_for(pilot, lambda: isinstance(app.screen, Ask), "a question")
        assert "touches 120 jobs" in seen(app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "120 due now" in toasts(app), "the desk's words")
        assert desk.asked_for("retry_jobs") == [(tuple(range(1, 240, 2)),)]
        await pilot.press("ctrl+a", "ctrl+a")
        await wait_for(pilot, lambda: "marked" not in seen(app), "no marks")


async def test_too_many_rows_are_not_marked_at_once() -> None:
    desk = StageDesk(accounts=[lane(1)], queue=[job(n) for n in range(5_001)])
    async with on_stage(desk) as (app, pilot):
        await pilot.press("ctrl+a")
        await wait_for(pilot, lambda: any("filter first" in one for one in toasts(app)), "why not")
        assert not board_of(app).panes[0].grid.marks


async def test_the_schedule_tells_what_is_late_and_runs_it_or_leaves_it_out() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("w")
        await wait_for(pilot, lambda: isinstance(app.screen, Agenda), "the schedule")
        await settled(pilot)
        screen = seen(app)
        for words in ("▲ overdue", "2:00 late", "↓ pulling", "0:42 ago", "never", "30 min"):
            assert words in screen
        await pilot.press("t")
        await wait_for(pilot, lambda: "queued as #900" in toasts(app), "the desk's words")
        await pilot.press("down", "down", "x")
        await wait_for(pilot, lambda: "left out once" in toasts(app), "the desk's words")
        assert desk.asked_for("run_now") == [(1,)]
        assert desk.asked_for("skip") == [(3,)]
        desk.hand.step(60)
        app.tick()
        await pilot.pause()
        assert "3:00 late" in seen(app)


async def test_a_watching_console_sees_the_schedule_and_changes_nothing() -> None:
    desk = scenes.busy()
    desk.read_only = True
    async with on_stage(desk) as (app, pilot):
        await pilot.press("h", "s", "w")
        await wait_for(pilot, lambda: isinstance(app.screen, Agenda), "the schedule")
        await settled(pilot)
        await pilot.press("t", "x")
        await settled(pilot)
        asked = {one[0] for one in desk.asked}
        assert not asked & {"run_now", "skip", "hold", "resume", "snooze"}


async def test_a_row_tells_its_rate_and_what_is_left() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        desk.hand.step(10)
        desk.queue = [
            job(
                812,
                provider="copernico",
                direction="push",
                state="running",
                progress_done=1_437,
                progress_total=2_000,
            ),
            *desk.queue[1:],
        ]
        desk.changed("queue")
        await wait_for(pilot, lambda: "1,437/2,000 · 30/s · 0:18" in seen(app), "rate and end")


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_a_lane_tells_of_a_clock_that_is_far_off(size: tuple[int, int]) -> None:
    desk = StageDesk(accounts=[lane(1, clock_offset_s=-45.0)])
    async with on_stage(desk, size) as (app, _):
        assert "clock is -45.0 s from this laptop's" in seen(app)


async def test_a_lane_tells_what_is_left_of_the_hours_calls() -> None:
    desk = StageDesk(accounts=[lane(1, calls_left=412), lane(2, provider="haku", calls_left=0)])
    async with on_stage(desk) as (app, _):
        assert "412 calls left" in seen(app)
        assert "no calls left this hour" in seen(app)

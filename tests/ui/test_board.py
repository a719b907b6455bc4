"""The board's view: it shows what the desk knows, reads what changed, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.cells import cell_len
from textual.screen import Screen

from p88console.domain.power import Battery, Power
from p88console.ui.screens.job import JobStory
from p88console.ui.widgets.pages import PAGE_ROWS
from tests.ui import scenes
from tests.ui.cast import NOW
from tests.ui.stage import (
    StageDesk,
    attempt,
    board_of,
    facts,
    job,
    lane,
    on_stage,
    seen,
    settled,
    toasts,
    wait_for,
)

HOSTILE = [
    "[b]bold[/b] [@click=app.quit]x[/]",
    "\x1b[31mred\x1b[2J",
    "nul\x00 and \x07bell",
    "\u202ereversed",
    "x" * 10_000,
    "line\nbreak",
    "\ud800",
]


async def test_every_lane_and_pane_is_on_screen() -> None:
    async with on_stage(scenes.busy()) as (app, _):
        screen = seen(app)
        for words in (
            "PRACTICE RACE",
            "06:42:10 CDT",
            "gun in 0:17:50",
            "863 unsent, oldest 4:12",
            "▲ 1 needs you",
            "next pull 0:18",
            "Queue 4",
            "Retry 1 · ▲ needs you 1",
            "History 1,204",
            "sending 1,137/2,000",
            "Haku does not accept this sign-in",
            "every 1 min · gun less than 4 h away",
        ):
            assert words in screen


@pytest.mark.parametrize(
    ("battery", "told"),
    [
        (Battery(64, plugged=False), "  battery 64 %"),
        (Battery(18, plugged=False), "▲ battery 18 %"),
        (Battery(9, plugged=False), "✗ battery 9 %"),
    ],
)
async def test_the_charge_is_shown_while_the_mains_are_away(battery: Battery, told: str) -> None:
    """D23."""
    desk = scenes.busy()
    desk.runs_on = Power(battery, kept_awake=True)
    async with on_stage(desk, (80, 24)) as (app, pilot):
        assert told in seen(app)
        desk.runs_on = Power(Battery(battery.percent, plugged=True))
        desk.changed("notices")
        await wait_for(pilot, lambda: "battery" not in seen(app), "the mains are there again")


async def test_that_the_machine_is_kept_awake_is_said_where_there_is_room() -> None:
    desk = scenes.empty()
    desk.runs_on = Power(kept_awake=True)
    async with on_stage(desk) as (app, _):
        assert "kept awake" in seen(app)


async def test_the_essentials_fit_a_small_terminal() -> None:
    async with on_stage(scenes.busy(), (80, 24)) as (app, _):
        screen = seen(app)
        for words in (
            "06:42:10 CDT",
            "gun in 0:17:50",
            "● online",
            "863 unsent 4:12",
            "▲ 1 needs you",
            "pull 0:18",
            "Queue 4",
            "Retry 1",
            "History 1,204",
            "? help",
            "q quit",
        ):
            assert words in screen
        assert "needs 80×24" not in screen


async def test_a_smaller_window_says_what_it_needs_and_still_works() -> None:
    desk = scenes.busy()
    async with on_stage(desk, (64, 18)) as (app, pilot):
        assert "This window is 64×18; all of it needs 80×24." in seen(app)
        await pilot.press("p")
        await wait_for(pilot, lambda: bool(desk.asked_for("push_participants")), "a push")


async def test_a_change_is_read_and_the_cursor_stays_on_its_job() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        grid = board_of(app).panes[0].grid
        await pilot.press("down")
        assert grid.current is not None
        assert grid.current.id == 813
        desk.queue = [job(900, provider="haku"), *desk.queue]
        desk.changed("queue")
        await wait_for(pilot, lambda: grid.total == 5, "the new job is there")
        assert grid.current.id == 813
        assert "participants ← Haku" in seen(app)


async def test_only_what_changed_is_read() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (_, pilot):
        desk.asked.clear()
        desk.changed("history")
        await settled(pilot)
        called = {one[0] for one in desk.asked}
        assert called == {"header", "lanes", "schedule", "power", "history_count", "history_page"}
        desk.asked.clear()
        desk.changed("network")
        await settled(pilot)
        assert {one[0] for one in desk.asked} == {"header", "lanes", "schedule", "power"}


async def test_nothing_is_read_while_nothing_changes() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        desk.asked.clear()
        for _ in range(30):
            desk.hand.step(1)
            app.tick()
        await settled(pilot)
        assert desk.asked == []


async def test_the_clock_and_the_countdowns_go_on() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        desk.hand.step(10)
        app.tick()
        await pilot.pause()
        screen = seen(app)
        for words in ("06:42:20 CDT", "gun in 0:17:40", "oldest 4:22", "next pull 0:08", "1:32"):
            assert words in screen


async def test_a_room_out_of_sight_reads_when_it_is_back() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        app.add_mode("elsewhere", Screen)
        await app.switch_mode("elsewhere")
        desk.asked.clear()
        desk.changed("queue")
        await pilot.pause()
        assert desk.asked == []
        await app.switch_mode("board")
        await wait_for(pilot, lambda: bool(desk.asked_for("queue_page")), "the queue is read")
        assert not desk.asked_for("history_page")


async def test_story_and_board_stay_true_together() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("right", "down", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, JobStory), "the story")
        await settled(pilot)
        desk.stories[801] |= {"state": "running"}
        desk.queue = []
        desk.changed("queue")
        await wait_for(pilot, lambda: "↓ pulling" in seen(app), "the story goes on")
        await wait_for(pilot, lambda: board_of(app).panes[0].grid.total == 0, "so does the board")


async def test_enter_tells_the_jobs_whole_story() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("right", "down", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, JobStory), "the story")
        await settled(pilot)
        screen = seen(app)
        for words in (
            "Job #801 · participants ← Race Roster",
            "↻ retry in 1:42 · try 2 of 4",
            "Race Roster · Midwest Timing",
            "06:43:52 CDT",
            "800/1,240 · 64 %",
            "by the schedule · priority 5",
            "too many calls, asked to wait",
            "it goes on by itself",
            "Attempts 2",
            "12 new · 800 received",
        ):
            assert words in screen
        await pilot.press("t")
        await wait_for(pilot, lambda: "1 due now" in toasts(app), "the desk's words")
        await pilot.press("x", "y")
        await wait_for(pilot, lambda: "1 cancelled" in toasts(app), "the desk's words")
        assert desk.asked_for("cancel_jobs") == [((801,),)]


async def test_a_story_that_cannot_be_read_says_why() -> None:
    desk = scenes.busy()
    desk.faults["job_story"] = OSError("disk I/O error")
    async with on_stage(desk) as (app, pilot):
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, JobStory), "the story")
        await settled(pilot)
        assert "Cannot read the job's story: disk I/O error" in seen(app)
        desk.faults.clear()
        desk.stories[812] = {"id": 812, "provider": "copernico", "operation": "participants"}
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert "none yet" in seen(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "Cannot read" not in seen(app)


async def test_freezing_holds_the_view_and_counts_what_arrives() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("f")
        desk.history = [*(attempt(5_000 + n, n) for n in range(14)), *desk.history]
        desk.queue = []
        desk.asked.clear()
        desk.changed("history", "queue")
        desk.hand.step(31)
        app.tick()
        await settled(pilot)
        assert not desk.asked_for("history_page")
        assert not desk.asked_for("queue_page")
        assert "frozen 0:31, 14 new" in seen(app)
        assert "Queue 4" in seen(app)
        await pilot.press("f")
        await settled(pilot)
        assert "frozen" not in seen(app)
        assert "Queue 0" in seen(app)
        assert "History 1,218" in seen(app)


async def test_the_first_start_says_how_to_go_on() -> None:
    async with on_stage(scenes.empty(), (80, 24)) as (app, _):
        for words in ("practice race", "add account", "open a backup", "nothing waits"):
            assert words in seen(app)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_text_from_outside_is_only_shown(size: tuple[int, int]) -> None:
    everything = " ".join(HOSTILE)
    desk = StageDesk(
        facts=facts(event_name=everything, network=HOSTILE[1]),
        accounts=[
            lane(n, label=text, provider=text, state=text, running=text, error={"title": text})
            for n, text in enumerate(HOSTILE)
        ],
        queue=[
            job(n, event_name=text, error_title=text, provider=text, operation=text)
            for n, text in enumerate(HOSTILE)
        ],
        retries=[job(n, state=text, error_title=text) for n, text in enumerate(HOSTILE)],
        history=[attempt(n, state=text, error_title=text) for n, text in enumerate(HOSTILE)],
        stories={0: {"id": 0, "event_name": everything, "error": {"title": everything}}},
        answers={"push_participants": everything},
        practice=HOSTILE[3],
    )
    async with on_stage(desk, size) as (app, pilot):
        assert "[b]bold[/b]" in seen(app)
        assert "\N{SYMBOL FOR ESCAPE}[31m" in seen(app)
        await pilot.press("p", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, JobStory), "the story")
        await settled(pilot)
        screen = seen(app).splitlines()
        assert len(screen) == size[1]
        assert all(line.isprintable() and cell_len(line) == size[0] for line in screen)


async def test_a_hundred_thousand_attempts_open_at_once() -> None:
    desk = StageDesk(accounts=[lane(1)], history=[attempt(n) for n in range(100_000)])
    async with on_stage(desk) as (app, pilot):
        await pilot.press("left", "end")
        await settled(pilot)
        pages = [offset // PAGE_ROWS for offset, *_ in desk.asked_for("history_page")]
        assert pages == [0, 999]
        assert "History 100,000" in seen(app)


async def test_long_work_tells_when_it_will_be_over() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        desk.hand.step(10)
        lanes = list(desk.accounts)
        lanes[-1] = lane(
            4,
            provider="copernico",
            running="participants push",
            progress_done=1_437,
            progress_total=2_000,
        )
        desk.accounts = lanes
        desk.changed("queue")
        await wait_for(pilot, lambda: "0:18 left" in seen(app), "the time that is left")


async def test_many_lanes_keep_trouble_in_sight() -> None:
    well = [lane(n) for n in range(9)]
    held = lane(9, provider="haku", state="held", error={"title": "signed out"}, error_since=NOW)
    async with on_stage(StageDesk(accounts=[*well, held]), (80, 24)) as (app, _):
        assert "signed out" in seen(app)
        assert "and 5 more that are well" in seen(app)


async def test_what_will_not_work_much_longer_is_said_in_its_lane() -> None:
    warned = lane(3, warnings=("RunSignUp will refuse calls from 2027-01-01 on",))
    async with on_stage(StageDesk(accounts=[*(lane(n) for n in range(9)), warned])) as (app, _):
        assert "RunSignUp will refuse calls from 2027-01-01" in seen(app)


async def test_after_the_gun_the_clock_counts_up() -> None:
    desk = StageDesk(
        facts=facts(gun_at=NOW - timedelta(seconds=723), finished=12), accounts=[lane(1)]
    )
    async with on_stage(desk) as (app, _):
        assert "since gun 0:12:03" in seen(app)
        assert "✓ all sent" in seen(app)
        assert "12 finished" in seen(app)


async def test_a_key_that_may_not_act_says_why() -> None:
    desk = scenes.busy()
    desk.read_only = True
    async with on_stage(desk, (80, 24)) as (app, pilot):
        await settled(pilot)
        await pilot.press("p")
        await wait_for(pilot, lambda: bool(toasts(app)), "the reason")
        assert toasts(app) == ["push: not now, this console only looks on"]
        assert not desk.asked_for("push_participants")

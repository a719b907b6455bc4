"""The board's keys: every one does what the key bar says."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Input

from p88console.ui.actions import ACTIONS
from p88console.ui.phrase import plain
from p88console.ui.screens.board import Board
from p88console.ui.screens.dialogs import Ask, Help, Leave
from p88console.ui.widgets.keybar import KeyBar
from tests.ui import scenes
from tests.ui.stage import (
    StageDesk,
    attempt,
    board_of,
    lane,
    on_stage,
    seen,
    settled,
    toasts,
    wait_for,
)


@pytest.mark.parametrize(
    ("key", "asked", "words"),
    [
        ("g", "pull_participants", "queued 1 pull"),
        ("p", "push_participants", "queued 1 push"),
        ("r", "pull_results", "queued 1 pull of results"),
    ],
)
async def test_sync_keys_ask_the_desk_and_tell_what_it_said(
    key: str, asked: str, words: str
) -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press(key)
        await wait_for(pilot, lambda: words in toasts(app), "the desk's words in a toast")
        assert desk.asked_for(asked) == [()]


async def test_t_retries_the_current_job_and_then_the_marked_ones() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("right", "t")
        await wait_for(pilot, lambda: len(desk.asked_for("retry_jobs")) == 1, "a retry")
        await pilot.press("space", "space", "t")
        await wait_for(pilot, lambda: "touches 2 jobs" in seen(app), "how many that touches")
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(desk.asked_for("retry_jobs")) == 2, "another retry")
        assert desk.asked_for("retry_jobs") == [((790,),), ((790, 801),)]
        assert not board_of(app).panes[1].grid.marks


async def test_t_in_the_history_means_the_job() -> None:
    desk = StageDesk(accounts=[lane(1)], history=[attempt(70, job_id=801)])
    async with on_stage(desk) as (_, pilot):
        await pilot.press("left", "t")
        await wait_for(pilot, lambda: bool(desk.asked_for("retry_jobs")), "a retry")
        assert desk.asked_for("retry_jobs") == [((801,),)]


async def test_x_asks_first_and_names_what_it_touches() -> None:
    """D30."""
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("space", "space", "x")
        await wait_for(pilot, lambda: isinstance(app.screen, Ask), "a question")
        assert "touches 2 jobs" in seen(app)
        assert "#813 participants ← RunSignUp · Lakeside Half Marathon" in seen(app)
        await pilot.press("escape")
        assert desk.asked_for("cancel_jobs") == []
        await pilot.press("x", "enter")
        await wait_for(pilot, lambda: "2 cancelled" in toasts(app), "the desk's words")
        assert desk.asked_for("cancel_jobs") == [((812, 813),)]
        assert not board_of(app).panes[0].grid.marks


async def test_x_does_not_answer_in_the_history() -> None:
    async with on_stage(scenes.busy()) as (app, pilot):
        await pilot.press("left", "x")
        assert not isinstance(app.screen, Ask)


async def test_panes_follow_each_other_by_tab_and_arrows() -> None:
    async with on_stage(scenes.busy()) as (app, pilot):
        board = board_of(app)
        visited = [board.pane.id]
        for key in ("tab", "right", "tab", "shift+tab", "left"):
            await pilot.press(key)
            visited.append(board.pane.id)
        assert visited == ["queue", "retry", "history", "queue", "history", "retry"]


async def test_a_filter_is_passed_to_the_desk_and_escape_clears_it() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("slash", *"haku")
        await settled(pilot)
        assert desk.asked_for("queue_page")[-1][-1] == "haku"
        assert "nothing contains “haku”" in seen(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "Queue 4" in seen(app)
        await pilot.press("slash", *"copernico", "enter")
        await settled(pilot)
        assert isinstance(app.focused, type(board_of(app).panes[0].grid))
        assert "/copernico" in seen(app)
        assert "Queue 2" in seen(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "Queue 4" in seen(app)


async def test_letters_in_the_filter_are_letters() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("slash", *"prq")
        assert app.focused is not None
        assert isinstance(app.focused, Input)
        assert app.focused.value == "prq"
        assert not desk.asked_for("push_participants")


async def test_a_console_that_looks_on_changes_nothing() -> None:
    desk = scenes.busy()
    desk.read_only = True
    async with on_stage(desk) as (app, pilot):
        await pilot.press("p", "g", "r", "t", "x")
        await settled(pilot)
        assert "LOOKING ON" in seen(app)
        assert not isinstance(app.screen, Ask)
        asked = {one[0] for one in desk.asked}
        assert not asked & {"push_participants", "pull_participants", "pull_results", "retry_jobs"}
        await pilot.press("q")
        await wait_for(pilot, lambda: not app.is_running, "the console has closed")


async def test_keys_without_a_row_are_grey() -> None:
    async with on_stage(scenes.empty()) as (app, pilot):
        enabled = {key.action.id: key.enabled for key in app.screen.query_one(KeyBar).shown()}
        assert not any(enabled[one] for one in ("board.retry", "board.cancel", "grid.open"))
        assert not any(enabled[one] for one in ("sync.push", "sync.get", "sync.results"))
        assert enabled["view.filter"]
        assert "console.start_engine" not in enabled
        await pilot.press("enter", "t", "x", "p", "space")
        assert app.screen is board_of(app)


async def test_quitting_warns_while_anything_is_unsent() -> None:
    async with on_stage(scenes.busy()) as (app, pilot):
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, Leave), "the warning")
        assert "863 participants of Lakeside Half Marathon have changes" in seen(app)
        assert "since 06:37:58 CDT, 4:12 ago" in seen(app)
        assert "the work continues at the next start" in seen(app)
        await pilot.press("escape")
        assert app.screen is board_of(app)
        await pilot.press("q", "q")
        await wait_for(pilot, lambda: not app.is_running, "the console has closed")


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quitting_with_everything_sent_just_quits(key: str) -> None:
    async with on_stage(StageDesk(accounts=[lane(1)])) as (app, pilot):
        await pilot.press(key)
        await wait_for(pilot, lambda: not app.is_running, "the console has closed")


async def test_help_lists_every_key_and_why_one_does_not_answer() -> None:
    async with on_stage(scenes.busy()) as (app, pilot):
        await pilot.press("left", "question_mark")
        await wait_for(pilot, lambda: isinstance(app.screen, Help), "the help")
        (sheet,) = [screen for screen in app.screen_stack if isinstance(screen, Help)]
        told = " ".join(plain(line) for line in sheet.text(70))
        for action in ACTIONS:
            if action.scope in (*Board.scopes, "grid", "console"):
                assert action.label in told
        assert "what has happened stays" in " ".join(told.split())
        await pilot.press("escape")
        assert app.screen is board_of(app)


async def test_the_palette_runs_what_it_finds() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("ctrl+p")
        await wait_for(pilot, lambda: len(app.screen_stack) > 1, "the palette")
        await pilot.press(*"push")
        await wait_for(pilot, lambda: "Sync: push" in seen(app), "the push is found")
        await pilot.press("enter", "enter")
        await wait_for(pilot, lambda: bool(desk.asked_for("push_participants")), "a push")


async def test_keys_can_be_given_other_names() -> None:
    desk = scenes.busy()
    async with on_stage(desk, keymap={"sync.push": "ctrl+s"}) as (app, pilot):
        assert "ctrl+s push" in seen(app)
        await pilot.press("p", "ctrl+s")
        await wait_for(pilot, lambda: len(desk.asked_for("push_participants")) == 1, "one push")


async def test_the_key_bar_can_be_clicked() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        last = seen(app).splitlines()[-1]
        await pilot.click(offset=(last.index("g get"), 44))
        await wait_for(pilot, lambda: bool(desk.asked_for("pull_participants")), "a pull")


async def test_colours_change_from_the_palette() -> None:
    async with on_stage(scenes.busy(), theme="p88-light") as (app, _):
        assert app.theme == "p88-light"
        app.action_colours()
        assert app.theme == "p88-dark"


async def test_an_unknown_theme_is_told_and_replaced() -> None:
    async with on_stage(scenes.busy(), theme="no-such-theme") as (app, _):
        assert app.theme == "p88-dark"
        assert any("no-such-theme" in words for words in toasts(app))


async def test_a_slow_desk_does_not_hold_up_the_screen() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        desk.gates["push_participants"] = asyncio.Event()
        await pilot.press("p", "right")
        assert board_of(app).pane.id == "retry"
        desk.gates["push_participants"].set()
        await wait_for(pilot, lambda: bool(toasts(app)), "the desk's words at last")

"""The history: every attempt, narrowed by how it ended, one whole on enter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from p88console.store.windows.past_rows import PastFacet, PastQuery
from p88console.ui.screens.attempt import AttemptSheet
from p88console.ui.screens.history import History
from p88console.ui.screens.job import JobStory
from p88console.ui.screens.pick import Pick
from tests.ui import scenes
from tests.ui.chronicle import told
from tests.ui.stage import StageDesk, attempt, on_stage, seen, settled, toasts, wait_for
from tests.ui.test_board import HOSTILE


@asynccontextmanager
async def history(
    desk: StageDesk, size: tuple[int, int] = (140, 45)
) -> AsyncIterator[tuple[History, Pilot[None]]]:
    async with on_stage(desk, size) as (app, pilot):
        await pilot.press("5")
        await settled(pilot)
        assert isinstance(app.screen, History)
        yield app.screen, pilot


def asked(desk: StageDesk) -> PastQuery:
    """The query of the newest page."""
    query = desk.asked_for("past.page")[-1][0]
    assert isinstance(query, PastQuery)
    return query


async def opened(pilot: Pilot[None], kind: type) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind), f"a {kind.__name__}")
    await settled(pilot)


async def test_facets_narrow_by_how_attempts_ended() -> None:
    desk = scenes.busy()
    async with history(desk) as (room, pilot):
        assert "all 1,204   done   failed 172" in seen(pilot.app)
        await pilot.press("right", "right")
        await settled(pilot)
        assert asked(desk).facet is PastFacet.FAILED
        assert room.pane.grid.total == 172
        assert "✗ failed" in seen(pilot.app)
        assert "✓ done" not in seen(pilot.app)


async def test_one_account_is_chosen() -> None:
    desk = scenes.busy()
    async with history(desk) as (_, pilot):
        await pilot.press("a")
        await opened(pilot, Pick)
        assert "Copernico" in seen(pilot.app)
        await pilot.press("down", "down", "enter")
        await wait_for(pilot, lambda: asked(desk).account_id == 2, "Haku's attempts alone")
        await settled(pilot)
        assert "all events · Haku Lakeside" in seen(pilot.app)


async def test_enter_tells_one_attempt_whole_and_its_job() -> None:
    desk = scenes.busy()
    desk.history = [attempt(70, job_id=801, state="failed", error_title="too many calls")]
    async with history(desk) as (_, pilot):
        await pilot.press("enter")
        await opened(pilot, AttemptSheet)
        for words in (
            "Attempt 1 of job #801 · participants ← RunSignUp",
            "GET /api/v1/events/8841/participants → 429",
            "it goes on by itself",
            "06:41:28 CDT · took 0:03",
            "RunSignUp · Midwest Timing",
            "by the schedule",
            "Received    12",
        ):
            assert words in seen(pilot.app)
        await pilot.press("t")
        await wait_for(pilot, lambda: "1 due now" in toasts(pilot.app), "the desk's words")
        assert desk.asked_for("retry_jobs") == [((801,),)]
        await pilot.press("j")
        await opened(pilot, JobStory)
        assert "Job #801" in seen(pilot.app)


async def test_marked_attempts_are_retried_together() -> None:
    desk = scenes.busy()
    async with history(desk) as (room, pilot):
        await pilot.press("space", "space", "t")
        await wait_for(pilot, lambda: "touches 2 jobs" in seen(pilot.app), "how many it touches")
        await pilot.press("enter")
        await wait_for(pilot, lambda: bool(desk.asked_for("retry_jobs")), "a retry")
        assert desk.asked_for("retry_jobs") == [((2_000, 1_999),)]
        assert not room.pane.grid.marks


async def test_newer_attempts_do_not_move_the_cursor_off_its_own() -> None:
    desk = scenes.busy()
    async with history(desk) as (room, pilot):
        await pilot.press("down", "down")
        before = room.pane.grid.current
        assert before is not None
        desk.history = [*(attempt(9_000 - n, 0) for n in range(250)), *desk.history]
        desk.changed("history")
        await wait_for(pilot, lambda: room.pane.grid.cursor == 252, "the cursor's new place")
        assert room.pane.grid.current is not None
        assert room.pane.grid.current.id == before.id


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_text_from_outside_is_only_shown(size: tuple[int, int]) -> None:
    desk = scenes.busy()
    desk.history = [
        attempt(n, state=text, error_title=text, event_name=text, operation=text, trigger=text)
        for n, text in enumerate(HOSTILE)
    ]
    desk.past.stories = {
        row.id: replace(told(row), account_label=text, job_state=text, error={"detail": text})
        for row, text in zip(desk.history, HOSTILE, strict=True)
    }
    async with history(desk, size) as (_, pilot):
        for _ in HOSTILE:
            await pilot.press("enter")
            await opened(pilot, AttemptSheet)
            lines = seen(pilot.app).splitlines()
            assert len(lines) == size[1]
            assert all(line.isprintable() and cell_len(line) == size[0] for line in lines)
            await pilot.press("escape", "down")
            await settled(pilot)

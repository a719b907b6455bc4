"""The action log: what was done by hand, in which order, and what became of it."""

from __future__ import annotations

from p88console.ui.screens.deeds import DeedsSheet
from p88console.ui.screens.job import JobStory
from tests.ui import scenes
from tests.ui.stage import on_stage, seen, settled, wait_for


async def test_shift_l_tells_what_was_done_and_enter_opens_the_work() -> None:
    async with on_stage(scenes.busy(), (80, 24)) as (app, pilot):
        await pilot.press("2", "L")
        await wait_for(pilot, lambda: isinstance(app.screen, DeedsSheet), "the action log")
        await settled(pilot)
        told = seen(app)
        order = [
            "results ← Copernico",
            "participants → Copernico",
            "bib of Amara",
            "swap 17 and 71",
        ]
        assert sorted(order, key=told.index) == order
        assert "Copernico did not answer in time" in told
        assert "12 new" in told
        assert "taken back" in told
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        assert isinstance(app.screen, DeedsSheet), "an edit is no work to open"
        await pilot.press("up", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, JobStory), "the push's story")

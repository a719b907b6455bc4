"""The table's reads: only what is seen, one at a time; a failed one changes nothing."""

from __future__ import annotations

import asyncio

from p88console.ui.widgets.pages import PAGE_ROWS
from tests.ui.stage import toasts, wait_for
from tests.ui.tent import MANY, Roster, Runner, quiet, shown, tent


async def test_a_long_list_opens_with_one_page() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, _):
        assert grid.total == MANY
        assert roster.pages == [0]
        assert "runner 0" in shown(grid)[0]
        assert "runner 19" in shown(grid)[-1]


async def test_jumping_to_the_end_reads_only_the_last_page() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, pilot):
        await pilot.press("end")
        await quiet(pilot, grid)
        assert roster.pages == [0, MANY // PAGE_ROWS - 1]
        assert grid.current == Runner(MANY - 1, f"runner {MANY - 1}")
        assert f"runner {MANY - 1}" in shown(grid)[-1]
        await pilot.press("home")
        await quiet(pilot, grid)
        assert "runner 0" in shown(grid)[0]
        assert roster.pages == [0, MANY // PAGE_ROWS - 1]


async def test_a_refresh_reads_the_count_and_the_window_alone() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, pilot):
        await pilot.press("end")
        await quiet(pilot, grid)
        roster.pages.clear()
        roster.counts = 0
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert (roster.counts, roster.pages) == (1, [MANY // PAGE_ROWS - 1])


async def test_requests_during_a_read_fold_into_one_more() -> None:
    roster = Roster(range(50))
    async with tent(roster) as (grid, pilot):
        roster.gate, roster.counts = asyncio.Event(), 0
        grid.refresh_rows()
        await wait_for(pilot, lambda: roster.counts == 1, "the first read has begun")
        for _ in range(100):
            grid.refresh_rows()
        roster.gate.set()
        await quiet(pilot, grid)
        assert roster.counts == 2


async def test_a_page_that_is_not_there_yet_is_a_placeholder() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, pilot):
        roster.gate = asyncio.Event()
        await pilot.press("end")
        assert set(shown(grid)[:-1]) == {"···"}
        roster.gate.set()
        await quiet(pilot, grid)
        assert "···" not in "".join(shown(grid))


async def test_a_filter_starts_at_the_top_and_says_when_nothing_matches() -> None:
    roster = Roster(range(500))
    async with tent(roster) as (grid, pilot):
        await pilot.press("end")
        grid.filter_rows("49")
        await quiet(pilot, grid)
        assert (grid.total, grid.cursor) == (15, 0)
        assert "runner 49" in shown(grid)[0]
        grid.filter_rows("x")
        await quiet(pilot, grid)
        assert shown(grid)[0] == "nobody is called x"


async def test_an_answer_to_an_older_filter_is_dropped() -> None:
    roster = Roster(range(500))
    async with tent(roster) as (grid, pilot):
        roster.gate = asyncio.Event()
        grid.filter_rows("4")
        await wait_for(pilot, lambda: len(roster.pages) > 1, "the first filter is being read")
        grid.filter_rows("49")
        roster.gate.set()
        await quiet(pilot, grid)
        assert grid.total == 15


async def test_what_cannot_be_read_leaves_the_rows_as_they_are() -> None:
    roster = Roster(range(50))
    async with tent(roster) as (grid, pilot):
        roster.fails = True
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert "runner 0" in shown(grid)[0]
        assert grid.total == 50


async def test_a_page_that_fails_is_not_asked_for_again_and_again() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, pilot):
        roster.fails = True
        await pilot.press("end")
        await quiet(pilot, grid)
        asked = len(roster.pages)
        for _ in range(5):
            grid.refresh()
            await pilot.pause()
        assert len(roster.pages) == asked
        roster.fails = False
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert f"runner {MANY - 1}" in shown(grid)[-1]


async def test_a_list_that_shrank_between_count_and_page() -> None:
    class Shrinking(Roster):
        async def count(self, text: str, at_most: int | None = None) -> int | None:
            return (await super().count(text, at_most) or 0) + 30

    async with tent(Shrinking(range(40))) as (grid, pilot):
        await quiet(pilot, grid)
        assert grid.total == 40


async def test_a_search_that_finds_few_needs_no_counting() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, pilot):
        counted = roster.counts
        grid.filter_rows("4999")
        await quiet(pilot, grid)
        assert (grid.total, roster.counts) == (20, counted)
        grid.filter_rows("4")
        await quiet(pilot, grid)
        assert (grid.counted, roster.counts) == ("500+", counted + 1)


async def test_what_a_search_finds_is_counted_on_once_somebody_looks_further_down() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, pilot):
        grid.filter_rows("4")
        await quiet(pilot, grid)
        grid.scroll_to(y=grid.virtual_size.height, animate=False)
        await wait_for(pilot, lambda: grid.total == 40_951, "all are counted")
        await quiet(pilot, grid)
        assert "···" not in "".join(shown(grid))
        counted = roster.counts
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert (grid.counted, roster.counts) == ("40,951", counted + 1)
        grid.filter_rows("5")
        await quiet(pilot, grid)
        assert grid.counted == "500+"


async def test_the_end_of_what_a_search_finds_is_its_last_row() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, pilot):
        grid.filter_rows("4")
        await quiet(pilot, grid)
        await pilot.press("end")
        await wait_for(pilot, lambda: grid.cursor == 40_950, "the cursor is at the end")
        await quiet(pilot, grid)
        assert grid.current == Runner(99_994, "runner 99994")


async def test_no_more_are_marked_at_once_than_may_be_though_they_are_not_counted() -> None:
    roster = Roster(range(MANY))
    async with tent(roster) as (grid, pilot):
        grid.filter_rows("4")
        await quiet(pilot, grid)
        grid.action_mark_all()
        await wait_for(pilot, lambda: bool(toasts(grid.app)), "it says why not")
        assert not grid.marks

"""The table's cursor, marks and looks: they belong to rows, not to places."""

from __future__ import annotations

from dataclasses import replace

from textual.events import MouseScrollDown

from p88console.ui.format import Moment
from p88console.ui.phrase import Phrase, say
from p88console.ui.widgets.columns import Column, Look, lay_out
from p88console.ui.widgets.grid import Grid
from tests.ui.stage import wait_for
from tests.ui.tent import HEIGHT, LOOK, MANY, Roster, Runner, Tent, quiet, shown, tent


async def test_the_cursor_stays_on_its_row_when_rows_come_and_go() -> None:
    roster = Roster(list(range(10, 60)))
    async with tent(roster) as (grid, pilot):
        await pilot.press("down", "down", "down")
        assert grid.current == Runner(13, "runner 13")
        roster.ids = [3, 4, *range(10, 60)]
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert (grid.cursor, grid.current) == (5, Runner(13, "runner 13"))
        roster.ids = list(range(12, 60))
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert (grid.cursor, grid.current) == (1, Runner(13, "runner 13"))


async def test_when_its_row_goes_the_cursor_keeps_its_place() -> None:
    roster = Roster(list(range(10)))
    async with tent(roster) as (grid, pilot):
        await pilot.press("down", "down")
        roster.ids = [0, 1, *range(3, 10)]
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert grid.current == Runner(3, "runner 3")
        roster.ids = [0]
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert grid.current == Runner(0, "runner 0")


async def test_an_untouched_cursor_follows_the_newest_row() -> None:
    roster = Roster(list(range(100, 150)))
    async with tent(roster, replace(LOOK, newest_first=True)) as (grid, pilot):
        roster.ids = [99, *roster.ids]
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert grid.current == Runner(99, "runner 99")


async def test_in_any_other_list_not_even_an_untouched_cursor_leaves_its_row() -> None:
    roster = Roster(list(range(100, 150)))
    async with tent(roster) as (grid, pilot):
        roster.ids = [99, *roster.ids]
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert (grid.cursor, grid.current) == (1, Runner(100, "runner 100"))
        await pilot.press("home")
        assert grid.current == Runner(99, "runner 99")


async def test_a_search_begins_at_the_top_of_what_it_finds() -> None:
    roster = Roster(list(range(100, 150)))
    async with tent(roster) as (grid, pilot):
        await pilot.press("down", "down")
        grid.filter_rows("12")
        await quiet(pilot, grid)
        assert (grid.cursor, grid.current) == (0, Runner(112, "runner 112"))


async def test_rows_stay_where_the_eye_is_when_others_arrive_above() -> None:
    roster = Roster(list(range(1_000, 2_000)))
    async with tent(roster) as (grid, pilot):
        grid.scroll_to(y=500, animate=False)
        await quiet(pilot, grid)
        before = shown(grid)
        roster.ids = [*range(986, 1_000), *roster.ids]
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert grid.scroll_offset.y == 514
        assert shown(grid) == before


async def test_marks_belong_to_rows() -> None:
    roster = Roster(list(range(10)))
    async with tent(roster) as (grid, pilot):
        await pilot.press("space", "space")
        assert [row.id for row in grid.chosen] == [0, 1]
        assert grid.cursor == 2
        roster.ids = [20, 21, 1, 2, 3]
        grid.refresh_rows()
        await quiet(pilot, grid)
        assert [row.id for row in grid.chosen] == [1]
        assert shown(grid)[2].startswith("◆")
        await pilot.press("up", "space")
        assert not grid.marks


async def test_a_filter_does_not_forget_what_is_marked() -> None:
    roster = Roster(range(50))
    async with tent(roster) as (grid, pilot):
        await pilot.press("space")
        grid.filter_rows("4")
        await quiet(pilot, grid)
        await pilot.press("space")
        grid.filter_rows("")
        await quiet(pilot, grid)
        assert sorted(row.id for row in grid.chosen) == [0, 4]


async def test_without_marks_the_current_row_is_meant() -> None:
    async with tent(Roster(range(10))) as (grid, pilot):
        await pilot.press("down")
        assert [row.id for row in grid.chosen] == [1]


async def test_paging_moves_by_what_is_seen() -> None:
    async with tent(Roster(range(MANY))) as (grid, pilot):
        await pilot.press("pagedown")
        assert grid.cursor == HEIGHT
        await pilot.press("pageup")
        assert grid.cursor == 0
        await pilot.press("up")
        assert grid.cursor == 0


async def test_a_click_chooses_and_a_second_opens() -> None:
    opened: list[int] = []

    class Listening(Tent):
        def on_grid_opened(self, event: Grid.Opened) -> None:
            opened.append(event.row.id)

    app = Listening(Roster(range(50)))
    async with app.run_test(size=(60, HEIGHT)) as pilot:
        await wait_for(pilot, lambda: app.grid.loaded, "rows")
        await pilot.click(offset=(5, 7))
        assert app.grid.cursor == 7
        await pilot.click(offset=(5, 3), times=2)
        assert (app.grid.cursor, opened) == (3, [3])


async def test_the_wheel_scrolls_without_moving_the_cursor() -> None:
    async with tent(Roster(range(MANY))) as (grid, pilot):
        for _ in range(20):
            await pilot._post_mouse_events([MouseScrollDown], grid, (5, 5))
        await quiet(pilot, grid)
        assert grid.scroll_offset.y > 0
        assert grid.cursor == 0


async def test_titles_stand_still_above_the_rows() -> None:
    async with tent(Roster(range(MANY))) as (grid, pilot):
        grid.titles = True
        await pilot.press("end")
        await quiet(pilot, grid)
        assert shown(grid)[0].split() == ["Id", "Name"]
        assert f"runner {MANY - 1}" in shown(grid)[-1]


async def test_narrow_tables_tell_the_rest_in_a_second_line() -> None:
    look = Look(LOOK.columns, LOOK.empty, lambda row, _: say(f"born {row.id}"), 80, 3)
    async with tent(Roster(range(MANY)), look) as (grid, pilot):
        assert shown(grid)[1] == "born 0"
        await pilot.press("end")
        await quiet(pilot, grid)
        assert shown(grid)[-1] == f"born {MANY - 1}"
        await pilot.press("pageup")
        assert grid.cursor == MANY - 1 - HEIGHT // 2
        await pilot.resize_terminal(100, HEIGHT)
        await quiet(pilot, grid)
        assert grid.row_height == 1
        assert not any("born" in line for line in shown(grid))


def test_columns_share_what_is_left_and_leave_when_there_is_no_room() -> None:
    columns: list[Column[Runner]] = [
        Column("a", lambda *_: (), 10),
        Column("b", lambda *_: (), 10, grow=1),
        Column("c", lambda *_: (), 10, grow=2, needs=50),
        Column("d", lambda *_: (), 5, below=50),
    ]
    assert [(column.title, width) for column, width in lay_out(columns, 40)] == [
        ("a", 10),
        ("b", 23),
        ("d", 5),
    ]
    assert [(column.title, width) for column, width in lay_out(columns, 62)] == [
        ("a", 10),
        ("b", 20),
        ("c", 30),
    ]


async def test_only_the_lines_that_show_something_else_are_painted() -> None:
    painted: list[int] = []

    def name(row: Runner, _: Moment) -> Phrase:
        painted.append(row.id)
        return say(row.name)

    async with tent(Roster(range(10)), Look((Column("Name", name, 6),), LOOK.empty)) as (
        grid,
        pilot,
    ):
        await pilot.pause()
        painted.clear()
        await pilot.press("down")
        await wait_for(pilot, lambda: bool(painted), "the cursor is painted")
        assert set(painted) == {0, 1}
        painted.clear()
        grid.refresh_rows()
        await quiet(pilot, grid)
        await pilot.pause()
        assert painted == []

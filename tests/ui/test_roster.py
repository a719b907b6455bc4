"""The roster: anybody found at once, one key each for what needs a look, one person whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len
from textual.events import Key
from textual.pilot import Pilot

from p88console.domain.errors import StoreLost
from p88console.store.windows.roster_rows import RosterFacet, RosterOrder, RosterQuery
from p88console.ui.screens.form import Form
from p88console.ui.screens.person import PersonSheet
from p88console.ui.screens.pick import Pick
from p88console.ui.screens.roster import LAST_LOOK, LOOKED, SINCES, Roster
from tests.ui import scenes
from tests.ui.cast import field_of, runner, told
from tests.ui.stage import StageDesk, on_stage, seen, settled, wait_for
from tests.ui.test_board import HOSTILE


@asynccontextmanager
async def roster(
    desk: StageDesk, size: tuple[int, int] = (140, 45)
) -> AsyncIterator[tuple[Roster, Pilot[None]]]:
    async with on_stage(desk, size) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        assert isinstance(app.screen, Roster)
        yield app.screen, pilot


def on_screen(pilot: Pilot[None]) -> str:
    return seen(pilot.app)


def crowd(count: int) -> StageDesk:
    desk = scenes.busy()
    desk.people.rows = field_of(count)
    return desk


def asked(desk: StageDesk) -> RosterQuery:
    """The query of the newest page."""
    query = desk.asked_for("people.page")[-1][0]
    assert isinstance(query, RosterQuery)
    return query


async def test_two_keys_and_digits_find_a_runner_and_enter_tells_the_story() -> None:
    async with on_stage(scenes.busy()) as (app, pilot):
        await pilot.press("2", "slash", *"512", "enter", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PersonSheet), "the story")
        await settled(pilot)
        assert "512  Chloé de la Cruz" in seen(app)


async def test_keys_in_a_burst_are_not_lost() -> None:
    async with on_stage(scenes.busy()) as (app, pilot):
        for key in ("2", "slash", *"512"):
            app.post_message(Key(key, key if key.isdigit() else "/"))
        await wait_for(pilot, lambda: "all events · /512" in seen(app), "the filter")
        await settled(pilot)
        assert "Roster 2" in seen(app)


async def test_the_list_follows_each_letter() -> None:
    desk = scenes.busy()
    async with roster(desk) as (room, pilot):
        await pilot.press("slash", *"cruz ch")
        await settled(pilot)
        assert room.pane.grid.total == len([r for r in field_of(120) if _is_chloe(r)])
        assert "de la Cruz, Chloé" in on_screen(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert room.pane.grid.total == 120


def _is_chloe(row: Any) -> bool:
    return bool(row.last_name == "de la Cruz" and (row.first_name or "").startswith("Ch"))


async def test_arrows_move_among_what_is_found_while_typing() -> None:
    async with roster(scenes.busy()) as (room, pilot):
        await pilot.press("slash", "5", "1")
        await settled(pilot)
        await pilot.press("down", "down", "2")
        await settled(pilot)
        assert (room.pane.grid.text, room.pane.grid.total) == ("512", 2)
        await pilot.press("down", "enter", "enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, PersonSheet), "the story")
        assert pilot.app.screen is not room


async def test_facets_narrow_the_list_and_tell_how_many() -> None:
    desk = scenes.busy()
    async with roster(desk) as (room, pilot):
        for words in ("all 120", "no bib 1", "duplicate 2", "unsent 3", "needs you 4", "removed 1"):
            assert words in on_screen(pilot)
        await pilot.press("right", "tab")
        await settled(pilot)
        assert asked(desk).facet is RosterFacet.DUPLICATE
        assert room.pane.grid.total == 2
        await pilot.press("left")
        await settled(pilot)
        assert asked(desk).facet is RosterFacet.NO_BIB
        await pilot.press("escape")
        await settled(pilot)
        assert asked(desk).facet is RosterFacet.EVERYBODY


async def test_one_event_is_chosen_for_the_list() -> None:
    desk = scenes.busy()
    desk.people.rows = [*desk.people.rows, runner(900, event_id=2, event_name="Harbor 10")]
    async with roster(desk) as (room, pilot):
        await pilot.press("e")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Pick), "the choice")
        await settled(pilot)
        await pilot.press("down", "down", "enter")
        await wait_for(pilot, lambda: room.pane.grid.total == 1, "one event's people")
        assert asked(desk).event_id == 2
        assert "Harbor 10" in on_screen(pilot)


async def test_another_order_keeps_the_cursor_on_its_runner() -> None:
    desk = crowd(400)
    async with roster(desk) as (room, pilot):
        await pilot.press(*["pagedown"] * 4, "down")
        await settled(pilot)
        before = room.pane.grid.current
        assert before is not None
        await pilot.press("o")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Pick), "the choice")
        await settled(pilot)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: pilot.app.screen is room, "the list")
        await settled(pilot)
        assert asked(desk).order is RosterOrder.BIB
        after = room.pane.grid.current
        assert after is not None
        assert after.id == before.id
        assert "by bib" in on_screen(pilot)


async def test_a_runner_pushed_far_down_keeps_the_cursor() -> None:
    desk = crowd(400)
    async with roster(desk) as (room, pilot):
        await pilot.press("down", "down")
        before = room.pane.grid.current
        assert before is not None
        newcomers = [runner(n, last_name="Aaa") for n in range(1_000, 1_350)]
        desk.people.rows = [*newcomers, *desk.people.rows]
        desk.changed("participants")
        await wait_for(pilot, lambda: room.pane.grid.total == 750, "the newcomers")
        await settled(pilot)
        after = room.pane.grid.current
        assert after is not None
        assert (after.id, room.pane.grid.cursor) == (before.id, 352)


async def test_changed_since_is_chosen_and_counted_anew() -> None:
    desk = scenes.busy()
    async with roster(desk) as (room, pilot):
        assert "changed 1 h 9" in on_screen(pilot)
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Pick), "the choice")
        await settled(pilot)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: room.pane.grid.total == 3, "who changed in 15 minutes")
        await settled(pilot)
        assert "changed 15 min 3" in on_screen(pilot)
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Pick), "the choice")
        await settled(pilot)
        await pilot.press(*["down"] * 6, "enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Form), "the form")
        moment = room.outlook.now.astimezone(room.outlook.moment.zone) - timedelta(minutes=15)
        await pilot.press(*f"{moment:%H:%M}", "enter")
        await wait_for(pilot, lambda: room.pane.grid.total == 3, "who changed since then")
        await settled(pilot)
        assert f"changed {moment:%H:%M}:00 3" in on_screen(pilot)


async def test_the_last_look_outlives_the_console_and_no_dialog_moves_it() -> None:
    desk = scenes.busy()
    async with roster(desk) as (room, pilot):
        await pilot.press("1")
        await wait_for(pilot, lambda: LOOKED in desk.memory.kept, "the look")
        looked = room.left_at
    assert list(desk.memory.kept[LOOKED]) == [looked.isoformat()]
    before = looked - timedelta(minutes=20)
    desk.memory.kept[LOOKED] = [before.isoformat()]
    async with roster(desk) as (room, pilot):
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Pick), "the choice")
        await settled(pilot)
        await pilot.press(*["down"] * SINCES.index(LAST_LOOK), "enter")
        await wait_for(pilot, lambda: pilot.app.screen is room, "the room again")
        await settled(pilot)
        assert room.query_now.since == before
        assert "since last look" in on_screen(pilot)
    assert list(desk.memory.kept[LOOKED]) != [before.isoformat()], "left by leaving the console"


async def test_before_the_gun_nobody_has_changed_since_it() -> None:
    desk = scenes.busy()
    desk.facts = replace(desk.facts, gun_at=desk.clock.now() + timedelta(hours=1))
    async with roster(desk) as (_room, pilot):
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Pick), "the choice")
        await settled(pilot)
        await pilot.press(*["down"] * 4, "enter")
        await wait_for(pilot, lambda: "since the gun 0" in on_screen(pilot), "the facet")
        await wait_for(pilot, lambda: "the gun is still ahead" in on_screen(pilot), "the reason")


async def test_the_card_follows_the_cursor_where_there_is_room() -> None:
    desk = scenes.busy()
    desk.people.stories = {row.id: told(row.id, fields={"bib": row.bib}) for row in field_of(120)}
    async with roster(desk) as (room, pilot):
        await pilot.press("down")
        await settled(pilot)
        row = room.pane.grid.current
        assert row is not None
        assert f"{row.bib}  no name" in on_screen(pilot)
    desk.asked.clear()
    async with roster(desk, (80, 24)) as (_, pilot):
        await pilot.press("down")
        await settled(pilot)
        assert not desk.asked_for("people.story")


async def test_the_card_is_never_about_the_person_before() -> None:
    desk = scenes.busy()
    desk.people.stories = {row.id: told(row.id, fields={"bib": row.bib}) for row in field_of(120)}
    async with roster(desk) as (room, pilot):
        desk.faults["people.story"] = StoreLost("the shared database cannot be reached")
        await pilot.press("down")
        await settled(pilot)
        row = room.pane.grid.current
        assert row is not None
        assert f"{row.bib}  no name" in on_screen(pilot)


async def test_only_what_changed_is_read_and_nothing_while_nothing_changes() -> None:
    desk = scenes.busy()
    async with roster(desk) as (room, pilot):
        desk.asked.clear()
        desk.changed("queue")
        await settled(pilot)
        assert {one[0] for one in desk.asked} == {"header", "lanes", "schedule", "power"}
        desk.asked.clear()
        for _ in range(30):
            desk.hand.step(1)
            room.app.tick()  # type: ignore[attr-defined]  # the console's own clock
        await settled(pilot)
        assert desk.asked == []


async def test_a_frozen_list_counts_what_arrives() -> None:
    desk = scenes.busy()
    async with roster(desk) as (room, pilot):
        await pilot.press("f")
        desk.people.rows = field_of(134)
        desk.hand.step(31)
        desk.changed("participants")
        await wait_for(pilot, lambda: "frozen 0:31, 14 new" in on_screen(pilot), "the note")
        assert room.pane.grid.total == 120
        await pilot.press("f")
        await wait_for(pilot, lambda: room.pane.grid.total == 134, "the newcomers")


async def test_a_list_that_cannot_be_read_keeps_its_rows_and_says_why() -> None:
    desk = scenes.busy()
    async with roster(desk) as (room, pilot):
        desk.faults["people.count"] = OSError("disk I/O error")
        desk.changed("participants")
        await wait_for(pilot, lambda: "disk I/O error" in on_screen(pilot), "the banner")
        assert room.pane.grid.total == 120
        assert "Abbott, Ada" in on_screen(pilot)


async def test_the_story_tells_systems_bibs_results_and_changes() -> None:
    async with roster(scenes.busy()) as (_, pilot):
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, PersonSheet), "the story")
        await settled(pilot)
        screen = on_screen(pilot)
        for words in (
            "Half Marathon · Lakeside Half Marathon",
            "1990-04-12 · 36 on race day",
            "phone: ask my husband",
            "≠ differs",
            "the bib was changed there by hand",
            "bib: 511 there, 512 here",
            "511 → 512 · RunSignUp",
            "gun 1:30:05.3 · chip 1:29:50.0",
            "place 11 · 3 by sex · 1 in F35-39",
            "21:30.4",
            "place 12 → 11",
            "Changes 3",
            "race 5K → Half Marathon",
        ):
            assert words in screen


async def test_the_story_stays_true_while_it_is_open() -> None:
    desk = scenes.busy()
    async with roster(desk) as (_, pilot):
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, PersonSheet), "the story")
        await settled(pilot)
        known = told()
        newer = replace(known, fields={**known.fields, "bib": "999"})
        desk.people.stories = {row.id: newer for row in desk.people.rows}
        desk.changed("participants")
        await wait_for(pilot, lambda: "999  Chloé" in on_screen(pilot), "the other bib")


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_text_from_outside_is_only_shown(size: tuple[int, int]) -> None:
    desk = scenes.busy()
    desk.people.rows = [
        runner(n, last_name=text, first_name=text, bib=text, race_name=text, city=text, status=text)
        for n, text in enumerate(HOSTILE)
    ]
    known = told()
    desk.people.stories = {
        n: replace(
            known,
            fields=dict.fromkeys(known.fields, text) | {"flags": [text]},
            raw={text: text},
            event_name=text,
            race_name=text,
            timezone=text,
            systems=tuple(
                replace(one, state=text, reason=text, acknowledged={"bib": text})
                for one in known.systems
            ),
            results=tuple(
                replace(one, standing={"status": text, "category": text}) for one in known.results
            ),
            changes=tuple(replace(one, who=text, field=text, after=text) for one in known.changes),
        )
        for n, text in enumerate(HOSTILE)
    }
    async with roster(desk, size) as (_, pilot):
        for _ in HOSTILE:
            await pilot.press("down", "enter")
            await settled(pilot)
            lines = on_screen(pilot).splitlines()
            assert len(lines) == size[1]
            assert all(line.isprintable() and cell_len(line) == size[0] for line in lines)
            await pilot.press("escape")
            await settled(pilot)

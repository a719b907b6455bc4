"""Editing people by hand: a bib in three keys, any field in a form, swaps, walk-ups, undo."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from p88console.domain.errors import StoreLost, UsageFault
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.form import Form
from p88console.ui.screens.person import PersonSheet
from tests.ui import scenes
from tests.ui.cast import NEWEST
from tests.ui.stage import StageDesk, facts, on_stage, seen, settled, toasts, wait_for
from tests.ui.test_roster import roster


async def form(pilot: Pilot[None]) -> Form:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, Form), "a form")
    assert isinstance(pilot.app.screen, Form)
    return pilot.app.screen


async def asked(desk: StageDesk, pilot: Pilot[None], name: str) -> tuple[object, ...]:
    await wait_for(pilot, lambda: bool(desk.asked_for(name)), name)
    return desk.asked_for(name)[-1]


async def test_a_bib_is_given_in_one_line() -> None:
    desk = scenes.busy()
    async with roster(desk) as (_, pilot):
        await pilot.press("b")
        await form(pilot)
        await pilot.press(*["backspace"] * 3, *"A7", "enter")
        assert await asked(desk, pilot, "people.edit") == (17, {"bib": "A7"}, NEWEST)
        await wait_for(pilot, lambda: toasts(pilot.app) == ["changed"], "the desk's words")


async def test_only_what_was_changed_is_sent() -> None:
    desk = scenes.busy()
    async with roster(desk, (80, 24)) as (_, pilot):
        await pilot.press("i")
        sheet = await form(pilot)
        assert [line.value for line in sheet.inputs][:4] == [
            "Half Marathon",
            "512",
            "A1B2C3",
            "Chloé",
        ]
        await pilot.press("tab", "tab", "tab", *["backspace"] * 5, *"Zoë", "ctrl+s")
        assert await asked(desk, pilot, "people.edit") == (17, {"first_name": "Zoë"}, NEWEST)


async def test_while_the_database_is_away_the_form_opens_over_what_was_read_last() -> None:
    desk = scenes.busy()
    desk.faults["people.story"] = StoreLost("the shared database cannot be reached", "race at db")
    async with roster(desk) as (_, pilot):
        await pilot.press("b")
        await form(pilot)
        await pilot.press(*["backspace"] * 3, *"A7", "enter")
        assert await asked(desk, pilot, "people.edit") == (17, {"bib": "A7"}, NEWEST)


async def test_nothing_changed_sends_nothing() -> None:
    desk = scenes.busy()
    async with roster(desk) as (_, pilot):
        await pilot.press("i")
        await form(pilot)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: "nothing was changed" in toasts(pilot.app), "a word")
        assert desk.asked_for("people.edit") == []


async def test_a_refusal_is_told_and_nothing_typed_is_lost() -> None:
    desk = scenes.busy()
    desk.faults["people.edit"] = UsageFault("'x' is no date", "", "write it as YYYY-MM-DD")
    async with roster(desk) as (_, pilot):
        await pilot.press("b")
        sheet = await form(pilot)
        await pilot.press("9", "enter")
        await settled(pilot)
        assert "✗ 'x' is no date" in seen(pilot.app)
        assert "write it as YYYY-MM-DD" in seen(pilot.app)
        await pilot.press("escape")
        assert "escape again leaves without what was typed" in seen(pilot.app)
        assert sheet.query_one(Input).value == "5129"
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is not sheet, "the list")


async def test_two_marked_people_swap_after_a_question() -> None:
    desk = scenes.busy()
    async with roster(desk) as (_, pilot):
        await pilot.press("space", "space", "s")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Ask), "a question")
        assert "touches 2 people" in seen(pilot.app)
        await pilot.press("enter")
        assert await asked(desk, pilot, "people.swap") == (17, 0)


async def test_one_person_swaps_with_the_wearer_of_a_bib() -> None:
    desk = scenes.busy()
    async with roster(desk) as (_, pilot):
        await pilot.press("s")
        await form(pilot)
        await pilot.press(*"501", "enter")
        assert await asked(desk, pilot, "people.wearer") == (17, "501")
        assert await asked(desk, pilot, "people.swap") == (17, 1)


async def test_a_walk_up_is_registered_for_the_event_of_the_list() -> None:
    desk = scenes.busy()
    async with roster(desk) as (_, pilot):
        await pilot.press("n")
        await form(pilot)
        await pilot.press(*"half", "right", "enter", *"Ada", "enter", *"Byron", "ctrl+s")
        expected = {"race_id": "Half Marathon", "first_name": "Ada", "last_name": "Byron"}
        assert await asked(desk, pilot, "people.add") == (1, expected)


async def test_without_an_event_nobody_can_be_registered() -> None:
    desk = scenes.busy()
    desk.facts = facts(event_id=None, event_name=None)
    async with roster(desk) as (room, pilot):
        await pilot.press("n")
        await settled(pilot)
        assert pilot.app.screen is room


async def test_the_story_edits_by_the_same_keys_and_shows_three_versions() -> None:
    desk = scenes.busy()
    async with roster(desk) as (_, pilot):
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, PersonSheet), "the story")
        await settled(pilot)
        assert "≠ RunSignUp: +1 312 555 0142" in seen(pilot.app)
        await pilot.press("b")
        await form(pilot)
        await pilot.press("1", "enter")
        assert await asked(desk, pilot, "people.edit") == (17, {"bib": "5121"}, NEWEST)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, PersonSheet), "the story")
        await pilot.press("z")
        await asked(desk, pilot, "undo")


@pytest.mark.parametrize("key", ["b", "i", "s", "n"])
async def test_a_watching_console_changes_nobody(key: str) -> None:
    desk = scenes.busy()
    desk.read_only = True
    async with roster(desk) as (room, pilot):
        await pilot.press(key)
        await settled(pilot)
        assert pilot.app.screen is room


async def test_letters_typed_into_a_form_are_letters() -> None:
    async with on_stage(scenes.busy()) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("b")
        sheet = await form(pilot)
        await pilot.press(*"pqz4")
        assert sheet.query_one(Input).value == "512pqz4"
        assert app.screen is sheet

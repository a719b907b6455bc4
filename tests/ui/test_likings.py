"""How an operator likes the console: keys, columns, bell, and jumping about."""

from __future__ import annotations

import pytest

from p88console.ui.alarm import Alarm, Ringing
from p88console.ui.keymap import checked
from p88console.ui.rooms import SCOPES
from p88console.ui.screens.columns import Columns
from p88console.ui.screens.jump import LETTERS, Jump
from tests.ui import scenes
from tests.ui.stage import (
    StageDesk,
    board_of,
    facts,
    lane,
    on_stage,
    seen,
    settled,
    toasts,
    wait_for,
)


def test_keys_are_given_by_the_names_of_actions() -> None:
    keys, told = checked({"sync.push": "P", "view.filter": "?", "console.help": "f1,ctrl+h"}, [])
    assert keys == {
        "sync.push": "P",
        "view.filter": "question_mark",
        "console.help": "f1,ctrl+h",
    }
    assert told == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            {"sync.psh": "P"},
            "There is no action 'sync.psh' to give a key to; did you mean sync.push?",
        ),
        ({"sync.push": " "}, "sync.push is left on its own key: an empty one was wished"),
    ],
)
def test_a_slip_in_the_keys_is_told_and_changes_nothing(wanted: dict[str, str], words: str) -> None:
    assert checked(wanted, []) == ({}, [words])


async def test_rebound_keys_answer_and_slips_are_told_on_screen() -> None:
    desk = scenes.busy()
    keymap = {"sync.push": "P", "board.holdd": "H"}
    async with on_stage(desk, keymap=keymap) as (app, pilot):
        assert any("did you mean board.hold?" in words for words in toasts(app))
        assert "P push" in seen(app)
        await pilot.press("p", "P")
        await wait_for(pilot, lambda: len(desk.asked_for("push_participants")) == 1, "one push")


async def test_an_action_that_loses_its_key_is_told() -> None:
    async with on_stage(scenes.busy(), keymap={"board.hold": "s"}) as (app, pilot):
        assert "s is board.hold now; board.snooze has lost it" in toasts(app)
        await pilot.press("s")
        await wait_for(pilot, lambda: "Hold RunSignUp" in seen(app), "the lanes")


def test_keys_may_change_places() -> None:
    swapped = {"board.hold": "s", "board.snooze": "h"}
    assert checked(swapped, SCOPES) == (swapped, [])


def alarm(rung: list[str], **options: bool) -> Alarm:
    return Alarm(Ringing(**options), lambda: rung.append("bell"), rung.append)


def test_it_rings_at_something_new_and_again_until_it_is_heard() -> None:
    rung: list[str] = []
    ringing = alarm(rung)
    ringing.look(1, "one")
    assert not rung
    ringing.look(2, "two")
    assert rung == ["bell"]
    ringing.tick(29)
    assert rung == ["bell"]
    ringing.tick(30)
    ringing.tick(31)
    assert rung == ["bell", "bell"]
    ringing.heard()
    ringing.tick(90)
    assert rung == ["bell", "bell"]
    ringing.look(2, "two")
    assert not ringing.on
    ringing.look(3, "three")
    assert ringing.on


def test_it_falls_silent_when_nothing_needs_a_person_any_more() -> None:
    rung: list[str] = []
    ringing = alarm(rung)
    ringing.look(0, "")
    ringing.look(1, "one")
    ringing.look(0, "")
    ringing.tick(60)
    assert rung == ["bell"]


def test_what_is_told_to_the_desktop_cannot_steer_the_terminal() -> None:
    rung: list[str] = []
    ringing = alarm(rung, bell=False, desktop=True)
    ringing.look(0, "")
    ringing.look(1, "1 needs you · \x1b]0;evil\x07")
    assert rung == ["1 needs you · \N{SYMBOL FOR ESCAPE}]0;evil\N{SYMBOL FOR BELL}"]


def test_it_can_be_told_to_be_silent() -> None:
    rung: list[str] = []
    ringing = alarm(rung, bell=False)
    ringing.look(0, "")
    ringing.look(1, "one")
    assert not rung
    assert not ringing.on


async def test_backspace_says_that_it_was_heard() -> None:
    desk = StageDesk(accounts=[lane(1)])
    async with on_stage(desk) as (app, pilot):
        assert "backspace quiet" not in seen(app)
        desk.facts = facts(needs_you=1)
        desk.changed("queue")
        await wait_for(pilot, lambda: "backspace quiet" in seen(app), "the way to silence it")
        assert app.alarm.on
        await pilot.press("backspace")
        await wait_for(pilot, lambda: "backspace quiet" not in seen(app), "silence")
        assert not app.alarm.on


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_one_letter_jumps_to_a_pane_or_through_a_door(size: tuple[int, int]) -> None:
    async with on_stage(scenes.busy(), size) as (app, pilot):
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: isinstance(app.screen, Jump), "the letters")
        places = app.screen
        assert isinstance(places, Jump)
        doors = len(places._places) - 3
        letter = list(places._places)[doors + 2]
        await pilot.press(letter)
        await wait_for(pilot, lambda: board_of(app).pane.id == "history", "the history pane")
        await pilot.press("ctrl+o", "escape")
        assert app.screen is board_of(app)
        await pilot.press("ctrl+o", "s")
        await wait_for(pilot, lambda: getattr(app.screen, "door", "") == "roster", "the roster")
        await settled(pilot)
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: isinstance(app.screen, Jump), "the letters")
        await pilot.press(list(LETTERS)[doors + 1])
        await wait_for(
            pilot, lambda: getattr(app.screen, "facet_index", 0) == 1, "the second facet"
        )


async def test_columns_are_chosen_and_kept() -> None:
    desk = scenes.busy()
    async with on_stage(desk) as (app, pilot):
        await pilot.press("5")
        await wait_for(pilot, lambda: getattr(app.screen, "door", "") == "history", "the history")
        await settled(pilot)
        assert "Outcome" in seen(app)
        await pilot.press("ctrl+t")
        await wait_for(pilot, lambda: isinstance(app.screen, Columns), "the columns")
        await settled(pilot)
        await pilot.press("down", "down", "down", "space")
        await wait_for(pilot, lambda: bool(desk.memory.kept), "what is kept")
        await pilot.press("escape")
        await settled(pilot)
        assert "Outcome" not in seen(app)
        assert desk.memory.kept == {"hidden columns of history": frozenset({"Outcome"})}
    async with on_stage(desk) as (app, pilot):
        await pilot.press("5")
        await wait_for(pilot, lambda: getattr(app.screen, "door", "") == "history", "the history")
        await settled(pilot)
        assert "Outcome" not in seen(app)


async def test_the_last_column_stays() -> None:
    async with on_stage(scenes.busy()) as (app, pilot):
        await pilot.press("5")
        await wait_for(pilot, lambda: getattr(app.screen, "door", "") == "history", "the history")
        await pilot.press("ctrl+t")
        await wait_for(pilot, lambda: isinstance(app.screen, Columns), "the columns")
        await settled(pilot)
        await pilot.press(*["space", "down"] * 12, "space")
        assert "One column has to stay." in toasts(app)

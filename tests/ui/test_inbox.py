"""The inbox: every kind of thing that needs a person, settled by one key, many by one question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input

from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Kind
from p88console.store.windows.inbox_rows import InboxQuery
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.form import Form
from p88console.ui.screens.inbox import Inbox
from p88console.ui.screens.item import ItemSheet
from p88console.ui.screens.person import PersonSheet
from tests.ui import scenes
from tests.ui.postbox import item
from tests.ui.stage import StageDesk, on_stage, seen, settled, toasts, wait_for
from tests.ui.test_board import HOSTILE


@asynccontextmanager
async def inbox(
    desk: StageDesk, size: tuple[int, int] = (140, 45)
) -> AsyncIterator[tuple[Inbox, Pilot[None]]]:
    async with on_stage(desk, size) as (app, pilot):
        await pilot.press("4")
        await wait_for(pilot, lambda: isinstance(app.screen, Inbox), "the inbox")
        await settled(pilot)
        assert isinstance(app.screen, Inbox)
        yield app.screen, pilot


async def decided(desk: StageDesk, pilot: Pilot[None], times: int = 1) -> list[tuple[object, ...]]:
    """What the desk was told, once it was told that often."""
    await wait_for(pilot, lambda: len(desk.asked_for("inbox.decide")) == times, "a decision")
    return desk.asked_for("inbox.decide")


KINDS = [row.kind for row in scenes.waiting().inbox.rows]


@pytest.mark.parametrize(
    ("kind", "key", "decision"),
    [
        (Kind.CONFLICT, "m", "mine"),
        (Kind.CONFLICT, "t", "theirs"),
        (Kind.REMOVAL, "c", "confirm"),
        (Kind.REMOVAL, "k", "keep"),
        (Kind.DUPLICATE_BIB, "k", "keep"),
        (Kind.DUPLICATE_BIB, "x", "drop"),
        (Kind.REFUSED, "t", "retry"),
        (Kind.HELD, "t", "retry"),
        (Kind.BY_HAND, "c", "confirm"),
        (Kind.ORPHAN, "x", "drop"),
    ],
)
async def test_one_key_settles_what_is_under_the_cursor(
    kind: Kind, key: str, decision: str
) -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (_, pilot):
        await pilot.press(*["down"] * KINDS.index(kind), key)
        ((ids, said, value, always),) = await decided(desk, pilot)
        assert (ids, said, value, always) == ((KINDS.index(kind) + 1,), decision, None, False)
        await wait_for(pilot, lambda: "1 settled" in toasts(pilot.app), "the desk's words")


@pytest.mark.parametrize(("place", "key"), [(0, "c"), (0, "x"), (3, "m"), (8, "t"), (6, "v")])
async def test_a_key_that_does_not_fit_the_kind_does_nothing(place: int, key: str) -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (room, pilot):
        await pilot.press(*["down"] * place, key)
        await settled(pilot)
        assert pilot.app.screen is room
        assert desk.asked_for("inbox.decide") == []


async def test_a_watching_console_decides_nothing() -> None:
    desk = scenes.waiting()
    desk.read_only = True
    async with inbox(desk) as (room, pilot):
        await pilot.press("m", "v", "M", "z")
        await settled(pilot)
        assert pilot.app.screen is room
        assert desk.asked_for("inbox.decide") == desk.asked_for("undo") == []


async def test_marks_and_whole_filters_ask_first_and_say_how_many() -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (room, pilot):
        await pilot.press("right", "ctrl+a", "t")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Ask), "a question")
        assert "touches 3 items" in seen(pilot.app)
        assert "Take the provider's value?" in seen(pilot.app)
        await pilot.press("escape", "t", "enter")
        ((ids, said, *_),) = await decided(desk, pilot)
        assert (ids, said) == ((1, 2, 3), "theirs")
        await wait_for(pilot, lambda: not room.pane.grid.marks, "the marks are gone")


async def test_many_people_behind_one_item_are_counted() -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (_, pilot):
        await pilot.press(*["down"] * 4, "c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Ask), "a question")
        assert "touches 31 items" in seen(pilot.app)
        assert desk.asked_for("inbox.decide") == []


async def test_a_field_is_decided_for_good_and_the_question_counts_its_conflicts() -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (_, pilot):
        await pilot.press("M")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Ask), "a question")
        assert "for phone from now on?" in seen(pilot.app)
        assert "touches 2 items" in seen(pilot.app)
        await pilot.press("y")
        ((ids, said, _value, always),) = await decided(desk, pilot)
        assert (ids, said, always) == ((1, 2), "mine", True)


async def test_a_typed_value_is_sent_and_a_refusal_keeps_what_was_typed() -> None:
    desk = scenes.waiting()
    desk.faults["inbox.decide"] = UsageFault("'A B' is no bib", "a bib has no spaces")
    async with inbox(desk) as (_, pilot):
        await pilot.press(*["down"] * 5, "v")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Form), "a line to type into")
        await pilot.press(*["backspace"] * 3, "A", "space", "B", "enter")
        await settled(pilot)
        assert "✗ 'A B' is no bib" in seen(pilot.app)
        assert pilot.app.screen.query_one(Input).value == "A B"
        desk.faults.clear()
        await pilot.press(*["backspace"] * 2, "7", "enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Inbox), "back in the inbox")
        assert desk.asked_for("inbox.decide")[-1] == ((6,), "value", "A7", False)


async def test_what_is_settled_leaves_the_list_and_the_cursor_goes_on() -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (room, pilot):
        await pilot.press("m")
        await decided(desk, pilot)
        desk.changed("inbox")
        await settled(pilot)
        await wait_for(pilot, lambda: room.pane.grid.total == 9, "one less")
        await pilot.press("left")
        await settled(pilot)
        assert "✓ mine" in seen(pilot.app)
        await pilot.press("t")
        assert len(desk.asked_for("inbox.decide")) == 1


async def test_the_sheet_of_an_item_decides_by_the_same_keys() -> None:
    desk = scenes.waiting()
    async with inbox(desk, (80, 24)) as (room, pilot):
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ItemSheet), "the item")
        await settled(pilot)
        for words in ("Before   +1 312 555 0100", "Mine     +1 312 555 0199", "keep what stands"):
            assert words in seen(pilot.app)
        await pilot.press("m")
        await decided(desk, pilot)
        await wait_for(pilot, lambda: pilot.app.screen is room, "back in the list")


async def test_the_person_behind_an_item_is_one_key_away() -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (_, pilot):
        await pilot.press("w")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, PersonSheet), "the person")
        assert desk.asked_for("people.story")[-1] == (12,)


async def test_z_takes_the_newest_change_back() -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (_, pilot):
        await pilot.press("z")
        await wait_for(pilot, lambda: bool(toasts(pilot.app)), "the desk's words")
        assert toasts(pilot.app)[-1].startswith("taken back: 512 Chloé")


async def test_facets_narrow_to_a_kind() -> None:
    desk = scenes.waiting()
    async with inbox(desk) as (_, pilot):
        await pilot.press("right", "right")
        await settled(pilot)
        query = desk.asked_for("inbox.page")[-1][0]
        assert query == InboxQuery(kind=Kind.REMOVAL)
        assert "no longer among RunSignUp's" in seen(pilot.app)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_only_shown(text: str) -> None:
    desk = scenes.waiting()
    desk.inbox.rows = [item(1, name=text, ours=text, theirs=text, reason=text, event_name=text)]
    async with inbox(desk, (80, 24)) as (_, pilot):
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ItemSheet), "the item")
        lines = seen(pilot.app).split("\n")
        assert all(cell_len(line) == 80 for line in lines)
        assert not any(sign in "".join(lines) for sign in ("\x1b", "\x00", "\x07", "\u202e"))


async def test_nothing_waiting_says_so() -> None:
    async with inbox(scenes.busy(), (80, 24)) as (_, pilot):
        assert "✓ nothing needs you" in seen(pilot.app)
